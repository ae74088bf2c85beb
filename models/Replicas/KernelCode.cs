using Verify.Modelling;

namespace Verify.Models.Replicas;

/// <summary>The kernel functions that the steps of these models are modelled on.</summary>
internal static class KernelCode
{
    public static readonly Source AddFolio = Source.Kernel("filemap_add_folio", "mm/filemap.c", "v6.19");
    public static readonly Source InvalidateLock =
        Source.Kernel("filemap_invalidate_lock, filemap_invalidate_lock_shared", "include/linux/fs.h", "v6.19");
    public static readonly Source ReadFault = Source.Kernel("do_read_fault, finish_fault", "mm/memory.c", "v6.19");
    public static readonly Source SharedFault = Source.Kernel("do_shared_fault, do_wp_page", "mm/memory.c", "v6.19");
    public static readonly Source Clean = Source.Kernel("page_mkclean_one", "mm/rmap.c", "v6.19");
    public static readonly Source Unmap = Source.Kernel("unmap_mapping_folio", "mm/memory.c", "v6.19");
    public static readonly Source Zap = Source.Kernel("zap_pte_range", "mm/memory.c", "v6.19");
    public static readonly Source Notifier =
        Source.Kernel("__mmu_notifier_invalidate_range_start", "mm/mmu_notifier.c", "v6.19");
    public static readonly Source DeviceTables = Source.Kernel("Address space mirroring", "Documentation/mm/hmm.rst", "v6.19");
}
