namespace Verify.Scheduling;

/// <summary>Chooses an actor first, and then one of the steps that it can take, all as likely.</summary>
/// <param name="actors">The actors.</param>
/// <param name="order">Whose turn it is.</param>
internal sealed class ActorPolicy(Actors actors, Scheduler order) : StepPolicy
{
    private readonly bool[] isReady = new bool[actors.Names.Length];
    private Prng random = new(0);

    /// <inheritdoc/>
    public override bool MindsCircles => order.MindsCircles;

    /// <inheritdoc/>
    public override long NumberOf(long run) => order.NumberOf(run);

    /// <inheritdoc/>
    public override void Begin(long number, Prng random, int maxSteps)
    {
        this.random = random;
        order.Begin(number, random, maxSteps);
    }

    /// <inheritdoc/>
    public override int Choose(ReadOnlySpan<int> rules)
    {
        Array.Clear(isReady);
        foreach (var rule in rules)
        {
            isReady[actors.Of(rule)] = true;
        }

        var actor = order.Next(isReady);
        var steps = 0;
        foreach (var rule in rules)
        {
            steps += actors.Of(rule) == actor ? 1 : 0;
        }

        var left = steps == 1 ? 0 : random.Below(steps);
        for (var i = 0; ; i++)
        {
            if (actors.Of(rules[i]) == actor && left-- == 0)
            {
                return i;
            }
        }
    }

    /// <inheritdoc/>
    public override void CameBack() => order.CameBack();
}
