using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Commands;

/// <summary><c>check CLAIM…</c>: decides claims and shows what backs the verdict.</summary>
internal static class CheckCommand
{
    private const double UsualSizeSeconds = 10;

    public static Command Create(Session session)
    {
        var claims = new Argument<string[]>("CLAIM")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "An id, as VL-MARK:I-USE, a group of them, as VL-MARK, or a pattern, as 'VL-*'; "
                + "or a family, or a property of it, as 'peterson:no deadlock'.",
        };
        var (choices, run) = (new ChoiceOptions(), new RunOptions(withCheckpoints: true));
        var full = new Option<bool>("--full") { Description = "Whole states behind each step of a trace." };
        var json = new Option<bool>("--json") { Description = "The results as JSON." };
        var sizes = new Option<string?>("--sizes")
        {
            HelpName = "TIME",
            Description = "Where a claim is proved, decide it at the next sizes too, for 10s unless said otherwise.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("check", "Decides claims: the verdict, what backs it, and the trace.") { claims };
        choices.AddTo(command);
        run.AddTo(command);
        command.Add(full);
        command.Add(json);
        command.Add(sizes);
        command.SetAction(parsed =>
        {
            var shown = new Shown(parsed.GetValue(full), parsed.GetValue(json), Seconds(parsed, sizes), [.. run.Given(parsed)]);
            return Check(session, parsed, session.Catalogue.Find(parsed.GetRequiredValue(claims)), choices, run, shown);
        });
        return command;
    }

    private static double? Seconds(ParseResult parsed, Option<string?> sizes) =>
        parsed.GetResult(sizes) is not { Implicit: false } ? null
        : parsed.GetValue(sizes) is not { } text ? UsualSizeSeconds
        : Quantity.Seconds(text) is { } seconds and > 0 ? seconds
        : throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the time '{text}' is not understood",
            "write --sizes 30s, or 5m; another instance is --size cpu=3");

    private static int Check(Session session, ParseResult parsed, IReadOnlyList<Claim> claims,
        ChoiceOptions choices, RunOptions options, Shown shown)
    {
        var (isFull, isJson) = (shown.IsFull, shown.IsJson);
        // What can be wrong with the command line is found before the first of many claims is decided.
        var (engine, run) = options.Read(parsed, session);
        run = run with { Scrutiny = run.Scrutiny ?? Scrutiny.Usual.Shared(claims.Count) };
        var chosen = claims.Select(claim => choices.Apply(parsed, claim)).ToList();
        var careful = new CachingEngine(engine);
        var outcomes = new List<Outcome>();
        var larger = new List<Outcome>();
        for (var i = 0; i < claims.Count && !(i > 0 && session.Cancellation.IsCancellationRequested); i++)
        {
            var (claim, choice) = (claims[i], chosen[i]);
            var outcome = session.Catalogue.MistakeIn(claim) is { } mistake
                ? Outcome.Wrong(claim, choice, mistake)
                : ProgressDisplay.Run(session.Terminal, claim.Id,
                    progress => Outcome.Of(claim, choice, careful, run with { Progress = progress }));
            outcomes.Add(outcome);
            if (!isJson && outcome.IsResult)
            {
                Separate(session.Terminal.Out, outcomes.Count(one => one.IsResult) - 1);
                new ResultText(session.Terminal, shown.Options).Write(outcome, isFull);
            }

            if (outcome.Complaint is { } complaint)
            {
                ErrorOutput.Complain(session.Terminal, complaint);
            }

            if (shown.SizeSeconds is { } seconds && outcome.Report?.Main?.Verdict is Verdict.Proved)
            {
                larger.AddRange(Grow(session, claim, choice, careful, run with { Budget = run.Budget with { Seconds = seconds } }, shown));
            }
        }

        if (isJson)
        {
            ResultJson.Write(session.Terminal.Out, [.. outcomes, .. larger]);
        }

        // What a larger size shows counts; that time ran out there does not.
        return ExitCode.Worst([Conclude(session, outcomes, claims.Count, isJson),
            .. larger.Select(ExitCode.Of).Where(code => code != ExitCode.Undecided)]);
    }

    // A line for each of the next sizes, and the whole result where it is no proof.
    private static List<Outcome> Grow(Session session, Claim claim, Choices choices, IEngine engine, EngineOptions run, Shown shown)
    {
        var text = shown.IsJson ? null : new ResultText(session.Terminal, shown.Options);
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
            text!.Write(outcome, shown.IsFull);
        }

        return all;
    }

    private static int Conclude(Session session, List<Outcome> outcomes, int asked, bool isJson)
    {
        if (outcomes.Count < asked)
        {
            session.Terminal.Error.WriteLine($"verify: interrupted; {asked - outcomes.Count} of {asked} claims were not looked at");
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

    /// <summary>What is decided beside the claims, and how results are written.</summary>
    /// <param name="IsFull">Whole states behind each step of a trace.</param>
    /// <param name="IsJson">As JSON.</param>
    /// <param name="SizeSeconds">For how long larger sizes are decided; null for none.</param>
    /// <param name="Options">How they are decided, as options of a command.</param>
    private sealed record Shown(bool IsFull, bool IsJson, double? SizeSeconds, IReadOnlyList<string> Options);
}
