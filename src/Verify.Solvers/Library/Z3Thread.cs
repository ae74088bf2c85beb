using System.Collections.Concurrent;
using System.Diagnostics;

namespace Verify.Solvers.Library;

/// <summary>
/// One context of a library, from its start to its end, on a thread of its own. A watch beside it interrupts it at its
/// limits. A library cannot be killed: one that does not heed is left behind, and whoever waits for it gets the reason.
/// </summary>
internal sealed class Z3Thread : IDisposable
{
    private const int StackBytes = 256 << 20; // terms are nested as deep as formulas are long

    // Z3 takes over the interrupts of the terminal while it is asked, and two that do so at a time leave that in pieces.
    private static readonly SemaphoreSlim Turn = new(1);

    private readonly string name;
    private readonly TimeSpan patience;
    private readonly BlockingCollection<string> commands = [];
    private readonly BlockingCollection<(string? Answer, SolverException? Trouble)> answers = [];
    private readonly CancellationTokenSource ending = new();
    private readonly CancellationTokenSource leaving = new();
    private readonly CancellationTokenRegistration registration;
    private readonly SolverWatchdog watch;
    private readonly Lock gate = new();
    private ISolverContext? working;
    private SolverException? reason;
    private long endingSince;
    private int turns;

    /// <param name="name">Name and version.</param>
    /// <param name="library">The library.</param>
    /// <param name="limits">What it may spend.</param>
    /// <param name="clock">Runs since the solver was started.</param>
    /// <param name="patience">How long it may take to heed an interrupt.</param>
    /// <param name="cancellation">Stops it.</param>
    public Z3Thread(string name, ISolverLibrary library, SolverLimits limits, Stopwatch clock, TimeSpan patience,
        CancellationToken cancellation)
    {
        (this.name, this.patience) = (name, patience);
        cancellation.ThrowIfStopped();
        watch = new SolverWatchdog(name, limits, clock);
        watch.Start(Watch);
        new Thread(() => Work(library), StackBytes) { IsBackground = true, Name = name }.Start();
        registration = cancellation.Register(() => End(new SolverException(SolverFailure.Stopped, "interrupted")));
    }

    /// <summary>Carries out commands, and waits until they are.</summary>
    public string Evaluate(string text)
    {
        watch.Waited();
        try
        {
            commands.Add(text);
            var (answer, trouble) = answers.Take(leaving.Token);
            // An answer that comes with an interrupt is none.
            return Volatile.Read(ref reason) is null ? answer ?? throw trouble! : throw Reason();
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException)
        {
            throw Reason();
        }
        finally
        {
            watch.Answered();
        }
    }

    /// <summary>Ends it; the first reason given is the one that counts.</summary>
    public void End(SolverException why)
    {
        lock (gate)
        {
            if (reason is null)
            {
                endingSince = Stopwatch.GetTimestamp();
                reason = why;
            }
        }

        commands.CompleteAdding();
        ending.Cancel();
        Interrupt();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        registration.Dispose();
        End(new SolverException(SolverFailure.Stopped, "ended"));
    }

    private void Work(ISolverLibrary library)
    {
        try
        {
            using var context = library.Open();
            foreach (var text in commands.GetConsumingEnumerable(ending.Token))
            {
                answers.Add(Evaluate(context, text));
            }
        }
        catch (SolverException e)
        {
            answers.Add((null, e));
        }
        catch (OperationCanceledException)
        {
            // It was ended, and the reason is known.
        }
        finally
        {
            watch.Dispose();
            answers.CompleteAdding();
        }
    }

    private (string? Answer, SolverException? Trouble) Evaluate(ISolverContext context, string text)
    {
        Turn.Wait(ending.Token);
        Interlocked.Increment(ref turns);
        try
        {
            lock (gate)
            {
                working = context;
            }

            return (context.Evaluate(text), null);
        }
        catch (SolverException e)
        {
            return (null, e);
        }
        finally
        {
            lock (gate)
            {
                working = null;
            }

            Yield();
        }
    }

    // Lets the next one have its turn: once for each turn, whether the work has ended or is left behind.
    private void Yield()
    {
        if (Interlocked.Exchange(ref turns, 0) > 0)
        {
            Turn.Release();
        }
    }

    private void Watch()
    {
        if (Volatile.Read(ref reason) is not null)
        {
            // It may have been between two things when it was first asked to stop.
            Interrupt();
            if (Stopwatch.GetElapsedTime(endingSince) > patience && !leaving.IsCancellationRequested)
            {
                leaving.Cancel();
                Yield();
            }

            return;
        }

        if (watch.Exceeded(Bytes) is { } why)
        {
            End(why);
        }
    }

    private void Interrupt()
    {
        lock (gate)
        {
            working?.Interrupt();
        }
    }

    private long Bytes()
    {
        lock (gate)
        {
            return working?.Bytes ?? 0;
        }
    }

    private SolverException Reason() => Volatile.Read(ref reason) is { } known
        ? new SolverException(known.Trouble, known.Message)
        : new SolverException(SolverFailure.Died, $"{name} ended before it answered");
}
