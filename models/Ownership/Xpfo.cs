using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.Ownership;

/// <summary>
/// XPFO: a page that user space owns has no address in the kernel's direct map, except while the kernel has mapped it.
/// </summary>
public sealed class Xpfo() : ModelFamily("xpfo",
    "XPFO: a page that user space owns leaves the direct map of all CPUs, except while the kernel has it kmapped",
    new("cpu", 2, 1, 4, "processors"),
    new("frame", 1, 1, 3, "physical frames"))
{
    /// <summary>XPFO is off.</summary>
    public static readonly Fault Off = new("off", "XPFO is off (noxpfo): pages of user space stay in the direct map", Mails.Series);

    /// <summary>Other CPUs flush at their next context switch.</summary>
    public static readonly Fault AtSwitch = new("at-switch",
        "other CPUs flush at their next context switch, if a flag says so (v9)", Mails.DeferredV9);

    /// <summary>The flags change atomically.</summary>
    public static readonly Fault AtomicMask = new("atomic-mask",
        "with 'at-switch': the flags of all CPUs are set in one atomic step, not read, changed and written back");

    /// <summary>Other CPUs flush when they run a certain task.</summary>
    public static readonly Fault ByTask = new("by-task",
        "other CPUs flush when they switch to the task that has unmapped the page (v7)", Mails.DeferredV7);

    /// <summary>Other CPUs flush when they enter the kernel.</summary>
    public static readonly Fault AtEntry = new("at-entry",
        "other CPUs flush when they enter the kernel, and at their next context switch");

    /// <summary>Only a kunmap unmaps.</summary>
    public static readonly Fault ZeroUnmaps = new("zero-unmaps",
        "xpfo_alloc_pages() flushes and does not unmap; the kunmap of clear_highpage() does (v6, v7)", Mails.NotZeroed);

    /// <summary>The count is not read again.</summary>
    public static readonly Fault NoRecheck = new("no-recheck",
        "xpfo_kunmap() decrements without the lock, and does not read the count again under it", Mails.Stecklina);

    /// <summary>The flush is done under the lock.</summary>
    public static readonly Fault FlushUnderLock = new("flush-under-lock",
        "xpfo_kunmap() flushes while it holds xpfo_lock with interrupts off (v9 without 11/13)", Mails.Hang);

    /// <summary>Interrupt handlers map pages.</summary>
    public static readonly Feature FromInterrupt = new("from-interrupt",
        "interrupt handlers map pages too, as swiotlb does to complete a transfer", Mails.Warning);

    /// <summary>Free pages stay unmapped.</summary>
    public static readonly Feature Batched = new("batched",
        "pages that user space gives back stay out of the direct map, and lists of free pages leave it together (v9 13/13)",
        Mails.Batched);

    /// <summary>Large mappings.</summary>
    public static readonly Feature BlockMapping = new("block-mapping",
        "the direct map has block or contiguous entries, of which one is split to unmap one page", Mails.Conflicts);

    /// <summary>A PTE that becomes valid is seen in bounded time.</summary>
    public static readonly Feature Svvptc = new("svvptc",
        "on RISC-V: a cached invalid entry disappears in bounded time after its PTE has become valid");

    /// <summary>The kmap that sets the PTE fences.</summary>
    public static readonly Feature FenceSetter = new("fence-setter",
        "on RISC-V: the kmap that makes the PTE valid executes sfence.vma on its own hart");

    /// <summary>Each kmap fences.</summary>
    public static readonly Feature FenceEach = new("fence-each", "on RISC-V: each kmap executes sfence.vma on its own hart");

    /// <summary>The fault handler retries.</summary>
    public static readonly Feature Retry = new("retry",
        "on RISC-V: the fault handler returns to the access if the PTE is valid");

    /// <summary>The fault handler fences.</summary>
    public static readonly Feature FenceOnFault = new("fence-on-fault",
        "with 'retry': the fault handler executes sfence.vma before it returns");

    /// <summary>No kernel code is misled.</summary>
    public static readonly Assumption NoWild = new("A-NOWILD",
        "no attacker makes kernel code use an address of the direct map", "no component; otherwise no XPFO would be needed");

    /// <summary>All pages are zeroed.</summary>
    public static readonly Assumption Zeroed = new("A-ZEROED",
        "every page for user space is allocated with __GFP_ZERO, and not zeroed when it is freed", "no component");

    /// <summary>The attacker has one task.</summary>
    public static readonly Assumption OneTask = new("A-ONETASK",
        "the kernel is misled only in the task that has allocated the page", "no component: a process has several threads");

    /// <summary>No other CPU is in the kernel.</summary>
    public static readonly Assumption Outside = new("A-OUTSIDE",
        "no other CPU is in the kernel when the flush is posted", "no component");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "more than one page of a list that leaves the direct map together",
        "allocations of several pages, of which v9 03/13 takes the first alone out of the direct map",
        "an interrupt in the middle of a kmap; nested kmaps of one page on one CPU",
        "other addresses of a page in the kernel (vmap, the image); page-table isolation",
        "a context switch to a kernel thread, which does not call switch_mm_irqs_off()",
        Limit.Of("riscv: a cached invalid entry is modelled here, for the direct map",
            Architecture.RiscVSbi.Profile, Architecture.RiscVIpi.Profile),
        .. Architecture.NotModelled.Where(limit => !limit.Text.StartsWith("riscv: cached invalid", StringComparison.Ordinal)),
    ];

    protected override void Describe(ModelBuilder m)
    {
        CheckChoices(m);
        new XpfoKernel(m).Describe();
    }

    // Rejects choices that would have no effect.
    private static void CheckChoices(ModelBuilder m)
    {
        Fault[] flushes = [Off, AtSwitch, ByTask, AtEntry];
        foreach (var fault in flushes)
        {
            m.Demand(fault, flushes.Count(m.Has) == 1, "it goes with no other way to flush");
        }

        foreach (var fault in new[] { AtSwitch, ByTask, AtEntry })
        {
            m.Demand(fault, m.Size("cpu") > 1, "it needs another CPU", "ask for --size cpu=2 or more");
            m.Demand(fault, m.Is(Architecture.X86.Profile), "it needs the profile 'x86': the patch is for x86 only");
            m.Demand(fault, !m.Has(FlushUnderLock) && !m.Has(FromInterrupt), "it waits for no other CPU: leave out "
                + "'flush-under-lock' and 'from-interrupt'");
        }

        foreach (var fault in new Switch[] { ZeroUnmaps, NoRecheck, FlushUnderLock, FromInterrupt, BlockMapping, Batched })
        {
            m.Demand(fault, !m.Has(Off), "it does not go with 'off'");
        }

        m.Demand(AtomicMask, AtSwitch);
        m.Demand(NoRecheck, !m.Has(FlushUnderLock), "it does not go with 'flush-under-lock', which decrements under the lock");
        m.Demand(FlushUnderLock, !m.Has(FromInterrupt), "it does not go with 'from-interrupt'");
        m.Demand(Batched, !m.Has(FromInterrupt) && !m.Has(FlushUnderLock) && !m.Has(ZeroUnmaps) && !m.Has(BlockMapping),
            "it goes with none of 'from-interrupt', 'flush-under-lock', 'zero-unmaps' and 'block-mapping'");
        m.Demand(Batched, !m.Has(ByTask) && !m.Has(AtEntry), "it goes neither with 'by-task' nor with 'at-entry'");
        m.Demand(BlockMapping, !m.Has(ZeroUnmaps), "it does not go with 'zero-unmaps'");
        var isRiscV = m.Is(Architecture.RiscVSbi.Profile) || m.Is(Architecture.RiscVIpi.Profile);
        foreach (var feature in new[] { Svvptc, FenceSetter, FenceEach, Retry })
        {
            m.Demand(feature, isRiscV && !m.Has(Off), "it needs a profile of RISC-V, and XPFO");
        }

        m.Demand(FenceSetter, !m.Has(FenceEach), "it does not go with 'fence-each'");
        m.Demand(FenceOnFault, Retry);
    }

    /// <summary>True if some step disables interrupts.</summary>
    internal static bool DisablesInterrupts(ModelBuilder m) => m.Has(FromInterrupt) || m.Has(FlushUnderLock) || m.Has(Batched);

    /// <summary>Its sorts and variables.</summary>
    public sealed record Parts(Sort Cpu, Sort Frame, PageTable Pages, Tlb Tlb, Shootdown Shootdown, Expr Use, Expr Reference,
        Expr Mapped, ModelThread Kernel, Expr Ready, Expr Faulted, Expr Hijacked);
}
