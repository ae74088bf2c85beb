using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Proofs.Objections.Objection;

namespace Verify.Proofs.Objections;

/// <summary>KSM for file pages: how all copies are found, kept from appearing, and kept from being written to.</summary>
public sealed class FilePagesAndCopies : ObjectionList
{
    private const string Glisse = "Jerome Glisse";
    private const string Wilcox = "Matthew Wilcox";

    public override Source Mail => Mails.Wilcox;

    public override IEnumerable<Objection> Objections =>
    [
        Safe(Wilcox, "Files that share extents can share pages by entries in the page cache that name the frame.",
            "FK-REFLINK-DAX:I-ISO", "FK-REFLINK-DAX:I-COH"),
        Safe(Wilcox, "The struct page of such a frame can belong to a mapping that is not one of the files.",
            "FK-REFLINK-RMAP:I-FOUND", "FK-REFLINK-RMAP-FS:I-FOUND"),
        Unsafe(Wilcox, "It cannot be done without the filesystems.", "FK-REFLINK-INPLACE:I-ISO", "FK-REFLINK-RMAP:I-FOUND"),
        Safe(Wilcox, "The page cache can hold something that is not a struct page, if a bit tells it from one.",
            "FK-SPECIAL:I-TYPE", "FK-SPECIAL-MISS:I-TYPE"),
        Unsafe(Glisse, "Many code paths would have to look for such an entry.", "FK-SPECIAL-MISS:I-TYPE"),
        Safe(Wilcox, "Copies for NUMA can be at the level of the inode, with an address space of plain pages for each inode and node.",
            "NR-INODE:I-COH"),
        Unsafe(Glisse, "All copies have to be found before the protection of a page is broken.", "FK-PTEONLY:I-COH"),
        Unsafe(Glisse, "Without a list of the copies they cannot be found.", "NR-INODE:I-COH"),
        Unsafe(Glisse, "A walk over page tables has to keep more copies from appearing meanwhile.",
            "FK-SPAWN:I-COH", "NR-NOFLAG:I-COH", "NR-INODE-NOLOCK:I-COH"),
        Safe(Glisse, "To lock the page might be enough for that.", "FK-PAGELOCK:I-COH", "FK-PAGELOCK-ALIAS:I-COH"),
        Unsafe(Glisse, "A walk does not reach the page tables of devices, which the core mm does not see.", "NR-DEVICE-NONE:I-COH",
            "FK-DEV-NONE:I-COH"),
        Safe(Wilcox, "The pages can be found by a look into each mapping of the inode.", "NR-INODE:I-COH", "NR-INODE-NOLOCK:I-COH"),
        Safe(Wilcox, "Or they can be found by a walk over i_mmap.", "FK-SPAWN:I-COH", "FK-INVAL:I-COH", "FK-SLOTFIRST:I-COH"),
        Safe(Wilcox, "Main memory can be a cache of persistent memory without new data structures.",
            "FK-CACHE:I-COH", "FK-CACHE-ONEHOME:I-COH", "FK-CACHE-ONEHOME:I-LOST"),
        Safe(Wilcox, "Exclusive write access can be a magic value in the page cache.",
            "FK-NOTINCACHE-W2:I-COH", "FK-NOTINCACHE-W3:I-COH", "FK-NOTINCACHE-W5:I-COH"),
        Unsafe(Glisse, "The callback that breaks exclusive access has to come before write(2) as well as before page faults.",
            "EX-WRITE2:I-EXCL"),
        Unsafe(Glisse, "It has to come before writes through a pipe.", "FK-NOTINCACHE-W4-MERGE:I-COH"),
        Safe(Wilcox, "A page that is not in the page cache cannot be written to.",
            "FK-NOTINCACHE-W1:I-COH", "FK-NOTINCACHE-W1-NEW:I-COH", "FK-NOTINCACHE-W2:I-COH", "FK-NOTINCACHE-W3:I-COH",
            "FK-NOTINCACHE-W4:I-COH", "FK-NOTINCACHE-W5:I-COH", "FK-NOTINCACHE-W6:I-COH", "FK-NOTINCACHE-W7:I-ISO",
            "FK-NOTINCACHE-W8:I-COH"),
        Safe(Glisse, "KSM keeps a list of who uses a page, and works.", "KS-BASE:I-LOST", "KS-BASE:I-ISO"),
    ];
}
