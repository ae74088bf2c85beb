namespace Verify.Scheduling;

/// <summary>
/// Always runs the ready actor with the highest priority. Priorities are random; at a few random steps the current
/// actor gets a low priority.
/// </summary>
/// <remarks>
/// Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs",
/// ASPLOS 2010: with n actors and k steps, a violation that needs d ordering constraints is found with probability at
/// least 1/(n k^(d-1)). Two details differ. The paper measures k; here a run may also be cut, so each run draws a power
/// of two between <see cref="MinSteps"/> and the measured length, uniformly; d is random too. And hardware, unlike the
/// programs of that paper, can cycle without end: an actor that brings the run back to an earlier state exchanges its
/// priority with a random actor.
/// </remarks>
internal sealed class PctScheduler(int actors) : Scheduler
{
    private const int MaxChanges = 12;
    private const int MinSteps = 8;
    private readonly int[] priorities = new int[actors];
    private readonly int[] changes = new int[MaxChanges];
    private readonly int[] ranks = new int[MaxChanges];
    private int step;
    private int current;

    /// <inheritdoc/>
    public override bool NeedsRevisits => true;

    /// <inheritdoc/>
    public override void Begin(long number, Prng random, int expectedTurns)
    {
        base.Begin(number, random, expectedTurns);
        (step, current) = (0, -1);
        for (var i = 0; i < actors; i++)
        {
            // An inside-out shuffle; all of these exceed the priorities that are given later.
            var other = random.Below(i + 1);
            (priorities[i], priorities[other]) = (priorities[other], MaxChanges + 1 + i);
        }

        DrawChanges(LengthFor(expectedTurns));
    }

    /// <inheritdoc/>
    public override void OnRevisit()
    {
        var other = Random.Below(actors);
        (priorities[current], priorities[other]) = (priorities[other], priorities[current]);
    }

    /// <inheritdoc/>
    public override int Next(ReadOnlySpan<bool> isReady)
    {
        step++;
        for (var i = 0; i < MaxChanges; i++)
        {
            if (changes[i] == step)
            {
                priorities[Highest(isReady)] = 1 + ranks[i];
            }
        }

        return current = Highest(isReady);
    }

    private int Highest(ReadOnlySpan<bool> isReady)
    {
        var found = -1;
        for (var actor = 0; actor < isReady.Length; actor++)
        {
            if (isReady[actor] && (found < 0 || priorities[actor] > priorities[found]))
            {
                found = actor;
            }
        }

        return found;
    }

    private int LengthFor(int expectedTurns)
    {
        var doublings = 0;
        while ((long)MinSteps << doublings < expectedTurns)
        {
            doublings++;
        }

        return (int)Math.Clamp((long)MinSteps << Random.Below(doublings + 1), 1, Math.Max(1, expectedTurns));
    }

    private void DrawChanges(int length)
    {
        var count = Random.Below(MaxChanges + 1);
        for (var i = 0; i < MaxChanges; i++)
        {
            changes[i] = i < count ? 1 + Random.Below(length) : 0;
            var other = Random.Below(i + 1);
            (ranks[i], ranks[other]) = (ranks[other], i);
        }
    }
}
