using System.Diagnostics;

namespace Verify.Scheduling;

/// <summary>Whose turn it is, schedule by schedule: a strategy, for whatever it is that takes turns.</summary>
public abstract class Scheduler
{
    private protected Scheduler()
    {
    }

    /// <summary>Whether it wants to know that a schedule came back to a state.</summary>
    public virtual bool MindsCircles => false;

    /// <summary>Where the choices of a schedule come from.</summary>
    private protected Prng Random { get; private set; } = new(0);

    /// <summary>An order by the name of a strategy.</summary>
    /// <param name="strategy">One of those of <see cref="ScheduleEngine"/>.</param>
    /// <param name="actors">How many take turns.</param>
    public static Scheduler By(string strategy, int actors) => strategy switch
    {
        ScheduleEngine.AnyActor => new RandomScheduler(),
        ScheduleEngine.PriorityChanges => new PctScheduler(actors),
        ScheduleEngine.Portfolio => new PortfolioScheduler(new RandomScheduler(), new PctScheduler(actors)),
        _ => throw new UnreachableException($"there is no strategy '{strategy}'"),
    };

    /// <summary>The number that the choices of a schedule are drawn by: its number among those of its strategy.</summary>
    public virtual long NumberOf(long schedule) => schedule;

    /// <summary>Begins a schedule.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="random">Where all of its choices come from.</param>
    /// <param name="maxTurns">The most turns that it may have.</param>
    public virtual void Begin(long number, Prng random, int maxTurns) => Random = random;

    /// <summary>Who goes on.</summary>
    /// <param name="isReady">For each whether it can; one of them at least.</param>
    public abstract int Next(ReadOnlySpan<bool> isReady);

    /// <summary>The last turn led to a state that the schedule has been in before.</summary>
    public virtual void CameBack()
    {
    }

    /// <summary>Anyone, all as likely.</summary>
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

    /// <summary>One strategy after the other, schedule by schedule.</summary>
    /// <remarks>Each draws what it would draw alone, so that n of them meet in n times as many schedules what one meets.</remarks>
    private sealed class PortfolioScheduler(params Scheduler[] orders) : Scheduler
    {
        private Scheduler current = orders[0];

        public override bool MindsCircles => current.MindsCircles;

        public override long NumberOf(long schedule) => schedule / orders.Length;

        public override void Begin(long number, Prng random, int maxTurns)
        {
            current = orders[(int)(number % orders.Length)];
            current.Begin(NumberOf(number), random, maxTurns);
        }

        public override int Next(ReadOnlySpan<bool> isReady) => current.Next(isReady);

        public override void CameBack() => current.CameBack();
    }
}
