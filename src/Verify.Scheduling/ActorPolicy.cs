namespace Verify.Scheduling;

/// <summary>Selects an actor by a strategy, then one of its enabled steps uniformly at random.</summary>
/// <param name="actors">The actors.</param>
/// <param name="order">The strategy that selects the actor.</param>
internal sealed class ActorPolicy(Actors actors, Scheduler order) : StepPolicy
{
    private readonly bool[] isReady = new bool[actors.Names.Length];
    private Prng random = new(0);

    /// <inheritdoc/>
    public override bool NeedsRevisits => order.NeedsRevisits;

    /// <inheritdoc/>
    public override long NumberOf(long run) => order.NumberOf(run);

    /// <inheritdoc/>
    public override void Begin(long number, Prng random, int expectedSteps)
    {
        this.random = random;
        order.Begin(number, random, expectedSteps);
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
    public override void OnRevisit() => order.OnRevisit();
}
