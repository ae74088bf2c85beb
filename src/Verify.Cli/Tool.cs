using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Verify.Cli.Commands;
using Verify.Cli.Compiling;
using Verify.Cli.Editing;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Engines;
using Verify.Formats;
using Verify.Solvers;
using Verify.Solvers.Library;

namespace Verify.Cli;

/// <summary>The command-line tool, independent of its process.</summary>
/// <param name="engines">The engines, the preferred one first.</param>
/// <param name="writers">The formats that a model can be exported to.</param>
/// <param name="catalogue">The source of families and claims, loaded on demand.</param>
/// <param name="solvers">The solvers of the engines; by default those of this machine.</param>
public sealed class Tool(
    IReadOnlyList<IEngine> engines, IReadOnlyList<IModelWriter> writers, Func<Catalogue> catalogue, SolverChoice? solvers = null)
{
    private readonly SolverChoice solvers =
        solvers ?? new SolverChoice([new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5)]);

    /// <summary>Z3's library in a child process, which is the tool itself.</summary>
    internal static MicrosoftZ3 HostedZ3() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? new MicrosoftZ3(Environment.ProcessPath!, [typeof(Tool).Assembly.Location, Z3Host.Argument])
        : new MicrosoftZ3(Path.ChangeExtension(typeof(Tool).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null),
            [Z3Host.Argument]);

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code: 0 as expected, 1 otherwise, 2 undecided, 3 the input is invalid, 4 an internal
    /// error.</returns>
    public int Run(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation = default)
    {
        try
        {
            return Invoke(arguments, new Session(engines, writers, new(catalogue), solvers, terminal, cancellation));
        }
#pragma warning disable CA1031 // Whatever exception occurs, the user gets one line and the right exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var failure = ErrorOutput.Diagnose(e);
            try
            {
                Complain(terminal, e, failure, arguments.Contains("--json"));
            }
            catch (Exception other) when (other is IOException or UnauthorizedAccessException or UserErrorException)
            {
                // Standard output or standard error cannot be written; the exit code remains.
            }

            return ExitCode.Of(failure);
        }
    }

    private static void Complain(Terminal terminal, Exception thrown, Diagnostic failure, bool isJson)
    {
        foreach (var line in (thrown as SourceErrorException)?.Lines ?? [])
        {
            terminal.Error.WriteLine(line);
        }

        if (thrown is SourceErrorException)
        {
            ErrorOutput.Complain(terminal, failure);
        }
        else
        {
            ErrorOutput.Complain(terminal, thrown);
        }

        if (isJson)
        {
            ResultJson.WriteFailure(terminal.Out, failure);
        }
    }

    private static int Invoke(IReadOnlyList<string> arguments, Session session)
    {
        var root = Root(session);
        var parsed = root.Parse(AsOptions(arguments),
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var isExcused = parsed.Action is SynchronousCommandLineAction { ClearsParseErrors: true }; // for help and version
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && !isExcused))
        {
            throw Misuse(parsed, root);
        }

        FailIfOption(parsed, isExcused);

        // The remaining commands are ours, the help and the version; Run handles our exceptions.
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = session.Terminal.Out,
            Error = session.Terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    // Some users write these options as commands.
    private static IReadOnlyList<string> AsOptions(IReadOnlyList<string> arguments) => arguments switch
    {
        ["help"] => ["--help"],
        ["help", var command, ..] => [command, "--help"],
        ["version"] or ["-V"] => ["--version"],
        _ => arguments,
    };

    // The parser treats an unknown option as one more claim.
    private static void FailIfOption(ParseResult parsed, bool isExcused)
    {
        var command = parsed.CommandResult.Command;
        // What follows a double dash is meant as a name.
        var meant = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        var stray = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value is ['-', _, ..] && !meant.Contains(token));
        if (stray is not null && !isExcused)
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, $"'{command.Name}' has no option '{stray.Value}'",
                Suggestion.Hint(stray.Value, command.Options.Select(option => option.Name)) ?? $"run 'verify {command.Name} --help'");
        }
    }

    private static RootCommand Root(Session session)
    {
        var root = new RootCommand("Decides claims about kernel memory management on small models.");
        foreach (var option in root.Options.OfType<VersionOption>())
        {
            option.Action = new PrintVersion();
        }

        root.Add(ListCommand.Create(session));
        root.Add(ShowCommand.Create(session));
        root.Add(ExplainCommand.Create(session));
        root.Add(CheckCommand.Create(session));
        root.Add(ProveCommand.Create(session));
        root.Add(CertifyCommand.Create(session));
        root.Add(ReplayCommand.Create(session));
        root.Add(ExportCommand.Create(session));
        root.Add(GateCommand.Create(session));
        root.Add(CompareCommand.Create(session));
        root.Add(ConformCommand.Create(session));
        root.Add(WatchCommand.Create(session));
        root.Add(FormatCommand.Create(session));
        root.Add(LspCommand.Create(session));
        foreach (var command in LauncherCommands.Create())
        {
            root.Add(command);
        }
        return root;
    }

    private static UserErrorException Misuse(ParseResult parsed, RootCommand root)
    {
        var command = parsed.CommandResult.Command;
        var stray = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var known = command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name));
        var help = command == root ? "run 'verify --help'" : $"run 'verify {command.Name} --help'";
        var message = command == root && stray is not null ? $"the command '{stray}' does not exist"
            : command == root ? "a command is missing"
            : parsed.Errors is [var error, ..] ? Missing(command, error) ?? NotANumber(error) ?? error.Message
            : "a command is missing";
        var hint = (stray is null ? null : Suggestion.Hint(stray, known)) ?? help;
        return UserErrorException.At(null, ErrorCodes.BadUsage, ErrorOutput.Joined(message), hint);
    }

    // What the parser misses, in the words of the help.
    private static string? Missing(Command command, ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Parent: OptionResult { Option: var option } } =>
            $"{option.Name} needs a value: {option.HelpName}",
        OptionResult { Tokens.Count: 0, Option: { Required: true } option } => $"'{command.Name}' needs {option.Name} {option.HelpName}",
        OptionResult { Tokens.Count: 0, Option: var option } => $"{option.Name} needs a value: {option.HelpName}",
        ArgumentResult { Tokens.Count: 0, Argument: var argument } => $"'{command.Name}' needs a {argument.Name}",
        CommandResult => command.Options.FirstOrDefault(option => option.Required && error.Message.Contains($"'{option.Name}'",
            StringComparison.Ordinal)) is { } left ? $"'{command.Name}' needs {left.Name} {left.HelpName}" : null,
        _ => null,
    };

    // The parser's own message names .NET types.
    private static string? NotANumber(ParseError error)
    {
        var result = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (result is not { Tokens: [var token], Option: var option } || option.ValueType == typeof(long?))
        {
            return null;
        }

        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type == typeof(int) || type == typeof(long) ? $"{option.Name} takes a whole number, not '{token.Value}'"
            : type == typeof(ulong) ? $"{option.Name} takes a whole number from 0, not '{token.Value}'"
            : null;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(ToolVersion.Text);
            return ExitCode.AsExpected;
        }
    }
}
