using System.Diagnostics;

namespace Verify.Solvers;

/// <summary>
/// Looks after a solver at short intervals, on a thread of its own: the threads of the pool, on which timers run, may all be
/// waiting for the solver that is to be ended.
/// </summary>
/// <param name="name">The solver's name and version.</param>
/// <param name="limits">What it may spend.</param>
/// <param name="clock">Runs since the solver was started.</param>
internal sealed class SolverWatchdog(string name, SolverLimits limits, Stopwatch clock) : IDisposable
{
    private const int Milliseconds = 50;
    private readonly object gate = new();
    private bool isOver;
    private long busySince = -1;

    /// <summary>Does something at every interval until that is disposed of; once more may come just after.</summary>
    public void Start(Action look) => new Thread(() => Run(look)) { IsBackground = true, Name = $"{name} watch" }.Start();

    /// <summary>Somebody waits for the solver from now on.</summary>
    public void Waited() => Interlocked.Exchange(ref busySince, Stopwatch.GetTimestamp());

    /// <summary>Nobody waits for it any more.</summary>
    public void Answered() => Interlocked.Exchange(ref busySince, -1);

    /// <summary>Why it has to be ended, if it has.</summary>
    /// <param name="bytes">What memory it has.</param>
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
