using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Cli.Running;

/// <summary>Decides a property at larger sizes, because some bugs need a third CPU.</summary>
internal static class LargerSizes
{
    /// <summary>
    /// Decides a proved claim at larger sizes, in the order of their distance, for a limited time. If a size is proved,
    /// its successors are added; the last decision may be incomplete.
    /// </summary>
    /// <param name="claim">The claim.</param>
    /// <param name="choices">The choices of the proved instance.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="run">The options; the seconds of the budget apply to all sizes together.</param>
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

            var outcome = Outcome.Decide(claim, next, engine, run with { Budget = run.Budget with { Seconds = left } });
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

    // For each size below its maximum, the choices with that size increased by one.
    private static IEnumerable<Choices> NextOf(ModelFamily family, Choices choices) => family.Sizes
        .Select(size => (size, value: choices.Sizes.GetValueOrDefault(size.Name, size.Default) + 1))
        .Where(next => next.value <= next.size.High)
        .Select(next => choices.Size(next.size.Name, next.value));
}
