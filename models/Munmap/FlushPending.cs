using Verify.Modelling;

namespace Verify.Models.Munmap;

/// <summary>mm->tlb_flush_pending: how many have changed PTEs, or may, and have not finished the flush.</summary>
internal sealed class FlushPending
{
    private readonly Expr pending;
    private readonly bool isFlag;

    /// <summary>Declares it.</summary>
    /// <param name="m">The model.</param>
    /// <param name="most">How many there can be.</param>
    /// <param name="isFlag">Whether it only says whether there is one, as it did before 2017.</param>
    public FlushPending(ModelBuilder m, int most, bool isFlag = false)
    {
        this.isFlag = isFlag;
        pending = m.Var("tlb_flush_pending", Sort.Range(0, isFlag ? 1 : most));
    }

    /// <summary>Whether somebody has not finished.</summary>
    public Expr IsPending => pending > 0;

    /// <summary>Whether more than one have not finished.</summary>
    public Expr IsNested => pending > 1;

    /// <summary>Adds to a step that one begins.</summary>
    public StepBuilder Raise(StepBuilder s) =>
        s.Set(pending, isFlag ? 1 : pending + 1).Shows().From(KernelCode.Pending);

    /// <summary>Adds to a step that one has finished.</summary>
    public StepBuilder Drop(StepBuilder s) =>
        s.Set(pending, isFlag ? 0 : pending - 1).Shows().From(KernelCode.Pending);
}
