namespace Verify.Harness.Hardware;

/// <summary>A lock that one thread holds at a time.</summary>
/// <param name="run">The run it belongs to.</param>
public sealed class Spinlock(TestRun run)
{
    private bool isHeld;

    /// <summary>Waits for the lock and takes it, until what comes back is disposed of.</summary>
    public IDisposable Hold()
    {
        run.WaitUntil(() => !isHeld);
        isHeld = true;
        return new Holder(this);
    }

    private sealed class Holder(Spinlock held) : IDisposable
    {
        public void Dispose() => held.isHeld = false;
    }
}
