using System.Collections.Immutable;
using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Rendering;

namespace Verify.Cli.Commands;

/// <summary><c>check CLAIM…</c>: decides claims and shows the evidence.</summary>
internal static class CheckCommand
{
    private const double UsualSizeSeconds = 10;

    public static Command Create(Session session)
    {
        var claims = new Argument<string[]>("CLAIM")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "An identifier such as VL-MARK:I-USE, a group such as VL-MARK, or a pattern such as 'VL-*'; "
                + "or a family, or one of its properties such as 'peterson:no deadlock'.",
        };
        var (choices, run) = (new ChoiceOptions(), new RunOptions(withCheckpoints: true));
        var detail = new TraceOptions();
        var json = new Option<bool>("--json") { Description = "Write the results as JSON." };
        var sizes = new Option<string?>("--sizes")
        {
            HelpName = "TIME",
            Description = "After a proof, decide the claim at the next larger sizes too; for 10s by default.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var property = new Option<string?>("--property")
        {
            HelpName = "P",
            Description = "Only what is about this property, such as I-USE.",
        };
        var command = new Command("check", "Decides claims and shows the verdict, the evidence and the trace.") { claims, property };
        Completions.Add(claims, session);
        choices.AddTo(command);
        run.AddTo(command);
        detail.AddTo(command);
        command.Add(json);
        command.Add(sizes);
        command.SetAction(parsed =>
        {
            var shown = new Shown(detail.Read(parsed), parsed.GetValue(json), Seconds(parsed, sizes), [.. run.Given(parsed)]);
            Choices ChoicesOf(Claim claim) => choices.Apply(parsed, claim);
            var named = parsed.GetRequiredValue(claims);
            ImmutableArray<Claim> found = parsed.GetValue(property) is { } name
                ? [.. named.SelectMany(argument => session.Catalogue.Find(argument, name, ChoicesOf)).Distinct()]
                : session.Catalogue.Find(named, ChoicesOf);
            return Check(session, parsed, found, choices, run, shown);
        });
        return command;
    }

    private static double? Seconds(ParseResult parsed, Option<string?> sizes) =>
        parsed.GetResult(sizes) is not { Implicit: false } ? null
        : parsed.GetValue(sizes) is not { } text ? UsualSizeSeconds
        : Quantity.Seconds(text) is { } seconds and > 0 ? seconds
        : throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the time '{text}' cannot be parsed",
            "use a form such as --sizes 30s or 5m; for another instance use --size cpu=3");

    private static int Check(Session session, ParseResult parsed, IReadOnlyList<Claim> claims,
        ChoiceOptions choices, RunOptions options, Shown shown)
    {
        var (trace, isJson) = (shown.Trace, shown.IsJson);
        // Errors in the command line are reported before the first claim is decided.
        var (engine, run) = options.Read(parsed, session);
        run = run with { Scrutiny = run.Scrutiny ?? Scrutiny.Usual.Shared(claims.Count) };
        var chosen = claims.Select(claim => choices.Apply(parsed, claim)).ToList();
        var careful = new CachingEngine(engine);
        var outcomes = new List<Outcome>();
        var larger = new List<Outcome>();
        var text = isJson ? null : new ResultText(session.Terminal, shown.Options);
        for (var i = 0; i < claims.Count && !(i > 0 && session.Cancellation.IsCancellationRequested); i++)
        {
            var (claim, choice) = (claims[i], chosen[i]);
            var outcome = session.Catalogue.MistakeIn(claim) is { } mistake
                ? Outcome.Wrong(claim, choice, mistake)
                : ProgressDisplay.Run(session.Terminal, claim.Id,
                    progress => Outcome.Decide(claim, choice, careful, run with { Progress = progress }));
            outcomes.Add(outcome);
            if (text is not null && outcome.IsResult)
            {
                Separate(session.Terminal.Out, outcomes.Count(one => one.IsResult) - 1);
                text.Write(outcome, trace);
            }

            if (outcome.Complaint is { } complaint)
            {
                ErrorOutput.Complain(session.Terminal, complaint);
            }

            if (shown.SizeSeconds is { } seconds && outcome.Report?.Main?.Verdict is Verdict.Proved)
            {
                var each = run with { Budget = run.Budget with { Seconds = seconds } };
                larger.AddRange(Grow(session, claim, choice, careful, each, text, trace));
            }
        }

        if (isJson)
        {
            ResultJson.Write(session.Terminal.Out, [.. outcomes, .. larger]);
        }

        // A refutation at a larger size counts; a timeout there does not.
        return ExitCode.Worst([Conclude(session, outcomes, claims.Count, isJson),
            .. larger.Select(ExitCode.Of).Where(code => code != ExitCode.Undecided)]);
    }

    // Writes one line per size, and the whole result if it is not a proof.
    private static List<Outcome> Grow(
        Session session, Claim claim, Choices choices, IEngine engine, EngineOptions run, ResultText? text, TraceDetail trace)
    {
        var all = new List<Outcome>();
        text?.WriteLarger(claim.Family, run.Budget.Seconds!.Value);
        foreach (var outcome in LargerSizes.Decide(claim, choices, engine, run))
        {
            all.Add(outcome);
            text?.WriteLarger(outcome);
        }

        foreach (var outcome in all.Where(one => text is not null && ExitCode.Of(one) is not (ExitCode.AsExpected or ExitCode.Undecided)))
        {
            session.Terminal.Out.WriteLine();
            text!.Write(outcome, trace);
        }

        return all;
    }

    private static int Conclude(Session session, List<Outcome> outcomes, int asked, bool isJson)
    {
        if (outcomes.Count < asked)
        {
            session.Terminal.Error.WriteLine($"verify: interrupted; {asked - outcomes.Count} of {asked} claims were not decided");
            return ExitCode.Worst([ExitCode.Undecided, .. outcomes.Where(one => one.Failure is not null).Select(ExitCode.Of)]);
        }

        if (asked > 1 && !isJson)
        {
            Separate(session.Terminal.Out, outcomes.Count(one => one.IsResult));
            session.Terminal.Out.WriteLine(Summary.Of(outcomes));
        }

        return session.Cancellation.IsCancellationRequested
            ? ExitCode.Undecided
            : ExitCode.Worst(outcomes.Select(ExitCode.Of));
    }

    private static void Separate(TextWriter output, int position)
    {
        if (position > 0)
        {
            output.WriteLine();
        }
    }

    /// <summary>Options for the output and for additional results.</summary>
    /// <param name="Trace">What a trace shows in addition to its steps.</param>
    /// <param name="IsJson">True to write JSON.</param>
    /// <param name="SizeSeconds">The seconds for larger sizes; null to skip them.</param>
    /// <param name="Options">The options of the run, as words of a command.</param>
    private sealed record Shown(TraceDetail Trace, bool IsJson, double? SizeSeconds, IReadOnlyList<string> Options);
}
