using Verify.Modelling;
using Verify.Models.Storage;

namespace Verify.Models.Dax;

/// <summary>The targets of DMA writes, and the properties about them.</summary>
internal sealed class Landing
{
    private readonly IBacking backing;
    private readonly Expr victim;
    private readonly bool canLose;
    private readonly Expr lost;

    public Landing(ModelBuilder m, IBacking backing)
    {
        this.backing = backing;
        victim = m.Ghost("dma_reached", Sort.Option(backing.OwnerSort));
        canLose = backing is PageBacking;
        lost = canLose ? m.Ghost("dma_lost", Sort.Bool) : false;
    }

    /// <summary>Extends a step: a device writes to the target of a translation, which is not empty.</summary>
    public StepBuilder Land(StepBuilder s, Expr option)
    {
        var unit = option.Value[backing.Translation.Frame];
        s.SetIf(backing.IsForeign(option.Value), victim, backing.OwnerOf(unit));
        if (backing is BlockBacking { Blocks: var blocks })
        {
            s.SetIf(blocks.Owner[unit] == BlockOwner.Both, victim, BlockOwner.Both);
        }

        if (canLose)
        {
            s.SetIf(backing.Slot != unit, lost, true);
        }

        return s;
    }

    /// <summary>Adds the properties.</summary>
    public void AddInvariants(ModelBuilder m)
    {
        var isShared = backing is BlockBacking ? victim == BlockOwner.Both : (Expr)false;
        m.Always("I-DMA", victim.IsNone | isShared,
            "DMA never lands on a block or a frame that is not the registered file's");
        m.Always("I-ISO", victim.IsNone | !backing.IsOtherFile(victim.Value),
            "DMA into a mapping of one file never changes what a reader of another file sees");
        if (canLose)
        {
            m.Always("I-LOST", !lost, "what DMA writes is what a reader of the file sees");
        }
    }
}
