using Verify.Explicit.Exploration;
using Verify.Explicit.Storage;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Scheduling;

/// <summary>Draws runs on one thread; a policy selects each step.</summary>
/// <remarks>A run depends only on the seed and its own number, not on earlier runs or on the thread.</remarks>
internal sealed class RandomWalk
{
    private readonly CompiledModel model;
    private readonly StartStates starts;
    private readonly ulong seed;
    private readonly int maxSteps;
    private readonly StepPolicy chooser;
    private readonly HashSet<ulong> passed = [];

    /// <summary>Prepares to draw runs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="starts">The initial states of the model.</param>
    /// <param name="seed">The seed of the random choices.</param>
    /// <param name="maxSteps">The maximum length of a run.</param>
    /// <param name="chooser">The policy that selects steps.</param>
    /// <param name="seen">The set that counts states; null to count none.</param>
    public RandomWalk(
        CompiledModel model, StartStates starts, ulong seed, int maxSteps, StepPolicy chooser, SeenSet? seen)
    {
        (this.model, this.starts, this.seed, this.maxSteps, this.chooser) = (model, starts, seed, maxSteps, chooser);
        Stepper = new ModelRun(model, seen);
    }

    /// <summary>The execution of the runs, with its statistics.</summary>
    public ModelRun Stepper { get; }

    /// <summary>Draws a run.</summary>
    public RunOutcome Walk(long number) => Walk(number, null, maxSteps);

    /// <summary>Repeats a run and returns its trace.</summary>
    public Trace Tell(long number)
    {
        var choices = new List<int>();
        Walk(number, choices, maxSteps);
        return TraceOf(model, starts.Draw(RandomOf(number)), choices);
    }

    /// <summary>The trace from an initial state along some lowered rules.</summary>
    public static Trace TraceOf(CompiledModel model, ulong[] start, IEnumerable<int> taken)
    {
        var interpreter = new Interpreter(model.Model);
        return Trace.Along(interpreter, model.Layout.Unpack(start), taken.Select(choice =>
            new Step(model.Lowered.Rules[choice].Rule, model.Lowered.ArgumentsOf(model.Lowered.Rules[choice]))));
    }

    /// <summary>Checks an initial state as a run without steps.</summary>
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
