using System.Collections.Concurrent;
using System.Diagnostics;

namespace Verify.Solvers.Library;

/// <summary>
/// Runs one context of a library on a thread of its own. A watchdog interrupts it at its limits. A library cannot be
/// killed: a context that ignores the interrupt is abandoned, and its caller gets the reason.
/// </summary>
internal sealed class Z3Thread : IDisposable
{
    private const int StackBytes = 256 << 20; // the nesting of terms grows with the length of formulas

    // Z3 handles interrupts of the terminal while it works; two contexts that do so at the same time corrupt that
    // state.
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

    /// <param name="name">The name and version.</param>
    /// <param name="library">The library.</param>
    /// <param name="limits">The limits of the solver.</param>
    /// <param name="clock">A clock that was started with the solver.</param>
    /// <param name="patience">The maximum time to react to an interrupt.</param>
    /// <param name="cancellation">Stops the solver.</param>
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

    /// <summary>Executes commands and waits for their output.</summary>
    public string Evaluate(string text)
    {
        watch.Waited();
        try
        {
            commands.Add(text);
            var (answer, trouble) = answers.Take(leaving.Token);
            // An answer that arrives together with an interrupt is invalid.
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

    /// <summary>Ends the context; the first reason counts.</summary>
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
            // The context was ended, and the reason is known.
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

    // Releases the turn, once per turn, whether the work has ended or is abandoned.
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
            // The first interrupt may have arrived between two commands.
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
