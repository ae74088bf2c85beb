using Verify.Modelling;

namespace Verify.Models.Dax;

/// <summary>The mails about sealed block maps and their successors.</summary>
public static class Posts
{
    /// <summary>The flag and the operations that it refuses.</summary>
    public static readonly Source Sealed = Source.Mail("Dan Williams, v4 1/3 fs, xfs: introduce S_IOMAP_SEALED", "2017-08-14",
        "150277753139.23945.12474457435649645890.stgit");

    /// <summary>The way in which a mapping sets and clears the flag.</summary>
    public static readonly Source Direct = Source.Mail("Dan Williams, MAP_DIRECT for XFS (xfs_filemap_direct_open, i_mapdcount)",
        "2017-08-14", "150277753139.23945.12474457435649645890.stgit, the same series");

    /// <summary>Seals must be set and cleared by fcntl, and the seals of memfd can only be added.</summary>
    public static readonly Source Chinner = Source.Mail("Dave Chinner", "2017-08-15", "20170815090116.GL21024@dastard");

    /// <summary>The requirements: registrations of DAX mappings, and temporary, breakable seals.</summary>
    public static readonly Source HellwigQuoted = Source.Mail("Christoph Hellwig, quoted by Dan Williams", "2017-08-14",
        "20170815090116.GL21024@dastard");

    /// <summary>Leases in place of a flag.</summary>
    public static readonly Source Leases = Source.Mail("Christoph Hellwig", "2017-08-24", "20170824161347.GC27591@lst.de");

    /// <summary>A lease and a seal have the same problem: DMA must be cancelled.</summary>
    public static readonly Source SameProblem = Source.Mail("Dan Williams", "2017-08-24",
        "CAPcyv4gWD7sTLdmwoX7Ce+McMvtLKhOf60e-1ax12qQs7=Qzdg@mail.gmail.com");

    /// <summary>The problem is get_user_pages rather than mmap; a closed file descriptor notices no break.</summary>
    public static readonly Source Registration = Source.Mail("Christoph Hellwig, Dan Williams and Al Viro, on MAP_DIRECT v9",
        "2017-10-12", "Re: [PATCH v9 0/6] MAP_DIRECT for DAX userspace flush");

    /// <summary>Pinning of the frames of a VMA.</summary>
    public static readonly Source Pinned = Source.Mail("Peter Zijlstra, VM_PINNED and mm_mpin RFC", "2014-05-26",
        "[RFC][PATCH 0/5] VM_PINNED");

    /// <summary>The upstream solution since 4.18.</summary>
    public static readonly Source BreakLayouts = Source.Mail("Dan Williams, v9 9/9 xfs, dax: introduce xfs_break_dax_layouts()",
        "2018-04-24", "[PATCH v9 9/9]");

    /// <summary>Truncate checks references of a file without mappings too.</summary>
    public static readonly Source UnmappedBusy = Source.Mail(
        "Alistair Popple, v8 2/20 fs/dax: Return unmapped busy pages from dax_layout_busy_page_range()", "2025-02-18",
        "d85ce6c2d1400ff111ed7302d9eef223d0243c57.1739850794.git-series.apopple@nvidia.com");

    /// <summary>The reason why a long-term pin of such a page is refused.</summary>
    public static readonly Source PinUserPages =
        new("pin_user_pages() and FOLL_LONGTERM", "Documentation/core-api/pin_user_pages.rst, 07c7b547a796");
}
