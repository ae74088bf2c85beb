using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Dax;

/// <summary>
/// Truncate against get_user_pages() on a DAX mapping: the pinned page is the block itself, and the filesystem frees
/// the block by its own metadata.
/// </summary>
/// <remarks>
/// Without a fault this is upstream since 6.15: unmap, check for references, wait, and start again. The order is the
/// same since 4.18; the references have changed.
/// </remarks>
public sealed class DaxTruncate() : ModelFamily("dax-truncate",
    "truncate of a DAX file against get_user_pages() and DMA into its mapping",
    new("cpu", 2, 1, 3, "processors, each with a thread that pins the mapped page"),
    new("unit", 1, 1, 3, "blocks of the medium, or frames"))
{
    /// <summary>Before 4.18: no check of page references.</summary>
    public static readonly Fault NoBusyCheck = new("no-busy-check",
        "truncate does not check page references, and long-term pins are allowed, as before 4.18", Posts.Registration);

    /// <summary>The scan for references comes before the unmap.</summary>
    public static readonly Fault ScanFirst = new("scan-first",
        "references are looked for before the PTEs are cleared");

    /// <summary>A single scan, without a repetition after the wait.</summary>
    public static readonly Fault NoRescan = new("no-rescan",
        "after it has waited for a busy page, truncate does not look again");

    /// <summary>The fast path of get_user_pages() reads the PTE once.</summary>
    public static readonly Fault NoRecheck = new("no-recheck",
        "GUP-fast does not read the PTE again after it has taken the reference");

    /// <summary>Pins may last for any time.</summary>
    public static readonly Fault LongTerm = new("long-term",
        "a FOLL_LONGTERM pin of a DAX page is not refused", Posts.PinUserPages);

    /// <summary>No DAX.</summary>
    public static readonly Feature PageCache = new("page-cache",
        "the file is in the page cache, and pages are counted");

    /// <summary>No filesystem.</summary>
    public static readonly Feature DeviceDax = new("device-dax",
        "the mapping is of a raw device, with a constant map from offsets to memory", KernelCode.DeviceDax);

    /// <summary>Linux up to 6.14.</summary>
    public static readonly Feature IdleOne = new("idle-one",
        "Linux up to 6.14, where an idle DAX page has a count of one, and a mapping adds none; since "
            + "6.15 an idle page has none, and each mapping adds one", KernelCode.BusyPage);

    /// <summary>The mapping may go.</summary>
    public static readonly Feature Munmap = new("munmap",
        "the process may unmap the file, and keep what it has pinned; up to Linux 6.14 a truncate does "
            + "not look at references of a file without mappings", Posts.UnmappedBusy);

    /// <summary>Defragmentation.</summary>
    public static readonly Feature SwapExtents = new("swap-extents",
        "XFS_IOC_SWAPEXT exchanges the block with that of another file; it unmaps, and looks at no references",
        Source.Kernel("xfs_swap_extents, xfs_swap_extent_flush", "fs/xfs/xfs_bmap_util.c", "v6.19"));

    /// <summary>Transient pins do not overlap without end.</summary>
    public static readonly Assumption Pause = new("A-PAUSE",
        "once a truncate has found a busy page, no new pin is taken until the truncate is over",
        "no kernel code: applications, by chance");

    /// <summary>The page is not faulted in while a truncate waits for it.</summary>
    public static readonly Assumption NoFault = new("A-NOFAULT",
        "once a truncate has found a busy page, it is not faulted in until the truncate is over",
        "no kernel code: applications, by chance");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "stores of CPUs through the mapping, and the TLB: flushes are there for the GUP-fast that they wait for",
        "without 'munmap', that the file is unmapped; with it, what its flush waits for: it ends whenever it likes",
        "huge entries, the locks of single DAX entries, the zero page, and reads: every pin is for writing",
        Limit.With("with 'page-cache', the page lock and the size check that keep faults out of a truncate are MMAPLOCK, "
            + "and writeback is left out", PageCache),
        "the transaction and the log: a block can be handed out as soon as the extent is gone",
        .. Architecture.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        CheckChoices(m);
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var va = m.ScalarSet("va", "x");
        PageTable? mapped = null;
        DirectIo? pinned = null;
        Expr gathered = None;
        FileMapping? mapping = null;
        Expr HasReference(Expr unit) =>
            mapped!.Names(unit) | pinned!.IsPinned(unit) | gathered == unit | (mapping?.Holds(unit) ?? false);
        var hasCounts = !m.Has(PageCache) && !m.Has(IdleOne) && !m.Has(DeviceDax) && !m.Has(NoBusyCheck);
        IBacking backing = m.Has(PageCache)
            ? new PageBacking(m, m.Size("unit"), isAnonymous: false)
            : new BlockBacking(m, m.Size("unit")) { HasReference = hasCounts ? HasReference : null };
        // The page that truncate has unmapped but not flushed yet; the reference of the mapping is dropped after the
        // flush.
        gathered = hasCounts ? m.Var("gathered", Sort.Option(backing.Unit)) : None;
        mapping = m.Has(Munmap) ? new FileMapping(m, va, backing, hasCounts) : null;
        var architecture = Architecture.Of(m);
        var pages = new PageTable(m, cpu, va, backing.Translation);
        var landing = new Landing(m, backing);
        var notesWaiting = m.Assumes(Pause) || m.Assumes(NoFault);
        var isWaiting = notesWaiting ? m.Var("waits_for_page", Sort.Bool) : false;
        var io = new DirectIo(m, cpu, va, backing, pages, landing)
        {
            Rechecks = !m.Has(NoRecheck),
            IsLongTerm = m.Has(LongTerm) || m.Has(NoBusyCheck) || m.Has(DeviceDax),
            MayPin = m.Assumes(Pause) ? !isWaiting : true,
            // The flush of a munmap is not in the model.
            FlushWaits = architecture.Remote == RemoteInvalidation.Interrupt && mapping is null,
            CanBeUnmapped = !m.Has(DeviceDax),
        };
        (mapped, pinned) = (pages, io);
        if (backing is PageBacking memory)
        {
            memory.Register(pages);
            memory.Register(io);
        }

        io.Describe(m);
        if (mapping is not null)
        {
            mapping.Describe(m, pages);
            m.Reachable("a pin outlives its mapping", !mapping.IsLinked & Exists(backing.Unit, io.IsPinned));
        }

        Expr isLocked = m.Has(DeviceDax) ? AddDevice(m, backing) : AddTruncate(
            m, cpu, va, backing, pages, io, architecture, notesWaiting ? isWaiting : null,
            hasCounts ? (gathered, HasReference) : null, mapping);
        m.Rule(backing.Fault.Name, cpu, va, (s, c, x) => s
            .When(!isLocked & pages.Shared(x).IsNone & backing.Slot.HasValue)
            .When(mapping?.CanFault ?? true)
            .When(m.Assumes(NoFault) ? !isWaiting : true)
            .Set(pages.Shared(x), backing.Translation.To(backing.Slot.Value)))
            .From(backing.Fault.Source);
        backing.AddEnvironment(m, true);
        if (m.Has(SwapExtents))
        {
            ((BlockBacking)backing).Blocks.AddSwap(m, !isLocked, s => s.Each(va, x => s.Set(pages.Shared(x), None)));
        }

        landing.AddInvariants(m);
        m.NoDeadlock("no deadlock");
    }

    private static Expr AddTruncate(ModelBuilder m, Sort cpu, Sort va, IBacking backing, PageTable pages, DirectIo io,
        Architecture architecture, Expr? isWaiting, (Expr Gathered, Func<Expr, Expr> HasReference)? counts, FileMapping? mapping)
    {
        var shootdown = new Shootdown(m, cpu, va, architecture);
        var truncate = new Truncate(m, backing)
        {
            // munmap holds the reference of a mapping from the clearing of the PTE until it drops the page; this
            // reference counts like a pin.
            IsPinned = mapping is null ? io.IsPinned : unit => io.IsPinned(unit) | mapping.Holds(unit),
            MustLook = mapping is not null && m.Has(IdleOne) ? mapping.IsLinked : null,
            IsMapped = pages.HasEntries,
            Zap = s =>
            {
                s.Each(va, x => s.Set(pages.Shared(x), None));
                if (counts is { } zapped)
                {
                    s.SetIf(pages.HasEntries, zapped.Gathered, backing.Slot);
                }
            },
            OnFlushed = counts is { } flushed ? s => s.Set(flushed.Gathered, None) : null,
            IsIdle = counts is { } counted ? unit => !counted.HasReference(unit) : null,
            Flush = (shootdown, architecture),
            IsWaiting = isWaiting,
            Check = m.Has(NoBusyCheck) || m.Has(PageCache) ? BusyCheck.None
                : m.Has(ScanFirst) ? BusyCheck.BeforeUnmap
                : m.Has(NoRescan) ? BusyCheck.Once
                : BusyCheck.AfterUnmap,
        };
        truncate.Describe(m);
        shootdown.AddAnswers(m, io.HasInterrupts, (_, _, _) => { }, isFair: true);
        m.LeadsTo("L-PROG", truncate.IsRunning, !truncate.IsRunning, "a truncate that has begun ends");
        return truncate.Lock;
    }

    // A device file has no size that could change.
    private static Expr AddDevice(ModelBuilder m, IBacking backing)
    {
        m.Rule("ftruncate: -EINVAL", s => s.When(backing.Slot.HasValue).By("truncate")).From(KernelCode.Ftruncate);
        return false;
    }

    private static void CheckChoices(ModelBuilder m)
    {
        Switch[] scans = [NoBusyCheck, ScanFirst, NoRescan, PageCache, DeviceDax];
        if (scans.Count(m.Has) > 1)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"only one of {string.Join(", ", scans.Select(scan => $"'{scan.Name}'"))} can be chosen");
        }

        if (m.Has(IdleOne) && (m.Has(PageCache) || m.Has(DeviceDax) || m.Has(NoBusyCheck)))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                "feature 'idle-one': it is about the busy check of fsdax ('no-busy-check', 'page-cache' and 'device-dax' have none)");
        }

        m.Demand(SwapExtents, !m.Has(PageCache) && !m.Has(DeviceDax), "it is of files of fsdax");
        m.Demand(Munmap, !scans.Any(m.Has), "it is about the busy check of fsdax as it is");
        if ((m.Assumes(Pause) || m.Assumes(NoFault)) && (m.Has(NoBusyCheck) || m.Has(PageCache) || m.Has(DeviceDax)))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                "A-PAUSE and A-NOFAULT are about a truncate that waits for busy pages");
        }
    }

    /// <summary>
    /// The VMA of the file and its munmap: it clears the PTEs, then removes the VMA from i_mmap, then drops the pages.
    /// </summary>
    private sealed class FileMapping
    {
        private readonly Sort va;
        private readonly IBacking backing;
        private readonly Expr state;
        private readonly Expr? gathered;

        public FileMapping(ModelBuilder m, Sort va, IBacking backing, bool hasCounts)
        {
            (this.va, this.backing) = (va, backing);
            state = m.Var("vma", Sort.Enum<VmaState>());
            gathered = hasCounts ? m.Var("munmap_gathered", Sort.Option(backing.Unit)) : null;
        }

        /// <summary>True if the file can be faulted in.</summary>
        public Expr CanFault => state == VmaState.Mapped;

        /// <summary>True if a VMA is in i_mmap (mapping_mapped).</summary>
        public Expr IsLinked => state == VmaState.Mapped | state == VmaState.Cleared;

        /// <summary>True if munmap holds the former reference of a mapping to a unit.</summary>
        public Expr Holds(Expr unit) => gathered is null ? false : gathered == unit;

        public void Describe(ModelBuilder m, PageTable pages)
        {
            m.Rule("mmap", s => s.When(state == VmaState.None).Set(state, VmaState.Mapped).By("process"));
            m.Thread("munmap", repeats: true, t =>
            {
                t.Step("unmap_vmas", s =>
                {
                    s.When(state == VmaState.Mapped).Set(state, VmaState.Cleared);
                    if (gathered is not null)
                    {
                        s.SetIf(pages.HasEntries, gathered, backing.Slot);
                    }

                    s.Each(va, x => s.Set(pages.Shared(x), None)).From(KernelCode.ClearPtes);
                });
                t.Step("free_pgtables", s => s.Set(state, VmaState.Unlinked).From(KernelCode.ClearPtes));
                t.Step("tlb_finish_mmu", s =>
                {
                    s.Set(state, VmaState.None).From(KernelCode.ClearPtes);
                    if (gathered is not null)
                    {
                        s.Set(gathered, None);
                    }
                });
            });
        }
    }

    private enum VmaState
    {
        None,
        Mapped,
        Cleared,
        Unlinked,
    }
}
