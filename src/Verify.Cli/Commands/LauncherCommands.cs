using System.CommandLine;

namespace Verify.Cli.Commands;

/// <summary><c>test</c> and <c>bench</c>: the launcher's business; named here so that help lists them.</summary>
internal static class LauncherCommands
{
    public static IEnumerable<Command> Create() =>
    [
        Create("test", "Runs the project's own tests (by the launcher, ./verify test)."),
        Create("bench", "Measures Verify against Spin and Rumur (by the launcher, ./verify bench)."),
    ];

    private static Command Create(string name, string summary)
    {
        var command = new Command(name, summary) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((Func<ParseResult, int>)(_ => throw UserErrorException.At(null, ErrorCodes.BadUsage,
            $"the tool has no '{name}' in it, the launcher does", $"run './verify {name}' at the root of the repository")));
        return command;
    }
}
