using System.Globalization;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Harness;

/// <summary>Code under test beside its model: runs one after the other, and what all of them came by.</summary>
/// <param name="protocol">The code.</param>
/// <param name="model">The model.</param>
/// <param name="property">What must hold of the model, and so of the code.</param>
/// <remarks>The model has one initial state, or the code begins in the first of them.</remarks>
public sealed class ConformanceTest(SystemUnderTest protocol, Model model, Property.Always property)
{
    /// <summary>The most turns of a run unless another number is asked for.</summary>
    public const int DefaultTurns = 1000;

    private readonly Interpreter interpreter = new(model);
    private readonly HashSet<State> states = [];
    private readonly HashSet<(int, int)> pairs = [];
    private readonly long[] counts = new long[model.Rules.Length];
    private int longest;

    /// <summary>The code.</summary>
    public SystemUnderTest Protocol { get; } = protocol;

    /// <summary>The model.</summary>
    public Model Model { get; } = model;

    /// <summary>What must hold.</summary>
    public Property.Always Property { get; } = property;

    /// <summary>Distinct states of the model in all runs.</summary>
    public long States => states.Count;

    /// <summary>What the last run met that ends the exploration: a violation, or a deviation.</summary>
    public (Trace Trace, Divergence? Deviation)? Met { get; private set; }

    /// <summary>The same question, of which nothing is known yet.</summary>
    public ConformanceTest Anew() => new(Protocol, Model, Property);

    /// <summary>Makes one run.</summary>
    /// <param name="control">Under whose control.</param>
    /// <param name="maxTurns">The most turns it may have.</param>
    /// <returns>Whether it met something.</returns>
    /// <exception cref="UserErrorException">VRF113, VRF104, VRF120, VRF121: as told by <see cref="IScheduleExplorer.Explore"/>.</exception>
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
        Met = execution.Deviation is { } deviation ? (deviation.Before, deviation)
            : execution.IsViolated ? (execution.Shadow.Trace, null)
            : null;
        return Met is not null;
    }

    /// <summary>Whether another experiment's last run met the same.</summary>
    public bool MetAsIn(ConformanceTest other) => (Met, other.Met) switch
    {
        ({ } mine, { } its) => mine.Deviation?.Reason == its.Deviation?.Reason && mine.Trace.Steps.SequenceEqual(its.Trace.Steps),
        var (mine, its) => mine is null && its is null,
    };

    /// <summary>What the runs come to.</summary>
    /// <param name="drawn">How many there were.</param>
    /// <param name="maxTurns">The most turns of one.</param>
    /// <param name="strategy">How they were drawn.</param>
    /// <param name="cause">What ended them before there were enough; null if nothing did.</param>
    /// <param name="isRepeatable">Whether the run that met something does the same when it is made again.</param>
    /// <param name="run">What was allowed.</param>
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
        var told = string.Create(CultureInfo.InvariantCulture,
            $"{(cause is null ? "" : $"{cause} after ")}{drawn:N0} schedules of at most {maxTurns:N0} turns ({strategy})");
        if (Met is { } met)
        {
            var deviation = isRepeatable
                ? met.Deviation
                : new Divergence("the same schedule did something else the second time: the code depends on more than that", met.Trace);
            return deviation is null
                ? new ConformanceResult(new Verdict.Refuted(met.Trace, evidence))
                : new ConformanceResult(new Verdict.Unknown($"the code is not as its model: {deviation.Reason}", evidence), deviation);
        }

        return run.Cancellation.IsCancellationRequested
            ? new ConformanceResult(new Verdict.Unknown(told, evidence))
            : new ConformanceResult(new Verdict.HoldsUpTo(new ExplorationBound(told, 0, States), evidence));
    }
}
