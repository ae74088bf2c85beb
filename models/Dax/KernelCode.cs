using Verify.Modelling;

namespace Verify.Models.Dax;

/// <summary>Where the steps come from.</summary>
internal static class KernelCode
{
    public static readonly Source DaxFault = Source.Kernel("dax_iomap_fault", "fs/dax.c", "00c010e130e5");
    public static readonly Source BusyPage = Source.Kernel("dax_layout_busy_page_range", "fs/dax.c", "00c010e130e5");
    public static readonly Source BreakDax = Source.Recalled("xfs_break_dax_layouts", "fs/xfs/xfs_file.c");
    public static readonly Source BreakLeased = Source.Recalled("xfs_break_leased_layouts", "fs/xfs/xfs_pnfs.c");
    public static readonly Source Setattr = Source.Recalled("xfs_vn_setattr", "fs/xfs/xfs_iops.c");
    public static readonly Source TruncateExtents = Source.Recalled("xfs_itruncate_extents", "fs/xfs/xfs_inode.c");
    public static readonly Source Unmap = Source.Recalled("unmap_mapping_pages", "mm/memory.c");
    public static readonly Source FilemapFault = Source.Recalled("filemap_fault", "mm/filemap.c");
    public static readonly Source DeleteFromCache = Source.Recalled("filemap_remove_folio", "mm/filemap.c");
    public static readonly Source AnonymousFault = Source.Recalled("do_anonymous_page", "mm/memory.c");
    public static readonly Source Migrate = Source.Recalled("migrate_pages", "mm/migrate.c");
    public static readonly Source GupFast = Source.Kernel("gup_fast_pte_range", "mm/gup.c", "0092cb388b08");
    public static readonly Source GupSlow = Source.Recalled("follow_page_pte", "mm/gup.c");
    public static readonly Source LongTerm = Source.Recalled("check_vma_flags", "mm/gup.c");
    public static readonly Source Unpin = Source.Recalled("unpin_user_page", "mm/gup.c");
    public static readonly Source DirectIo = Source.Recalled("iomap_dio_rw", "fs/iomap/direct-io.c");
    public static readonly Source Umem = Source.Recalled("ib_umem_get", "drivers/infiniband/core/umem.c");
    public static readonly Source DeviceDax = Source.Recalled("dev_dax_fault", "drivers/dax/device.c");
    public static readonly Source SetLease = Source.Recalled("nfsd4_layout_setlease", "fs/nfsd/nfs4layouts.c");
    public static readonly Source Recall = Source.Recalled("nfsd4_layout_lm_break", "fs/nfsd/nfs4layouts.c");
    public static readonly Source Fence = Source.Recalled("nfsd4_scsi_fence_client", "fs/nfsd/blocklayout.c");
    public static readonly Source BlockLayout = Source.Recalled("bl_write_pagelist", "fs/nfs/blocklayout/blocklayout.c");
    public static readonly Source BreakLease = Source.Recalled("__break_lease", "fs/locks.c");
    public static readonly Source Userfault = Source.Recalled("handle_userfault", "fs/userfaultfd.c");
    public static readonly Source Odp = Source.Recalled("mlx5_ib_invalidate_range", "drivers/infiniband/hw/mlx5/odp.c");
}
