using Verify.Modelling;

namespace Verify.Models.LocalCpu;

/// <summary>The mails of the thread in which VM_LOCAL_CPU was proposed and rejected.</summary>
public static class Mails
{
    /// <summary>The patch with its rationale and measurements.</summary>
    public static readonly Source Patch = Source.Mail("Boaz Harrosh, mm: Add new vma flag VM_LOCAL_CPU", "2018-05-14",
        "0efb5547-9250-6b6c-fe8e-cf4f44aaa5eb@netapp.com");

    /// <summary>The purpose of the flag; faults on the VMA are refused.</summary>
    public static readonly Source Purpose = Source.Mail("Boaz Harrosh", "2018-05-14",
        "7ec6fa37-8529-183d-d467-df3642bcbfd2@netapp.com");

    /// <summary>The content of mm_cpumask.</summary>
    public static readonly Source Cpumask = Source.Mail("Boaz Harrosh, on mm_cpumask", "2018-05-15",
        "cff721c3-65e8-c1e8-9f6d-c37ce6e56416@netapp.com");

    /// <summary>TLB maintenance cannot be elided: the scenario of x and y.</summary>
    public static readonly Source Rutland = Source.Mail("Mark Rutland", "2018-05-15",
        "Re: [PATCH] mm: Add new vma flag VM_LOCAL_CPU");

    /// <summary>y == x is not possible, x is never freed, teardown zaps properly.</summary>
    public static readonly Source ToRutland = Source.Mail("Boaz Harrosh, answering Mark Rutland", "2018-05-15",
        "Re: [PATCH] mm: Add new vma flag VM_LOCAL_CPU");

    /// <summary>A stale entry allows almost anything; a compromised server is enough.</summary>
    public static readonly Source Wilcox = Source.Mail("Matthew Wilcox", "2018-05-15",
        "20180515120355.GE31599@bombadil.infradead.org");

    /// <summary>The server will be signed and checked when it is loaded.</summary>
    public static readonly Source ToWilcox = Source.Mail("Boaz Harrosh, answering Matthew Wilcox", "2018-05-15",
        "Re: [PATCH] mm: Add new vma flag VM_LOCAL_CPU");

    /// <summary>A touch on the wrong CPU, with reuse of the frame, corrupts the kernel.</summary>
    public static readonly Source Zijlstra = Source.Mail("Peter Zijlstra, on a wrong-CPU access", "2018-05-15",
        "Re: [PATCH] mm: Add new vma flag VM_LOCAL_CPU");

    /// <summary>Page tables for each CPU would suffice, and are expensive.</summary>
    public static readonly Source PerCpu = Source.Mail("Peter Zijlstra, quoting Dave Hansen", "2018-05-22",
        "20180522165641.GN12217@hirez.programming.kicks-ass.net");
}

/// <summary>The sources of the steps.</summary>
internal static class Code
{
    public static readonly Source InsertPfn = Source.Kernel("insert_pfn", "mm/memory.c", "v4.17");
    public static readonly Source Zap = Source.Kernel("zap_pte_range", "mm/memory.c", "v4.17");
    public static readonly Source Unmap = Source.Kernel("unmap_region", "mm/mmap.c", "v4.17");
    public static readonly Source FlushRange = Source.Kernel("flush_tlb_mm_range", "arch/x86/mm/tlb.c", "016c4d92cd16");
    public static readonly Source FlushOthers = Source.Kernel("flush_tlb_others", "arch/x86/mm/tlb.c", "016c4d92cd16");
    public static readonly Source Finish = Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");
    public static readonly Source FreeTables = Source.Kernel("free_pgtables", "mm/memory.c", "v4.17");
    public static readonly Source RemoveTable = Source.Kernel("tlb_remove_table", "mm/mmu_gather.c", "06d074298583");
    public static readonly Source AllocTable = Source.Kernel("__pte_alloc", "mm/memory.c", "v4.17");
    public static readonly Source PutPage = Source.Kernel("put_page", "include/linux/mm.h", "v4.17");
    public static readonly Source Mprotect = Source.Kernel("change_pte_range", "mm/mprotect.c", "076d1ab51ae6");
    public static readonly Source Affinity = Source.Kernel("__set_cpus_allowed_ptr", "kernel/sched/core.c", "v4.17");
    public static readonly Source Notifier = Source.Kernel(
        "mmu_notifier_invalidate_range", "Documentation/mm/mmu_notifier.rst", "b39955e3dfec");
    public static readonly Source Exit = Source.Kernel("exit_mmap", "mm/mmap.c", "v4.17");
    public static readonly Source AccessedBit = Source.Manual(
        "A processor sets the accessed flag before it caches", "Intel SDM 3A, 4.10.2.3");
    public static readonly Source DirtyBit = Source.Manual("Accessed and dirty flags", "Intel SDM 3A, 4.8");
    public static readonly Source Ats = Source.Manual("Address Translation Services", "PCI Express Base Specification");
}
