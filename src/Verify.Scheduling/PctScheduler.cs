namespace Verify.Scheduling;

/// <summary>
/// The actor of the highest priority goes on; priorities are drawn, and at a few steps, drawn too, that actor gets a low one.
/// </summary>
/// <remarks>
/// Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs",
/// ASPLOS 2010: of n actors and k steps, a violation that takes d orderings is met with a chance of at least 1/(n k^(d-1)).
/// Two things are different here. k is not known, so that each run guesses one, between <see cref="MinSteps"/> and what it
/// may have, every power of two as likely; and d is drawn too. And hardware, unlike the programs of that paper, can go
/// round for ever: an actor that brings the run back to a state it was in changes places with any other.
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
    public override bool MindsCircles => true;

    /// <inheritdoc/>
    public override void Begin(long number, Prng random, int maxTurns)
    {
        base.Begin(number, random, maxTurns);
        (step, current) = (0, -1);
        for (var i = 0; i < actors; i++)
        {
            // A shuffle, inside out: above all that is given later.
            var other = random.Below(i + 1);
            (priorities[i], priorities[other]) = (priorities[other], MaxChanges + 1 + i);
        }

        DrawChanges(LengthFor(maxTurns));
    }

    /// <inheritdoc/>
    public override void CameBack()
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

    private int LengthFor(int maxTurns)
    {
        var doublings = 0;
        while ((long)MinSteps << doublings < maxTurns)
        {
            doublings++;
        }

        return (int)Math.Clamp((long)MinSteps << Random.Below(doublings + 1), 1, Math.Max(1, maxTurns));
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
