namespace Verify.Harness;

/// <summary>A scheduler that runs one thread at a time and selects it.</summary>
public interface IControlledRuntime
{
    /// <summary>Runs each body on a thread of its own until all have ended.</summary>
    /// <exception cref="TimeoutException">A thread no longer yields and was abandoned.</exception>
    void Run(IReadOnlyList<Action> works);

    /// <summary>Marks a scheduling point: another thread may run, or none.</summary>
    void Yield();

    /// <summary>Lets other threads run at least until a condition holds; it holds on return.</summary>
    void WaitUntil(Func<bool> condition);

    /// <summary>Makes a choice of the environment.</summary>
    /// <param name="count">The number of options; at least 1.</param>
    int Choose(int count);

    /// <summary>Reports that the last step led back to an earlier state of the run.</summary>
    void OnRevisit();
}
