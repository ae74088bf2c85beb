using System.CommandLine;

namespace Verify.Cli.Commands;

/// <summary>
/// <c>test</c> and <c>bench</c>: commands of the launcher, declared here so that the help lists them.
/// </summary>
internal static class LauncherCommands
{
    public static IEnumerable<Command> Create() =>
    [
        Create("test", "Runs the project's own tests (only with the launcher, ./verify test)."),
        Create("bench", "Measures Verify against Spin and Rumur (only with the launcher, ./verify bench)."),
    ];

    private static Command Create(string name, string summary)
    {
        var command = new Command(name, summary) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((Func<ParseResult, int>)(_ => throw UserErrorException.At(null, ErrorCodes.BadUsage,
            $"'{name}' is a command of the launcher, not of the tool", $"run './verify {name}' at the root of the repository")));
        return command;
    }
}
