using Verify.Modelling;

namespace Verify.Models.ExclusiveAccess;

/// <summary>The kernel functions, and the mails, that the steps of these models are modelled on.</summary>
internal static class KernelCode
{
    public static readonly Source Make = Source.Kernel("make_device_exclusive", "mm/rmap.c", "v6.19");
    public static readonly Source Remove = Source.Kernel("remove_device_exclusive_entry, restore_exclusive_pte", "mm/memory.c", "v6.19");
    public static readonly Source Driver =
        Source.Kernel("nouveau_atomic_range_fault", "drivers/gpu/drm/nouveau/nouveau_svm.c", "v6.19");

    public static readonly Source Callback = Source.Kernel(
        "nouveau_svm_range_invalidate, nouveau_svmm_invalidate_range_start", "drivers/gpu/drm/nouveau/nouveau_svm.c", "v6.19");

    public static readonly Source Sequence =
        Source.Kernel("mmu_interval_read_begin, mmu_interval_read_retry", "mm/mmu_notifier.c", "v6.19");

    public static readonly Source Zap = Source.Kernel("madvise_dontneed_single_vma", "mm/madvise.c", "v6.19");
    public static readonly Source Anonymous = Source.Kernel("do_anonymous_page", "mm/memory.c", "v6.19");
    public static readonly Source Gup = Source.Kernel("gup_fast_pte_range, try_grab_folio_fast", "mm/gup.c", "v6.19");
    public static readonly Source Write = Source.Kernel("generic_perform_write", "mm/filemap.c", "v6.19");
    public static readonly Source Clean = Source.Kernel("page_vma_mkclean_one", "mm/rmap.c", "v6.19");
    public static readonly Source Shared = Source.Kernel("do_wp_page, wp_page_shared", "mm/memory.c", "v6.19");
}
