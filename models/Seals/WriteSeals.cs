using Verify.Modelling;

namespace Verify.Models.Seals;

/// <summary>
/// The seals of a memfd. They protect a receiver against the sender of the memory, who has the file open too, so they
/// can only be added. A seal of a block map is the opposite: its holder may release it.
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
    /// <param name="hasIomap">True if F_SEAL_IOMAP, which has to be clearable, is one of the seals.</param>
    public WriteSeals(ModelBuilder m, bool hasIomap)
    {
        write = m.Var("F_SEAL_WRITE", Sort.Bool);
        seal = m.Var("F_SEAL_SEAL", Sort.Bool);
        this.hasIomap = hasIomap;
        iomap = hasIomap ? m.Var("F_SEAL_IOMAP", Sort.Bool) : false;
        changed = m.Ghost("changed_while_sealed", Sort.Bool);
        had = m.Ghost("seals_it_had", Sort.Map(Sort.Enum<Seal>(), Sort.Bool));
    }

    /// <summary>True if writes are refused.</summary>
    public Expr IsWriteSealed => write;

    /// <summary>True if no seal can be added any more.</summary>
    public Expr IsSealed => seal;

    /// <summary>Extends a step: a seal is set.</summary>
    public StepBuilder Add(StepBuilder s, Expr which)
    {
        s.SetIf(which == Seal.Write, write, true).SetIf(which == Seal.Seal, seal, true);
        if (hasIomap)
        {
            s.SetIf(which == Seal.Iomap, iomap, true);
        }

        return s.Set(had[which], true);
    }

    /// <summary>Extends a step that changes the content, and records a violation of the seal.</summary>
    public StepBuilder NoteChange(StepBuilder s) => s.SetIf(write, changed, true);

    /// <summary>Adds a way to clear a seal, which F_SEAL_IOMAP needs and the others must not have.</summary>
    public void AddClearing(ModelBuilder m, Source source)
    {
        if (hasIomap)
        {
            m.Rule("clear F_SEAL_IOMAP", s => s.When(iomap).Set(iomap, false).By("holder")).From(source);
        }
    }

    /// <summary>Adds the properties of the seals.</summary>
    public void AddInvariants(ModelBuilder m)
    {
        var isWhole = had[Seal.Write].Implies(write) & had[Seal.Seal].Implies(seal);
        m.Always("I-SEALW", !changed, "once the write seal is set, nothing changes the content");
        m.Always("I-MONO", hasIomap ? isWhole & had[Seal.Iomap].Implies(iomap) : isWhole, "a seal that was set stays");
        m.Reachable("the file is sealed against writes", write);
        m.Reachable("the seals are sealed", seal);
    }
}

/// <summary>The modelled seals.</summary>
internal enum Seal
{
    /// <summary>F_SEAL_WRITE.</summary>
    Write,

    /// <summary>F_SEAL_SEAL.</summary>
    Seal,

    /// <summary>F_SEAL_IOMAP, if the model has it.</summary>
    Iomap,
}
