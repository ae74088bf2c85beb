using System.Collections.Immutable;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;

namespace Verify.Cli.Running;

/// <summary>
/// The decision of a claim, on its own instance or on another one, and its comparison with the expectation.
/// </summary>
/// <param name="Claim">The claim as declared.</param>
/// <param name="Choices">The choices of the instance.</param>
/// <param name="Main">The decision of that instance; null if the claim is pending.</param>
internal sealed record ClaimReport(Claim Claim, Choices Choices, Report? Main)
{
    /// <summary>For a conditional proof, the decision with each assumption dropped alone.</summary>
    public ImmutableArray<(string Assumption, Report Report)> Dropped { get; init; } = [];

    /// <summary>The reasons why the decision is not as expected, one line each; empty if it is.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>
    /// The problems that a missing answer causes and that a later answer may remove; the other problems are final.
    /// </summary>
    public ImmutableArray<string> OpenProblems { get; init; } = [];

    /// <summary>True if the claim has an expectation for this instance.</summary>
    public bool IsExpected => Claim.Expected is not Expectation.Open && IsOwn;

    /// <summary>True if the instance is the claim's own.</summary>
    public bool IsOwn { get; } = ChoiceDifference.Of(Claim, Choices).IsEmpty;

    /// <summary>
    /// The claim's explanation of its verdict; null if it has none, or if this is another instance or another verdict.
    /// </summary>
    public string? Finding => IsOwn && (Claim.Expected is Expectation.Open || Main?.Verdict.Word == Claim.Expected.Word)
        ? Claim.Finding
        : null;

    /// <summary>True if there is no problem.</summary>
    public bool IsAsExpected => Problems.IsEmpty;

    /// <summary>
    /// True if the proof of the claim is vacuous: a witness is not reachable, a rule never fires, or the model has no
    /// witness.
    /// </summary>
    public bool IsVacuous => Main is { } main && !main.Vacuities().IsEmpty;

    /// <summary>The reservation about the verdict of a question without an expectation; null for none.</summary>
    public string? Caveat => IsExpected || IsAsExpected ? null
        : IsVacuous ? "but vacuous"
        : Problems.All(OpenProblems.Contains) ? "but possibly vacuous"
        : "with a problem";

    /// <summary>True if an answer is missing: the claim is pending, a budget ended or a solver failed.</summary>
    public bool IsUndecided => Main is null
        || IsOpen(Main)
        || !Main.OpenVacuities().IsEmpty
        || Dropped.Any(dropped => IsOpen(dropped.Report));

    /// <summary>
    /// The features, faults and assumptions that were switched on for another instance but do not change its model.
    /// </summary>
    public IEnumerable<string> Idle => Choices.Assumptions.Union(Choices.Switched)
        .Except(Claim.Choices.Assumptions.Union(Claim.Choices.Switched))
        .Where(IsIdle);

    /// <summary>The expected verdict with an assumption dropped.</summary>
    public string ExpectedWithout(string assumption) =>
        Claim.Expected is Expectation.ProvedIf conditional && conditional.Superfluous.Contains(assumption) ? "proved" : "refuted";

    /// <summary>Decides a claim and compares the result with the claim's expectation.</summary>
    public static ClaimReport Decide(Claim claim, IEngine engine, EngineOptions run) => Decide(claim, claim.Choices, engine, run);

    /// <summary>
    /// Decides a claim. For other choices than its own, it decides only the property, without regard to the
    /// expectation.
    /// </summary>
    public static ClaimReport Decide(Claim claim, Choices choices, IEngine engine, EngineOptions run)
    {
        var isOwn = ChoiceDifference.Of(claim, choices).IsEmpty;
        if (isOwn && claim.Expected is Expectation.Pending)
        {
            return new ClaimReport(claim, choices, null);
        }

        var main = DecideInstance(claim, isOwn ? claim.Choices : choices, engine, run);
        var isConditional = isOwn && claim.Expected is Expectation.ProvedIf && main.Verdict is Verdict.Proved;
        var assumptions = isConditional ? claim.Choices.Assumptions : [];
        return Compared(new ClaimReport(claim, choices, main)
        {
            Dropped = [.. assumptions.Select(name => (name, DecideInstance(claim, claim.Choices.Drop(name), engine, run)))],
        });
    }

    /// <summary>Compares the result of a replayed run, which the user chose, with the claim's expectation.</summary>
    public static ClaimReport OfRun(Claim claim, Choices choices, Report main) =>
        Compared(new ClaimReport(claim, choices, main), isChosen: true);

    private static ClaimReport Compared(ClaimReport report, bool isChosen = false)
    {
        var main = report.Main!;
        if (!report.IsOwn)
        {
            return report with
            {
                Problems = [.. main.Forbidden(), .. main.Vacuities(), .. main.OpenVacuities()],
                OpenProblems = main.OpenVacuities(),
            };
        }

        var problems = Compare(report, isChosen).ToList();
        return report with
        {
            Problems = [.. problems.Select(problem => problem.Text)],
            OpenProblems = [.. problems.Where(problem => problem.IsOpen).Select(problem => problem.Text)],
        };
    }

    private static Report DecideInstance(Claim claim, Choices choices, IEngine engine, EngineOptions run)
    {
        var instance = new Instance(claim.Family, choices);
        return Report.Decide(engine, instance, instance.Model.Property(claim.Property), run);
    }

    private static IEnumerable<(string Text, bool IsOpen)> Compare(ClaimReport report, bool isChosen)
    {
        var main = report.Main!;
        var expected = report.Claim.Expected;
        foreach (var forbidden in main.Forbidden())
        {
            yield return (forbidden, false);
        }

        if (main.Verdict.Word != expected.Word && expected is not Expectation.Open)
        {
            yield return ($"expected {expected.Word}, found {main.Verdict.Word}", IsOpen(main));
        }

        foreach (var vacuity in main.Vacuities())
        {
            yield return (vacuity, false);
        }

        foreach (var vacuity in main.OpenVacuities())
        {
            yield return (vacuity, true);
        }

        if (main.Verdict.Word != expected.Word)
        {
            yield break;
        }

        if (expected is Expectation.ProvedIf conditional)
        {
            var assumptions = report.Claim.Choices.Assumptions;
            foreach (var name in conditional.Superfluous.Where(name => !assumptions.Contains(name)))
            {
                yield return ($"the claim calls '{name}' superfluous but does not assume it", false);
            }

            if (assumptions.IsEmpty)
            {
                yield return ("the claim is expected to hold under assumptions but makes none", false);
            }
        }

        // Random walks, partial-order reduction and replayed runs show a violation that need not be a shortest one.
        var mayBeLonger = isChosen || main.Verdict.Evidence.Kind == EvidenceKind.Sampled
            || main.Run.Reductions.HasFlag(Reductions.PartialOrder);
        if (expected is Expectation.Refuted { Steps: { } steps } && main.Trace?.Length != steps
            && !(mayBeLonger && main.Trace?.Length > steps))
        {
            yield return ($"expected a shortest violation of {Amount.Of(steps, "step")}, found {main.Trace?.Length}", false);
        }

        foreach (var (assumption, without) in report.Dropped)
        {
            var wanted = report.ExpectedWithout(assumption);
            if (without.Verdict.Word != wanted)
            {
                yield return (without.Verdict is Verdict.Proved
                    ? $"{assumption} is superfluous: the claim is proved without it"
                    : $"without {assumption}: expected {wanted}, found {without.Verdict.Word}", IsOpen(without));
            }
        }
    }

    private static bool IsOpen(Report report) => report.Verdict is Verdict.Unknown or Verdict.HoldsUpTo;

    private bool IsIdle(string name)
    {
        var without = Choices.Drop(name);
        try
        {
            return new Instance(Claim.Family, without).Model.Identity == Main!.Instance.Model.Identity;
        }
        catch (UserErrorException)
        {
            return false; // another choice requires it
        }
    }
}
