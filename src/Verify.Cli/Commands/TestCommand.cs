using System.CommandLine;

namespace Verify.Cli.Commands;

/// <summary><c>test</c>: the launcher's business; named here so that help lists it.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var command = new Command("test", "Runs the project's own tests (by the launcher, ./verify test).")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((Func<ParseResult, int>)(_ => throw ModelException.At(null, Codes.BadUsage,
            "the tool has no tests in it, the launcher runs them", "run './verify test' at the root of the repository")));
        return command;
    }
}
