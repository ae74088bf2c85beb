using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Traces;

namespace Verify.Cli.Output;

/// <summary>Prints the decisions of one command for a reader.</summary>
/// <param name="terminal">The terminal to write to.</param>
/// <param name="options">The options of the run, as words of a command that repeats it.</param>
internal sealed class ResultText(Terminal terminal, params IReadOnlyList<string> options)
{
    private readonly ResultPage page = new(terminal);

    /// <summary>Prints the outcome of a claim.</summary>
    public void Write(Outcome outcome, TraceDetail detail)
    {
        if (outcome.Report is { } report)
        {
            Write(report, detail);
            return;
        }

        var failure = outcome.Failure!;
        var ours = failure.Code == ErrorCodes.Internal;
        page.Head(outcome.Claim.Id,
            ours ? "not decided because of an internal error" : "not decided because of an error in it", Paint.Red);
        Text(outcome.Claim.Sentence);
        Text($"on {outcome.InstanceText}");
        Text(failure.ToString());
        Text($"hint: {failure.Hint}");
        if (outcome.Run is { } run)
        {
            var command = run.Instance is { } instance
                ? CommandText.Replay(outcome.Claim, instance, Replay.Encode(run.Interpreter, run.Trace))
                : [];
            Line("");
            terminal.Out.Write(ColumnTrace.Of(run, failure, CaptionOf(outcome.Claim, outcome.InstanceText, command), detail));
            Line("");
        }

        page.Sources(outcome.Claim, finding: null);
    }

    /// <summary>Prints the report on a claim.</summary>
    public void Write(ClaimReport report, TraceDetail detail)
    {
        var claim = report.Claim;
        if (report.Main is not { } main)
        {
            WritePending(claim, (Expectation.Pending)claim.Expected);
            return;
        }

        var (word, paint) = Headline(report, main);
        page.Head(claim.Id, word, paint);
        Text(claim.Sentence);
        Text($"on {main.Instance}");
        Text($"{main.Engine}: {Basis(main)}");
        if (main.Verdict.Evidence.Checked is { } walked)
        {
            Text($"checked in {Quantity.InSeconds(walked.Seconds)}: {walked}");
        }

        if (main is { Property: Property.LeadsTo, Trace.LoopStart: { } loop, Minimal: { } minimal })
        {
            Text(minimal == MinimalPart.Run
                ? "no run with fewer steps, its loop included, breaks the claim"
                : $"no run comes to such a loop in fewer than {Quantity.Of(loop, "step")}; the loop itself may not be a shortest one");
        }

        page.Problems(report.Problems, report.IsExpected);
        if (main.CheckedTrace is { } trace)
        {
            WriteTrace(claim, main.Instance, trace, detail);
        }

        if (report.Dropped.Length > 0)
        {
            Text("each assumption dropped alone:");
            foreach (var (assumption, without) in report.Dropped)
            {
                Item($"{assumption}: {Carries(assumption, without, claim)}");
            }
        }

        page.Limits(claim, Limits.Of(main, claim));
        if (!report.IsExpected)
        {
            if (claim.Expected is not Expectation.Open)
            {
                Text("not the claim's own instance: no expected result to compare with");
            }

            foreach (var name in report.Idle)
            {
                Text($"{name} changes nothing: the model of this instance is the same without it");
            }
        }

        page.Sources(claim, report.Finding);
    }

    /// <summary>Prints a trace with its caption and the command that replays it.</summary>
    public void WriteTrace(Claim claim, Instance instance, CheckedTrace trace, TraceDetail detail)
    {
        var caption = CaptionOf(claim, instance.ToString(), CommandText.Replay(claim, instance, trace.Encoded));
        Line("");
        terminal.Out.Write(ColumnTrace.Of(trace, caption, detail));
        Line("");
    }

    private static Caption CaptionOf(Claim claim, string instance, ImmutableArray<string> replay) =>
        new(claim.Id, instance, replay) { Family = claim.Family };

    /// <summary>Prints the heading of the results for larger sizes.</summary>
    public void WriteLarger(ModelFamily family, double seconds) =>
        Text(family.Sizes.IsEmpty ? "larger sizes: the family has no sizes" : $"larger sizes, for {Quantity.InSeconds(seconds)}:");

    /// <summary>Prints the result for a larger size in one line.</summary>
    public void WriteLarger(Outcome outcome)
    {
        var sizes = Instance.DescribeSizes(outcome.Claim.Family, outcome.Choices);
        Item(outcome.Report?.Main is not { } main ? $"{sizes}: an error, see below"
            : main.Verdict switch
            {
                Verdict.Proved => $"{sizes}: proved, {Quantity.Of(main.Verdict.Evidence.States, "state")}, "
                    + $"{Quantity.InSeconds(main.ElapsedSeconds)}",
                Verdict.Refuted => $"{sizes}: refuted, see below",
                _ => $"{sizes}: {main.Verdict.Word}, {Basis(main)}",
            });
    }

    private void WritePending(Claim claim, Expectation.Pending pending)
    {
        page.Head(claim.Id, "pending", Paint.Yellow);
        Text(claim.Sentence);
        Text($"not decided by this version: {pending.Reason}");
        page.Sources(claim, claim.Finding);
    }

    private static (string Word, Paint Paint) Headline(ClaimReport report, Report main)
    {
        var word = main.Verdict.Word;
        if (report.IsVacuous)
        {
            return ($"{word}, but vacuous: it shows nothing", Paint.Red);
        }

        if (report.Caveat is { } caveat)
        {
            return ($"{word}, {caveat}", ExitCode.Of(report) == ExitCode.Undecided ? Paint.Yellow : Paint.Red);
        }

        if (!report.IsExpected)
        {
            return (word, main.Verdict switch
            {
                Verdict.Proved => Paint.Green,
                Verdict.Refuted => Paint.Red,
                _ => Paint.Yellow,
            });
        }

        return ExitCode.Of(report) switch
        {
            ExitCode.AsExpected => ($"{word}, as expected", Paint.Green),
            ExitCode.Undecided => ($"{word}, expected {report.Claim.Expected.Word}", Paint.Yellow),
            _ when word == report.Claim.Expected.Word => ($"{word}, but not as expected", Paint.Red),
            _ => ($"{word}, expected {report.Claim.Expected.Word}", Paint.Red),
        };
    }

    /// <summary>The evidence of a decision in one line.</summary>
    private static string Basis(Report report)
    {
        var evidence = report.Verdict.Evidence;
        var standing = evidence.StatesRepresented is { } all ? $" that stand for {all:N0}" : "";
        // If there are too many runs for a table, states are not counted, and the text has no number for them.
        var counted = evidence.Identity == Evidence.StatesNotCounted ? "" : $"{Quantity.Of(evidence.States, "state")}{standing}, ";
        var chosen = evidence.Selection is { } selection ? $"{selection}; " : "";
        var numbers = evidence.Solver is { } solver
            ? $"{chosen}depth {evidence.Depth}, {evidence.Identity}, {solver}, {Quantity.InSeconds(report.EngineSeconds)}"
            : $"{chosen}{counted}{Quantity.Of(evidence.Transitions, "transition")}, "
                + $"depth {evidence.Depth}, {evidence.Identity}, {Quantity.InSeconds(report.EngineSeconds)}";
        numbers = evidence.RulePairs is { } pairs ? $"{Quantity.Of(pairs, "rule pair")}, {numbers}" : numbers;
        return report.Verdict switch
        {
            Verdict.Unknown unknown => $"{unknown.Reason}; {numbers}",
            Verdict.HoldsUpTo limit when evidence.Kind is EvidenceKind.Sampled or EvidenceKind.Hashed =>
                $"no violation in {limit.Bound.Cause}; {numbers}",
            Verdict.HoldsUpTo limit =>
                $"stopped by {limit.Bound.Cause}; no violation within {Quantity.Of(limit.Bound.Depth, "step")}; {numbers}",
            _ => evidence.Kind switch
            {
                EvidenceKind.Sampled => $"found in run {evidence.Schedules:N0}; {numbers}",
                EvidenceKind.Exhaustive when report.Run.Reductions != Reductions.None =>
                    $"every reachable state that the reductions leave: {numbers}{LeftOut(report)}",
                EvidenceKind.Exhaustive => $"every reachable state: {numbers}",
                EvidenceKind.Inductive => $"an inductive invariant: {evidence.Certificate}; {numbers}{LeftOut(report)}",
                _ => numbers,
            },
        };
    }

    private static string LeftOut(Report report)
    {
        var evidence = report.Verdict.Evidence;
        var rest = evidence.StatesForTheRest is { } states ? $"; witnesses and rules outside of it: {Quantity.Of(states, "state")}" : "";
        return rest + string.Concat(evidence.LeftOut(report.Instance.Model).Select(part => $"; {part}"));
    }

    private string Carries(string assumption, Report without, Claim claim)
    {
        var see = string.Join(' ',
            ["./verify check", TextWrap.Quoted(claim.Id), "--drop", TextWrap.Quoted(assumption), .. options]);
        return without.Verdict switch
        {
            Verdict.Refuted { Trace: { } trace } => $"necessary; without it refuted in {Quantity.Of(trace.Length, "step")} ({see})",
            Verdict.Refuted => "necessary; without it refuted",
            Verdict.Proved => "superfluous; proved without it",
            _ => $"undecided; without it {without.Verdict.Word} ({see})",
        };
    }

    private void Line(string text) => page.Line(text);

    private void Text(string text) => page.Text(text);

    private void Item(string text) => page.Item(text);
}
