using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Modelling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Cli.Running;

/// <summary>One claim, and what each of several engines says of it.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Answers">What they say, in their order; of a claim that is left out, at most the first.</param>
/// <param name="LeftOut">Why the others were not asked; null when they were.</param>
internal sealed record Comparison(Claim Claim, ImmutableArray<Comparison.Answer> Answers, string? LeftOut)
{
    /// <summary>What one engine says.</summary>
    /// <param name="Engine">Its name.</param>
    /// <param name="Report">Its decision; null if there is none.</param>
    /// <param name="Failure">What is wrong with the model, or with us; null if nothing is.</param>
    /// <param name="NotAsked">Why it was not asked; null when it was.</param>
    /// <param name="Seconds">How long it took.</param>
    public sealed record Answer(string Engine, Report? Report, Diagnostic? Failure, string? NotAsked, double Seconds)
    {
        /// <summary>The digest of the model that it was asked about.</summary>
        public string? Digest { get; init; }

        /// <summary>Whether it says how it is: a proof, a refutation, or that the model is not well defined.</summary>
        public bool IsDecided => Report is { } report ? AutoEngine.IsDecided(report.Verdict) : IsUndefined;

        /// <summary>Whether we are at fault.</summary>
        public bool IsMistake => Failure is { } failure && failure.Code == ErrorCodes.Internal;

        /// <summary>The answer in a word, or in some.</summary>
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

        /// <summary>What must not differ: the kind of answer.</summary>
        public string Kind => IsUndefined ? "undefined" : Report!.Verdict.Word;

        /// <summary>What must not differ either: the length of the trace, if it is a shortest one.</summary>
        public int? Shortest => Report is { Verdict.Evidence.Kind: EvidenceKind.Sampled } || IsLonger ? null : Steps;

        /// <summary>Whether it is that the model is undefined somewhere.</summary>
        public bool IsUndefined => Failure is not null && !IsMistake;

        /// <summary>Whether it is about every reachable state, and not about one run.</summary>
        public bool IsOfAllStates => Report is { Verdict: Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null } };

        private bool IsLonger => Report?.Run.Reductions.HasFlag(Reductions.PartialOrder) == true;

        private int? Steps => Report?.Trace?.Length;
    }

    /// <summary>What is wrong with the claim or its model; null when it can be asked about.</summary>
    public Diagnostic? Failure { get; init; }

    /// <summary>The digest of the model that was looked at; null when none was.</summary>
    public string? Digest => Answers.Select(answer => answer.Digest).FirstOrDefault();

    /// <summary>Why two engines cannot both be right; null when they can.</summary>
    public string? Contradiction
    {
        get
        {
            var decided = Answers.Where(answer => answer.IsDecided).ToList();
            // A run that ends well may be nearer than what is undefined; of all states nothing is true then.
            var differ = decided.Where(answer => !answer.IsUndefined).Select(answer => answer.Kind).Distinct().Count() > 1
                || (decided.Exists(answer => answer.IsUndefined) && decided.Exists(answer => answer.IsOfAllStates))
                || decided.Select(answer => answer.Shortest).OfType<int>().Distinct().Count() > 1;
            return differ ? string.Join(", ", decided.Select(answer => $"{answer.Engine} says {answer.Word}")) : null;
        }
    }

    /// <summary>Whether at least two engines decided it, all of them alike.</summary>
    public bool IsSeconded => Contradiction is null && Answers.Count(answer => answer.IsDecided) > 1;

    /// <summary>Asks engines about a claim, if the first of them decides it: that one says which claims are small enough.</summary>
    public static Comparison Of(Claim claim, IReadOnlyList<IEngine> engines, EngineOptions run)
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
