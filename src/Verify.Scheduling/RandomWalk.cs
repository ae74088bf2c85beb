using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Scheduling;

/// <summary>Runs of one thread: from an initial state, each step chosen at random in one way or another.</summary>
/// <remarks>A run depends on the seed and its own number alone, not on those before it or on who makes it.</remarks>
internal sealed class RandomWalk
{
    private readonly CompiledModel model;
    private readonly StartStates starts;
    private readonly ulong seed;
    private readonly int maxSteps;
    private readonly StepPolicy chooser;
    private readonly HashSet<ulong> passed = [];

    /// <summary>Makes ready to walk.</summary>
    /// <param name="model">The model.</param>
    /// <param name="starts">Its initial states.</param>
    /// <param name="seed">What choices start from.</param>
    /// <param name="maxSteps">The length of the longest run.</param>
    /// <param name="chooser">Who chooses the steps.</param>
    /// <param name="seen">Where states are counted; null if they are not.</param>
    public RandomWalk(
        CompiledModel model, StartStates starts, ulong seed, int maxSteps, StepPolicy chooser, SeenSet? seen)
    {
        (this.model, this.starts, this.seed, this.maxSteps, this.chooser) = (model, starts, seed, maxSteps, chooser);
        Stepper = new ModelRun(model, seen);
    }

    /// <summary>What the runs came by.</summary>
    public ModelRun Stepper { get; }

    /// <summary>Makes a run.</summary>
    public RunOutcome Walk(long number) => Walk(number, null, maxSteps);

    /// <summary>Makes a run again, and tells the steps.</summary>
    public Trace Tell(long number)
    {
        var choices = new List<int>();
        Walk(number, choices, maxSteps);
        return TraceOf(model, starts.Draw(RandomOf(number)), choices);
    }

    /// <summary>The run from an initial state by some of the lowered rules.</summary>
    public static Trace TraceOf(CompiledModel model, ulong[] start, IEnumerable<int> taken)
    {
        var interpreter = new Interpreter(model.Model);
        return Trace.Along(interpreter, model.Layout.Unpack(start), taken.Select(choice =>
            new Step(model.Lowered.Rules[choice].Rule, model.Lowered.ArgumentsOf(model.Lowered.Rules[choice]))));
    }

    /// <summary>Looks at an initial state as a run of no step does.</summary>
    public RunOutcome LookAt(int start)
    {
        Stepper.Begin(starts[start]);
        return Walk(null, 0);
    }

    private RunOutcome Walk(long number, List<int>? told, int most)
    {
        var random = RandomOf(number);
        Stepper.Begin(starts.Draw(random));
        chooser.Begin(number, random, most);
        passed.Clear();
        return Walk(told, most);
    }

    private RunOutcome Walk(List<int>? told, int most)
    {
        for (var step = 0; ; step++)
        {
            var met = Stepper.Look();
            if (met != RunOutcome.Over)
            {
                return met;
            }

            if (!Stepper.Expand())
            {
                return RunOutcome.Undefined;
            }

            if (Stepper.Rules.IsEmpty || step == most)
            {
                return Stepper.Rest();
            }

            if (chooser.MindsCircles && !passed.Add(Stepper.Hash))
            {
                chooser.CameBack();
            }

            var choice = chooser.Choose(Stepper.Rules);
            told?.Add(Stepper.Rules[choice]);
            Stepper.Take(choice);
        }
    }

    private Prng RandomOf(long number) => Prng.ForRun(seed, chooser.NumberOf(number));
}
