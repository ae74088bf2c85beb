using Verify.Modelling;

namespace Verify.Models.Seals;

/// <summary>
/// The seals of a memfd. They protect a receiver against the sender of the memory, who has the file open too, so they can
/// only be added: the opposite of a seal of a block map, which is its holder's to give up.
/// </summary>
internal sealed class WriteSeals
{
    private readonly Expr write;
    private readonly Expr seal;
    private readonly bool hasIomap;
    private readonly Expr iomap;
    private readonly Expr changed;
    private readonly Expr had;

    /// <param name="m">The model.</param>
    /// <param name="hasIomap">Whether F_SEAL_IOMAP, which has to be cleared again, is one of them.</param>
    public WriteSeals(ModelBuilder m, bool hasIomap)
    {
        write = m.Var("F_SEAL_WRITE", Sort.Bool);
        seal = m.Var("F_SEAL_SEAL", Sort.Bool);
        this.hasIomap = hasIomap;
        iomap = hasIomap ? m.Var("F_SEAL_IOMAP", Sort.Bool) : false;
        changed = m.Ghost("changed_while_sealed", Sort.Bool);
        had = m.Ghost("seals_it_had", Sort.Map(Sort.Enum<Seal>(), Sort.Bool));
    }

    /// <summary>Whether writes are refused.</summary>
    public Expr IsWriteSealed => write;

    /// <summary>Whether no seal can be added any more.</summary>
    public Expr IsSealed => seal;

    /// <summary>Adds to a step that a seal is there.</summary>
    public StepBuilder Add(StepBuilder s, Expr which)
    {
        s.SetIf(which == Seal.Write, write, true).SetIf(which == Seal.Seal, seal, true);
        if (hasIomap)
        {
            s.SetIf(which == Seal.Iomap, iomap, true);
        }

        return s.Set(had[which], true);
    }

    /// <summary>Adds to a step that it changes the content.</summary>
    public StepBuilder NoteChange(StepBuilder s) => s.SetIf(write, changed, true);

    /// <summary>Adds what F_SEAL_IOMAP needs, and the others must not have: a way to clear it.</summary>
    public void AddClearing(ModelBuilder m, Source source)
    {
        if (hasIomap)
        {
            m.Rule("clear F_SEAL_IOMAP", s => s.When(iomap).Set(iomap, false).By("holder")).From(source);
        }
    }

    /// <summary>Adds what is asked of them.</summary>
    public void AddInvariants(ModelBuilder m)
    {
        var isWhole = had[Seal.Write].Implies(write) & had[Seal.Seal].Implies(seal);
        m.Always("I-SEALW", !changed, "once the write seal is set, nothing changes the content");
        m.Always("I-MONO", hasIomap ? isWhole & had[Seal.Iomap].Implies(iomap) : isWhole, "a seal that was set stays");
        m.Reachable("the file is sealed against writes", write);
        m.Reachable("the seals are sealed", seal);
    }
}

/// <summary>The seals that are told apart.</summary>
internal enum Seal
{
    /// <summary>F_SEAL_WRITE.</summary>
    Write,

    /// <summary>F_SEAL_SEAL.</summary>
    Seal,

    /// <summary>F_SEAL_IOMAP, where it is one of them.</summary>
    Iomap,
}
