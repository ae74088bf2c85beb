using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>GUP-fast, and page tables that are freed during a walk.</summary>
public sealed class Walks : ClaimList
{
    private static readonly Source FastGup = Source.Kernel("gup_fast", "mm/gup.c", "0092cb388b08");
    private static readonly Source Remove = Source.Kernel("tlb_remove_table", "mm/mmu_gather.c", "06d074298583");
    private static readonly Profile Arm = Architecture.Arm64.Profile;
    private static readonly Choices WithTables = Choices.Default.With(LocklessWalk.FreeTables).Size("va", 2).Size("frame", 3);

    private static readonly MmInstance Pin = Of("B-GUPFAST", Choices.Default);
    private static readonly MmInstance PinOnArm = Of("B-GUPFAST-ARM", Choices.Default.On(Arm));
    private static readonly MmInstance PinOnce = Of("B-GUPFAST/no-recheck", Choices.Default.With(LocklessWalk.NoRecheck));
    private static readonly MmInstance PinOnceOnArm =
        Of("B-GUPFAST-ARM/buggy", Choices.Default.With(LocklessWalk.NoRecheck).On(Arm));
    private static readonly MmInstance Tables = Of("B-TABLE", WithTables);
    private static readonly MmInstance LastPage =
        Of("B-TABLE-LAST", Choices.Default.With(LocklessWalk.FreeTables).Size("frame", 3));
    private static readonly MmInstance TablesOnArm = Of("B-TABLE-ARM", WithTables.On(Arm));
    private static readonly MmInstance TablesFirst = Of("B-TABLE/buggy", WithTables.With(LocklessWalk.TableFirst));
    private static readonly MmInstance TablesFirstOnArm =
        Of("B-TABLE-ARM/buggy", WithTables.With(LocklessWalk.TableFirst).On(Arm));
    private static readonly MmInstance TablesAtOnceOnArm =
        Of("B-TABLE-ARM/no-grace", WithTables.With(LocklessWalk.NoGrace).On(Arm));

    private static readonly Choices Collapses = Choices.Default.With(LocklessWalk.FreeTables, LocklessWalk.Collapse).Size("frame", 2);
    private static readonly MmInstance Collapse = Of("B-COLLAPSE", Collapses);
    private static readonly MmInstance CollapseOnArm = Of("B-COLLAPSE-ARM", Collapses.On(Arm));
    private static readonly MmInstance CollapseOnce = Of("B-COLLAPSE/no-recheck", Collapses.With(LocklessWalk.NoUpperRecheck));
    private static readonly MmInstance CollapseOnceOnArm = Of("B-COLLAPSE-ARM/no-recheck",
        Collapses.With(LocklessWalk.NoUpperRecheck, LocklessWalk.NoSync).On(Arm));
    private static readonly MmInstance CollapseUnsynced = Of("B-COLLAPSE-ARM/no-sync", Collapses.With(LocklessWalk.NoSync).On(Arm));

    public override IEnumerable<Claim> Claims =>
    [
        Pin.Claim("I-GUP", Proved,
            "GUP-fast with interrupts off, which reads the PTE, takes a reference and reads the PTE again, hands out no "
                + "page that is somebody else's."),
        Pin.Claim("I-USE", Proved,
            "Beside GUP-fast no access goes through a stale TLB entry."),
        Pin.Claim("I-LEAK", Proved,
            "A page that GUP-fast still holds when it is unmapped goes with the last reference."),
        PinOnArm.Claim("I-GUP", Proved,
            "GUP-fast that reads the PTE again hands out no page that is somebody else's, where invalidation is broadcast."),
        PinOnce.Claim("I-GUP", Proved,
            "Where a flush waits for interrupts, GUP-fast hands out no page that munmap has freed, even if it reads the PTE "
                + "once.",
            "The page cannot be freed while interrupts are off: its flush waits for this CPU. That is all that interrupts "
                + "give; who changes a PTE and counts references instead of flushing needs the second read here too."),
        PinOnceOnArm.Claim("I-GUP", Refuted(12),
            "With interrupts off, GUP-fast need not read the PTE again.",
            "A broadcast TLBI completes whatever the CPU is doing. The page is freed and given to somebody else between "
                + "the read of the PTE and the reference."),
        Tables.Claim("I-TABLE", Proved,
            "If page tables are freed after a flush that waits for interrupts, no walk of hardware or of GUP-fast goes "
                + "through a freed one."),
        Tables.Claim("I-GUP", Proved,
            "GUP-fast hands out no page that is somebody else's, also where page tables are freed."),
        Tables.Claim("I-USE", Proved,
            "Beside GUP-fast no access goes through a stale TLB entry, also where page tables are freed."),
        Tables.Claim("I-LEAK", Proved,
            "munmap frees each page and each page table that it unhooks, or GUP-fast does with its last reference."),
        LastPage.Claim("I-LEAK", Proved,
            "munmap of the last page of a page table excludes page faults until it has freed both, so no page is lost with the table."),
        TablesOnArm.Claim("I-LEAK", Proved,
            "Where page tables are freed after a grace period, none is lost."),
        TablesOnArm.Claim("I-TABLE", Proved,
            "Where invalidation is broadcast, no walk goes through a freed page table if it is freed after the flush and a "
                + "grace period, by RCU or by an interrupt to all."),
        TablesFirst.Claim("I-TABLE", Refuted(8),
            "If there is no memory for a batch of page tables, tlb_remove_table may free the table at once.",
            "The bug of 2018: the table is gone before the shootdown, and walkers still have it cached."),
        TablesFirstOnArm.Claim("I-TABLE", Refuted(9),
            "If there is no memory for a batch of page tables, tlb_remove_table may free the table once every CPU has taken "
                + "an interrupt.",
            "That interrupt ends walks of software. The hardware's own cache of upper levels does not care for it."),
        TablesAtOnceOnArm.Claim("I-TABLE", Refuted(13),
            "Where invalidation is broadcast, a page table may be freed right after the flush.",
            "The hardware's walks are over then. That of GUP-fast is not: nothing has waited for its interrupts."),
        Collapse.Claim("I-GUP", Proved,
            "GUP-fast that reads PTE and PMD again hands out no page that khugepaged has copied already."),
        Collapse.Claim("I-TABLE", Proved,
            "No walk of a CPU that runs the process goes through a page table that khugepaged has replaced by a huge page and "
                + "that was freed since.",
            "From 4.20 to 6.14 a lazy CPU could do so: the flush told x86 that no page table is freed, and skipped it. See "
                + "COLLAPSE-SKIPS-LAZY-BUGGY."),
        Collapse.Claim("I-USE", Proved,
            "No access goes through a stale TLB entry when khugepaged has replaced the page table."),
        Collapse.Claim("I-LEAK", Proved,
            "khugepaged frees what it has copied, and keeps the page table for as long as the huge page is there."),
        CollapseOnArm.Claim("I-GUP", Proved,
            "GUP-fast that reads PTE and PMD again hands out no page that khugepaged has copied already, where invalidation "
                + "is broadcast."),
        CollapseOnArm.Claim("I-TABLE", Proved,
            "Where invalidation is broadcast, no walk goes through a page table that khugepaged has replaced, if it calls "
                + "tlb_remove_table_sync_one."),
        CollapseOnce.Claim("I-GUP", Proved,
            "Where a flush waits for interrupts, GUP-fast need not read the PMD again."),
        CollapseOnceOnArm.Claim("I-GUP", Refuted(14),
            "GUP-fast that reads the PTE again need not read the PMD again.",
            "khugepaged clears the PMD and leaves the PTEs as they are until it has copied the pages. GUP-fast takes its "
                + "reference after the check that nobody has one, finds the PTE unchanged, and hands out the old page."),
        CollapseUnsynced.Claim("I-GUP", Proved,
            "It is enough for GUP-fast against khugepaged to read the PMD again, as long as only pages count."),
        CollapseUnsynced.Claim("I-TABLE", Refuted(15),
            "It is enough for GUP-fast against khugepaged to read the PMD again.",
            "The page is right, but the page table that the PTE is read from may be freed meanwhile: it was put by, goes with "
                + "the huge page, and nothing has waited for the walk."),
    ];

    private static MmInstance Of(string id, Choices choices) =>
        new(id, choices, FastGup, Remove) { Family = new LocklessWalk() };
}
