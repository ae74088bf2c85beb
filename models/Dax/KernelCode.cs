using Verify.Modelling;

namespace Verify.Models.Dax;

/// <summary>The sources of the steps.</summary>
internal static class KernelCode
{
    public static readonly Source DaxFault = Source.Kernel("dax_iomap_fault", "fs/dax.c", "00c010e130e5");
    public static readonly Source BusyPage = Source.Kernel("dax_layout_busy_page_range", "fs/dax.c", "00c010e130e5");
    public static readonly Source BusyPageOld = Source.Kernel("dax_layout_busy_page_range", "fs/dax.c", "v6.14");
    public static readonly Source ClearPtes = Source.Kernel("vms_clear_ptes", "mm/vma.c", "v6.19");
    public static readonly Source BreakDax = Source.Kernel("xfs_break_dax_layouts, xfs_wait_dax_page", "fs/xfs/xfs_inode.c", "v6.19");
    public static readonly Source BreakLeased = Source.Kernel("xfs_break_leased_layouts", "fs/xfs/xfs_pnfs.c", "v6.19");
    public static readonly Source Setattr = Source.Kernel("xfs_vn_setattr", "fs/xfs/xfs_iops.c", "v6.19");
    public static readonly Source TruncateExtents = Source.Kernel("xfs_itruncate_extents_flags", "fs/xfs/xfs_inode.c", "v6.19");
    public static readonly Source Unmap = Source.Kernel("unmap_mapping_pages", "mm/memory.c", "v6.19");
    public static readonly Source FilemapFault = Source.Kernel("filemap_fault", "mm/filemap.c", "v6.19");
    public static readonly Source DeleteFromCache = Source.Kernel("filemap_remove_folio", "mm/filemap.c", "v6.19");
    public static readonly Source AnonymousFault = Source.Kernel("do_anonymous_page", "mm/memory.c", "v6.19");
    public static readonly Source Migrate = Source.Kernel("migrate_pages, folio_migrate_mapping", "mm/migrate.c", "v6.19");
    public static readonly Source GupFast = Source.Kernel("gup_fast_pte_range", "mm/gup.c", "0092cb388b08");
    public static readonly Source GupSlow = Source.Kernel("follow_page_pte", "mm/gup.c", "v6.19");
    public static readonly Source LongTerm = Source.Kernel("check_vma_flags", "mm/gup.c", "v6.19");
    public static readonly Source Unpin = Source.Kernel("unpin_user_page", "mm/gup.c", "v6.19");
    public static readonly Source DirectIo = Source.Kernel("iomap_dio_rw", "fs/iomap/direct-io.c", "v6.19");
    public static readonly Source Umem = Source.Kernel("ib_umem_get, ib_umem_release", "drivers/infiniband/core/umem.c", "v6.19");
    public static readonly Source DeviceDax = Source.Kernel("__dev_dax_pte_fault", "drivers/dax/device.c", "v6.19");
    public static readonly Source Ftruncate = Source.Kernel("do_ftruncate", "fs/open.c", "v6.19");
    public static readonly Source SetLease = Source.Kernel("nfsd4_layout_setlease", "fs/nfsd/nfs4layouts.c", "v6.19");
    public static readonly Source Recall = Source.Kernel("nfsd4_layout_lm_break", "fs/nfsd/nfs4layouts.c", "v6.19");
    public static readonly Source RecallOver = Source.Kernel("nfsd4_cb_layout_done", "fs/nfsd/nfs4layouts.c", "v6.19");
    public static readonly Source Fence = Source.Kernel("nfsd4_scsi_fence_client", "fs/nfsd/blocklayout.c", "v6.19");
    public static readonly Source BlockLayout = Source.Kernel("bl_write_pagelist", "fs/nfs/blocklayout/blocklayout.c", "v6.19");
    public static readonly Source BreakLease = Source.Kernel("__break_lease", "fs/locks.c", "v6.19");
    public static readonly Source Userfault = Source.Kernel("handle_userfault", "fs/userfaultfd.c", "v6.19");
    public static readonly Source Odp = Source.Kernel(
        "mlx5_ib_invalidate_range, pagefault_mr", "drivers/infiniband/hw/mlx5/odp.c", "v6.19");
}
