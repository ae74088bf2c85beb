using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Harness;

/// <summary>A system under test and its model: executes runs one after the other and collects the results.</summary>
/// <param name="protocol">The system under test.</param>
/// <param name="model">The model.</param>
/// <param name="property">The property of the model, which the code must satisfy too.</param>
/// <remarks>The code starts in the first initial state of the model.</remarks>
public sealed class ConformanceTest(SystemUnderTest protocol, Model model, Property.Always property)
{
    /// <summary>The default for the maximum number of turns in a run.</summary>
    public const int DefaultTurns = 1000;

    private readonly Interpreter interpreter = new(model);
    private readonly HashSet<State> states = [];
    private readonly HashSet<(int, int)> pairs = [];
    private readonly long[] counts = new long[model.Rules.Length];
    private int longest;

    /// <summary>The system under test.</summary>
    public SystemUnderTest Protocol { get; } = protocol;

    /// <summary>The model.</summary>
    public Model Model { get; } = model;

    /// <summary>The property that must hold.</summary>
    public Property.Always Property { get; } = property;

    /// <summary>The number of distinct states of the model in all runs.</summary>
    public long States => states.Count;

    /// <summary>The violation or divergence that the last run found; null if it found none.</summary>
    public (Trace Trace, Divergence? Deviation)? Found { get; private set; }

    /// <summary>A copy without results.</summary>
    public ConformanceTest Anew() => new(Protocol, Model, Property);

    /// <summary>Executes one run.</summary>
    /// <param name="control">The scheduler that controls the run.</param>
    /// <param name="maxTurns">The maximum number of turns in the run.</param>
    /// <returns>True if the run found an error.</returns>
    /// <exception cref="UserErrorException">VRF113, VRF104, VRF120, VRF121: as for
    /// <see cref="IScheduleExplorer.Explore"/>.</exception>
    public bool Once(IControlledRuntime control, int maxTurns)
    {
        var execution = new TestRun(control, interpreter, Property, maxTurns);
        Protocol.Setup(execution);
        execution.Run();
        if (execution.Trouble is { } trouble)
        {
            throw trouble;
        }

        var steps = execution.Shadow.Steps;
        states.UnionWith(execution.Shadow.States);
        for (var i = 0; i < steps.Count; i++)
        {
            counts[steps[i].Rule]++;
            if (i > 0)
            {
                pairs.Add((steps[i - 1].Rule, steps[i].Rule));
            }
        }

        longest = Math.Max(longest, steps.Count);
        Found = execution.Deviation is { } deviation ? (deviation.Before, deviation)
            : execution.IsViolated ? (execution.Shadow.Trace, null)
            : null;
        return Found is not null;
    }

    /// <summary>True if the last run of another test found the same error.</summary>
    public bool FoundSameAs(ConformanceTest other) => (Found, other.Found) switch
    {
        ({ } mine, { } its) => mine.Deviation?.Reason == its.Deviation?.Reason && mine.Trace.Steps.SequenceEqual(its.Trace.Steps),
        var (mine, its) => mine is null && its is null,
    };

    /// <summary>Computes the result after some runs.</summary>
    /// <param name="drawn">The number of runs.</param>
    /// <param name="maxTurns">The maximum number of turns in a run.</param>
    /// <param name="strategy">The name of the strategy.</param>
    /// <param name="cause">The reason why fewer runs were drawn than requested; null if there is none.</param>
    /// <param name="isRepeatable">True if a repetition of the failing run fails in the same way.</param>
    /// <param name="run">The options.</param>
    public ConformanceResult Conclude(long drawn, int maxTurns, string strategy, string? cause, bool isRepeatable, EngineOptions run)
    {
        var evidence = new Evidence
        {
            Kind = EvidenceKind.Sampled,
            States = States,
            Transitions = counts.Sum(),
            Depth = longest,
            RuleCounts = [.. counts],
            RulePairs = pairs.Count,
            Schedules = drawn,
            Identity = "exact states",
        };
        var told = $"{Amount.Of(drawn, "schedule")} of at most {Amount.Of(maxTurns, "turn")} ({strategy})"
            + (cause is null ? "" : $", ended by {cause}");
        if (Found is { } met)
        {
            var deviation = isRepeatable
                ? met.Deviation
                : new Divergence("a repetition of the schedule behaved differently: the code is not deterministic", met.Trace);
            return deviation is null
                ? new ConformanceResult(new Verdict.Refuted(met.Trace, evidence))
                : new ConformanceResult(new Verdict.Unknown($"the code diverges from its model: {deviation.Reason}", evidence), deviation);
        }

        return run.Cancellation.IsCancellationRequested
            ? new ConformanceResult(new Verdict.Unknown(told, evidence))
            : new ConformanceResult(new Verdict.HoldsUpTo(new ExplorationBound(told, 0, States), evidence));
    }
}
