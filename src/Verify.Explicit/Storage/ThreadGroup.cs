namespace Verify.Explicit.Storage;

/// <summary>A group of threads that repeatedly do one job together and wait in between.</summary>
/// <remarks>
/// The thread pool is not suitable: with as few jobs as cores it tends to run them one after the other on one thread.
/// </remarks>
internal sealed class ThreadGroup : IDisposable
{
    private readonly Barrier start;
    private readonly Barrier end;
    private Action<int>? job;
    private Exception? failure;

    public ThreadGroup(int size)
    {
        Size = size;
        (start, end) = (new Barrier(size), new Barrier(size));
        for (var i = 1; i < size; i++)
        {
            var member = i;
            new Thread(() => Serve(member)) { IsBackground = true, Name = $"verify {member}" }.Start();
        }
    }

    /// <summary>The number of threads, including the caller.</summary>
    public int Size { get; }

    /// <summary>
    /// Runs a job on every thread, with the thread's number as argument, and returns when all are done.
    /// </summary>
    public void Do(Action<int> work)
    {
        job = work;
        start.SignalAndWait();
        Run(0);
        end.SignalAndWait();
        if (failure is { } met)
        {
            failure = null;
            throw new AggregateException(met);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        job = null;
        start.SignalAndWait();
    }

    private void Serve(int member)
    {
        while (true)
        {
            start.SignalAndWait();
            if (job is null)
            {
                return;
            }

            Run(member);
            end.SignalAndWait();
        }
    }

    // A thread that fails must still reach the barrier, or the others never continue.
    private void Run(int member)
    {
        try
        {
            job!(member);
        }
        catch (Exception met) when (met is not ThreadInterruptedException)
        {
            Interlocked.CompareExchange(ref failure, met, null);
        }
    }
}
