using Verify.Modelling;

namespace Verify.Mechanisms.Upstream;

/// <summary>Where the steps come from.</summary>
internal static class Code
{
    public static readonly Anchor AnonymousPage = Anchor.Recalled("do_anonymous_page", "mm/memory.c");
    public static readonly Anchor Zap = Anchor.Recalled("zap_pte_range", "mm/memory.c");
    public static readonly Anchor FreeTables = Anchor.Recalled("free_pgtables", "mm/memory.c");
    public static readonly Anchor AllocTable = Anchor.Recalled("__pte_alloc", "mm/memory.c");
    public static readonly Anchor Gather = Anchor.Kernel("tlb_gather_mmu", "mm/mmu_gather.c", "06d074298583");
    public static readonly Anchor Finish = Anchor.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");
    public static readonly Anchor RemoveTable = Anchor.Kernel("tlb_remove_table", "mm/mmu_gather.c", "06d074298583");
    public static readonly Anchor FlushRmaps = Anchor.Kernel("tlb_flush_rmaps", "mm/mmu_gather.c", "06d074298583");
    public static readonly Anchor Order = new("struct mmu_gather", "include/asm-generic/tlb.h, 0758cd830494");
    public static readonly Anchor Pending = Anchor.Recalled("mm_tlb_flush_pending", "include/linux/mm_inline.h");
    public static readonly Anchor Madvise = Anchor.Recalled("madvise_dontneed_single_vma", "mm/madvise.c");
    public static readonly Anchor FlushRange = Anchor.Kernel("flush_tlb_mm_range", "arch/x86/mm/tlb.c", "016c4d92cd16");
    public static readonly Anchor FlushFunc = Anchor.Kernel("flush_tlb_func", "arch/x86/mm/tlb.c", "399ec9ca8fc4");
    public static readonly Anchor Speculation = Anchor.Manual(
        "Translations may be cached without an access",
        "Intel SDM 3A, 4.10.2.3; Arm ARM, G5.9.1; RISC-V privileged, SFENCE.VMA");
    public static readonly Anchor AccessedBit = Anchor.Manual(
        "A processor sets the accessed flag before it caches", "Intel SDM 3A, 4.10.2.3");
    public static readonly Anchor DirtyBit = Anchor.Manual("Accessed and dirty flags", "Intel SDM 3A, 4.8");
}
