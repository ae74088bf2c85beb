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
    private static readonly Source Late = Source.Kernel("nfit_handle_mce", "drivers/acpi/nfit/mce.c", "v6.19");
    private static readonly Source FindShared = Source.Kernel("xfs_reflink_find_shared", "fs/xfs/xfs_reflink.c", "v6.19");
    private static readonly Source Early = Source.Kernel("task_early_kill, unmap_and_kill", "mm/memory-failure.c", "v6.19");
    private static readonly Choices Failing = Choices.Default.With(SharedDax.Failure);
    private static readonly Choices Refused = Failing.Assume(SharedDax.BadBlocks, SharedDax.EarlyKill);
    private static readonly Choices Small = Refused.Size("block", 2);

    private static readonly InstanceClaims Reflink = OfDax("FK-REFLINK-DAX", Choices.Default, Insert);
    private static readonly InstanceClaims ReadCall = OfDax("FK-REFLINK-DAX-READ", Choices.Default.With(SharedDax.ReadCall), Insert);
    private static readonly InstanceClaims NoCow = OfDax("FK-REFLINK-INPLACE", Choices.Default.With(SharedDax.NoCow), Insert);
    private static readonly InstanceClaims NoUnmap = OfDax("FK-REFLINK-NOUNMAP", Choices.Default.With(SharedDax.NoUnmap), Insert);
    private static readonly InstanceClaims KeepMapped = OfDax("FK-REFLINK-OVER",
        Choices.Default.With(SharedDax.KeepMapped), Source.Kernel("xfs_reflink_remap_prep", "fs/xfs/xfs_reflink.c", "v6.19"));
    private static readonly InstanceClaims ByMapping = OfDax("FK-REFLINK-RMAP", Small.With(SharedDax.ByMapping), Failure);
    private static readonly InstanceClaims ByExtents = OfDax("FK-REFLINK-RMAP-FS", Refused, Failure);
    private static readonly InstanceClaims ByExtentsSmall = OfDax("FK-REFLINK-RMAP-WAIT", Small, Failure, FindShared);
    private static readonly InstanceClaims Unlisted = OfDax("FK-REFLINK-RMAP-LATE",
        Failing.Assume(SharedDax.EarlyKill).Size("block", 2), Failure, Late);
    private static readonly InstanceClaims NotEarly = OfDax("FK-REFLINK-RMAP-DEFAULT",
        Failing.Assume(SharedDax.BadBlocks).Size("block", 2), Failure, Early);
    private static readonly InstanceClaims Collected = OfDax("FK-REFLINK-RMAP-COLLECT", Small.With(SharedDax.CollectFirst), Failure);

    private static readonly InstanceClaims CollectedAlone = OfDax("FK-REFLINK-RMAP-COLLECT-ALONE",
        Small.With(SharedDax.CollectFirst).Size("cpu", 1), Failure);

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
        Reflink.Claim("I-ENTRY", Proved,
            "The DAX entry of a file leads to the block that the file has, but for the time of a fault, which locks it, and what is mapped "
                + "has an entry."),
        Reflink.Claim("L-FAULT", Proved,
            "Faults of reflinked DAX files do not wait for each other for good."),
        KeepMapped.Claim("I-COH", Refuted(8),
            "A reflink onto a file that has a block need not unmap that block."),
        NoCow.Claim("I-ISO", Refuted(10),
            "A write fault may take a shared block as it is."),
        NoUnmap.Claim("I-COH", Refuted(12),
            "A write fault that gets a new block need not unmap the old one from other processes."),
        ByMapping.Claim("I-FOUND", Refuted(12),
            "After a memory failure, all processes that map the block are found by page->mapping.",
            "One field cannot name two files. In v6.19 it is empty for shared pages, and only a count is kept (dax_folio_make_shared)."),
        ByExtents.Claim("I-FOUND", ProvedIf,
            "After a memory failure, all processes that map the block are found by the reverse map of the filesystem.",
            "A new block that a file does not have yet is mapped already, and no file is found for it: XFS shuts down then, as the owner "
                + "of the block is not an inode (xfs_dax_failure_fn)."),
        Unlisted.Claim("I-FOUND", Refuted(10),
            "Once memory_failure() has ended, no process maps the block, whenever the driver hears of the failure.",
            "On x86 the driver lists bad blocks after memory_failure(): nfit_handle_mce has a lower priority than uc_decode_notifier. "
                + "In between a fault maps the block again; DAX faults do not look at PG_hwpoison, but ask the driver."),
        NotEarly.Claim("I-FOUND", Refuted(10),
            "Once memory_failure() has ended, no process maps the block, with the settings that the kernel has by default.",
            "Without early kill only processes that share the mm of the current one are collected, and unmap_and_kill unmaps nothing if "
                + "none is: the block stays mapped. A process that touches it then runs into a machine check of its own."),
        ByExtentsSmall.Claim("L-PROG", Starves,
            "A memory failure ends.",
            "As v6.19 reads, it may deadlock. xfs_dax_notify_dev_failure holds the AGF buffer during the query, and mf_dax_kill_procs "
                + "waits in it for the DAX entry. A fault of a reflinked file locks the entry first, and then the AGF buffer, to ask "
                + "whether the block is shared (xfs_reflink_find_shared). Both waits are uninterruptible."),
        ByExtentsSmall.Claim("I-WAIT", Refuted(5),
            "A memory failure never waits for a fault that waits for it."),
        ByExtentsSmall.Claim("I-ENTRY", Refuted(12),
            "A DAX entry leads to the block of the file whichever faults fail.",
            "A write fault replaces the entry before it copies (dax_insert_entry, dax_iomap_copy_around). If the old block is bad, the "
                + "copy fails and the new block is freed, and the entry goes on leading to it. Faults ask the extent map, so that nothing "
                + "is read through it here."),
        Collected.Claim("I-WAIT", Proved,
            "A memory failure that collects the files first, and unmaps them after it has released the AGF buffer, never waits for a "
                + "fault that waits for it."),
        Collected.Claim("I-FOUND", ProvedIf,
            "A memory failure that collects the files first finds all processes that map the block.",
            "A file that gets the block after the query cannot map it, as the driver refuses access."),
        CollectedAlone.Claim("I-COH", Proved,
            "A mapping of a reflinked DAX file sees the latest store to it, whichever blocks fail."),
        CollectedAlone.Claim("L-FAULT", Proved,
            "A fault ends that a memory failure which collects the files first comes across, with or without the block that it needs."),
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
