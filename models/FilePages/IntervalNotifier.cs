using Verify.Modelling;

namespace Verify.Models.FilePages;

/// <summary>mmu_interval_notifier: a driver that reads PTEs learns whether they have changed since it began.</summary>
/// <remarks>
/// The kernel compares sequence numbers. Here a bit for each address says whether an invalidation has come since the
/// reader began, which is what the comparison tells. The driver takes its lock in the callback and around the last look,
/// so each of these is one step.
/// </remarks>
internal sealed class IntervalNotifier
{
    private readonly Expr invalidating;
    private readonly Expr collided;

    /// <summary>Declares the state, with no invalidation in progress and one reader for each address.</summary>
    public IntervalNotifier(ModelBuilder m, Sort va)
    {
        invalidating = m.Map("invalidating", va, Sort.Bool);
        collided = m.Map("collided", va, Sort.Bool);
    }

    /// <summary>True if an invalidation of an address has begun and not ended.</summary>
    public Expr IsInvalidating(Expr x) => invalidating[x];

    /// <summary>True if the reader of an address has to try again.</summary>
    public Expr MustRetry(Expr x) => collided[x];

    /// <summary>Extends a step: the callback of mmu_notifier_invalidate_range_start.</summary>
    public StepBuilder Begin(StepBuilder s, Expr x) => s.Set(invalidating[x], true).Set(collided[x], true);

    /// <summary>Extends a step: mmu_notifier_invalidate_range_end.</summary>
    public StepBuilder End(StepBuilder s, Expr x) => s.Set(invalidating[x], false);

    /// <summary>Extends a step: mmu_interval_read_begin, which waits for the end of an invalidation.</summary>
    public StepBuilder BeginRead(StepBuilder s, Expr x, bool waits = true) =>
        s.When(waits ? !invalidating[x] : true).Set(collided[x], false);
}
