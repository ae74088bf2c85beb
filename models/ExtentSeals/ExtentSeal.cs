using Verify.Modelling;

namespace Verify.Models.ExtentSeals;

/// <summary>
/// A seal of a file's block map. It protects its holder against everybody else, so its holder may give it up; that is
/// the opposite of what the seals of memfd are for.
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

    /// <summary>How many hold it.</summary>
    public Expr Holders { get; }

    /// <summary>The flag of the inode, which is all that the operations on it look at.</summary>
    public Expr IsSet { get; }

    /// <summary>Adds to a step that one more holds it.</summary>
    public StepBuilder Take(StepBuilder s) => s.Set(Holders, Holders + 1).Set(IsSet, true);

    /// <summary>Adds to a step that one holds it no longer; the last one clears the flag.</summary>
    public StepBuilder Release(StepBuilder s) => s.Set(Holders, Holders - 1).SetIf(Holders == 1, IsSet, false);

    /// <summary>Adds to a step that the flag is cleared, whoever holds it.</summary>
    public StepBuilder Clear(StepBuilder s) => s.Set(IsSet, false);

    /// <summary>Adds to a step that it changes the extent map.</summary>
    public void NoteChange(StepBuilder s) => s.SetIf(Holders > 0, moved, true);

    /// <summary>Adds what is asked of it.</summary>
    public void AddInvariants(ModelBuilder m, Expr isOver)
    {
        m.Always("I-SEALX", !moved, "while somebody holds the seal, the extent map does not change");
        m.Always("I-LIFE", !(isOver & IsSet), "when the process that set the seal has exited, the file is not sealed");
        m.Reachable("the file is sealed", IsSet);
    }
}
