using Verify.Modelling;

namespace Verify.Mechanisms.Dax;

/// <summary>The mails in which block maps were to be sealed, and what came of it.</summary>
public static class Posts
{
    /// <summary>The flag, and what it refuses.</summary>
    public static readonly Anchor Sealed = Anchor.Mail("Dan Williams, v4 1/3 fs, xfs: introduce S_IOMAP_SEALED", "2017-08-14",
        "150277753139.23945.12474457435649645890.stgit");

    /// <summary>How a mapping sets and clears the flag.</summary>
    public static readonly Anchor Direct = Anchor.Mail("Dan Williams, MAP_DIRECT for XFS (xfs_filemap_direct_open, i_mapdcount)",
        "2017-08-14", "150277753139.23945.12474457435649645890.stgit, the same series");

    /// <summary>Seals must be set and cleared by fcntl, and the seals of memfd can only be added.</summary>
    public static readonly Anchor Chinner = Anchor.Mail("Dave Chinner", "2017-08-15", "20170815090116.GL21024@dastard");

    /// <summary>What is wanted: registrations of DAX mappings, temporary seals, breakable ones.</summary>
    public static readonly Anchor HellwigQuoted = Anchor.Mail("Christoph Hellwig, quoted by Dan Williams", "2017-08-14",
        "20170815090116.GL21024@dastard");

    /// <summary>Leases rather than a flag.</summary>
    public static readonly Anchor Leases = Anchor.Mail("Christoph Hellwig", "2017-08-24", "20170824161347.GC27591@lst.de");

    /// <summary>A lease and a seal have the same problem of cancelling DMA.</summary>
    public static readonly Anchor SameProblem = Anchor.Mail("Dan Williams", "2017-08-24",
        "CAPcyv4gWD7sTLdmwoX7Ce+McMvtLKhOf60e-1ax12qQs7=Qzdg@mail.gmail.com");

    /// <summary>The problem has nothing to do with mmap and all with get_user_pages; a closed fd hears no break.</summary>
    public static readonly Anchor Registration = Anchor.Mail("Christoph Hellwig, Dan Williams and Al Viro, on MAP_DIRECT v9",
        "2017-10-12", "Re: [PATCH v9 0/6] MAP_DIRECT for DAX userspace flush");

    /// <summary>Pinning the frames of a VMA.</summary>
    public static readonly Anchor Pinned = Anchor.Mail("Peter Zijlstra, VM_PINNED and mm_mpin RFC", "2014-05-26",
        "[RFC][PATCH 0/5] VM_PINNED");

    /// <summary>What upstream does since 4.18.</summary>
    public static readonly Anchor BreakLayouts = Anchor.Mail("Dan Williams, v9 9/9 xfs, dax: introduce xfs_break_dax_layouts()",
        "2018-04-24", "[PATCH v9 9/9]");

    /// <summary>Why a long-term pin of such a page is refused.</summary>
    public static readonly Anchor PinUserPages =
        new("pin_user_pages() and FOLL_LONGTERM", "Documentation/core-api/pin_user_pages.rst, 07c7b547a796");
}

/// <summary>Where the steps come from.</summary>
internal static class Code
{
    public static readonly Anchor DaxFault = Anchor.Kernel("dax_iomap_fault", "fs/dax.c", "00c010e130e5");
    public static readonly Anchor BusyPage = Anchor.Kernel("dax_layout_busy_page_range", "fs/dax.c", "00c010e130e5");
    public static readonly Anchor BreakDax = Anchor.Recalled("xfs_break_dax_layouts", "fs/xfs/xfs_file.c");
    public static readonly Anchor BreakLeased = Anchor.Recalled("xfs_break_leased_layouts", "fs/xfs/xfs_pnfs.c");
    public static readonly Anchor Setattr = Anchor.Recalled("xfs_vn_setattr", "fs/xfs/xfs_iops.c");
    public static readonly Anchor TruncateExtents = Anchor.Recalled("xfs_itruncate_extents", "fs/xfs/xfs_inode.c");
    public static readonly Anchor Unmap = Anchor.Recalled("unmap_mapping_pages", "mm/memory.c");
    public static readonly Anchor FilemapFault = Anchor.Recalled("filemap_fault", "mm/filemap.c");
    public static readonly Anchor DeleteFromCache = Anchor.Recalled("filemap_remove_folio", "mm/filemap.c");
    public static readonly Anchor AnonymousFault = Anchor.Recalled("do_anonymous_page", "mm/memory.c");
    public static readonly Anchor Migrate = Anchor.Recalled("migrate_pages", "mm/migrate.c");
    public static readonly Anchor GupFast = Anchor.Kernel("gup_fast_pte_range", "mm/gup.c", "0092cb388b08");
    public static readonly Anchor GupSlow = Anchor.Recalled("follow_page_pte", "mm/gup.c");
    public static readonly Anchor LongTerm = Anchor.Recalled("check_vma_flags", "mm/gup.c");
    public static readonly Anchor Unpin = Anchor.Recalled("unpin_user_page", "mm/gup.c");
    public static readonly Anchor DirectIo = Anchor.Recalled("iomap_dio_rw", "fs/iomap/direct-io.c");
    public static readonly Anchor Umem = Anchor.Recalled("ib_umem_get", "drivers/infiniband/core/umem.c");
    public static readonly Anchor DeviceDax = Anchor.Recalled("dev_dax_fault", "drivers/dax/device.c");
    public static readonly Anchor SetLease = Anchor.Recalled("nfsd4_layout_setlease", "fs/nfsd/nfs4layouts.c");
    public static readonly Anchor Recall = Anchor.Recalled("nfsd4_layout_lm_break", "fs/nfsd/nfs4layouts.c");
    public static readonly Anchor Fence = Anchor.Recalled("nfsd4_scsi_fence_client", "fs/nfsd/blocklayout.c");
    public static readonly Anchor BlockLayout = Anchor.Recalled("bl_write_pagelist", "fs/nfs/blocklayout/blocklayout.c");
    public static readonly Anchor BreakLease = Anchor.Recalled("__break_lease", "fs/locks.c");
    public static readonly Anchor Userfault = Anchor.Recalled("handle_userfault", "fs/userfaultfd.c");
    public static readonly Anchor Odp = Anchor.Recalled("mlx5_ib_invalidate_range", "drivers/infiniband/hw/mlx5/odp.c");
}
