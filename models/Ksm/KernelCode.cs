using Verify.Modelling;

namespace Verify.Models.Ksm;

/// <summary>The sources of the steps.</summary>
internal static class KernelCode
{
    public static readonly Source Scan = Source.Kernel("scan_get_next_rmap_item", "mm/ksm.c", "v6.19");
    public static readonly Source Protect = Source.Kernel("write_protect_page", "mm/ksm.c", "v6.19");
    public static readonly Source Share = Source.Kernel("folio_try_share_anon_rmap_pte", "include/linux/rmap.h", "v6.19");
    public static readonly Source Merge = Source.Kernel("try_to_merge_one_page", "mm/ksm.c", "v6.19");
    public static readonly Source Replace = Source.Kernel("replace_page", "mm/ksm.c", "v6.19");
    public static readonly Source AnonymousPage = Source.Kernel("do_anonymous_page", "mm/memory.c", "v6.19");
    public static readonly Source Reuse = Source.Kernel("do_wp_page, wp_can_reuse_anon_folio", "mm/memory.c", "v6.19");
    public static readonly Source Copy = Source.Kernel("wp_page_copy", "mm/memory.c", "v6.19");
    public static readonly Source Advice = Source.Kernel("madvise_free_pte_range", "mm/madvise.c", "v6.19");
    public static readonly Source Userfault = Source.Kernel("mwriteprotect_range", "mm/userfaultfd.c", "v6.19");
    public static readonly Source SoftDirty = Source.Kernel("clear_refs_write", "fs/proc/task_mmu.c", "v4.13.4");
    public static readonly Source FastGup = Source.Kernel("gup_fast_pte_range", "mm/gup.c", "v6.19");
    public static readonly Source Unpin = Source.Kernel("unpin_user_page", "mm/gup.c", "v6.19");
    public static readonly Source FreePages = Source.Kernel("__alloc_pages_noprof", "mm/page_alloc.c", "v6.19");
    public static readonly Source LateNotice = new(
        "mm/mmu_notifier: avoid double notification when it is useless", "0f10851ea475");
    public static readonly Source Ats = Source.Manual("Address Translation Services", "PCI Express, 10");
    public static readonly Source DirtyBit = Source.Manual("Accessed and dirty flags", "Intel SDM 3A, 4.8");
}
