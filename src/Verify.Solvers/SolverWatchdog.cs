using System.Diagnostics;

namespace Verify.Solvers;

/// <summary>
/// Checks a solver at short intervals on a thread of its own. Timers run on the thread pool, and all of its threads may
/// be waiting for the solver that has to be ended.
/// </summary>
/// <param name="name">The name and version of the solver.</param>
/// <param name="limits">The limits of the solver.</param>
/// <param name="clock">A clock that was started with the solver.</param>
internal sealed class SolverWatchdog(string name, SolverLimits limits, Stopwatch clock) : IDisposable
{
    private const int Milliseconds = 50;
    private readonly object gate = new();
    private bool isOver;
    private long busySince = -1;

    /// <summary>Runs an action at every interval until the watchdog is disposed of; one more call may follow.</summary>
    public void Start(Action look) => new Thread(() => Run(look)) { IsBackground = true, Name = $"{name} watch" }.Start();

    /// <summary>Records that a caller is waiting for the solver.</summary>
    public void Waited() => Interlocked.Exchange(ref busySince, Stopwatch.GetTimestamp());

    /// <summary>Records that no caller is waiting any more.</summary>
    public void Answered() => Interlocked.Exchange(ref busySince, -1);

    /// <summary>The reason why the solver has to be ended; null if it has not.</summary>
    /// <param name="bytes">Measures the memory of the solver.</param>
    public SolverException? Exceeded(Func<long> bytes)
    {
        var since = Interlocked.Read(ref busySince);
        if (limits.SecondsPerAnswer is { } most && since >= 0 && Stopwatch.GetElapsedTime(since).TotalSeconds > most)
        {
            return new SolverException(SolverFailure.OutOfTime, $"{name} gave no answer in {most} s");
        }

        if (limits.Seconds <= clock.Elapsed.TotalSeconds)
        {
            return new SolverException(SolverFailure.OutOfTime, $"{name} reached its time limit of {limits.Seconds:0.###} s");
        }

        return limits.Bytes is { } maxBytes && bytes() > maxBytes
            ? new SolverException(SolverFailure.OutOfMemory, $"{name} reached its memory limit of {maxBytes:N0} bytes")
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            Monitor.Pulse(gate);
        }
    }

    private void Run(Action look)
    {
        while (!IsOver())
        {
            look();
        }
    }

    private bool IsOver()
    {
        lock (gate)
        {
            return isOver || Monitor.Wait(gate, Milliseconds) && isOver;
        }
    }
}
