using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Explaining;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Engines;
using Verify.Rendering;

namespace Verify.Cli.Commands;

/// <summary>
/// <c>explain CLAIM</c>: what a verdict rests on; <c>explain VRFnnn</c>: an error code's meaning and what to try.
/// </summary>
internal static class ExplainCommand
{
    public static Command Create(Session session)
    {
        var what = new Argument<string>("CLAIM|CODE") { Description = "A claim, or an error code such as VRF121." };
        var (choices, run) = (new ChoiceOptions(), new RunOptions(withCheckpoints: false));
        var json = new Option<bool>("--json") { Description = "The same as JSON." };
        var markdown = new Option<bool>("--markdown") { Description = "The same as Markdown." };
        var command = new Command("explain", "Explains a verdict: assumptions, steps, near misses. Or an error code.") { what };
        choices.AddTo(command);
        run.AddTo(command);
        command.Add(json);
        command.Add(markdown);
        Completions.Add(what, session);
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(what);
            if (IsCode(name))
            {
                return Explain(session.Terminal, name);
            }

            OptionUse.CheckContradictions(parsed);
            var (engine, options) = run.Read(parsed, session);
            var claim = Find(session, name);
            var explanation = Explain(session, claim, choices.Apply(parsed, claim), engine, options);
            if (parsed.GetValue(json))
            {
                ExplanationJson.Write(session.Terminal.Out, explanation);
            }
            else if (parsed.GetValue(markdown))
            {
                new ExplanationMarkdown(session.Terminal.Out).Write(explanation);
            }
            else
            {
                new ExplanationText(session.Terminal).Write(explanation);
            }

            return session.Cancellation.IsCancellationRequested
                || explanation.Main.Verdict is Verdict.Unknown or Verdict.HoldsUpTo ? ExitCode.Undecided
                : explanation.Problems.IsEmpty ? ExitCode.AsExpected : ExitCode.Otherwise;
        });
        return command;
    }

    private static Claim Find(Session session, string name)
    {
        try
        {
            return session.One(name, "and one claim is explained at a time");
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.UnknownClaim && !session.Catalogue.Claims.IsEmpty)
        {
            throw new UserErrorException(e.Diagnostic with { Hint = $"{e.Diagnostic.Hint}; src/ERRORS.md lists the error codes" }, e);
        }
    }

    private static ClaimExplanation Explain(
        Session session, Claim claim, Modelling.Choices choices, IEngine engine, EngineOptions options)
    {
        var asked = 0;
        return ProgressDisplay.Run(session.Terminal, () => $"{claim.Id}, {Quantity.Of(Volatile.Read(ref asked), "variation")}",
            _ => ClaimExplanation.Of(claim, choices, new CachingEngine(engine), options, number => Volatile.Write(ref asked, number)));
    }

    // A user may type the number alone.
    private static bool IsCode(string text) => text.All(char.IsAsciiDigit)
        || (text.StartsWith("VRF", StringComparison.OrdinalIgnoreCase) && text[3..].All(char.IsAsciiDigit));

    private static int Explain(Terminal terminal, string text)
    {
        var id = text.All(char.IsAsciiDigit) ? $"VRF{text}" : text;
        var found = ErrorCodes.All.FirstOrDefault(code => code.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"there is no error code '{text}'",
                Suggestion.Hint(id, ErrorCodes.All.Select(code => code.Id)) ?? "src/ERRORS.md lists all codes");
        Write(terminal, "means", found.Title);
        Write(terminal, "try", found.Hint);
        Write(terminal, "exit code", $"{ExitCode.Of(UserErrorException.At(null, found, found.Title).Diagnostic)}");
        return ExitCode.AsExpected;
    }

    private static void Write(Terminal terminal, string heading, string text)
    {
        foreach (var line in TextWrap.Lines($"{heading,-11}{text}", hanging: 11))
        {
            terminal.Out.WriteLine(line);
        }
    }
}
