using System.Diagnostics;

namespace Verify.Scheduling;

/// <summary>A strategy that selects the actor of each step, schedule by schedule.</summary>
public abstract class Scheduler
{
    private protected Scheduler()
    {
    }

    /// <summary>True if the strategy needs to know when a schedule returns to an earlier state.</summary>
    public virtual bool NeedsRevisits => false;

    /// <summary>The random choices of the current schedule.</summary>
    private protected Prng Random { get; private set; } = new(0);

    /// <summary>Creates the scheduler of a strategy by its name.</summary>
    /// <param name="strategy">One of those of <see cref="ScheduleEngine"/>.</param>
    /// <param name="actors">The number of actors.</param>
    public static Scheduler Create(string strategy, int actors) => strategy switch
    {
        ScheduleEngine.AnyActor => new RandomScheduler(),
        ScheduleEngine.PriorityChanges => new PctScheduler(actors),
        ScheduleEngine.Portfolio => new PortfolioScheduler(new RandomScheduler(), new PctScheduler(actors)),
        _ => throw new UnreachableException($"the strategy '{strategy}' does not exist"),
    };

    /// <summary>
    /// The number that seeds the choices of a schedule: its index among the schedules of its strategy.
    /// </summary>
    public virtual long NumberOf(long schedule) => schedule;

    /// <summary>Starts a schedule.</summary>
    /// <param name="number">The number of the schedule, from 0.</param>
    /// <param name="random">The source of all random choices of the schedule.</param>
    /// <param name="expectedTurns">The number of turns that the schedule is expected to have.</param>
    public virtual void Begin(long number, Prng random, int expectedTurns) => Random = random;

    /// <summary>Selects the next actor.</summary>
    /// <param name="isReady">For each actor, true if it is ready; at least one is.</param>
    public abstract int Next(ReadOnlySpan<bool> isReady);

    /// <summary>Reports that the last turn led back to an earlier state of the schedule.</summary>
    public virtual void OnRevisit()
    {
    }

    /// <summary>Selects uniformly among the ready actors.</summary>
    private sealed class RandomScheduler : Scheduler
    {
        public override int Next(ReadOnlySpan<bool> isReady)
        {
            var left = Random.Below(isReady.Count(true));
            var actor = 0;
            while (!isReady[actor] || left-- > 0)
            {
                actor++;
            }

            return actor;
        }
    }

    /// <summary>Alternates between strategies, one schedule each.</summary>
    /// <remarks>
    /// Each strategy draws the same schedules as on its own, so that n of them together need n times as many schedules
    /// as one.
    /// </remarks>
    private sealed class PortfolioScheduler(params Scheduler[] orders) : Scheduler
    {
        private Scheduler current = orders[0];

        public override bool NeedsRevisits => current.NeedsRevisits;

        public override long NumberOf(long schedule) => schedule / orders.Length;

        public override void Begin(long number, Prng random, int expectedTurns)
        {
            current = orders[(int)(number % orders.Length)];
            current.Begin(NumberOf(number), random, expectedTurns);
        }

        public override int Next(ReadOnlySpan<bool> isReady) => current.Next(isReady);

        public override void OnRevisit() => current.OnRevisit();
    }
}
