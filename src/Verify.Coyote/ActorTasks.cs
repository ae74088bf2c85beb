using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.Specifications;
using Verify.Scheduling;
using Controlled = Microsoft.Coyote.Rewriting.Types.Threading.Tasks.Task;

namespace Verify.Coyote;

/// <summary>A model's actors as tasks under the control of Coyote, one atomic step from one scheduling point to the next.</summary>
/// <param name="model">The model.</param>
/// <remarks>
/// Tasks and not Coyote's own actors: those wait for messages, these for a state, and a condition to wait for is what
/// <see cref="Operation.PauseUntil"/> takes. The tasks are started by the method that rewriting of an assembly would put in
/// place of <c>Task.Run</c>, so that no assembly has to be rewritten. Under control one of them moves at a time; once Coyote
/// lets go of a run (it is interrupted, say) all of them may, and none finds the model open any more.
/// </remarks>
internal sealed class ActorTasks(ControlledModel model)
{
    private readonly Lock door = new();
    private bool isClosed;
    private int current;

    /// <summary>Makes one run, from an initial state to its end.</summary>
    /// <param name="runtime">Who schedules, and makes the choices of the environment.</param>
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
        runtime.Assert(!model.IsMet && model.Trouble is null, "the run has met what is looked for, or what is undefined");
    }

    /// <summary>No run begins or goes on.</summary>
    public void Close()
    {
        lock (door)
        {
            isClosed = true;
        }
    }

    // False when there is nothing more to do.
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
