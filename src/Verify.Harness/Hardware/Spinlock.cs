namespace Verify.Harness.Hardware;

/// <summary>A lock that at most one thread holds.</summary>
/// <param name="run">The run that it belongs to.</param>
public sealed class Spinlock(TestRun run)
{
    private bool isHeld;

    /// <summary>Waits for the lock and takes it; disposing of the result releases it.</summary>
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
