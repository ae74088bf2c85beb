using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Memory that a driver maps and takes back, while its VMA is being unmapped.</summary>
public sealed class Unlinks : ClaimList
{
    private static readonly Choices Wide = Choices.Default.Size("frame", 2).Size("va", 2);

    private static readonly MmInstance Upstream = Of("B-PFNMAP", Wide);
    private static readonly MmInstance OnArm = Of("B-PFNMAP-ARM", Wide.On(Architecture.Arm64.Profile));
    private static readonly MmInstance UnlinkFirst = Of("B-PFNMAP/buggy", Choices.Default.With(UnlinkedVma.UnlinkFirst));
    private static readonly MmInstance IgnoreNested = Of("B-PFNMAP/nested", Choices.Default.With(UnlinkedVma.IgnoreNested));

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims =>
    [
        Upstream.Claim("I-FREE", Proved,
            "If munmap flushes a VM_PFNMAP mapping before it unlinks the VMA, unmap_mapping_range returns with no TLB entry "
                + "left, and the driver may free its memory."),
        Upstream.Claim("I-USE", Proved,
            "If munmap flushes a VM_PFNMAP mapping before it unlinks the VMA, no access reaches memory that the driver has "
                + "freed."),
        OnArm.Claim("I-USE", Proved,
            "If munmap flushes a VM_PFNMAP mapping before it unlinks the VMA, no access reaches memory that the driver has "
                + "freed, on Arm too."),
        UnlinkFirst.Claim("I-FREE", Refuted(12),
            "munmap may unlink a VM_PFNMAP mapping from i_mmap and flush afterwards, as it frees nothing before the flush."),
        UnlinkFirst.Claim("I-USE", Refuted(13),
            "munmap may unlink a VM_PFNMAP mapping from i_mmap and flush afterwards, as long as only accesses count.",
            "munmap frees nothing, but the driver does: unmap_mapping_range finds no VMA any more, has nothing to do, and "
                + "returns while TLBs still lead to the memory."),
        IgnoreNested.Claim("I-USE", Refuted(15),
            "unmap_mapping_range need not flush for a PTE that it finds cleared.",
            "munmap has cleared it, and has not flushed yet. It is mm_tlb_flush_nested that makes the driver wait for it."),
    ];

    private static MmInstance Of(string id, Choices choices) =>
        new(id, choices, UnlinkedVma.UnlinkFirst.Source!) { Family = new UnlinkedVma() };
}
