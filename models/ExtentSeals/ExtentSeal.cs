using Verify.Modelling;

namespace Verify.Models.ExtentSeals;

/// <summary>
/// A seal of a file's block map. It protects its holder against all others, so its holder may release it; the seals of
/// memfd have the opposite purpose.
/// </summary>
internal sealed class ExtentSeal
{
    private readonly Expr moved;

    public ExtentSeal(ModelBuilder m, string counter, int holders)
    {
        Holders = m.Var(counter, Sort.Range(0, holders));
        IsSet = m.Var("S_IOMAP_SEALED", Sort.Bool);
        moved = m.Ghost("moved_while_sealed", Sort.Bool);
    }

    /// <summary>The number of holders.</summary>
    public Expr Holders { get; }

    /// <summary>The flag of the inode, which is all that operations check.</summary>
    public Expr IsSet { get; }

    /// <summary>Extends a step: one more process holds the seal.</summary>
    public StepBuilder Take(StepBuilder s) => s.Set(Holders, Holders + 1).Set(IsSet, true);

    /// <summary>Extends a step: one process releases the seal; the last one clears the flag.</summary>
    public StepBuilder Release(StepBuilder s) => s.Set(Holders, Holders - 1).SetIf(Holders == 1, IsSet, false);

    /// <summary>Extends a step: the flag is cleared, whatever the number of holders.</summary>
    public StepBuilder Clear(StepBuilder s) => s.Set(IsSet, false);

    /// <summary>Extends a step that changes the extent map, and records a violation of the seal.</summary>
    public void NoteChange(StepBuilder s) => s.SetIf(Holders > 0, moved, true);

    /// <summary>Adds the property of the seal.</summary>
    public void AddInvariants(ModelBuilder m, Expr isOver)
    {
        m.Always("I-SEALX", !moved, "while a process holds the seal, the extent map does not change");
        m.Always("I-HELD", IsSet == (Holders > 0), "the file is sealed while a process holds the seal, and no longer");
        m.Always("I-LIFE", !(isOver & IsSet), "when the process that set the seal has exited, the file is not sealed");
        m.Reachable("the file is sealed", IsSet);
    }
}
