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
    private readonly StepPolicy policy;
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
        (this.model, this.starts, this.seed, this.maxSteps, this.policy) = (model, starts, seed, maxSteps, chooser);
        ExpectedSteps = maxSteps;
        Run = new ModelRun(model, seen);
    }

    /// <summary>The number of steps that a run is expected to have: the maximum, unless set.</summary>
    public int ExpectedSteps { get; init; }

    /// <summary>The execution of the runs, with its statistics.</summary>
    public ModelRun Run { get; }

    /// <summary>Draws a run.</summary>
    public RunOutcome Walk(long number) => Walk(number, null, maxSteps);

    /// <summary>Repeats a run and returns its trace.</summary>
    public Trace Replay(long number)
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
    public RunOutcome CheckStart(int start)
    {
        Run.Begin(starts[start]);
        return Walk(null, 0);
    }

    private RunOutcome Walk(long number, List<int>? told, int most)
    {
        var random = RandomOf(number);
        Run.Begin(starts.Draw(random));
        policy.Begin(number, random, ExpectedSteps);
        passed.Clear();
        return Walk(told, most);
    }

    private RunOutcome Walk(List<int>? told, int most)
    {
        for (var step = 0; ; step++)
        {
            var met = Run.Check();
            if (met != RunOutcome.Over)
            {
                return met;
            }

            if (!Run.Expand())
            {
                return RunOutcome.Undefined;
            }

            if (Run.Rules.IsEmpty || step == most)
            {
                return Run.CheckEnd();
            }

            if (policy.NeedsRevisits && !passed.Add(Run.Hash))
            {
                policy.OnRevisit();
            }

            var choice = policy.Choose(Run.Rules);
            told?.Add(Run.Rules[choice]);
            Run.Take(choice);
        }
    }

    private Prng RandomOf(long number) => Prng.ForRun(seed, policy.NumberOf(number));
}
