namespace Verify.Explicit;

/// <summary>Chooses an actor first, and then one of the steps that it can take, all as likely.</summary>
/// <param name="actors">The actors.</param>
internal abstract class ActorChooser(Actors actors) : StepChooser
{
    private readonly bool[] isReady = new bool[actors.Names.Length];

    /// <summary>Where the choices of a run come from.</summary>
    protected Prng Random { get; private set; } = new(0);

    /// <summary>The number of actors.</summary>
    protected int Count => isReady.Length;

    /// <inheritdoc/>
    public override void Begin(long number, Prng random, int mostSteps) => Random = random;

    /// <inheritdoc/>
    public override int Choose(ReadOnlySpan<int> rules)
    {
        Array.Clear(isReady);
        foreach (var rule in rules)
        {
            isReady[actors.Of(rule)] = true;
        }

        var actor = Choose(isReady);
        var steps = 0;
        foreach (var rule in rules)
        {
            steps += actors.Of(rule) == actor ? 1 : 0;
        }

        var left = steps == 1 ? 0 : Random.Below(steps);
        for (var i = 0; ; i++)
        {
            if (actors.Of(rules[i]) == actor && left-- == 0)
            {
                return i;
            }
        }
    }

    /// <summary>Chooses one of the actors that can take a step.</summary>
    protected abstract int Choose(ReadOnlySpan<bool> isReady);

    /// <summary>Any actor, all as likely.</summary>
    public sealed class Anyone(Actors actors) : ActorChooser(actors)
    {
        protected override int Choose(ReadOnlySpan<bool> isReady)
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
}
