using Verify.Modelling;
using static Verify.Proofs.Objections.Objection;

namespace Verify.Proofs.Objections;

/// <summary>MAP_DIRECT: how long a device may rely on the block map of a file, and what a seal of it is like.</summary>
public sealed class BlockMapSeals : ObjectionList
{
    private const string Hellwig = "Christoph Hellwig";
    private const string Williams = "Dan Williams";
    private const string Chinner = "Dave Chinner";

    public override Source Mail => Source.Mail(
        "Dave Chinner, on MAP_DIRECT and block-map sealed files", "2017-08-15", "20170815090116.GL21024@dastard");

    public override IEnumerable<Objection> Objections =>
    [
        Safe(Williams, "An application that registers DAX memory can map a raw device.", "DX-RAW:I-DMA"),
        Unsafe(Hellwig, "It is not enough that all blocks and PTEs are there.", "DX-SYNC:I-DMA"),
        Safe(Hellwig, "Even today the extent map does not change while get_user_pages() holds its pages, as a side effect.",
            "DX-2017:I-DMA"),
        Safe(Hellwig, "A temporary seal of the extent map keeps it for the time of a registration.",
            "DX-SEAL:I-DMA", "DX-SEAL-MUNMAP:I-DMA"),
        Safe(Hellwig, "The seal can be released when the process that holds it exits.", "DX-SEAL-EXIT:I-DMA", "DX-SEAL-REFCNT:I-DMA"),
        Safe(Williams, "The seal lasts as long as some MAP_DIRECT mapping refers to the file, so it ends with the process.",
            "DX-SEAL:I-LIFE", "DX-SEAL-FORK:I-LIFE"),
        Safe(Hellwig, "Seals that a server can break, as for pNFS, make sense.",
            "DX-PNFS:I-DMA", "DX-LEASE-FORCE:I-DMA", "DX-LEASE-FORCE-PAUSE:L-PROG"),
        Safe(Williams, "Such a break can be voluntary, over userfaultfd.",
            "DX-UFFD:I-DMA", "DX-UFFD-WAIT:L-PROG", "DX-UFFD-ODP:I-DMA"),
        Unsafe(Williams, "The seal may come too early: it belongs to the mapping, and not to get_user_pages().",
            "DX-SEAL-MUNMAP:I-DMA"),
        Safe(Williams, "A seal that comes with get_user_pages() would do.", "DX-LATE:I-DMA", "DX-LATE-RACE:I-DMA"),
        Unsafe(Williams, "The seal may be too coarse, as it is of the whole file.", "DX-COARSE:L-APPEND"),
        Safe(Williams, "mm_mpin() may be the better start.", "DX-MPIN:I-DMA"),
        Safe(Williams, "A coarse seal can serve work on files that share extents.", "DX-REFLINK-SHARED:I-ISO", "DX-REFLINK-COPY:I-ISO"),
        Safe(Chinner, "A seal of the block map has to be set and cleared by fcntl().",
            "SL-IOMAP-OWNER-KEEP:I-DMA", "SL-IOMAP-CLEAR-ANY:I-SEALX"),
        Safe(Chinner, "A seal of memfd can be added and never removed.", "SL-MEMFD:I-MONO"),
        Unsafe(Chinner, "So a seal that has to be cleared does not fit among them.", "SL-MONO:I-MONO"),
    ];
}
