using System.Globalization;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;

namespace Verify.Cli.Running;

/// <summary>Decides many claims in parallel and reports them in order.</summary>
/// <remarks>
/// Most claims are small; those are decided in parallel, each on one thread. A claim that turns out to be larger is
/// abandoned and decided afterwards alone, on all threads. This does not affect results: a verdict is kept only if it
/// does not depend on where the first attempt ended.
/// </remarks>
/// <param name="engine">The engine.</param>
/// <param name="run">The options for each claim.</param>
/// <param name="mistakeIn">A function that returns a known error of a claim; null if errors are unknown.</param>
internal sealed class Batch(IEngine engine, EngineOptions run, Func<Claim, Diagnostic?>? mistakeIn = null)
{
    private const long Small = 100_000;
    private const int MillisecondsBetweenLooks = 50;

    /// <summary>Decides the claims and reports each as soon as all before it are reported.</summary>
    /// <returns>The outcomes in the order of the claims, without those that an interrupt prevented.</returns>
    public List<Outcome> Decide(Terminal terminal, IReadOnlyList<Claim> claims, Action<Outcome> tell)
    {
        var rows = new Outcome?[claims.Count];
        var (told, done) = (0, 0);
        void Tell()
        {
            for (; told < rows.Length && rows[told] is { } row; told++)
            {
                tell(row);
            }
        }

        var small = DecideSmall(claims, (i, row) =>
        {
            lock (rows)
            {
                rows[i] = row;
                done++;
                Monitor.Pulse(rows);
            }
        });
        bool HasNext()
        {
            lock (rows)
            {
                while (rows[told] is null && !small.IsCompleted)
                {
                    Monitor.Wait(rows, MillisecondsBetweenLooks);
                }

                return rows[told] is not null;
            }
        }

        // Rows are written between the lines of progress, on this thread.
        while (told < rows.Length && ProgressDisplay.Run(terminal,
            () => $"{done} of {Quantity.Of(claims.Count, "claim")} decided", _ => HasNext()))
        {
            Tell();
        }

        small.GetAwaiter().GetResult();
        for (var i = 0; i < rows.Length && !run.Cancellation.IsCancellationRequested; i++)
        {
            rows[i] ??= ProgressDisplay.Run(terminal, string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{rows.Length} {claims[i].Id}"),
                progress => DecideOne(claims[i], run with { Progress = progress }));
            Tell();
        }

        // After an interrupt there may be gaps; the outcomes after them are still reported.
        var rest = rows.Skip(told).OfType<Outcome>().ToList();
        rest.ForEach(tell);
        return [.. rows.OfType<Outcome>()];
    }

    private Task DecideSmall(IReadOnlyList<Claim> claims, Action<int, Outcome> done)
    {
        var limit = run.Budget with { States = Math.Min(run.Budget.States ?? long.MaxValue, Small) };
        var isOwnLimit = run.Budget.States is null or > Small;
        var next = -1;
        void Work()
        {
            for (var i = Interlocked.Increment(ref next); i < claims.Count; i = Interlocked.Increment(ref next))
            {
                if (run.Cancellation.IsCancellationRequested)
                {
                    return;
                }

                var row = DecideOne(claims[i], run with { Budget = limit, Threads = 1 });
                var isGivenUp = isOwnLimit && IsCut(row) && !run.Cancellation.IsCancellationRequested;
                if (!isGivenUp)
                {
                    done(i, row);
                }
            }
        }

        // These threads wait for solvers, so they do not use the thread pool.
        return Task.WhenAll([.. Enumerable.Range(0, Math.Min(run.ThreadCount, claims.Count)).Select(_ =>
            Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
    }

    private static bool IsCut(Outcome row) => row.Report is { Main: not null, IsUndecided: true };

    private Outcome DecideOne(Claim claim, EngineOptions allowed) => mistakeIn?.Invoke(claim) is { } mistake
        ? Outcome.Wrong(claim, claim.Choices, mistake)
        : Outcome.Decide(claim, claim.Choices, engine, allowed);
}
