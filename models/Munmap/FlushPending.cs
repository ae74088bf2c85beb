using Verify.Modelling;

namespace Verify.Models.Munmap;

/// <summary>
/// mm->tlb_flush_pending: the number of operations that have changed PTEs, or may have, and have not finished their
/// flush.
/// </summary>
internal sealed class FlushPending
{
    private readonly Expr pending;
    private readonly bool isFlag;

    /// <summary>Declares the counter.</summary>
    /// <param name="m">The model.</param>
    /// <param name="most">The maximum count.</param>
    /// <param name="isFlag">True if it is a flag rather than a counter, as before 2017.</param>
    public FlushPending(ModelBuilder m, int most, bool isFlag = false)
    {
        this.isFlag = isFlag;
        pending = m.Var("tlb_flush_pending", Sort.Range(0, isFlag ? 1 : most));
    }

    /// <summary>True if some operation has not finished.</summary>
    public Expr IsPending => pending > 0;

    /// <summary>True if several operations have not finished.</summary>
    public Expr IsNested => pending > 1;

    /// <summary>Extends a step: an operation starts.</summary>
    public StepBuilder Raise(StepBuilder s) =>
        s.Set(pending, isFlag ? 1 : pending + 1).Shows().From(KernelCode.Pending);

    /// <summary>Extends a step: an operation has finished.</summary>
    public StepBuilder Drop(StepBuilder s) =>
        s.Set(pending, isFlag ? 0 : pending - 1).Shows().From(KernelCode.Pending);
}
