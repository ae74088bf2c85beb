using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Ownership;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Ownership;

/// <summary>XPFO: pages of user space leave the direct map, and when other CPUs have to notice.</summary>
public sealed class ExclusiveFrames : ClaimList
{
    private static readonly Choices Plain = Choices.Default;
    private static readonly Choices OnRiscV = Plain.On(Architecture.RiscVSbi.Profile);
    private static readonly Choices Interrupts = Plain.With(Xpfo.FromInterrupt);

    private static readonly InstanceClaims Sync = Of("XP-SYNC", Plain.Size("frame", 2));
    private static readonly InstanceClaims SyncWide = Of("XP-SYNC-WIDE", Plain.Size("cpu", 3), Mails.Stecklina);
    private static readonly InstanceClaims Window = Of("XP-KMAP", Plain);
    private static readonly InstanceClaims V9 = Of("XP-V9", Plain.With(Xpfo.AtSwitch), Mails.DeferredV9, Mails.Lutomirski);
    private static readonly InstanceClaims V9Atomic = Of("XP-V9-ATOMIC", Plain.With(Xpfo.AtSwitch, Xpfo.AtomicMask), Mails.DeferredV9);
    private static readonly InstanceClaims V7 = Of("XP-V7", Plain.With(Xpfo.ByTask), Mails.DeferredV7);
    private static readonly InstanceClaims V7OneTask = Of("XP-V7-ONETASK",
        Plain.With(Xpfo.ByTask).Assume(Xpfo.OneTask), Mails.DeferredV7);
    private static readonly InstanceClaims Zero = Of("XP-V7-ALLOC", Plain.With(Xpfo.ZeroUnmaps).Assume(Xpfo.Zeroed), Mails.NotZeroed);
    private static readonly InstanceClaims Entry = Of("XP-ENTRY", Plain.With(Xpfo.AtEntry));
    private static readonly InstanceClaims EntryOutside = Of("XP-ENTRY-OUTSIDE", Plain.With(Xpfo.AtEntry).Assume(Xpfo.Outside));
    private static readonly InstanceClaims IrqOff = Of("XP-IRQOFF", Interrupts, Mails.Zijlstra, Mails.Warning);
    private static readonly InstanceClaims IrqOffArm = Of("XP-IRQOFF-ARM", Interrupts.On(Architecture.Arm64.Profile), Mails.Zijlstra);
    private static readonly InstanceClaims Locked = Of("XP-LOCK", Plain.With(Xpfo.FlushUnderLock), Mails.Hang);
    private static readonly InstanceClaims Batch = Of("XP-BATCH", Plain.With(Xpfo.Batched).Size("frame", 2), Mails.Batched);
    private static readonly InstanceClaims BatchArm = Of("XP-BATCH-ARM",
        Plain.With(Xpfo.Batched).On(Architecture.Arm64.Profile), Mails.Batched);
    private static readonly InstanceClaims BatchV9 = Of("XP-BATCH-V9", Plain.With(Xpfo.Batched, Xpfo.AtSwitch), Mails.Batched);
    private static readonly InstanceClaims NoRecheck = Of("XP-KUNMAP-RACE", Plain.With(Xpfo.NoRecheck), Mails.Stecklina);
    private static readonly InstanceClaims ArmBlock = Of("XP-ARM-BLOCK",
        Plain.With(Xpfo.BlockMapping).On(Architecture.Arm64.Profile), Mails.Conflicts);
    private static readonly InstanceClaims ArmPages = Of("XP-ARM-PAGES", Plain.On(Architecture.Arm64.Profile), Mails.Conflicts);
    private static readonly InstanceClaims RiscV = Of("XP-RISCV", OnRiscV);
    private static readonly InstanceClaims RiscVSetter = Of("XP-RISCV-SETTER", OnRiscV.With(Xpfo.FenceSetter));
    private static readonly InstanceClaims RiscVEach = Of("XP-RISCV-EACH", OnRiscV.With(Xpfo.FenceEach));
    private static readonly InstanceClaims RiscVRetry = Of("XP-RISCV-RETRY", OnRiscV.With(Xpfo.Retry));
    private static readonly InstanceClaims RiscVFence = Of("XP-RISCV-FENCE", OnRiscV.With(Xpfo.Retry, Xpfo.FenceOnFault));
    private static readonly InstanceClaims RiscVSvvptc = Of("XP-RISCV-SVVPTC", OnRiscV.With(Xpfo.Svvptc));
    private static readonly InstanceClaims RiscVSvvptcRetry = Of("XP-RISCV-SVVPTC-RETRY", OnRiscV.With(Xpfo.Svvptc, Xpfo.Retry));
    private static readonly InstanceClaims Off = Of("XP-OFF", Plain.With(Xpfo.Off));
    private static readonly InstanceClaims OffTrusted = Of("XP-OFF-NOWILD", Plain.With(Xpfo.Off).Assume(Xpfo.NoWild));

    public override IEnumerable<Claim> Claims =>
    [
        Sync.Claim("I-XPFO-CLOSED", Proved,
            "If all CPUs flush before a page reaches user space, no CPU can translate its address in the direct map, except while "
                + "the kernel has it mapped."),
        Sync.Claim("I-RET2DIR", Proved,
            "If all CPUs flush before a page reaches user space, misled kernel code does not reach it through the direct map, "
                + "except while the kernel has it mapped.",
            "The price is an interrupt of every CPU for each page: a parallel kernel build on 96 cores took 26 times the system "
                + "time, by the authors' figures."),
        Sync.Claim("I-KMAP", Proved,
            "Kernel code can access a page that it has mapped, whatever others map and unmap meanwhile."),
        Sync.Claim("I-KERNEL", Proved,
            "A page that user space gives back has its address in the direct map again.",
            "Almost by construction: the page becomes the kernel's in the step of xpfo_free_pages() that maps it. The claim says only "
                + "that no kunmap takes the address away later."),
        SyncWide.Claim("I-XPFO-CLOSED", Proved,
            "With three CPUs as well, no CPU can translate a page of user space that the kernel has not mapped."),
        SyncWide.Claim("I-KMAP", Proved,
            "With three CPUs as well, kernel code can access a page that it has mapped.",
            "The patch says that its author has checked this with Spin for up to four callers. The certificate is for any number "
                + "of them."),
        Window.Claim("I-XPFO", Refuted(10),
            "A page of user space has no address in the direct map.",
            "It has one while the kernel has it mapped, for all CPUs and not for the one that has asked. The authors list that as "
                + "work to be done."),
        V9.Claim("I-XPFO-CLOSED", Refuted(8),
            "The other CPUs can flush at their next context switch.",
            "The entry is from before the allocation, by speculation alone."),
        V9.Claim("I-RET2DIR", Refuted(9),
            "When other CPUs flush at their next context switch, the window for an attack is small.",
            "It has no bound. Another thread of the attacker stays in the kernel without a context switch, and uses the page "
                + "after it was handed out."),
        V9.Claim("I-SERVED", Refuted(24),
            "A CPU with a pending flush flushes at its next context switch.",
            "cpumask_or() reads the mask, and writes it back: of two CPUs that unmap at the same time, one overwrites the flag "
                + "that the other has set for it. That one is not flushed at its next context switch, nor at any later one."),
        V9Atomic.Claim("I-SERVED", Proved,
            "If the flags are set atomically, a CPU with a pending flush flushes at its next context switch."),
        V9Atomic.Claim("I-RET2DIR", Refuted(8),
            "If the flags are set atomically, the other CPUs can flush at their next context switch."),
        V7.Claim("I-XPFO-CLOSED", Refuted(8),
            "Other CPUs need to flush only when they run the task that has allocated the page."),
        V7.Claim("I-RET2DIR", Refuted(9),
            "An attacker can use the direct map only on the CPU that has allocated the page.",
            "A second thread uses it on the other CPU, whose entry stays."),
        V7.Claim("I-SERVED", Refuted(7),
            "If the task that unmaps keeps the flags, other CPUs have flushed after their next context switch.",
            "The CPU switches to another task. Global entries survive that, so the stale entry stays across any number of "
                + "switches: v9 has at least that bound."),
        V7OneTask.Claim("I-RET2DIR", Refuted(18),
            "If the kernel is misled only in the task that has allocated the page, flags in that task are enough.",
            "So the patch argues, and it is not so: another task maps and unmaps the page in the kernel, as a write to a pipe or "
                + "a ptrace does, and the flags of that flush are in the other task. The attacker's own CPU keeps what it has "
                + "cached meanwhile."),
        Zero.Claim("I-XPFO-CLOSED", ProvedIf,
            "xpfo_alloc_pages() need not unmap a page: clear_highpage() maps and unmaps it.",
            "In v6 and v7 a page that is not zeroed on allocation stays in the direct map: pages of a file, or all pages if they "
                + "are zeroed when they are freed. v9 unmaps in xpfo_alloc_pages()."),
        Entry.Claim("I-RET2DIR", Refuted(10),
            "The other CPUs can flush when they enter the kernel, and at context switches.",
            "A CPU that is inside already does neither before it uses the page."),
        EntryOutside.Claim("I-RET2DIR", ProvedIf,
            "The other CPUs can flush when they enter the kernel, if none of them is inside when the flush is posted.",
            "To wait until none is inside is to wait for a grace period, for each page."),
        IrqOff.Claim("I-IPI", Refuted(15),
            "kmap_atomic() and kunmap_atomic() work in interrupt handlers as before.",
            "The flush of all CPUs is called with interrupts off, where the kernel warns: a test of v6 met the warning when swiotlb "
                + "completed a transfer."),
        IrqOff.Claim("I-DEADLOCK", Refuted(22),
            "A flush of all CPUs with interrupts off is slow at worst.",
            "Two interrupt handlers that unmap at the same time block each other. Moving the flush out of the lock "
                + "(11/13) does not help."),
        IrqOff.Claim("L-PROG", Starves,
            "A flush of all CPUs from an interrupt handler ends."),
        IrqOff.Claim("I-XPFO-CLOSED", Proved,
            "As long as no two CPUs wait for each other, interrupt handlers that map pages leave no page of user space in the "
                + "direct map."),
        IrqOffArm.Claim("I-XPFO-CLOSED", Proved,
            "On Arm, where the flush is broadcast and waits for no interrupt, interrupt handlers can map pages and leave none in "
                + "the direct map."),
        IrqOffArm.Claim("L-PROG", Proved,
            "On Arm, a flush of all CPUs from an interrupt handler ends."),
        IrqOffArm.Claim("I-KMAP", Proved,
            "On Arm, interrupt handlers and other kernel code can access the pages that they have mapped."),
        Locked.Claim("I-DEADLOCK", Refuted(18),
            "xpfo_kunmap() may flush all CPUs before it releases xpfo_lock.",
            "Another CPU spins for the lock with interrupts off, and does not answer. v7 met the hang at boot and moved the flush "
                + "out of the lock; 03/13 of v9 has it inside again, until 11/13."),
        Locked.Claim("L-PROG", Starves,
            "A flush of all CPUs under xpfo_lock ends."),
        Locked.Claim("I-XPFO-CLOSED", Proved,
            "As long as no two CPUs wait for each other, an xpfo_kunmap() that flushes under the lock leaves no page of user space "
                + "in the direct map."),
        Locked.Claim("I-KMAP", Proved,
            "As long as no two CPUs wait for each other, an xpfo_kunmap() under the lock throughout lets kernel code access a page "
                + "that it has mapped."),
        Batch.Claim("I-XPFO-CLOSED", Proved,
            "If pages that user space gives back stay out of the direct map, they can reach user space again without a flush."),
        Batch.Claim("I-KERNEL", Proved,
            "If pages that user space gives back stay out of the direct map, the kernel has them there when it needs them.",
            "Almost by construction: the page becomes the kernel's in the step of xpfo_alloc_pages() that maps it."),
        Batch.Claim("I-DEADLOCK", Refuted(9),
            "A list of free pages can leave the direct map together, with one flush of all CPUs.",
            "The list is refilled with interrupts off: two CPUs that refill at the same time wait for each other. 13/13 rests on the "
                + "deferred flush of 12/13."),
        BatchArm.Claim("I-XPFO-CLOSED", Proved,
            "On Arm, a list of free pages can leave the direct map together, and no page of user space is left there."),
        BatchArm.Claim("L-PROG", Proved,
            "On Arm, a list of free pages can leave the direct map together, and the flush ends."),
        BatchV9.Claim("I-RET2DIR", Refuted(9),
            "As pages leave the direct map before they are allocated, the window of a deferred flush is closed.",
            "It opens sooner, and does not end sooner: the other CPU has not switched."),
        NoRecheck.Claim("I-KMAP", Refuted(16),
            "The decrement of xpfo_mapcount needs no lock, as it is atomic.",
            "Another CPU maps the page between the decrement and the lock, and loses it: hence the second look at the count under "
                + "the lock."),
        NoRecheck.Claim("I-XPFO-CLOSED", Proved,
            "Without a second look at the count too, no page of user space stays in the direct map: only availability suffers."),
        ArmBlock.Claim("I-BBM", Refuted(3),
            "On Arm, one page can be taken out of a direct map of block or contiguous entries.",
            "A live block is split without break-before-make. TLB conflict aborts were seen on hardware until the direct map had "
                + "no contiguous entries."),
        ArmPages.Claim("I-XPFO-CLOSED", Proved,
            "On Arm, with a direct map of pages, no CPU can translate a page of user space that the kernel has not mapped."),
        ArmPages.Claim("I-KMAP", Proved,
            "On Arm, with a direct map of pages, kernel code can access a page that it has mapped."),
        RiscV.Claim("I-KMAP", Refuted(12),
            "On RISC-V too, a kmap that makes a PTE valid needs no flush.",
            "A hart may have cached that the PTE was invalid, and faults in the kernel."),
        RiscV.Claim("I-XPFO-CLOSED", Proved,
            "On RISC-V, no hart can translate a page of user space that the kernel has not mapped."),
        RiscVSetter.Claim("I-KMAP", Refuted(14),
            "On RISC-V it is enough that the kmap that makes the PTE valid executes sfence.vma.",
            "A second kmap finds the PTE valid, on a hart that has cached it as invalid."),
        RiscVEach.Claim("I-KMAP", Proved,
            "On RISC-V, if each kmap executes sfence.vma on its own hart, kernel code can access a page that it has mapped."),
        RiscVRetry.Claim("L-KMAP", Starves,
            "On RISC-V, a fault handler that sees a valid PTE can just return.",
            "Nothing makes the hart walk again."),
        RiscVFence.Claim("L-KMAP", Proved,
            "On RISC-V, with a fault handler that fences and returns, an access to a page that the kernel has mapped gets through."),
        RiscVSvvptc.Claim("I-KMAP", Refuted(12),
            "On RISC-V with Svvptc, a kmap needs no fence.",
            "Svvptc bounds the time, and a fault in that time has to be handled."),
        RiscVSvvptcRetry.Claim("L-KMAP", Proved,
            "On RISC-V with Svvptc, a fault handler that sees a valid PTE can just return."),
        Off.Claim("I-RET2DIR", Refuted(4),
            "Without XPFO, misled kernel code does not reach a page of user space through the direct map."),
        OffTrusted.Claim("I-RET2DIR", Proved,
            "Without XPFO, nothing happens if no kernel code is misled.",
            "By construction: the assumption removes the only step that can break the property. So a proof under A-NOWILD would say "
                + "nothing for XPFO. No claim of safety here assumes it."),
    ];

    private static InstanceClaims Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, new Xpfo(), choices, [Mails.Series, .. sources]);
}
