using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Rendering;

namespace Verify.Cli.Commands;

/// <summary><c>explain VRFnnn</c>: an error code's meaning and what to try.</summary>
internal static class ExplainCommand
{
    public static Command Create(Session session)
    {
        var code = new Argument<string>("CODE") { Description = "An error code, as VRF121." };
        var command = new Command("explain", "Explains an error code.") { code };
        command.SetAction(parsed =>
        {
            var found = Find(parsed.GetRequiredValue(code));
            Write(session.Terminal, "means", found.Title);
            Write(session.Terminal, "try", found.Hint);
            Write(session.Terminal, "exit code", $"{ExitCode.Of(UserErrorException.At(null, found, found.Title).Diagnostic)}");
            return ExitCode.AsExpected;
        });
        return command;
    }

    // A user may type the number alone.
    private static ErrorCode Find(string text)
    {
        var id = text.All(char.IsAsciiDigit) ? $"VRF{text}" : text;
        return ErrorCodes.All.FirstOrDefault(code => code.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"there is no error code '{text}'",
                Suggestion.Hint(id, ErrorCodes.All.Select(code => code.Id)) ?? "src/ERRORS.md lists all codes");
    }

    private static void Write(Terminal terminal, string heading, string text)
    {
        foreach (var line in TextWrap.Lines($"{heading,-11}{text}", hanging: 11))
        {
            terminal.Out.WriteLine(line);
        }
    }
}
