using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Models.Dax;

/// <summary>
/// A lease on the block map of a file: its holder lets a device write to the blocks. A truncate breaks the lease and
/// waits, or revokes the blocks.
/// </summary>
/// <remarks>Without a fault, the holder may ignore the break, and the truncate waits for as long as it takes.</remarks>
public sealed class LayoutLease() : ModelFamily("layout-lease",
    "leases on the block map of a DAX or pNFS file, and how a truncate breaks them",
    new SizeParameter("unit", 1, 1, 3, "blocks of the medium"))
{
    /// <summary>The kernel revokes the access after a timeout.</summary>
    public static readonly Fault Forced = new("forced",
        "after a deadline the truncate takes the block away: IOMMU unmap, IOTLB sync, drain; or fencing", Posts.HellwigQuoted);

    /// <summary>The kernel revokes the access without waiting for writes in flight.</summary>
    public static readonly Fault NoDrain = new("no-drain",
        "with 'forced': the truncate waits neither for the IOTLB nor for DMA under way");

    /// <summary>The break notifies a file descriptor that may be closed.</summary>
    public static readonly Fault StaleFd = new("stale-fd",
        "a break notifies a file descriptor, which its owner may close before it gives up the lease", Posts.Registration);

    /// <summary>The break is sent as a userfault.</summary>
    public static readonly Fault Userfault = new("userfaultfd",
        "a break unmaps the page, and its holder hears of it through userfaultfd when a CPU touches the page", Posts.HellwigQuoted);

    /// <summary>The truncate does not wait for the userfault to be handled.</summary>
    public static readonly Fault Unheard = new("proceed-unheard",
        "with 'userfaultfd': the truncate continues after it has unmapped");

    /// <summary>A NIC with page faults.</summary>
    public static readonly Feature OnDemand = new("odp",
        "no lease: the NIC takes page faults, and an mmu notifier stops it (on-demand paging)");

    /// <summary>The holder is a client.</summary>
    public static readonly Feature Pnfs = new("pnfs",
        "the lease is a pNFS layout, and its holder a client that writes to the disk", Posts.Leases);

    /// <summary>The client is not fenced.</summary>
    public static readonly Fault NoFence = new("no-fence",
        "with 'pnfs' and 'forced': a client that does not answer is not fenced off");

    /// <summary>The disk refuses to fence the client, and the server does not check.</summary>
    public static readonly Fault FenceFails = new("fence-fails",
        "with 'pnfs' and 'forced': the disk refuses to fence the client; the server ends the layout all the same",
        KernelCode.Fence);

    /// <summary>The holder answers a break.</summary>
    public static readonly Assumption Cooperates = new("A-COOP",
        "a holder that has heard of the break gives the lease back", "the application");

    /// <summary>The access of the device can be revoked.</summary>
    public static readonly Assumption Revocable = new("A-REVOKE",
        "the device can be stopped: it reaches memory through the IOMMU only", "the platform");

    /// <summary>No new lease is taken in the meantime.</summary>
    public static readonly Assumption Pause = new("A-PAUSE",
        "once a truncate has found a lease, no new one is taken until the truncate is over", "no kernel code: applications, by chance");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "page tables of the holder: it registers the block that the extent map gives while it has the lease",
        "more than one holder, and leases of parts of the file",
        Limit.With("with 'pnfs', the network and its losses: a client that hears nothing is one that does not answer", Pnfs),
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(NoDrain, Forced);
        m.Demand(Unheard, Userfault);
        m.Demand(NoFence, Forced);
        m.Demand(NoFence, Pnfs);
        m.Demand(FenceFails, m.Has(Forced) && m.Has(Pnfs) && !m.Has(NoFence), "it needs 'pnfs' and 'forced', and not 'no-fence'");
        var isOfNic = m.Has(OnDemand) || m.Has(Userfault) || m.Has(StaleFd) || m.Has(NoDrain) || m.Assumes(Revocable);
        if ((m.Has(Pnfs) && isOfNic) || (m.Has(OnDemand) && (m.Has(Forced) || m.Has(Userfault) || m.Has(StaleFd)))
            || (m.Has(Userfault) && m.Has(StaleFd)))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, "these faults and assumptions are of different holders");
        }

        var backing = new BlockBacking(m, m.Size("unit"));
        var landing = new Landing(m, backing);
        var isWaiting = m.Assumes(Pause) ? m.Var("waits_for_lease", Sort.Bool) : false;
        DeviceAccess access = m.Has(Pnfs)
            ? new ClientAccess(m, backing.Translation, isFenced: m.Has(Forced) && !m.Has(NoFence), fenceFails: m.Has(FenceFails))
            : new NicAccess(m, backing.Translation, canBypass: !m.Has(OnDemand) && !m.Assumes(Revocable), drains: !m.Has(NoDrain));
        var lease = new Lease(m, backing, access, canClose: m.Has(StaleFd))
        {
            IsHeardByFault = m.Has(Userfault),
            IsForced = m.Has(Forced),
            WaitsForHolder = !m.Has(Unheard),
            Cooperates = m.Assumes(Cooperates),
            MayTake = !isWaiting,
        };
        var truncate = new Truncate(m, backing)
        {
            IsPinned = _ => false,
            IsMapped = true,
            Zap = _ => { },
            IsWaiting = m.Assumes(Pause) ? isWaiting : null,
            Before = m.Has(OnDemand) ? (t, _) => access.Revoke(t) : lease.Break,
        };
        truncate.Describe(m);
        if (m.Has(OnDemand))
        {
            lease.AddOnDemand(m, truncate.Lock);
        }
        else
        {
            lease.AddHolder(m, truncate.Lock);
        }

        access.AddWrites(m, landing);
        backing.AddEnvironment(m, !truncate.Lock);
        landing.AddInvariants(m);
        m.LeadsTo("L-PROG", truncate.IsRunning, !truncate.IsRunning, "a truncate that has begun ends");
    }
}
