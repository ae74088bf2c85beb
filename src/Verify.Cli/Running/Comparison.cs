using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Modelling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Cli.Running;

/// <summary>One claim and the answers of several engines.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Answers">The answers, in the order of the engines; for a skipped claim, at most the first.</param>
/// <param name="LeftOut">The reason why the claim was skipped; null if it was not.</param>
internal sealed record Comparison(Claim Claim, ImmutableArray<Comparison.Answer> Answers, string? LeftOut)
{
    /// <summary>The answer of one engine.</summary>
    /// <param name="Engine">The name of the engine.</param>
    /// <param name="Report">The decision; null if there is none.</param>
    /// <param name="Failure">The error in the model, or an internal error; null if there is none.</param>
    /// <param name="NotAsked">The reason why the engine was not run; null if it was.</param>
    /// <param name="Seconds">The duration in seconds.</param>
    public sealed record Answer(string Engine, Report? Report, Diagnostic? Failure, string? NotAsked, double Seconds)
    {
        /// <summary>The digest of the model.</summary>
        public string? Digest { get; init; }

        /// <summary>True for a decided answer: a proof, a refutation, or an undefined model.</summary>
        public bool IsDecided => Report is { } report ? AutoEngine.IsDecided(report.Verdict) : IsUndefined;

        /// <summary>True for an internal error.</summary>
        public bool IsMistake => Failure is { } failure && failure.Code == ErrorCodes.Internal;

        /// <summary>The answer in a few words.</summary>
        public string Word => (NotAsked, Failure, Report?.Verdict) switch
        {
            ({ }, _, _) => "-",
            (_, { } failure, _) => IsMistake ? "error" : $"undefined {failure.Code.Id}",
            (_, _, Verdict.HoldsUpTo { Bound.Depth: var depth }) => string.Create(CultureInfo.InvariantCulture, $"up to {depth}"),
            (_, _, Verdict.Unknown { Evidence: { Kind: EvidenceKind.Partial, Depth: var depth } }) =>
                string.Create(CultureInfo.InvariantCulture, $"unknown past {depth}"),
            (_, _, { } verdict) => Steps is { } steps
                ? string.Create(CultureInfo.InvariantCulture, $"{verdict.Word} in {steps}")
                : verdict.Word,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        /// <summary>The kind of answer, which must be equal for all engines.</summary>
        public string Kind => IsUndefined ? "undefined" : Report!.Verdict.Word;

        /// <summary>
        /// The length of the trace if it is a shortest one, which must be equal for all engines; else null.
        /// </summary>
        public int? Shortest => Report is { Verdict.Evidence.Kind: EvidenceKind.Sampled } || IsLonger ? null : Steps;

        /// <summary>True if the answer is that the model is undefined in some state.</summary>
        public bool IsUndefined => Failure is not null && !IsMistake;

        /// <summary>True if the answer is about all reachable states, not about one run.</summary>
        public bool IsOfAllStates => Report is { Verdict: Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null } };

        private bool IsLonger => Report?.Run.Reductions.HasFlag(Reductions.PartialOrder) == true;

        private int? Steps => Report?.Trace?.Length;
    }

    /// <summary>The error in the claim or its model; null if there is none.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>The digest of the decided model; null if there is none.</summary>
    public string? Digest => Answers.Select(answer => answer.Digest).FirstOrDefault();

    /// <summary>The reason why the answers of two engines contradict each other; null if they do not.</summary>
    public string? Contradiction
    {
        get
        {
            var decided = Answers.Where(answer => answer.IsDecided).ToList();
            // A target may be nearer than an undefined state. If a state is undefined, no answer about all states is
            // correct.
            var differ = decided.Where(answer => !answer.IsUndefined).Select(answer => answer.Kind).Distinct().Count() > 1
                || (decided.Exists(answer => answer.IsUndefined) && decided.Exists(answer => answer.IsOfAllStates))
                || decided.Select(answer => answer.Shortest).OfType<int>().Distinct().Count() > 1;
            return differ ? string.Join(", ", decided.Select(answer => $"{answer.Engine} says {answer.Word}")) : null;
        }
    }

    /// <summary>True if at least two engines decided the claim and agree.</summary>
    public bool IsSeconded => Contradiction is null && Answers.Count(answer => answer.IsDecided) > 1;

    /// <summary>
    /// Runs the engines on a claim if the first of them decides it; the first engine determines which claims are small
    /// enough.
    /// </summary>
    public static Comparison Compare(Claim claim, IReadOnlyList<IEngine> engines, EngineOptions run)
    {
        if (claim.Expected is Expectation.Pending pending)
        {
            return new Comparison(claim, [], $"pending: {pending.Reason}");
        }

        Instance instance;
        try
        {
            instance = new Instance(claim.Family, claim.Choices);
            _ = instance.Model.Property(claim.Property);
        }
        catch (UserErrorException e)
        {
            var wrong = Outcome.Wrong(claim, claim.Choices, e.Diagnostic);
            return new Comparison(claim, [], $"in error: {e.Diagnostic.Message}") { Failure = wrong.Complaint };
        }

        var first = Ask(engines[0], instance, claim, run) with { Digest = instance.Model.Digest };
        return first.IsDecided || first.IsMistake
            ? new Comparison(claim, [first, .. engines.Skip(1).Select(engine => Ask(engine, instance, claim, run))], null)
            : new Comparison(claim, [first], Reason(first));
    }

    private static string Reason(Answer first) => first.NotAsked ?? first.Report?.Verdict switch
    {
        Verdict.HoldsUpTo holds => $"too large for {first.Engine}: {holds.Bound.Cause} at depth {holds.Bound.Depth}",
        Verdict.Unknown unknown => $"undecided by {first.Engine}: {unknown.Reason}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Answer Ask(IEngine engine, Instance instance, Claim claim, EngineOptions run)
    {
        var property = instance.Model.Property(claim.Property);
        if ((engine.Unavailable ?? engine.WhyNot(instance.Model, property)) is { } reason)
        {
            return new Answer(engine.Name, null, null, reason, 0);
        }

        var clock = Stopwatch.StartNew();
        try
        {
            var report = Report.Decide(engine, instance, property, run);
            return new Answer(engine.Name, report, null, null, clock.Elapsed.TotalSeconds);
        }
#pragma warning disable CA1031 // A mistake of one engine is a result here, and must not lose those of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Answer(engine.Name, null, ErrorOutput.Diagnose(e), null, clock.Elapsed.TotalSeconds);
        }
    }
}
