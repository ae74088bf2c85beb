using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Page tables that one of two gathers frees, and the levels that its flush covers.</summary>
public sealed class Levels : ClaimList
{
    private static readonly Choices OnArm = Choices.Default.On(Architecture.Arm64.Profile);

    private static readonly MmInstance Upstream = Of("B-LEVELS", Choices.Default);
    private static readonly MmInstance Wide = Of("B-LEVELS-WIDE", Choices.Default.Size("frame", 3));
    private static readonly MmInstance UpstreamOnArm = Of("B-LEVELS-ARM", OnArm);
    private static readonly MmInstance Reset = Of("B-LEVELS/reset", Choices.Default.With(GatherLevels.ResetRange));
    private static readonly MmInstance ResetOnArm = Of("B-LEVELS-ARM/buggy", OnArm.With(GatherLevels.ResetRange));

    public override IEnumerable<Claim> Claims =>
    [
        Upstream.Claim("I-TABLE", Proved,
            "If a nested gather flushes all levels, no walk of hardware goes through a page table that it has freed."),
        Upstream.Claim("I-FREE", Proved,
            "A munmap that frees a page table frees its pages only after every TLB that might hold them has been invalidated."),
        Upstream.Claim("I-USE", Proved,
            "Where a munmap frees a page table, no access goes through a stale TLB entry."),
        Upstream.Claim("I-PTE", Proved,
            "Where a munmap frees a page table, no PTE names a page of another user, and no PMD names what is no page table."),
        Wide.Claim("I-LEAK", Proved,
            "A munmap frees each page that it unhooks, and the page table."),
        UpstreamOnArm.Claim("I-USE", Proved,
            "Where a munmap frees a page table, no access goes through a stale TLB entry, on Arm too."),
        UpstreamOnArm.Claim("I-TABLE", Proved,
            "If a nested gather flushes all levels, no walk of hardware goes through a page table that it has freed, on Arm "
                + "too."),
        Reset.Claim("I-TABLE", Proved,
            "On x86 a nested gather may forget that it has freed page tables, as far as CPUs go that run the process.",
            "INVLPG and writes to CR3 drop cached upper levels, whatever they are for. A lazy CPU is interrupted only if page "
                + "tables were freed, since 4.20, and goes on walking: B-TABLE-LAZY/buggy. The fix is of 5.2."),
        ResetOnArm.Claim("I-TABLE", Refuted(13),
            "A nested gather may forget that it has freed page tables: it flushes in any case.",
            "It flushes leaf entries only. A CPU keeps the upper level in its walk cache, and goes through the table after it "
                + "was freed."),
    ];

    private static MmInstance Of(string id, Choices choices) =>
        new(id, choices, GatherLevels.ResetRange.Source!) { Family = new GatherLevels() };
}
