namespace Verify.Scheduling;

/// <summary>Selects the steps of runs by a seed.</summary>
internal abstract class StepPolicy
{
    /// <summary>True if the policy needs to know when a run returns to an earlier state.</summary>
    public virtual bool NeedsRevisits => false;

    /// <summary>The number that seeds the choices of a run.</summary>
    public virtual long NumberOf(long run) => run;

    /// <summary>Starts a run.</summary>
    /// <param name="number">The number of the run.</param>
    /// <param name="random">The source of all random choices of the run.</param>
    /// <param name="expectedSteps">The number of steps that the run is expected to have.</param>
    public abstract void Begin(long number, Prng random, int expectedSteps);

    /// <summary>Selects one of the enabled steps; there is at least one.</summary>
    /// <param name="rules">The lowered rule of each step.</param>
    public abstract int Choose(ReadOnlySpan<int> rules);

    /// <summary>Reports that the last step led back to an earlier state of the run.</summary>
    public virtual void OnRevisit()
    {
    }

    /// <summary>Selects uniformly among all enabled steps.</summary>
    public sealed class AnyStep : StepPolicy
    {
        private Prng random = new(0);

        public override void Begin(long number, Prng random, int expectedSteps) => this.random = random;

        public override int Choose(ReadOnlySpan<int> rules) => random.Below(rules.Length);
    }
}
