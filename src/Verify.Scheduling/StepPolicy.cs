namespace Verify.Scheduling;

/// <summary>Chooses the steps of runs, from a seed.</summary>
internal abstract class StepPolicy
{
    /// <summary>Whether it wants to know that a run came back to a state.</summary>
    public virtual bool MindsCircles => false;

    /// <summary>The number that a run's choices are drawn by.</summary>
    public virtual long NumberOf(long run) => run;

    /// <summary>Begins a run.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="random">Where all of its choices come from.</param>
    /// <param name="maxSteps">The most steps that it may have.</param>
    public abstract void Begin(long number, Prng random, int maxSteps);

    /// <summary>Chooses one of the steps that can be taken, at least one.</summary>
    /// <param name="rules">The lowered rule of each.</param>
    public abstract int Choose(ReadOnlySpan<int> rules);

    /// <summary>The step chosen last led to a state that the run has been in before.</summary>
    public virtual void CameBack()
    {
    }

    /// <summary>Any step, all as likely, whoever takes it.</summary>
    public sealed class AnyStep : StepPolicy
    {
        private Prng random = new(0);

        public override void Begin(long number, Prng random, int maxSteps) => this.random = random;

        public override int Choose(ReadOnlySpan<int> rules) => random.Below(rules.Length);
    }
}
