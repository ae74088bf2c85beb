using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Memory that a driver maps and revokes while its VMA is being unmapped.</summary>
public sealed class Unlinks : ClaimList
{
    private static readonly Choices Wide = Choices.Default.Size("frame", 2).Size("va", 2);

    private static readonly MmInstance Upstream = Of("B-PFNMAP", Wide);
    private static readonly MmInstance OnArm = Of("B-PFNMAP-ARM", Wide.On(Architecture.Arm64.Profile));
    private static readonly MmInstance UnlinkFirst = Of("B-PFNMAP/buggy", Choices.Default.With(UnlinkedVma.UnlinkFirst));
    private static readonly MmInstance IgnoreNested = Of("B-PFNMAP/nested", Choices.Default.With(UnlinkedVma.IgnoreNested));

    private static readonly MmInstance Dax = Of("DX-STORE", Wide.With(UnlinkedVma.Dax), UnlinkedVma.Dax.Source!);
    private static readonly MmInstance DaxOnArm = Of("DX-STORE-ARM",
        Wide.With(UnlinkedVma.Dax).On(Architecture.Arm64.Profile), UnlinkedVma.Dax.Source!);
    private static readonly MmInstance DaxUncounted = Of("DX-STORE-6.14",
        Choices.Default.With(UnlinkedVma.DaxUncounted), UnlinkedVma.DaxUncounted.Source!);

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
        Dax.Claim("I-FREE", Proved,
            "Since Linux 6.15, a truncate of a DAX file frees a block only after every TLB has dropped it, even if the file is "
                + "unmapped meanwhile.",
            "munmap unlinks the VMA before it flushes, so unmap_mapping_pages may find nothing to do. What it has gathered is a "
                + "reference to the page, and the truncate waits for that."),
        Dax.Claim("I-USE", Proved,
            "Since Linux 6.15, no store of a CPU reaches a block that a truncate of a DAX file has freed."),
        DaxOnArm.Claim("I-USE", Proved,
            "Since Linux 6.15, no store of a CPU reaches a block that a truncate of a DAX file has freed, on Arm too."),
        DaxUncounted.Claim("I-FREE", Refuted(12),
            "Up to Linux 6.14, a truncate of a DAX file frees a block only after every TLB has dropped it, even if the file is "
                + "unmapped meanwhile."),
        DaxUncounted.Claim("I-USE", Refuted(13),
            "Up to Linux 6.14, no store of a CPU reaches a block that a truncate of a DAX file has freed.",
            "The race of B-PFNMAP/buggy: a DAX VMA is not VM_PFNMAP, so munmap unlinks it before it flushes, and its pages are "
                + "no pages for the gather (pte_devmap), so nothing waits for the flush. The block is another file's by the time "
                + "that a CPU stores through its TLB."),
    ];

    private static MmInstance Of(string id, Choices choices, params Source[] more) =>
        new(id, choices, [.. more, UnlinkedVma.UnlinkFirst.Source!]) { Family = new UnlinkedVma() };
}
