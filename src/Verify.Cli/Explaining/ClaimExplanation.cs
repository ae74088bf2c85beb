using System.Collections.Immutable;
using Verify.Claims;
using Verify.Engines;
using Verify.Explain.Asking;
using Verify.Explain.Assumptions;
using Verify.Explain.Blame;
using Verify.Explain.Danger;
using Verify.Explain.Mutations;
using Verify.Modelling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Cli.Explaining;

/// <summary>The assumptions, steps and states that decide a claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Main">The decision of the claim itself.</param>
internal sealed record ClaimExplanation(Claim Claim, Report Main)
{
    // Enough for most claims, and little enough for a hundred variations of one.
    private const long StatesOfEach = 1_000_000;

    /// <summary>The reasons why the verdict is, or may be, about nothing, as check lists them; none for most claims.</summary>
    public ImmutableArray<string> Problems => [.. Main.Forbidden(), .. Main.Vacuities(), .. Main.OpenVacuities()];

    /// <summary>The verdict in a few words.</summary>
    public string Word => Main.Verdict.Word
        + (!Main.Vacuities().IsEmpty ? ", but vacuous" : Problems.IsEmpty ? "" : ", with open questions");

    /// <summary>The minimal and maximal sets of assumptions; null if the family declares none, or too many.</summary>
    public AssumptionCores? Cores { get; init; }

    /// <summary>Pairs of assumptions of which the second changes nothing beside the first.</summary>
    public ImmutableArray<ImpliedAssumption> Implied { get; init; } = [];

    /// <summary>The effect of each change of a step on a proved claim; empty for other verdicts.</summary>
    public ImmutableArray<StepReport> Steps { get; init; } = [];

    /// <summary>The state closest to a violation; null if there is none, or if the claim is not proved.</summary>
    public NearestMiss? Miss { get; init; }

    /// <summary>The steps that matter in the violation; null if there is no violation of an <c>Always</c>.</summary>
    public TraceBlame? Blame { get; init; }

    /// <summary>The decisions that were made besides the main one.</summary>
    public int Decisions { get; init; }

    /// <summary>The time of all of it.</summary>
    public double Seconds { get; init; }

    /// <summary>Explains a claim.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="choices">Its choices, or others.</param>
    /// <param name="engine">The engine that decides.</param>
    /// <param name="run">The options; without a budget of states, a variation may have twice as many as the claim.</param>
    /// <param name="progress">Receives the number of decisions.</param>
    public static ClaimExplanation Of(
        Claim claim, Choices choices, IEngine engine, EngineOptions run, Action<int>? progress)
    {
        var clock = Stopwatch.StartNew();
        var instance = new Instance(claim.Family, choices);
        var property = instance.Model.Property(claim.Property);
        var main = Report.Decide(engine, instance, property, run);
        var most = run.Budget.States ?? Math.Max(StatesOfEach, 2 * main.Verdict.Evidence.States);
        var questions = new Questions(engine, run with { Budget = run.Budget with { States = most } }, progress);
        var cores = AssumptionCores.Of(claim.Family, choices, claim.Property, questions);
        var isProved = main.Verdict is Verdict.Proved;
        return new ClaimExplanation(claim, main)
        {
            Cores = cores,
            Implied = cores is null ? [] : ImpliedAssumption.In(cores, questions),
            Steps = isProved ? StepReport.Of(instance.Model, property, questions) : [],
            Miss = isProved && property is Property.Always always ? NearestMiss.Of(instance.Model, always, questions) : null,
            Blame = main is { Property: Property.Always, CheckedTrace: { } trace } ? TraceBlame.Of(trace) : null,
            Decisions = questions.Asked,
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }
}
