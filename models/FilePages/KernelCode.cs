using Verify.Modelling;

namespace Verify.Models.FilePages;

/// <summary>The sources of the steps.</summary>
internal static class KernelCode
{
    public static readonly Source Mmap = Source.Kernel("generic_file_mmap", "mm/filemap.c", "v6.19");
    public static readonly Source Fault = Source.Kernel("filemap_fault", "mm/filemap.c", "v6.19");
    public static readonly Source Lookup = Source.Kernel("__filemap_get_folio_mpol", "mm/filemap.c", "v6.19");
    public static readonly Source FinishFault = Source.Kernel("finish_fault", "mm/memory.c", "v6.19");
    public static readonly Source Shared = Source.Kernel("do_wp_page, wp_page_shared", "mm/memory.c", "v6.19");
    public static readonly Source Mkwrite = Source.Kernel("filemap_page_mkwrite", "mm/filemap.c", "v6.19");
    public static readonly Source Write = Source.Kernel("generic_perform_write", "mm/filemap.c", "v6.19");
    public static readonly Source Read = Source.Kernel("filemap_read_folio", "mm/filemap.c", "v6.19");
    public static readonly Source Add = Source.Kernel("filemap_add_folio", "mm/filemap.c", "v6.19");
    public static readonly Source Remove = Source.Kernel("filemap_remove_folio", "mm/filemap.c", "v6.19");
    public static readonly Source Replace = Source.Kernel("replace_page_cache_folio", "mm/filemap.c", "v6.19");
    public static readonly Source Unmap = Source.Kernel("unmap_mapping_pages", "mm/memory.c", "v6.19");
    public static readonly Source Zap = Source.Kernel("madvise_dontneed_single_vma", "mm/madvise.c", "v6.19");
    public static readonly Source Clean = Source.Kernel("page_vma_mkclean_one", "mm/rmap.c", "v6.19");
    public static readonly Source Partial = Source.Kernel("truncate_inode_partial_folio", "mm/truncate.c", "v6.19");
    public static readonly Source Truncate = Source.Kernel("truncate_inode_pages_range", "mm/truncate.c", "v6.19");
    public static readonly Source TruncateFolio = Source.Kernel("truncate_inode_folio", "mm/truncate.c", "v6.19");
    public static readonly Source Entry = Source.Kernel("filemap_get_entry", "mm/filemap.c", "v6.19");
    public static readonly Source Reclaim = Source.Kernel("__remove_mapping", "mm/vmscan.c", "v6.19");
    public static readonly Source LockOrder = new("Lock ordering", "mm/filemap.c, v6.19");
    public static readonly Source Notifier = new("When do you need to notify inside page table lock?",
        "Documentation/mm/mmu_notifier.rst, v6.19");

    public static readonly Source ReadBegin = Source.Kernel("mmu_interval_read_begin", "mm/mmu_notifier.c", "v6.19");
    public static readonly Source Gup = Source.Kernel("get_user_pages", "mm/gup.c", "v6.19");
    public static readonly Source Splice = Source.Kernel("splice_folio_into_pipe", "mm/filemap.c", "v6.19");
    public static readonly Source Steal = Source.Kernel("page_cache_pipe_buf_try_steal", "fs/splice.c", "v6.19");
    public static readonly Source PipeWrite = Source.Kernel("pipe_write", "fs/pipe.c", "v5.16");
    public static readonly Source Merge = Source.Kernel("try_to_merge_one_page", "mm/ksm.c", "v6.19");
    public static readonly Source Hmm = new("Address space mirroring", "Documentation/mm/hmm.rst, v6.19");
    public static readonly Source Ats = Source.Manual("Address Translation Services", "PCI Express, 10");
}
