using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Dax;

/// <summary>The way in which the device of a lease holder reaches the block, and in which it can be stopped.</summary>
internal abstract class DeviceAccess
{
    /// <summary>True if the device can write.</summary>
    public abstract Expr IsGranted { get; }

    /// <summary>Extends a step: the device can write to a block.</summary>
    public abstract void Grant(StepBuilder s, Expr translation);

    /// <summary>
    /// Extends a step: the holder gives the access back; writes in flight are dropped, or have landed before.
    /// </summary>
    public abstract void Return(StepBuilder s);

    /// <summary>Adds the writes of the device.</summary>
    public abstract void AddWrites(ModelBuilder m, Landing landing);

    /// <summary>Adds the steps that revoke the access.</summary>
    public abstract void Revoke(ThreadBuilder t);
}

/// <summary>A NIC that uses an IOMMU or bypasses it.</summary>
internal sealed class NicAccess : DeviceAccess
{
    private readonly Iommu iommu;
    private readonly Expr address;
    private readonly bool canBypass;
    private readonly bool drains;

    /// <param name="m">The model.</param>
    /// <param name="translation">The translation to a block.</param>
    /// <param name="canBypass">True if the NIC uses physical addresses, which an IOMMU cannot revoke.</param>
    /// <param name="drains">True if a revocation waits for writes in flight.</param>
    public NicAccess(ModelBuilder m, Translation translation, bool canBypass, bool drains)
    {
        (this.canBypass, this.drains) = (canBypass, drains);
        iommu = new Iommu(m, translation);
        address = canBypass ? m.Var("nic_address", Sort.Option(translation.Sort)) : None;
    }

    public override Expr IsGranted => iommu.IsMapped;

    public override void Grant(StepBuilder s, Expr translation)
    {
        iommu.Map(s, translation);
        if (canBypass)
        {
            s.Set(address, translation);
        }
    }

    public override void Return(StepBuilder s)
    {
        iommu.Drop(iommu.Sync(iommu.Unmap(s)));
        if (canBypass)
        {
            s.Set(address, None);
        }
    }

    public override void AddWrites(ModelBuilder m, Landing landing)
    {
        iommu.AddWrites(m, (s, posted) => landing.Land(s, posted));
        if (canBypass)
        {
            m.Rule("DMA past the IOMMU", s => landing.Land(s.When(address.HasValue), address).By("NIC")).From(KernelCode.Umem);
        }
    }

    public override void Revoke(ThreadBuilder t)
    {
        t.Step("iommu_unmap_fast", s => iommu.Unmap(s));
        if (drains)
        {
            t.Step("iommu_iotlb_sync", s => iommu.Sync(s));
            t.Wait("in-flight DMA is drained", iommu.IsDrained);
        }
    }
}

/// <summary>A pNFS client that writes to the blocks of a shared disk, which checks reservation keys.</summary>
internal sealed class ClientAccess : DeviceAccess
{
    private readonly Expr layout;
    private readonly Expr posted;
    private readonly bool isFenced;
    private readonly bool fenceFails;
    private readonly Expr hasKey;

    /// <param name="m">The model.</param>
    /// <param name="translation">The translation to a block.</param>
    /// <param name="isFenced">True if the server removes the reservation key of a client that does not answer.</param>
    /// <param name="fenceFails">True if the disk refuses to remove it.</param>
    public ClientAccess(ModelBuilder m, Translation translation, bool isFenced, bool fenceFails)
    {
        (this.isFenced, this.fenceFails) = (isFenced, fenceFails);
        layout = m.Var("layout", Sort.Option(translation.Sort));
        posted = m.Var("posted_write", Sort.Option(translation.Sort));
        hasKey = isFenced ? m.Var("key", Sort.Bool) : true;
    }

    public override Expr IsGranted => layout.HasValue;

    // A fenced client returns with a new key, and has dropped its writes by then.
    public override void Grant(StepBuilder s, Expr translation)
    {
        s.Set(layout, translation);
        if (isFenced)
        {
            s.Set(hasKey, true);
        }
    }

    public override void Return(StepBuilder s) => s.Set(posted, None).Set(layout, None);

    public override void AddWrites(ModelBuilder m, Landing landing)
    {
        m.Rule("client writes", s => s
            .When(layout.HasValue & posted.IsNone & hasKey).Set(posted, layout).By("client"))
            .From(KernelCode.BlockLayout);
        m.Rule("write lands", s => landing.Land(s.When(posted.HasValue), posted).Set(posted, None).By("disk"))
            .Fair().From(KernelCode.BlockLayout);
        m.Reachable("a write is under way", posted.HasValue);
        if (isFenced && !fenceFails)
        {
            m.Reachable("a client that still believes in its layout is fenced", layout.HasValue & !hasKey);
        }
    }

    // The disk rejects writes with the removed key and drops those that are not done.
    public override void Revoke(ThreadBuilder t)
    {
        if (fenceFails)
        {
            t.Step("sd_pr_preempt: refused", s => s.From(KernelCode.Fence));
        }
        else if (isFenced)
        {
            t.Step("sd_pr_preempt", s => s.Set(hasKey, false).Set(posted, None).From(KernelCode.Fence));
        }
    }
}
