namespace Verify.Harness;

/// <summary>A scheduler under which one thread moves at a time, and which decides whose turn it is.</summary>
public interface IControlledRuntime
{
    /// <summary>Runs works, each on a thread of its own, until all of them have ended.</summary>
    /// <exception cref="TimeoutException">One of them does not give way any more, and was left behind.</exception>
    void Run(IReadOnlyList<Action> works);

    /// <summary>Lets somebody else go on, or nobody.</summary>
    void Yield();

    /// <summary>Lets others go on, at least until a condition holds; it holds when this returns.</summary>
    void WaitUntil(Func<bool> condition);

    /// <summary>A choice of the environment.</summary>
    /// <param name="count">Out of so many; at least one.</param>
    int Choose(int count);

    /// <summary>What was done last led to where the run has been before.</summary>
    void CameBack();
}
