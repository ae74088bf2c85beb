using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Cli.Running;

/// <summary>The same question at the next sizes: some bugs need a third CPU.</summary>
internal static class LargerSizes
{
    /// <summary>
    /// Decides a proved claim at larger sizes, the nearest ones first, for as long as there is time. Of a size that is
    /// proved the next ones are asked; the last one may be cut.
    /// </summary>
    /// <param name="claim">The claim.</param>
    /// <param name="choices">The instance that is proved.</param>
    /// <param name="engine">What decides.</param>
    /// <param name="run">Its circumstances; the seconds of its budget are for all sizes together.</param>
    public static IEnumerable<Outcome> Decide(Claim claim, Choices choices, IEngine engine, EngineOptions run)
    {
        var clock = Stopwatch.StartNew();
        var open = new Queue<Choices>(NextOf(claim.Family, choices));
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (open.TryDequeue(out var next) && !run.Cancellation.IsCancellationRequested)
        {
            var left = run.Budget.Seconds - clock.Elapsed.TotalSeconds;
            if (left <= 0)
            {
                yield break;
            }

            if (!asked.Add(Instance.DescribeSizes(claim.Family, next)))
            {
                continue;
            }

            var outcome = Outcome.Of(claim, next, engine, run with { Budget = run.Budget with { Seconds = left } });
            yield return outcome;
            if (outcome.Report?.Main?.Verdict is Verdict.Proved)
            {
                foreach (var further in NextOf(claim.Family, next))
                {
                    open.Enqueue(further);
                }
            }
        }
    }

    // Each size that can be larger, larger by one.
    private static IEnumerable<Choices> NextOf(ModelFamily family, Choices choices) => family.Sizes
        .Select(size => (size, value: choices.Sizes.GetValueOrDefault(size.Name, size.Default) + 1))
        .Where(next => next.value <= next.size.High)
        .Select(next => choices.Size(next.size.Name, next.value));
}
