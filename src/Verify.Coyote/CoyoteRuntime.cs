using Microsoft.Coyote.Runtime;
using Verify.Harness;
using Controlled = Microsoft.Coyote.Rewriting.Types.Threading.Tasks.Task;

namespace Verify.Coyote;

/// <summary>
/// Runs a system under test as tasks under the control of Coyote, which sees only its scheduling points.
/// </summary>
/// <param name="runtime">Coyote's runtime, which schedules the tasks and makes the choices of the environment.</param>
internal sealed class CoyoteRuntime(ICoyoteRuntime runtime) : IControlledRuntime
{
    /// <inheritdoc/>
    public void Run(IReadOnlyList<Action> works)
    {
        var isReady = false;
        var tasks = works.Select(work => Controlled.Run(() =>
        {
            Operation.PauseUntil(() => isReady);
            work();
        })).ToArray();
        isReady = true;
        Controlled.WaitAll(tasks);
    }

    /// <inheritdoc/>
    public void Yield() => SchedulingPoint.Interleave();

    /// <inheritdoc/>
    public void WaitUntil(Func<bool> condition)
    {
        SchedulingPoint.Interleave();
        Operation.PauseUntil(condition);
    }

    /// <inheritdoc/>
    public int Choose(int count) => count == 1 ? 0 : runtime.RandomInteger(count);

    /// <inheritdoc/>
    public void OnRevisit()
    {
        // Coyote's strategies do not use this.
    }
}
