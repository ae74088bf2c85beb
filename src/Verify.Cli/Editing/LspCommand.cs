using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Rendering;

namespace Verify.Cli.Editing;

/// <summary><c>lsp</c>: serves an editor over the standard streams.</summary>
internal static class LspCommand
{
    private const double MostSeconds = 60;

    public static Command Create(Session session)
    {
        var stdio = new Option<bool>("--stdio") { Description = "Over the standard streams, which is the only way.", Hidden = true };
        var command = new Command("lsp", "Serves an editor: the language server protocol over the standard streams.") { stdio };
        command.SetAction(_ =>
        {
            using var input = Console.OpenStandardInput();
            using var output = Console.OpenStandardOutput();
            using var server = new LanguageServer(new MessagePipe(new BufferedStream(input), output), (file, name, stop) =>
                Decide(session, file, name, stop));
            return server.Run() ? ExitCode.AsExpected : ExitCode.Otherwise;
        });
        return command;
    }

    private static (string Word, string Text) Decide(Session session, EditedFile file, string name, CancellationToken stop)
    {
        try
        {
            var claim = new ProtocolFiles(_ => file.File).Find($"{file.Path}:{name}")[0];
            var run = EngineOptions.Default with { Budget = Budget.Unlimited with { Seconds = MostSeconds }, Cancellation = stop };
            var outcome = Outcome.Decide(claim, claim.Choices, session.Engine(null), run);
            using var text = new StringWriter();
            new ResultText(Terminal.Plain(text, TextWriter.Null) with { Columns = 100 }).Write(outcome, new TraceDetail());
            return (Word(claim, outcome), text.ToString());
        }
        catch (UserErrorException e)
        {
            return ("wrong", string.Join("\n", e.All.Select(one => $"{one}\nhint: {one.Hint}")));
        }
    }

    private static string Word(Claim claim, Outcome outcome) => outcome.Report?.Main?.Verdict.Word is not { } word ? "not decided"
        : claim.Expected is Expectation.Open ? word
        : ExitCode.Of(outcome) == ExitCode.AsExpected ? $"{word}, as expected" : $"{word}, not as expected";
}
