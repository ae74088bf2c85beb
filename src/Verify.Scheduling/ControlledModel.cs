using System.Collections.Immutable;
using System.Globalization;
using Verify.Engines;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Scheduling;

/// <summary>
/// A model whose runs somebody else schedules: who may go on is told, who does is asked. For engines that bring a scheduler
/// of their own.
/// </summary>
/// <remarks>One run at a time, and one thread at a time.</remarks>
public sealed class ControlledModel : IDisposable
{
    private readonly CompiledModel model;
    private readonly EngineOptions run;
    private readonly Actors actors;
    private readonly StartStates starts;
    private readonly SeenSet seen;
    private readonly ModelRun stepper;
    private readonly int[] choices;
    private readonly List<int> taken = [];
    private ulong[] start;

    /// <summary>Makes ready.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">What is asked: no <c>LeadsTo</c>.</param>
    /// <param name="run">What is allowed; a budget of depth is the length of a run.</param>
    /// <exception cref="UserErrorException">VRF203: a reduction is asked for. VRF122: a state has too many parts.</exception>
    public ControlledModel(Model model, Property property, EngineOptions run)
    {
        Sampling.RefuseReductions(property, run, "schedules");
        (this.model, this.run) = (new CompiledModel(model, property, Reductions.None), run);
        actors = new Actors(this.model.Lowered);
        starts = new StartStates(this.model);
        start = starts[0];
        seen = new SeenSet(this.model.Layout.WordCount, 1 << 12);
        stepper = new ModelRun(this.model, seen);
        choices = new int[actors.Names.Length];
    }

    /// <summary>The model.</summary>
    public Model Model => model.Model;

    /// <summary>What is asked.</summary>
    public Property Property => model.Property;

    /// <summary>The actors.</summary>
    public ImmutableArray<string> Actors => actors.Names;

    /// <summary>The number of initial states; of more than there are whole numbers, so many are told apart.</summary>
    public int StartCount => starts.Few;

    /// <summary>The most steps of a run.</summary>
    public int MaxSteps => run.Budget.Depth ?? RandomEngine.DefaultSteps;

    /// <summary>Whether the run has come to its end.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether it met what is looked for.</summary>
    public bool IsMet { get; private set; }

    /// <summary>What is wrong with the state it is in, if something in it is undefined.</summary>
    public Exception? Trouble { get; private set; }

    /// <summary>The steps of the run so far, each by the number of its rule and arguments.</summary>
    public IReadOnlyList<int> Taken => taken;

    /// <summary>A hash of the state it is in.</summary>
    public ulong StateHash => stepper.Hash;

    /// <summary>Distinct states of all runs.</summary>
    public long States => stepper.Found;

    /// <summary>Bytes of memory that they take.</summary>
    public long SizeBytes => seen.SizeBytes;

    /// <summary>
    /// Begins a run in every initial state, so that nothing that is met in one is left to chance; of very many, in the first.
    /// </summary>
    /// <returns>Whether something was; then the run is in the first such state.</returns>
    public bool IsMetAtStart()
    {
        for (var i = 0; i < Math.Min(StartCount, StartStates.MostLookedAt) && !run.Cancellation.IsCancellationRequested; i++)
        {
            Begin(i);
            if (IsMet || Trouble is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Begins a run.</summary>
    /// <param name="number">The number of the initial state.</param>
    public void Begin(int number)
    {
        // Grown here, so that no step has to look.
        while (stepper.Found + MaxSteps + 1 > seen.Limit)
        {
            seen.Grow(2, null);
        }

        start = starts.At(number);
        stepper.Begin(start);
        taken.Clear();
        (IsOver, IsMet, Trouble) = (false, false, null);
        Arrive();
    }

    /// <summary>How many steps an actor could take now; 0 when it has to wait, or the run is over.</summary>
    public int ChoicesOf(int actor) => choices[actor];

    /// <summary>An actor takes one of its steps.</summary>
    /// <param name="actor">The actor; it must be able to.</param>
    /// <param name="choice">Which of its steps, from 0.</param>
    public void Take(int actor, int choice)
    {
        var rules = stepper.Rules;
        for (var i = 0; i < rules.Length; i++)
        {
            if (actors.Of(rules[i]) == actor && choice-- == 0)
            {
                taken.Add(rules[i]);
                stepper.Take(i);
                Arrive();
                return;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(choice), $"'{Actors[actor]}' has no such step now");
    }

    /// <summary>The run so far, told by the interpreter, and shortened.</summary>
    public Trace Tell() => Shorten.Of(
        new Interpreter(model.Model), model.Property, RandomWalk.TraceOf(model, start, taken));

    /// <summary>What the runs come to.</summary>
    /// <param name="drawn">How many there were.</param>
    /// <param name="how">The name of what drew them.</param>
    /// <param name="cause">What ended it before there were enough; null if nothing did.</param>
    /// <param name="trace">The run to what was met, if it was.</param>
    public Verdict Conclude(long drawn, string how, string? cause, Trace? trace)
    {
        var evidence = Sampling.EvidenceOf(model, [stepper], drawn, isCounted: true);
        var told = string.Create(CultureInfo.InvariantCulture, $"{drawn:N0} schedules of at most {MaxSteps:N0} steps ({how})");
        return Sampling.Conclude(model.Property, run, evidence, told, cause, trace);
    }

    /// <inheritdoc/>
    public void Dispose() => seen.Dispose();

    private void Arrive()
    {
        Array.Clear(choices);
        var end = stepper.Look();
        if (end == RunOutcome.Over && !stepper.Expand())
        {
            end = RunOutcome.Undefined;
        }

        if (end == RunOutcome.Undefined)
        {
            Trouble = UndefinedTrace.Explain(model, RandomWalk.TraceOf(model, start, taken));
        }
        else if (end == RunOutcome.Over && (stepper.Rules.IsEmpty || taken.Count == MaxSteps))
        {
            (IsOver, IsMet) = (true, stepper.Rest() == RunOutcome.Met);
            return;
        }

        (IsOver, IsMet) = (end != RunOutcome.Over, end == RunOutcome.Met);
        foreach (var rule in IsOver ? [] : stepper.Rules)
        {
            choices[actors.Of(rule)]++;
        }
    }
}
