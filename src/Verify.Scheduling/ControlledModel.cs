using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Scheduling;

/// <summary>
/// A model whose runs an external scheduler controls: it reports which actors are ready, and the scheduler selects one.
/// Used by engines that bring a scheduler of their own.
/// </summary>
/// <remarks>It executes one run at a time and is not thread-safe.</remarks>
public sealed class ControlledModel : IDisposable
{
    private readonly CompiledModel model;
    private readonly EngineOptions run;
    private readonly Actors actors;
    private readonly StartStates starts;
    private readonly SeenSet seen;
    private readonly ModelRun current;
    private readonly int[] choices;
    private readonly List<int> steps = [];
    private ulong[] start;

    /// <summary>Prepares the runs of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property; not a <c>LeadsTo</c>.</param>
    /// <param name="run">The options; a budget of depth limits the length of a run.</param>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction. VRF122: a state has too many
    /// parts.</exception>
    public ControlledModel(Model model, Property property, EngineOptions run)
    {
        Sampling.RefuseReductions(property, run, "schedules");
        (this.model, this.run) = (new CompiledModel(model, property, Reductions.None), run);
        actors = new Actors(this.model.Lowered);
        starts = new StartStates(this.model);
        start = starts[0];
        seen = new SeenSet(this.model.Layout.WordCount, 1 << 12);
        current = new ModelRun(this.model, seen);
        choices = new int[actors.Names.Length];
    }

    /// <summary>The model.</summary>
    public Model Model => model.Model;

    /// <summary>The property.</summary>
    public Property Property => model.Property;

    /// <summary>The actors.</summary>
    public ImmutableArray<string> Actors => actors.Names;

    /// <summary>The number of initial states, limited to the largest integer.</summary>
    public int StartCount => starts.Few;

    /// <summary>The maximum number of steps in a run.</summary>
    public int MaxSteps => run.Budget.Depth ?? RandomEngine.DefaultSteps;

    /// <summary>True if the run has ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>True if the run has reached a state that decides the property.</summary>
    public bool IsFound { get; private set; }

    /// <summary>The error in the current state if a part of it is undefined; else null.</summary>
    public Exception? Trouble { get; private set; }

    /// <summary>The steps of the run so far; each number selects a rule and its arguments.</summary>
    public IReadOnlyList<int> Steps => steps;

    /// <summary>A hash of the current state.</summary>
    public ulong StateHash => current.Hash;

    /// <summary>The number of distinct states in all runs.</summary>
    public long States => current.Found;

    /// <summary>The memory of these states in bytes.</summary>
    public long SizeBytes => seen.SizeBytes;

    /// <summary>
    /// Starts a run in each initial state, so that all of them are checked, not only the drawn ones; if there are very
    /// many, only in the first ones.
    /// </summary>
    /// <returns>True if one of them decides the property; the run is then in the first such state.</returns>
    public bool IsFoundAtStart()
    {
        for (var i = 0; i < starts.LookedAt && !run.Cancellation.IsCancellationRequested; i++)
        {
            Begin(i);
            if (IsFound || Trouble is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Starts a run.</summary>
    /// <param name="number">The number of the initial state.</param>
    public void Begin(int number)
    {
        // The table grows here, so that no step has to check it.
        while (current.Found + MaxSteps + 1 > seen.Limit)
        {
            seen.Grow(2, null);
        }

        start = starts.At(number);
        current.Begin(start);
        steps.Clear();
        (IsOver, IsFound, Trouble) = (false, false, null);
        Arrive();
    }

    /// <summary>The number of enabled steps of an actor; 0 if it has to wait or the run has ended.</summary>
    public int ChoicesOf(int actor) => choices[actor];

    /// <summary>Takes one of the steps of an actor.</summary>
    /// <param name="actor">The actor; it must be ready.</param>
    /// <param name="choice">The index of the step, from 0.</param>
    public void Take(int actor, int choice)
    {
        var rules = current.Rules;
        for (var i = 0; i < rules.Length; i++)
        {
            if (actors.Of(rules[i]) == actor && choice-- == 0)
            {
                steps.Add(rules[i]);
                current.Take(i);
                Arrive();
                return;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(choice), $"'{Actors[actor]}' has no such step now");
    }

    /// <summary>The run so far as a shortened trace, computed by the interpreter.</summary>
    public Trace ShortenedTrace() => Shorten.Apply(
        new Interpreter(model.Model), model.Property, RandomWalk.TraceOf(model, start, steps));

    /// <summary>Computes the verdict after a number of runs.</summary>
    /// <param name="drawn">The number of runs.</param>
    /// <param name="how">The name of the strategy.</param>
    /// <param name="cause">The reason why fewer runs were drawn than requested; null if there is none.</param>
    /// <param name="trace">The trace to a state that decides the property; null if there is none.</param>
    public Verdict Conclude(long drawn, string how, string? cause, Trace? trace)
    {
        var evidence = Sampling.EvidenceOf(model, [current], drawn, isCounted: true);
        var told = $"{Amount.Of(drawn, "schedule")} of at most {Amount.Of(MaxSteps, "step")} ({how})";
        return Sampling.Conclude(model.Property, run, evidence, told, cause, trace);
    }

    /// <inheritdoc/>
    public void Dispose() => seen.Dispose();

    private void Arrive()
    {
        Array.Clear(choices);
        var end = current.Check();
        if (end == RunOutcome.Over && !current.Expand())
        {
            end = RunOutcome.Undefined;
        }

        if (end == RunOutcome.Undefined)
        {
            Trouble = UndefinedTrace.Explain(model, RandomWalk.TraceOf(model, start, steps));
        }
        else if (end == RunOutcome.Over && (current.Rules.IsEmpty || steps.Count == MaxSteps))
        {
            (IsOver, IsFound) = (true, current.CheckEnd() == RunOutcome.Found);
            return;
        }

        (IsOver, IsFound) = (end != RunOutcome.Over, end == RunOutcome.Found);
        foreach (var rule in IsOver ? [] : current.Rules)
        {
            choices[actors.Of(rule)]++;
        }
    }
}
