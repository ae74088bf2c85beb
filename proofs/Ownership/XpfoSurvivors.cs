using System.Collections.Immutable;
using Verify.Models.Ownership;

namespace Verify.Proofs.Ownership;

/// <summary>The parts that no claim about exclusive ownership of page frames needs.</summary>
public sealed class XpfoSurvivors() : SurvivorReasons(new Xpfo())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.MoreFlushed,
            "kernel.flush_tlb_others: flush_va[cpu] := reference[cpu]",
            "kernel.TLBI VAE1IS: flush_va[cpu] := reference[cpu]",
            "kernel.sbi_remote_sfence_vma_asid: flush_va[cpu] := reference[cpu]"),
        Because(CommonReasons.NextFlush, "kernel.flush is complete: flush_va[cpu] := None"),
        Because(CommonReasons.FlushUnasked,
            "flush_tlb_func: pending[cpu2][cpu]",
            "TLBI completes: pending[cpu2][cpu]"),
        Because("A fence of a CPU that maps the page: what matters there is the invalid entry, which the same fence drops. A valid "
            + "entry for the same frame may stay.",
            "kernel.xpfo_kmap: tlb[cpu][reference[cpu].Value] := None if…",
            "kernel.spurious fault: tlb[cpu][reference[cpu].Value] := None if reference[cpu].HasValue"),
        Because("The page is out of the direct map by then, and CPUs that walk cache the invalid entry again.",
            "sfence.vma (SBI): tlb_invalid[cpu][flush_va[cpu2].Value] := false if flush_va[cpu2].HasValue"),
        Because(CommonReasons.FlushAgain,
            "switch_mm_irqs_off: pending_xpfo_flush[cpu] := false if pending_xpfo_flush[cpu]",
            "switch_mm_irqs_off: pending_xpfo_flush[task][cpu] := false if pending_xpfo_flush[task][cpu]",
            "kernel entry: pending_xpfo_flush[cpu] := false if pending_xpfo_flush[cpu]"),
        Because("The next read overwrites it.", "kernel.cpumask_or (write): cpumask_read[cpu][each cpu] := false"),
        Because("Kernel code then begins without a kernel entry, or leaves in the middle, or enters twice: the claims with a flush at "
            + "kernel entry are about a page that another CPU has cached, whichever code it runs.",
            "kernel.kmap_atomic: in_kernel[cpu]",
            "kernel entry: !in_kernel[cpu]",
            "return to user space: !reference[cpu].HasValue",
            "return to user space: in_kernel[cpu] := false"),
        Because("The CPU stays in its call, or keeps interrupts off or the lock: fewer runs. That calls end is asked where v9 may hang, "
            + "and refuted there.",
            "kernel.iret: reference[cpu] := None",
            "kernel.iret: irqs_off[cpu] := false",
            "kernel.xpfo_kmap: irqs_off[cpu] := false",
            "kernel.spin_unlock_irqrestore: irqs_off[cpu] := false",
            "kernel.spin_unlock_irqrestore: xpfo_lock[reference[cpu].Value] := false",
            "kernel.local_irq_restore: irqs_off[cpu] := false",
            "kernel.local_irq_restore: reference[cpu] := None"),
        Because("The lock is in the variant that hangs. A decrement that does not wait hangs as well.",
            "kernel.atomic_dec_return: !xpfo_lock[reference[cpu].Value]"),
        Because("The lists of free pages then take, or give, a page in other hands. The page is out of the direct map all the same, and "
            + "that an allocator gives a page once is not asked.",
            "kernel.rmqueue_pcplist: page[frame] == Kernel",
            "xpfo_alloc_pages (unmapped): ForAll cpu: cpu. !(reference[cpu] == Some(frame))",
            "xpfo_alloc_pages (kernel): page[frame] == Allocated"),
        Because("User space keeps the page, or gets none from the list: each alone leaves pages of user space that are out of "
            + "the direct map.",
            "xpfo_free_pages: page[frame] := Allocated",
            "xpfo_alloc_pages (unmapped): page[frame] := User"),
        Because(CommonReasons.SplitAgain, "kernel.set_kpte (unmap): is_block := false"),
    ];
}
