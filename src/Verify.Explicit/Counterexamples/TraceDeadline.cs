using System.Globalization;
using Verify.Engines;

namespace Verify.Explicit.Counterexamples;

/// <summary>
/// The time in which the way to what was met has to be made: what is left of the budget, and when that is spent or
/// somebody asks to stop, a little more, for most are made in it.
/// </summary>
internal sealed class TraceDeadline : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20); // beyond, there are no timers
    private readonly EngineOptions run;
    private readonly CancellationTokenSource source = new();
    private readonly CancellationTokenRegistration registration;

    /// <summary>Begins.</summary>
    /// <param name="run">The run, with its budget and whether to stop.</param>
    /// <param name="spent">The seconds that the search took of the budget.</param>
    /// <param name="grace">How much more.</param>
    public TraceDeadline(EngineOptions run, double spent, TimeSpan grace)
    {
        this.run = run;
        if (run.Budget.Seconds - spent is { } left && left < Longest.TotalSeconds)
        {
            EndAfter(TimeSpan.FromSeconds(Math.Max(0, left)) + grace);
        }

        registration = run.Cancellation.Register(() => EndAfter(grace));
    }

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Over => source.Token;

    /// <summary>What ended it, as a verdict says it.</summary>
    public string Cause => run.Cancellation.IsCancellationRequested
        ? "an interrupt"
        : string.Create(CultureInfo.InvariantCulture, $"the time budget of {run.Budget.Seconds} s");

    /// <inheritdoc/>
    public void Dispose()
    {
        registration.Dispose();
        source.Dispose();
    }

    private void EndAfter(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            source.Cancel();
        }
        else
        {
            source.CancelAfter(time);
        }
    }
}
