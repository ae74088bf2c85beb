using System.Globalization;
using Verify.Engines;

namespace Verify.Explicit.Counterexamples;

/// <summary>
/// The deadline for finding a trace: the rest of the time budget plus a grace period. After a cancellation only the
/// grace period remains, which is enough for most traces.
/// </summary>
internal sealed class TraceDeadline : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20); // timers do not support more
    private readonly EngineOptions run;
    private readonly CancellationTokenSource source = new();
    private readonly CancellationTokenRegistration registration;

    /// <summary>Starts the deadline.</summary>
    /// <param name="run">The options, with the budget and the cancellation.</param>
    /// <param name="spent">The seconds of the budget that the search has used.</param>
    /// <param name="grace">The length of the grace period.</param>
    public TraceDeadline(EngineOptions run, double spent, TimeSpan grace)
    {
        this.run = run;
        if (run.Budget.Seconds - spent is { } left && left < Longest.TotalSeconds)
        {
            EndAfter(TimeSpan.FromSeconds(Math.Max(0, left)) + grace);
        }

        registration = run.Cancellation.Register(() => EndAfter(grace));
    }

    /// <summary>Cancelled when the deadline has passed.</summary>
    public CancellationToken Over => source.Token;

    /// <summary>The reason in the words of a verdict.</summary>
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
