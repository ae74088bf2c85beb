using System.Runtime.InteropServices;

namespace Verify.Cli.Hosting;

/// <summary>
/// What Ctrl-C and a request to terminate do: the first stops the work and lets the tool print what it has, the second ends
/// the process.
/// </summary>
/// <param name="clock">Tells one interrupt from the next.</param>
internal sealed class Interrupt(TimeProvider clock) : IDisposable
{
    // One that comes along with another is the same: timeout(1) tells the process, and then all of its group.
    private const int MillisecondsOfOne = 500;
    private const int MaxMillisecondsToStop = 3000;

    private readonly CancellationTokenSource source = new();
    private readonly Lock gate = new();
    private long first;

    /// <summary>Set once it was interrupted.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Heeds the signals of the system until that is disposed of.</summary>
    public IDisposable Listen(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, context => context.Cancel = Heed());

    /// <summary>Stops the work.</summary>
    public void Stop() => Heed();

    /// <summary>Stops the work.</summary>
    /// <returns>Whether the process goes on, to print what it has.</returns>
    public bool Heed()
    {
        var now = clock.GetTimestamp();
        // While work is being stopped, solvers are ended: a process that went before them would leave them behind, at work.
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
