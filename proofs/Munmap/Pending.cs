using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Operations that replace a page whose PTE was changed check whether its flush is still pending.</summary>
public sealed class Pending : ClaimList
{
    private static readonly Source Comment = Source.Kernel("mm_tlb_flush_pending", "include/linux/mm_inline.h", "v6.19");
    private static readonly Source OldComment = Source.Kernel("mm_tlb_flush_pending", "include/linux/mm_types.h", "v4.13.4");
    private static readonly Source OldMigration = Source.Kernel("migrate_misplaced_transhuge_page", "mm/migrate.c", "v4.13.4");
    private static readonly Source Migration = Source.Kernel("pte_accessible", "arch/x86/include/asm/pgtable.h", "v6.19");
    private static readonly Source Introduced =
        new("mm: fix TLB flush race between migration, and change_protection_range", "20841405940e");
    private static readonly Source WriteFault = Source.Mail("Nadav Amit, mm/userfaultfd: fix memory corruption due to writeprotect",
        "2020-12-19", "20201219043006.2206347-1-namit@vmware.com");
    private static readonly Source Merge = new("mm: fix KSM data corruption", "b3a81d0841a9");

    private static readonly MmInstance Counter = Of("B-PENDING", Choices.Default, Comment, Migration);
    private static readonly MmInstance CounterWide = Of("B-PENDING-WIDE", Choices.Default.Size("va", 2), Comment, Migration);
    private static readonly MmInstance CounterOnArm = Of("B-PENDING-ARM", Choices.Default.On(Architecture.Arm64.Profile), Comment);
    private static readonly MmInstance Flag = Of("B-PENDING/buggy",
        Choices.Default.With(TlbFlushPending.Flag), Migration, TlbFlushPending.Flag.Source!);
    private static readonly MmInstance Never = Of("B-PENDING/never-asked",
        Choices.Default.With(TlbFlushPending.NeverAsked), Migration, Introduced);

    private static readonly MmInstance Huge = Of("B-PENDING-HUGE",
        Choices.Default.With(TlbFlushPending.HugePage), OldComment, OldMigration);
    private static readonly MmInstance HugeFlag = Of("B-PENDING-HUGE/buggy",
        Huge.Choices.With(TlbFlushPending.Flag), OldMigration, TlbFlushPending.Flag.Source!);

    private static readonly MmInstance Uffd = Of("B-PENDING-UFFD",
        Choices.Default.With(TlbFlushPending.WriteFault), Comment, WriteFault);
    private static readonly MmInstance UffdOnArm = Of("B-PENDING-UFFD-ARM",
        Uffd.Choices.On(Architecture.Arm64.Profile), Comment, WriteFault);
    private static readonly MmInstance UffdNever = Of("B-PENDING-UFFD/buggy",
        Uffd.Choices.With(TlbFlushPending.NeverAsked), WriteFault);

    private static readonly MmInstance Ksm = Of("B-PENDING-KSM", Choices.Default.With(TlbFlushPending.Merge), Comment, Merge);
    private static readonly MmInstance KsmNever = Of("B-PENDING-KSM/buggy",
        Ksm.Choices.With(TlbFlushPending.NeverAsked), Merge);

    public override IEnumerable<Claim> Claims =>
    [
        Counter.Claim("I-FREE", Proved,
            "With tlb_flush_pending as a counter, a page whose PTE somebody has changed is migrated only after its flush."),
        Counter.Claim("I-USE", Proved,
            "With tlb_flush_pending as a counter, no access goes to a page that was migrated away."),
        Counter.Claim("I-LOST", Proved,
            "With tlb_flush_pending as a counter, no store to a page is lost when it is migrated."),
        CounterWide.Claim("I-USE", Proved,
            "With tlb_flush_pending as a counter, no access goes to a page that was migrated away, if scans and migrations are "
                + "of several pages."),
        CounterWide.Claim("I-LEAK", Proved,
            "Each page that is migrated away is freed, and what it is migrated to is mapped."),
        CounterOnArm.Claim("I-USE", Proved,
            "With tlb_flush_pending as a counter, no access goes to a page that was migrated away, on Arm too."),
        Flag.Claim("I-FREE", Refuted(11),
            "tlb_flush_pending need only say whether some flush is pending."),
        Flag.Claim("I-USE", Refuted(12),
            "tlb_flush_pending need only say whether some flush is pending, as long as only accesses count.",
            "The first scan to finish clears the flag for both, even one that found nothing to change. pte_accessible then "
                + "says that no CPU can have the PTE, ptep_clear_flush does not flush, and a page is migrated that another CPU "
                + "still reaches."),
        Never.Claim("I-USE", Refuted(8),
            "A PTE that allows no access is not cached by any CPU."),
        Huge.Claim("I-LOST", Proved,
            "In Linux 4.13, no store to a huge page is lost when a NUMA fault migrates it."),
        Huge.Claim("I-LEAK", Proved,
            "In Linux 4.13, a huge page that a NUMA fault migrates away is freed."),
        HugeFlag.Claim("I-LOST", Refuted(11),
            "tlb_flush_pending need only say whether some flush is pending, when a huge page is migrated.",
            "The page is copied while another CPU still stores to it."),
        HugeFlag.Claim("I-FREE", Proved,
            "Even if tlb_flush_pending is a flag, a huge page is freed only after a flush.",
            "migrate_misplaced_transhuge_page clears the PMD by pmdp_huge_clear_flush, which does not test the flag. The flush comes after "
                + "the copy: data is lost, but no page of another owner is touched."),
        HugeFlag.Claim("I-USE", Proved,
            "Even if tlb_flush_pending is a flag, no access goes to a huge page that was migrated away."),
        Uffd.Claim("I-LOST", Proved,
            "A write fault on a page that userfaultfd has write-protected copies it only after the flush."),
        Uffd.Claim("I-FREE", Proved,
            "A write fault on a page that userfaultfd has write-protected frees the old page only after the flush."),
        Uffd.Claim("I-LEAK", Proved,
            "A write fault on a page that userfaultfd has write-protected frees the old page, and maps the copy."),
        Uffd.Claim("I-PTE", Proved,
            "What a write fault maps in place of a page that userfaultfd has write-protected is a page of the process."),
        UffdOnArm.Claim("I-LOST", Proved,
            "A write fault on a page that userfaultfd has write-protected copies it only after the flush, on Arm too."),
        UffdNever.Claim("I-LOST", Refuted(7),
            "The flush that wp_page_copy does for itself, before it installs the copy, is enough.",
            "It comes after the copy. mwriteprotect_range holds mmap_lock for reading, so the fault finds the PTE "
                + "write-protected before the flush of that, and another CPU stores to the page that was copied already."),
        Ksm.Claim("I-LOST", Proved,
            "No store to a page is lost when ksmd merges it with an equal one."),
        Ksm.Claim("I-FREE", Proved,
            "A page that ksmd has merged is freed only after a flush."),
        Ksm.Claim("I-LEAK", Proved,
            "A page that ksmd has merged is freed."),
        KsmNever.Claim("I-LOST", Refuted(7),
            "ksmd need not flush a page whose PTE is write-protected and clean.",
            "Another thread has write-protected the PTE and not flushed yet: a CPU stores to the page between the comparison and "
                + "the merge."),
    ];

    private static MmInstance Of(string id, Choices choices, params Source[] sources) =>
        new(id, choices, [.. sources]) { Family = new TlbFlushPending() };
}
