namespace Verify.Harness.Hardware;

/// <summary>
/// The interrupts that other processors send to one processor. It handles them later, one after the other.
/// </summary>
/// <param name="run">The run that the processor belongs to.</param>
/// <remarks>Interrupts are always enabled: a handler may run between any two accesses of its processor.</remarks>
public sealed class Interrupts(TestRun run)
{
    private readonly Queue<Action> pending = [];

    /// <summary>Sends an interrupt without waiting for it.</summary>
    /// <param name="handler">The code that the processor runs to handle it.</param>
    public void Send(Action handler)
    {
        run.Yield();
        pending.Enqueue(handler);
    }

    /// <summary>Handles interrupts in an endless loop.</summary>
    public void Handle()
    {
        while (true)
        {
            run.WaitUntil(() => pending.Count > 0);
            pending.Dequeue()();
        }
    }
}
