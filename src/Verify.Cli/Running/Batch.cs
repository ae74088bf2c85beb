using System.Globalization;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;

namespace Verify.Cli.Running;

/// <summary>Many claims at once, reported in their order.</summary>
/// <remarks>
/// Most claims are small: those are decided side by side, each on one thread. One that turns out not to be small is
/// given up and decided afterwards by itself, on all of them. Neither changes a result: a verdict is kept only if it
/// does not depend on where the first attempt was given up.
/// </remarks>
/// <param name="engine">The engine.</param>
/// <param name="run">What is allowed for each claim.</param>
/// <param name="mistakeIn">What is known to be wrong with a claim beforehand; nothing unless it is given.</param>
internal sealed class Batch(IEngine engine, EngineOptions run, Func<Claim, Diagnostic?>? mistakeIn = null)
{
    private const long Small = 100_000;

    /// <summary>Decides the claims, and tells each as soon as all before it are told.</summary>
    /// <returns>The rows in the order of the claims, without those that an interrupt left out.</returns>
    public List<Outcome> Decide(Terminal terminal, IReadOnlyList<Claim> claims, Action<Outcome> tell)
    {
        var rows = new Outcome?[claims.Count];
        var told = 0;
        void Tell()
        {
            lock (rows)
            {
                while (told < rows.Length && rows[told] is { } row)
                {
                    tell(row);
                    told++;
                }
            }
        }

        DecideSmall(claims, (i, row) =>
        {
            lock (rows)
            {
                rows[i] = row;
            }

            Tell();
        });
        for (var i = 0; i < rows.Length && !run.Cancellation.IsCancellationRequested; i++)
        {
            rows[i] ??= ProgressDisplay.Run(terminal, string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{rows.Length} {claims[i].Id}"),
                progress => DecideOne(claims[i], run with { Progress = progress }));
            Tell();
        }

        // After an interrupt there may be gaps; what lies behind them is told all the same.
        var rest = rows.Skip(told).OfType<Outcome>().ToList();
        rest.ForEach(tell);
        return [.. rows.OfType<Outcome>()];
    }

    private void DecideSmall(IReadOnlyList<Claim> claims, Action<int, Outcome> done)
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

        // On threads of their own: they wait for solvers, and the pool has other things to do meanwhile.
        Task.WaitAll([.. Enumerable.Range(0, Math.Min(run.ThreadCount, claims.Count)).Select(_ =>
            Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
    }

    private static bool IsCut(Outcome row) => row.Report is { Main: not null, IsUndecided: true };

    private Outcome DecideOne(Claim claim, EngineOptions allowed) => mistakeIn?.Invoke(claim) is { } mistake
        ? Outcome.Wrong(claim, claim.Choices, mistake)
        : Outcome.Of(claim, claim.Choices, engine, allowed);
}
