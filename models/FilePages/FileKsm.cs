using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>
/// The proposal of 2020: pages of several files with equal content become one protected page with a list of aliases. A
/// write to one file breaks the protection: that file gets a copy, in its slot and in all mappings.
/// </summary>
/// <remarks>
/// No kernel has this. The steps of lookup, fault, write and walk are those of Linux 6.19; what breaks and merges pages is
/// the candidate of the discussion.
/// </remarks>
public sealed class FileKsm() : ModelFamily("file-ksm",
    "Protected pages of several files: faults and writes by any path against breaking and merging",
    new("cpu", 2, 1, 3, "processes, each on a CPU of its own, which may map a file and write to any"),
    new("file", 2, 2, 3, "files of one page"),
    new("frame", 3, 2, 5, "physical frames"))
{
    /// <summary>Pages are merged.</summary>
    public static readonly Feature Merge = new("merge",
        "files have pages of their own, and a daemon merges equal ones; else all files share one page from the start", Mails.Proposal);

    /// <summary>The fault compares the slot under the page-table lock.</summary>
    public static readonly Feature RecheckSlot = new("recheck-slot",
        "a fault takes no page lock; it installs the PTE only if the slot still holds the page, under the page-table lock");

    /// <summary>Faults are excluded by the lock of the mapping.</summary>
    public static readonly Feature InvalidateLock = new("invalidate-lock",
        "a fault holds invalidate_lock for reading from lookup to PTE, a break holds it for writing; both lock the folio after it, and "
            + "the fault does not look again under that lock");

    /// <summary>The walk comes first.</summary>
    public static readonly Feature WalkFirst = new("walk-first",
        "the mappings are walked before the slot is replaced", Mails.Glisse);

    /// <summary>write(2).</summary>
    public static readonly Feature Syscall = new("write", "write(2) goes to the page cache as well", Mails.Glisse);

    /// <summary>Partial truncate.</summary>
    public static readonly Feature PartialTruncate = new("partial-truncate",
        "truncate zeroes a part of the page", KernelCode.Partial);

    /// <summary>Pinned pages.</summary>
    public static readonly Feature Pins = new("pins", "get_user_pages pins writable pages, and a device writes to them", KernelCode.Gup);

    /// <summary>Pipes.</summary>
    public static readonly Feature Pipes = new("pipes",
        "splice puts a page into a pipe, and may take it out of the page cache for another file", KernelCode.Steal);

    /// <summary>A device with page tables of its own.</summary>
    public static readonly Feature Device = new("device",
        "a device mirrors the PTEs of the processes in page tables of its own", Mails.Glisse);

    /// <summary>Read I/O.</summary>
    public static readonly Feature ReadIo = new("read-io",
        "the content of a page comes by I/O, under the folio lock", KernelCode.Read);

    /// <summary>TLBs.</summary>
    public static readonly Feature Tlbs = new("tlb", "CPUs cache PTEs, and a walk flushes them");

    /// <summary>Processes drop PTEs.</summary>
    public static readonly Feature Zap = new("zap", "a process drops its PTE by madvise(MADV_DONTNEED)", KernelCode.Zap);

    /// <summary>Only the slot is cleared.</summary>
    public static readonly Fault CacheOnly = new("cache-only",
        "with 'merge': a page is taken out of the page cache, and that is all that is done against writes to it", Mails.Wilcox);

    /// <summary>No exclusion of faults.</summary>
    public static readonly Fault NoRecheck = new("no-recheck",
        "a fault installs what it has looked up, without lock or second look", Mails.Glisse);

    /// <summary>The locks are taken in the other order.</summary>
    public static readonly Fault FolioFirst = new("folio-first",
        "with 'invalidate-lock': a break locks the folio before it takes invalidate_lock", KernelCode.LockOrder);

    /// <summary>The fault reads an overloaded field.</summary>
    public static readonly Fault MappingCheck = new("mapping-check",
        "under the page lock a fault takes any protected page, as page->mapping does not name the file any more");

    /// <summary>Only the PTE of the writer changes.</summary>
    public static readonly Fault PteOnly = new("pte-only",
        "a break replaces the slot and the PTE of the writer, as for anonymous pages", KernelCode.Merge);

    /// <summary>The writer does not wait.</summary>
    public static readonly Fault NoWait = new("no-wait",
        "the copy is not locked, so that it can be written to before the walk has ended");

    /// <summary>The walk does not flush.</summary>
    public static readonly Fault NoFlush = new("no-flush", "with 'tlb': a walk changes PTEs and flushes nothing");

    /// <summary>A write goes to the page that was looked up.</summary>
    public static readonly Fault WriteUnchecked = new("write-unchecked",
        "with 'write': write(2) does not look again under the folio lock whether the page is still the file's");

    /// <summary>Zeroing ignores the protection.</summary>
    public static readonly Fault TruncateInPlace = new("truncate-in-place",
        "with 'partial-truncate': the page is zeroed as it is");

    /// <summary>Pipe buffers are merged into.</summary>
    public static readonly Fault PipeMerge = new("pipe-merge",
        "with 'pipes': a write to a pipe goes on in the last page of the pipe, whose it may be (PIPE_BUF_FLAG_CAN_MERGE)",
        Mails.DirtyPipe);

    /// <summary>A shared page is stolen.</summary>
    public static readonly Fault StealShared = new("steal-shared",
        "with 'pipes': a page with several aliases has one reference of the page cache, and is taken out of one file");

    /// <summary>The count of references is as expected.</summary>
    public static readonly Assumption NoGup = new("A-NOGUP",
        "a page with more references than expected is not protected", "the reference count, compared after the walk");

    /// <summary>Secondary MMUs are notified.</summary>
    public static readonly Assumption Notified = new("A-NOTIFY",
        "every secondary MMU hears of each changed PTE, and is done with it before the walk goes on", "each driver");

    /// <summary>Nothing maps a page that is taken out.</summary>
    public static readonly Assumption Unmapped = new("A-UNMAPPED",
        "a page that is taken out of the page cache has no PTE", "a test of page_mapped()");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "writeback, reclaim, munmap and more than one offset; private mappings",
        "fork of a process; two processes of one mm on several CPUs",
        "readers that hold a page over a write: a pipe buffer and a pin keep the old content",
        "TLB eviction: no step is forced to fill, so it adds no behaviour",
    ];

    protected override void Describe(ModelBuilder m)
    {
        CheckChoices(m);
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var file = m.ScalarSet("file", m.Size("file"), "file ");
        var frame = m.ScalarSet("frame", m.Size("frame"), "f");
        var cache = new PageCache(m, file, frame);
        var mappings = new FileMappings(m, cache, cpu, m.Has(Tlbs));
        var pages = new ProtectedPages(m, cache);
        var holders = new PageHolders(m, cache, mappings, pages);
        var tasks = new FileTasks(m, cache, mappings, pages);
        var daemon = m.Has(Merge) ? new Deduplication(m, cache, mappings, pages, holders) : null;
        pages.AddFills(m);
        tasks.Describe();
        daemon?.Describe();
        mappings.AddRules(m);
        holders.AddRules();
        cache.AddInvariants(m);
        m.Always("I-LOCK", ForAll(frame, f => cache.Locked[f].Implies(cache.IsBorrowed(f) | pages.Reading[f].HasValue)),
            "a folio is locked only while a process or the daemon works on it, or I/O fills it");
        m.Always("I-LEFT", ForAll(cpu, frame, (c, f) =>
                (mappings.Reads(c, f) & !cache.IsBorrowed(f)).Implies(Exists(file, a => cache.Slot[a] == f))),
            "no process maps a page that has left the page cache, but while another one, or the daemon, works on it");
        m.Reachable("a protected page is shared", Exists(frame, f => pages.Protected[f]));
        m.NoDeadlock("I-DEADLOCK", text: "the processes never all wait for each other");
    }

    private static void CheckChoices(ModelBuilder m)
    {
        m.Demand(CacheOnly, Merge);
        m.Demand(NoFlush, Tlbs);
        m.Demand(WriteUnchecked, Syscall);
        m.Demand(TruncateInPlace, PartialTruncate);
        m.Demand(PipeMerge, Pipes);
        m.Demand(StealShared, Pipes);
        m.Demand(ReadIo, Merge);
        m.Demand(FolioFirst, InvalidateLock);
        m.Demand(RecheckSlot, !m.Has(InvalidateLock), "it does not go with 'invalidate-lock'");
        foreach (var way in new Switch[] { RecheckSlot, InvalidateLock, MappingCheck })
        {
            m.Demand(NoRecheck, !m.Has(way), $"it does not go with '{way.Name}'");
        }

        m.Demand(MappingCheck, !m.Has(RecheckSlot) && !m.Has(InvalidateLock),
            "it goes neither with 'recheck-slot' nor with 'invalidate-lock'");
        m.Demand(PteOnly, !m.Has(WalkFirst), "it does not go with 'walk-first'");
        m.Demand(NoWait, !m.Has(WalkFirst), "it does not go with 'walk-first'");
    }
}
