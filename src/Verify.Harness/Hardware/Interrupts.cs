namespace Verify.Harness.Hardware;

/// <summary>The interrupts that other processors send to one: each is handled some time later, one after the other.</summary>
/// <param name="run">The run it belongs to.</param>
/// <remarks>Interrupts are enabled all the time: a handler may run between any two accesses of its processor.</remarks>
public sealed class Interrupts(TestRun run)
{
    private readonly Queue<Action> pending = [];

    /// <summary>Sends one, and does not wait.</summary>
    /// <param name="handler">What the processor does when it takes it.</param>
    public void Send(Action handler)
    {
        run.Yield();
        pending.Enqueue(handler);
    }

    /// <summary>What the processor does, for ever: it handles them.</summary>
    public void Handle()
    {
        while (true)
        {
            run.WaitUntil(() => pending.Count > 0);
            pending.Dequeue()();
        }
    }
}
