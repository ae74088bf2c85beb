using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.Specifications;
using Verify.Scheduling;
using Controlled = Microsoft.Coyote.Rewriting.Types.Threading.Tasks.Task;

namespace Verify.Coyote;

/// <summary>
/// Runs a model's actors as tasks under the control of Coyote, with one atomic step between two scheduling points.
/// </summary>
/// <param name="model">The model.</param>
/// <remarks>
/// These are tasks rather than Coyote's actors, because those wait for messages while these wait for a condition, which
/// <see cref="Operation.PauseUntil"/> supports. The tasks are started by the method that Coyote's rewriter would
/// substitute for <c>Task.Run</c>, so that no assembly has to be rewritten. Under control one task runs at a time. When
/// Coyote releases a run, for example after an interrupt, all of them may run at once, and each finds the model closed.
/// </remarks>
internal sealed class ActorTasks(ControlledModel model)
{
    private readonly Lock door = new();
    private bool isClosed;
    private int current;

    /// <summary>Executes one run from an initial state to its end.</summary>
    /// <param name="runtime">Coyote's runtime, which schedules the tasks and makes the choices of the
    /// environment.</param>
    public void Run(ICoyoteRuntime runtime)
    {
        var start = Choice(runtime, model.StartCount);
        var number = ++current;
        lock (door)
        {
            if (isClosed)
            {
                return;
            }

            model.Begin(start);
        }

        Specification.RegisterStateHashingFunction(() => model.StateHash.GetHashCode());
        var tasks = new Task[model.Actors.Length];
        var isReady = false;
        for (var i = 0; i < tasks.Length; i++)
        {
            var actor = i;
            tasks[i] = Controlled.Run(() =>
            {
                do
                {
                    Operation.PauseUntil(() => isReady && (model.IsOver || model.ChoicesOf(actor) > 0));
                }
                while (Act(runtime, actor, number));
            });
        }

        isReady = true;
        Controlled.WaitAll(tasks);
        runtime.Assert(!model.IsFound && model.Trouble is null, "the run has reached a target or an undefined state");
    }

    /// <summary>Prevents runs from starting or continuing.</summary>
    public void Close()
    {
        lock (door)
        {
            isClosed = true;
        }
    }

    // Returns false if the actor has nothing more to do.
    private bool Act(ICoyoteRuntime runtime, int actor, int number)
    {
        var count = model.ChoicesOf(actor);
        if (model.IsOver || count == 0)
        {
            return false;
        }

        var choice = Choice(runtime, count);
        lock (door)
        {
            if (isClosed || number != current || choice >= model.ChoicesOf(actor))
            {
                return false;
            }

            model.Take(actor, choice);
        }

        SchedulingPoint.Interleave();
        return true;
    }

    private static int Choice(ICoyoteRuntime runtime, int count) => count == 1 ? 0 : runtime.RandomInteger(count);
}
