using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Verify.Cli.Hosting;
using Verify.Cli.Output;

namespace Verify.Cli;

/// <summary>
/// Runs the code of models and claims on threads with large stacks. If such code calls itself without end, the runtime
/// would end the process with a stack trace; this ends it before with one line. Nothing else can stop such code after an
/// interrupt either.
/// </summary>
/// <param name="terminal">The terminal.</param>
/// <param name="isJson">True if an error is written as JSON too.</param>
/// <param name="cancellation">Cancelled when the user interrupts.</param>
internal sealed unsafe class CodeHost(Terminal terminal, bool isJson, CancellationToken cancellation)
{
    private const int StackBytes = 1 << 30;
    private const int FullBytes = 32 << 20; // the next call of the modelling language throws
    private const int RunawayBytes = 128 << 20; // the code makes no such calls
    private const int MillisecondsBetweenLooks = 4;
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(1);

    /// <summary>Runs some code; what it throws is thrown here.</summary>
    public void Run(AuthoredCode code, Action run)
    {
        ExceptionDispatchInfo? thrown = null;
        nint top = 0;
        if (Start(Watched) is not { } thread)
        {
            run();
            return;
        }

        var clock = new Stopwatch();
        while (!thread.Join(MillisecondsBetweenLooks))
        {
            CheckStack(code, Volatile.Read(ref top));
            if (cancellation.IsCancellationRequested)
            {
                clock.Start();
            }

            if (clock.Elapsed > TimeToEnd)
            {
                terminal.Error.WriteLine("verify: interrupted; the code that describes a model does not end");
                Environment.Exit(ExitCode.Undecided);
            }
        }

        thrown?.Throw();

        void Watched()
        {
            var here = 0;
            Volatile.Write(ref top, (nint)(&here));
            try
            {
                run();
            }
#pragma warning disable CA1031 // The exception is thrown where the caller waits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    // Null where addresses are too scarce for such a stack; the code then runs unwatched.
    private static Thread? Start(ThreadStart run)
    {
        try
        {
            var thread = new Thread(run, StackBytes) { IsBackground = true, Name = "verify model" };
            thread.Start();
            return thread;
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private void CheckStack(AuthoredCode code, nint top)
    {
        if (top == 0 || !OperatingSystem.IsLinux() || !IsUsed(top - FullBytes))
        {
            return;
        }

        code.StackIsFull();
        if (IsUsed(top - RunawayBytes))
        {
            End(code.Runaway);
        }
    }

    // The stack grows towards it, so it has memory as soon as the stack reaches it.
    private static bool IsUsed(nint address)
    {
        byte state = 0;
        var page = address & ~((nint)Environment.SystemPageSize - 1);
        return MinCore(page, 1, &state) == 0 && (state & 1) != 0;
    }

    private void End(Diagnostic mistake)
    {
        try
        {
            ErrorOutput.Complain(terminal, mistake);
            if (isJson)
            {
                ResultJson.WriteFailure(terminal.Out, mistake);
            }
        }
        catch (Exception e) when (e is IOException or UserErrorException)
        {
            // The exit code remains.
        }

        Exit(ExitCode.BadInput); // at once: the stack is still growing
    }

    [DllImport("libc", EntryPoint = "mincore")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MinCore(nint address, nuint length, byte* states);

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Exit(int code);
}
