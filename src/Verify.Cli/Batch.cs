using System.Globalization;
using Verify.Claims;
using Verify.Cli.Output;
using Verify.Engines;

namespace Verify.Cli;

/// <summary>Many claims at once, reported in their order.</summary>
/// <remarks>
/// Most claims are small: those are decided side by side, each on one thread. One that turns out not to be small is
/// given up and decided afterwards by itself, on all of them. Neither changes a result: a verdict is kept only if it
/// does not depend on where the first attempt was given up.
/// </remarks>
/// <param name="engine">The engine.</param>
/// <param name="run">What is allowed for each claim.</param>
internal sealed class Batch(IEngine engine, Run run)
{
    private const long Small = 100_000;

    /// <summary>One claim and what became of it: a decision or, where its model is at fault, or we are, a diagnostic.</summary>
    public sealed record Row(Claim Claim, Decision? Decision, Diagnostic? Failure);

    /// <summary>Decides the claims, and tells each as soon as all before it are told.</summary>
    /// <returns>The rows in the order of the claims, without those that an interrupt left out.</returns>
    public List<Row> Decide(Terminal terminal, IReadOnlyList<Claim> claims, Action<Row> tell)
    {
        var rows = new Row?[claims.Count];
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
            rows[i] ??= Live.Run(terminal, string.Create(CultureInfo.InvariantCulture, $"{i + 1}/{rows.Length} {claims[i].Id}"),
                progress => DecideOne(claims[i], run with { Progress = progress }));
            Tell();
        }

        // After an interrupt there may be gaps; what lies behind them is told all the same.
        var rest = rows.Skip(told).OfType<Row>().ToList();
        rest.ForEach(tell);
        return [.. rows.OfType<Row>()];
    }

    private void DecideSmall(IReadOnlyList<Claim> claims, Action<int, Row> done)
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

    private static bool IsCut(Row row) => row.Decision is { } decision && decision.Report.Dropped.Select(d => d.Report)
        .Append(decision.Report.Main).Any(report => report?.Verdict is Verdict.HoldsUpTo or Verdict.Unknown);

    private Row DecideOne(Claim claim, Run allowed)
    {
        try
        {
            return new Row(claim, Decision.Of(claim, claim.Choices, engine, allowed), null);
        }
        catch (ModelException e)
        {
            return new Row(claim, null, e.Diagnostic);
        }
#pragma warning disable CA1031 // Our mistake in one claim must not lose what is decided about the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Row(claim, null, Tool.Blame(e));
        }
    }
}
