using System.Runtime.InteropServices;

namespace Verify.Cli.Hosting;

/// <summary>
/// Handles Ctrl-C and termination requests. The first one stops the work and lets the tool print its results so far;
/// the second one ends the process.
/// </summary>
/// <param name="clock">The clock that separates one interrupt from the next.</param>
internal sealed class Interrupt(TimeProvider clock) : IDisposable
{
    // Signals within this time count as one: timeout(1) signals the process and then its whole group.
    private const int MillisecondsOfOne = 500;
    private const int MaxMillisecondsToStop = 3000;

    private readonly CancellationTokenSource source = new();
    private readonly Lock gate = new();
    private long first;

    /// <summary>Cancelled after the first interrupt.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Handles a signal of the system until the result is disposed of.</summary>
    public IDisposable Listen(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, context => context.Cancel = Heed());

    /// <summary>Stops the work.</summary>
    public void Stop() => Heed();

    /// <summary>Stops the work.</summary>
    /// <returns>True if the process continues, to print its results.</returns>
    public bool Heed()
    {
        var now = clock.GetTimestamp();
        // While work stops, solvers are ended; if the process exited first, it would leave them running.
        var isAlone = gate.TryEnter(MaxMillisecondsToStop);
        try
        {
            if (source.IsCancellationRequested)
            {
                return clock.GetElapsedTime(first, now).TotalMilliseconds < MillisecondsOfOne;
            }

            first = now;
            source.Cancel();
            return true;
        }
        finally
        {
            if (isAlone)
            {
                gate.Exit();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
