using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Verify.Solvers.Library;

/// <summary>
/// The child process of <see cref="MicrosoftZ3"/>. It reads commands and prints answers like the program z3 with <c>-in
/// -smt2</c>. It ends as soon as its input ends, because its parent has then ended.
/// </summary>
public static class Z3Host
{
    /// <summary>
    /// The argument that turns the tool into the child process. No help text shows it, because it is not for users.
    /// </summary>
    public const string Argument = "--z3-host";

    private const int StackBytes = 256 << 20; // the nesting of terms grows with the length of formulas
    private const int Deserted = 0;
    private const int Failed = 1;
    private const int Interrupted = 130;

    /// <summary>Answers commands from standard input on standard output until the input ends.</summary>
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        var code = Serve(new Z3Library(), input, output);
        if (code == Deserted)
        {
            // A regular exit would unload the library while it works.
            Process.GetCurrentProcess().Kill();
        }

        return code;
    }

    internal static int Serve(ISolverLibrary library, TextReader input, TextWriter output)
    {
        using var ended = new BlockingCollection<int>();
        var commands = new BlockingCollection<string>(); // the worker thread may outlive this call
        new Thread(() => ended.Add(Answer(library, commands, output)), StackBytes) { IsBackground = true }.Start();
        new Thread(() => ended.Add(Read(input, commands, output))) { IsBackground = true }.Start();
        return ended.Take();
    }

    private static int Read(TextReader input, BlockingCollection<string> commands, TextWriter output)
    {
        try
        {
            var reader = new SExprReader(input);
            while (reader.Read() is { } command)
            {
                commands.Add(command.ToString());
            }

            return Deserted;
        }
        catch (SolverException e)
        {
            Complain(output, e.Message);
            return Failed;
        }
    }

    private static int Answer(ISolverLibrary library, BlockingCollection<string> commands, TextWriter output)
    {
        try
        {
            using var context = library.Open();
            foreach (var command in commands.GetConsumingEnumerable())
            {
                try
                {
                    output.Write(context.Evaluate(command));
                }
                catch (SolverException e) when (e.Trouble == SolverFailure.Refused)
                {
                    Complain(output, e.Message);
                }
            }

            return Failed;
        }
        catch (SolverException e)
        {
            Complain(output, e.Message);
            return e.Trouble == SolverFailure.Stopped ? Interrupted : Failed;
        }
        catch (IOException)
        {
            return Failed; // the reader of the answers has gone
        }
    }

    private static void Complain(TextWriter output, string message) =>
        output.WriteLine($"(error \"{message.Replace("\"", "\"\"", StringComparison.Ordinal)}\")");
}
