using Verify.Claims;
using Verify.Modelling;
using Verify.Models.DaxSharing;
using Verify.Models.FilePages;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.DaxSharing;

/// <summary>Sharing without a struct page in the page cache: reflinked DAX files, and main memory as a cache.</summary>
public sealed class SharedPages : ClaimList
{
    private static readonly Source Insert = Source.Kernel("dax_insert_entry", "fs/dax.c", "v6.19");
    private static readonly Source Failure = Source.Kernel("xfs_dax_notify_dev_failure", "fs/xfs/xfs_notify_failure.c", "v6.19");
    private static readonly Choices Failing = Choices.Default.With(SharedDax.Failure);

    private static readonly InstanceClaims Reflink = OfDax("FK-REFLINK-DAX", Choices.Default, Insert);
    private static readonly InstanceClaims ReadCall = OfDax("FK-REFLINK-DAX-READ", Choices.Default.With(SharedDax.ReadCall), Insert);
    private static readonly InstanceClaims NoCow = OfDax("FK-REFLINK-INPLACE", Choices.Default.With(SharedDax.NoCow), Insert);
    private static readonly InstanceClaims NoUnmap = OfDax("FK-REFLINK-NOUNMAP", Choices.Default.With(SharedDax.NoUnmap), Insert);
    private static readonly InstanceClaims ByMapping = OfDax("FK-REFLINK-RMAP", Failing.With(SharedDax.ByMapping), Failure);
    private static readonly InstanceClaims ByExtents = OfDax("FK-REFLINK-RMAP-FS", Failing, Failure);

    private static readonly InstanceClaims TwoHomes = OfCache("FK-CACHE", Choices.Default.With(PmemCache.TwoHomes));
    private static readonly InstanceClaims OneHome = OfCache("FK-CACHE-ONEHOME", Choices.Default);
    private static readonly InstanceClaims CopyFirst = OfCache("FK-CACHE-COPYFIRST", Choices.Default.With(PmemCache.CopyFirst));
    private static readonly InstanceClaims NoFlush = OfCache("FK-CACHE-NOFLUSH", Choices.Default.With(PmemCache.NoFlush));

    public override IEnumerable<Claim> Claims =>
    [
        Reflink.Claim("I-ISO", Proved,
            "Reflinked DAX files share one block by their entries in the page cache, and a store to one does not change the other."),
        Reflink.Claim("I-COH", Proved,
            "All mappings of a reflinked DAX file see the latest store, as a fault that gets a block of its own unmaps the old one."),
        ReadCall.Claim("I-COH", Refuted(11),
            "read(2) of a reflinked DAX file sees the latest store to a mapping.",
            "As v6.19 reads, the write fault installs the PTE of the new block (vmf_insert_page_mkwrite) before iomap_end moves the "
                + "block into the file (xfs_reflink_end_cow). In between another thread of the process can store, and read(2), which asks "
                + "the extent map under other locks, gets the old block. No other file is touched."),
        NoCow.Claim("I-ISO", Refuted(9),
            "A write fault may take a shared block as it is."),
        NoUnmap.Claim("I-COH", Refuted(11),
            "A write fault that gets a new block need not unmap the old one from other processes."),
        ByMapping.Claim("I-FOUND", Refuted(9),
            "After a memory failure, all processes that map the block are found by page->mapping.",
            "One field cannot name two files. In v6.19 it is empty for shared pages, and only a count is kept (dax_folio_make_shared)."),
        ByExtents.Claim("I-FOUND", Proved,
            "After a memory failure, all processes that map the block are found by the reverse map of the filesystem.",
            "A new block that a file does not have yet is mapped already, and no file is found for it: XFS shuts down then, as the owner "
                + "of the block is not an inode (xfs_dax_failure_fn)."),
        TwoHomes.Claim("I-COH", Refuted(8),
            "Main memory may cache a page of persistent memory while other PTEs lead to that page."),
        TwoHomes.Claim("I-LOST", Refuted(11),
            "With two homes that are mapped at a time, no write disappears.",
            "When the cache is given up, its content goes over the write to the other home."),
        OneHome.Claim("I-COH", Proved,
            "Main memory may cache a page of persistent memory if the old home is unmapped and flushed, then copied, and then the entry "
                + "changes."),
        OneHome.Claim("I-LOST", Proved,
            "With one home that is mapped at a time, no write disappears."),
        CopyFirst.Claim("I-COH", Refuted(11),
            "The content may be copied before the old home is unmapped."),
        NoFlush.Claim("I-COH", Refuted(10),
            "The old home need not be flushed after it is unmapped."),
    ];

    private static InstanceClaims OfDax(string id, Choices choices, params Source[] sources) =>
        new(id, new SharedDax(), choices, [Mails.Wilcox, .. sources]);

    private static InstanceClaims OfCache(string id, Choices choices) => new(id, new PmemCache(), choices, Mails.Wilcox);
}
