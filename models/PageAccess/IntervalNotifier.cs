using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.PageAccess;

/// <summary>mmu_interval_notifier: a driver that reads PTEs learns whether they have changed since it began.</summary>
/// <remarks>
/// The driver takes its lock in the callback and around the last look, so each of these is one step. The kernel's number
/// is that of the whole mm; a reader whose interval an invalidation does not touch need not try again here.
/// </remarks>
internal sealed class IntervalNotifier
{
    private readonly Sort invalidator;
    private readonly Func<Expr, Expr, Expr> touches;
    private readonly SequenceNumber sequence;
    private readonly Expr invalidating;

    /// <summary>Declares the state, with no invalidation in progress.</summary>
    /// <param name="m">The model.</param>
    /// <param name="invalidator">Those that invalidate, each one range at a time.</param>
    /// <param name="reader">The readers.</param>
    /// <param name="touches">True if the range of an invalidator has addresses of a reader.</param>
    /// <param name="isCompared">False if no reader compares the sequence number.</param>
    public IntervalNotifier(
        ModelBuilder m, Sort invalidator, Sort reader, Func<Expr, Expr, Expr> touches, bool isCompared = true)
    {
        (this.invalidator, this.touches) = (invalidator, touches);
        invalidating = m.Map("invalidating", invalidator, Sort.Bool);
        sequence = new SequenceNumber(m, reader, isCompared);
    }

    /// <summary>True if some invalidation has begun and not ended.</summary>
    public Expr IsBusy => Exists(invalidator, x => invalidating[x]);

    /// <summary>True if an invalidation that touches a reader has begun and not ended.</summary>
    public Expr IsInvalidating(Expr r) => Exists(invalidator, x => touches(x, r) & invalidating[x]);

    /// <summary>True if a reader has to try again: mmu_interval_read_retry.</summary>
    public Expr MustRetry(Expr r) => sequence.HasMoved(r);

    /// <summary>Extends a step: the callback of mmu_notifier_invalidate_range_start.</summary>
    public StepBuilder Begin(StepBuilder s, Expr x) => sequence.Move(s.Set(invalidating[x], true), r => touches(x, r));

    /// <summary>Extends a step: mmu_notifier_invalidate_range_end.</summary>
    public StepBuilder End(StepBuilder s, Expr x) => s.Set(invalidating[x], false);

    /// <summary>Extends a step: mmu_interval_read_begin, which waits for the end of an invalidation.</summary>
    public StepBuilder BeginRead(StepBuilder s, Expr r, bool waits = true) =>
        sequence.Read(s.When(waits ? !IsInvalidating(r) : true), r);
}
