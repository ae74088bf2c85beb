using Verify.Modelling;

namespace Verify.Models.Munmap;

/// <summary>The sources of the steps.</summary>
internal static class KernelCode
{
    public static readonly Source AnonymousPage = Source.Kernel("do_anonymous_page", "mm/memory.c", "v6.19");
    public static readonly Source Zap = Source.Kernel("zap_pte_range", "mm/memory.c", "v6.19");
    public static readonly Source FreeTables = Source.Kernel("free_pgtables", "mm/memory.c", "v6.19");
    public static readonly Source AllocTable = Source.Kernel("__pte_alloc", "mm/memory.c", "v6.19");
    public static readonly Source Gather = Source.Kernel("tlb_gather_mmu", "mm/mmu_gather.c", "06d074298583");
    public static readonly Source Finish = Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");
    public static readonly Source RemoveTable = Source.Kernel("tlb_remove_table", "mm/mmu_gather.c", "06d074298583");
    public static readonly Source FlushRmaps = Source.Kernel("tlb_flush_rmaps", "mm/mmu_gather.c", "06d074298583");
    public static readonly Source Order = new("struct mmu_gather", "include/asm-generic/tlb.h, 0758cd830494");
    public static readonly Source Pending = Source.Kernel("mm_tlb_flush_pending", "include/linux/mm_inline.h", "v6.19");
    public static readonly Source Madvise = Source.Kernel("madvise_dontneed_single_vma", "mm/madvise.c", "v6.19");
    public static readonly Source FlushRange = Source.Kernel("flush_tlb_mm_range", "arch/x86/mm/tlb.c", "016c4d92cd16");
    public static readonly Source FlushFunc = Source.Kernel("flush_tlb_func", "arch/x86/mm/tlb.c", "399ec9ca8fc4");
    public static readonly Source AccessedBit = Source.Manual(
        "A processor sets the accessed flag before it caches", "Intel SDM 3A, 4.10.2.3");
    public static readonly Source DirtyBit = Source.Manual("Accessed and dirty flags", "Intel SDM 3A, 4.8");
}
