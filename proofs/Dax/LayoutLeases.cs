using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Dax;

/// <summary>Leases in place of seals: the waits, the notifications and the revocations.</summary>
public sealed class LayoutLeases : ClaimList
{
    private static readonly Source Unmap = Source.Kernel("iommu_unmap, iommu_unmap_fast", "drivers/iommu/iommu.c", "v6.19");
    private static readonly Choices Small = Choices.Default;
    private static readonly Choices Wide = Choices.Default.Size("unit", 2);

    private static readonly InstanceClaims Voluntary = new("DX-LEASE-VOL", new LayoutLease(),
        Wide.Assume(LayoutLease.Pause), Posts.SameProblem, Posts.Leases);

    private static readonly InstanceClaims Cooperative = new("DX-LEASE-COOP", new LayoutLease(),
        Small.Assume(LayoutLease.Pause, LayoutLease.Cooperates), Posts.Leases);

    private static readonly InstanceClaims Forced = new("DX-LEASE-FORCE", new LayoutLease(),
        Wide.With(LayoutLease.Forced).Assume(LayoutLease.Revocable), Posts.HellwigQuoted, Unmap);

    private static readonly InstanceClaims ForcedPaused = new("DX-LEASE-FORCE-PAUSE", new LayoutLease(),
        Small.With(LayoutLease.Forced).Assume(LayoutLease.Pause), Posts.HellwigQuoted, Unmap);

    private static readonly InstanceClaims NoDrain = new("DX-LEASE-NODRAIN", new LayoutLease(),
        Small.With(LayoutLease.Forced, LayoutLease.NoDrain).Assume(LayoutLease.Revocable), Unmap);

    private static readonly InstanceClaims StaleFd = new("DX-LEASE-STALEFD", new LayoutLease(),
        Small.With(LayoutLease.StaleFd).Assume(LayoutLease.Pause, LayoutLease.Cooperates), Posts.Registration);

    private static readonly InstanceClaims Unheard = new("DX-UFFD", new LayoutLease(),
        Small.With(LayoutLease.Userfault, LayoutLease.Unheard)
            .Assume(LayoutLease.Cooperates, LayoutLease.Revocable), Posts.HellwigQuoted);

    private static readonly InstanceClaims Userfault = new("DX-UFFD-WAIT", new LayoutLease(),
        Small.With(LayoutLease.Userfault).Assume(LayoutLease.Pause, LayoutLease.Cooperates), Posts.HellwigQuoted);

    private static readonly InstanceClaims OnDemand = new("DX-UFFD-ODP", new LayoutLease(),
        Wide.With(LayoutLease.OnDemand), Source.Kernel("mlx5_ib_invalidate_range", "drivers/infiniband/hw/mlx5/odp.c", "v6.19"));

    private static readonly InstanceClaims Pnfs = new("DX-PNFS", new LayoutLease(),
        Wide.With(LayoutLease.Pnfs, LayoutLease.Forced), Posts.Leases,
        Source.Kernel("nfsd4_scsi_fence_client", "fs/nfsd/blocklayout.c", "v6.19"));

    private static readonly InstanceClaims NoFence = new("DX-PNFS-NOFENCE", new LayoutLease(),
        Small.With(LayoutLease.Pnfs, LayoutLease.Forced, LayoutLease.NoFence), Posts.Leases);

    private static readonly InstanceClaims FenceFails = new("DX-PNFS-FENCEFAIL", new LayoutLease(),
        Small.With(LayoutLease.Pnfs, LayoutLease.Forced, LayoutLease.FenceFails), LayoutLease.FenceFails.Source!);

    public override IEnumerable<Claim> Claims =>
    [
        Voluntary.Claim("I-DMA", Proved,
            "A truncate that waits until the lease is given back frees no block that a device writes to."),
        Voluntary.Claim("L-PROG", Starves,
            "A lease is better than a seal, because it can be broken.",
            "A lease and a seal have the same problem of cancelling DMA: the seal fails at once, the lease waits. "
                + "A holder that ignores the signal keeps truncate waiting for ever."),
        Cooperative.Claim("L-PROG", ProvedIf,
            "A truncate gets through if a holder that hears of the break gives the lease back and takes no new "
                + "one meanwhile."),
        Forced.Claim("I-DMA", ProvedIf,
            "If the kernel takes the block away after a deadline, by IOMMU unmap, IOTLB sync and drain, no DMA "
                + "lands on a block that is not the file's.",
            "It is the device that has to be stoppable, and not the process that has to be good. A NIC that has "
                + "physical addresses is not stopped by an IOMMU."),
        ForcedPaused.Claim("L-PROG", ProvedIf,
            "If the kernel takes the block away after a deadline, a truncate gets through whatever the holder "
                + "does, but for taking a new lease each time.",
            "Deadlines do not help against a stream of new leases: the lock is dropped for each wait."),
        NoDrain.Claim("I-DMA", Refuted(14),
            "Once the IOMMU mapping is gone, the block can be freed.",
            "A write that was translated before lands afterwards, and the IOTLB translates more of them."),
        StaleFd.Claim("I-DMA", Proved,
            "A break that is told to a file descriptor which its owner has closed does no harm to the data."),
        StaleFd.Claim("L-PROG", Starves,
            "If every holder that hears of a break gives the lease back, a truncate gets through.",
            "The file descriptor was closed, the mapping and the registration stay, and nobody hears."),
        Unheard.Claim("I-DMA", Refuted(9),
            "The break can be carried by userfaultfd: truncate unmaps the page, and the holder is told.",
            "It is told when a CPU touches the page. DMA raises no CPU fault, and goes on."),
        Userfault.Claim("I-DMA", Proved,
            "A truncate that waits until the holder has answered a userfault frees no block that a device writes "
                + "to."),
        Userfault.Claim("L-PROG", Starves,
            "The break can be carried by userfaultfd, and a truncate that waits for the answer gets through.",
            "A holder that leaves the page to its NIC takes no fault, hears nothing, and never answers, however "
                + "willing it is."),
        OnDemand.Claim("I-DMA", Proved,
            "With a NIC that takes page faults no lease is needed: the unmap stops it, and no DMA lands on a "
                + "block that is not the file's."),
        OnDemand.Claim("L-PROG", Proved,
            "With a NIC that takes page faults, a truncate gets through."),
        Pnfs.Claim("I-DMA", Proved,
            "A pNFS server that recalls a layout, and fences a client that does not answer, reuses no block that "
                + "a client still writes to.",
            "Nothing is asked of the client: the disk refuses it, and drops what it had under way."),
        NoFence.Claim("I-DMA", Refuted(12),
            "When the recall of a layout times out, its blocks can be reused.",
            "The client has not heard of it, and its write lands."),
        FenceFails.Claim("I-DMA", Refuted(13),
            "The blocks of a layout whose recall has timed out are reused only if the client is fenced off.",
            "nfsd4_scsi_fence_client of Linux 6.19 ignores the status: if the disk refuses the preemption, the server ends the layout, "
                + "the truncate goes on, and the client writes to blocks that belong to another file by then."),
    ];
}
