using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// munmap of a VM_PFNMAP mapping against a driver that revokes its memory by unmap_mapping_range. The pages have no
/// counts, so the driver relies on i_mmap. Alternatively, a DAX file whose blocks a truncate revokes.
/// </summary>
public sealed class UnlinkedVma() : ModelFamily("unlinked-vma",
    "munmap of a VM_PFNMAP mapping, or of a DAX file, against who takes the memory back",
    new("cpu", 2, 1, 4, "processors, each of which may call munmap or run the driver"),
    new("va", 1, 1, 3, "pages of the mapping"),
    new("frame", 1, 1, 3, "frames of the driver"))
{
    /// <summary>The flush comes after the unlink.</summary>
    public static readonly Fault UnlinkFirst = new("unlink-first",
        "munmap unlinks the VMA from i_mmap before it flushes, as for every VMA before 5.19",
        new Source("mmu_gather: Force tlb-flush VM_PFNMAP vmas", "b67fbebd4cf9"));

    /// <summary>The flush ignores nested gathers.</summary>
    public static readonly Fault IgnoreNested = new("ignore-nested",
        "the tlb_finish_mmu of unmap_mapping_range does not ask mm_tlb_flush_nested", KernelCode.Pending);

    /// <summary>A DAX file.</summary>
    public static readonly Feature Dax = new("dax",
        "the mapping is of a DAX file, since Linux 6.15; munmap unlinks its VMA before it flushes, but "
            + "keeps a reference to each page until then, for which a truncate waits",
        Source.Kernel("dax_busy_page, wait_page_idle", "fs/dax.c", "v6.19"));

    /// <summary>A DAX file, before its mappings were counted.</summary>
    public static readonly Feature DaxUncounted = new("dax-uncounted",
        "the mapping is of a DAX file, up to Linux 6.14; munmap unlinks its VMA before it flushes, and "
            + "has no reference to its pages",
        Source.Kernel("vm_normal_page, zap_present_ptes", "mm/memory.c", "v6.14"));

    private static readonly Source End = Source.Kernel("tlb_end_vma", "include/asm-generic/tlb.h", "b67fbebd4cf9");
    private static readonly Source Unlink = Source.Kernel("free_pgtables", "mm/memory.c", "v6.19");
    private static readonly Source ByFile = Source.Kernel("unmap_mapping_range", "mm/memory.c", "v6.19");
    private static readonly Source DaxFault = Source.Kernel("dax_iomap_fault", "fs/dax.c", "00c010e130e5");
    private static readonly Source Truncate = Source.Kernel("xfs_vn_setattr, xfs_setattr_size", "fs/xfs/xfs_iops.c", "v6.19");
    private static readonly Source Insert = Source.Kernel("vmf_insert_pfn", "mm/memory.c", "v6.19");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "other VMAs and other processes that map the same memory",
        "exit, which flushes after it has unlinked all VMAs (fullmm): no thread of the mm runs then",
        Limit.With("with 'dax' and 'dax-uncounted', pins: what a truncate finds out about them is in dax-truncate",
            Dax, DaxUncounted),
        Process.NoSwitches,
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.Free, Needs.ConcurrentFlushes);
        var pending = new FlushPending(m, m.Size("cpu"));
        if (m.Has(Dax) && m.Has(DaxUncounted))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, "only one of 'dax' and 'dax-uncounted'");
        }

        var isDax = m.Has(Dax) || m.Has(DaxUncounted);
        m.Demand(UnlinkFirst, !isDax, "a DAX file is unlinked first anyway");
        var state = new State(
            m.Var("mmap_lock", Sort.Bool), m.Map("i_mmap_read", process.Cpu, Sort.Bool), m.Var("vma", Sort.Bool),
            m.Var("vma_in_i_mmap", Sort.Bool), m.Map("revoked", process.Frame, Sort.Bool),
            isDax ? m.Var("IOLOCK", Sort.Bool) : null);
        m.Rule("mmap", s => s
            .When(!state.Mmap & !IsRead(process, state) & !state.Vma).Set(state.Vma, true).Set(state.Linked, true).By("process"))
            .From(Insert);
        // The driver maps its own memory while it has not started to revoke it; a truncate excludes all faults.
        m.Rule(isDax ? "dax_iomap_fault" : "vmf_insert_pfn", process.Cpu, process.Va, process.Frame, (s, c, x, f) => s
            .When(!state.Mmap & state.Vma & process.Pte(x).IsNone)
            .When(process.Allocator.Owner[f] == Owner.AppBuf & !process.Pages.Names(f))
            .When(isDax ? !Exists(process.Frame, g => state.Revoked[g]) : !state.Revoked[f])
            .Set(process.Pte(x), process.Translation.To(f))).From(isDax ? DaxFault : Insert);
        m.Rule(isDax ? "xfs_bmapi_write" : "the driver allocates", process.Frame, (s, f) => s
            .When(process.Allocator.Owner[f] == Owner.Free).Set(process.Allocator.Owner[f], Owner.AppBuf)
            .Set(state.Revoked[f], false).By(isDax ? "file" : "driver")).From(isDax ? DaxFault : Insert);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => Munmap(m, process, pending, state, t, c),
            () => TakeBack(m, process, pending, state, t, c)));
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        m.Reachable("who takes the memory back comes to a VMA that is being unmapped", state.Mmap & IsRead(process, state));
    }

    // i_mmap_rwsem, which unlink_file_vma takes for writing.
    private static Expr IsRead(Process process, State state) => Exists(process.Cpu, d => state.IMmap[d]);

    private static void Munmap(ModelBuilder m, Process process, FlushPending pending, State state, ThreadBuilder t, Expr c)
    {
        t.Step("munmap: tlb_gather_mmu", s => pending.Raise(s)
            .When(!state.Mmap & state.Vma).Set(state.Mmap, true).Set(state.Vma, false).From(KernelCode.Gather));
        var batchSort = Sort.Map(process.Va, Sort.Option(process.Frame));
        var batch = m.Has(Dax) ? t.Local("batch", batchSort, Fill(batchSort, None)) : null;
        var unlinksFirst = m.Has(UnlinkFirst) || state.IoLock is not null;
        if (batch is not null)
        {
            var batches = ((Expr.Index)batch).Map;
            state.IsGathered = f => Exists(process.Cpu, process.Va, (d, x) => batches[d, x] == f);
        }

        t.Step("unmap_vmas: zap_pte_range", s => s
            .Each(process.Va, x =>
            {
                if (batch is not null)
                {
                    s.Set(batch[x], If(process.Pte(x).HasValue, Some(process.FrameAt(x)), None));
                }

                s.Set(process.Pte(x), None);
            }).Shows().From(KernelCode.Zap));
        void Flush() => process.Flush(t, c, None, true, unlinksFirst ? KernelCode.Finish : End);
        void Unlinks()
        {
            t.Step("unlink_file_vma", s => s.When(!IsRead(process, state)).Set(state.Linked, false).From(Unlink));
        }

        if (unlinksFirst)
        {
            Unlinks();
            Flush();
        }
        else
        {
            Flush();
            Unlinks();
        }

        t.Step("munmap returns", s =>
        {
            pending.Drop(s).Set(state.Mmap, false).From(KernelCode.Finish);
            if (batch is not null)
            {
                s.Each(process.Va, x => s.Set(batch[x], None));
            }
        });
    }

    private static void TakeBack(ModelBuilder m, Process process, FlushPending pending, State state, ThreadBuilder t, Expr c)
    {
        var page = t.Local("page", process.Frame);
        var mustFlush = t.Local("must_flush", Sort.Bool, false);
        t.Step(state.IoLock is null ? "driver: revoke" : "truncate: xfs_ilock", process.Frame, (s, f) =>
        {
            s.When(process.Allocator.Owner[f] == Owner.AppBuf & !state.Revoked[f])
                .Set(state.Revoked[f], true).Set(page, f).From(ByFile);
            if (state.IoLock is { } ioLock)
            {
                s.When(!ioLock).Set(ioLock, true);
            }
        });
        t.Label("unmap");
        t.Step("i_mmap_lock_read", s => s.Set(state.IMmap[c], true).Shows().From(ByFile));
        t.Branch("vma_interval_tree_foreach", state.Linked, () =>
        {
            t.Step("tlb_gather_mmu", s => pending.Raise(s).From(KernelCode.Gather));
            t.Step("zap_pte_range", s => s
                .Set(mustFlush, process.Pages.HasEntries)
                .Each(process.Va, x => s.Set(process.Pte(x), None)).Shows().From(KernelCode.Zap));
            if (!m.Has(IgnoreNested))
            {
                t.Step("mm_tlb_flush_nested", s => s
                    .SetIf(pending.IsNested, mustFlush, true).Shows().From(KernelCode.Finish, KernelCode.Pending));
            }

            t.If(mustFlush, () => process.Flush(t, c, None, true, KernelCode.Order));
            t.Step("tlb_finish_mmu", s => pending.Drop(s).From(KernelCode.Finish));
        }, null, s => s.From(ByFile));
        t.Step("i_mmap_unlock_read", s => s.Set(state.IMmap[c], false).Shows().From(ByFile));
        if (state.IsGathered is { } isGathered)
        {
            AwaitReferences(process, state, isGathered, t, page);
        }

        t.Step(state.IoLock is null ? "driver: free" : "xfs_itruncate_extents", s =>
        {
            process.Free(s, page.Value).Shows(page).From(state.IoLock is null ? ByFile : Truncate);
            if (state.IoLock is { } ioLock)
            {
                s.Set(ioLock, false).Set(state.Revoked[page.Value], false);
            }
        });
    }

    // munmap holds the reference of a mapping from the clearing of the PTE until it drops the page. A truncate that
    // waits for this reference allows faults meanwhile, and then waits for their mappings too.
    private static void AwaitReferences(
        Process process, State state, Func<Expr, Expr> isGathered, ThreadBuilder t, Expr page) =>
        t.Branch("dax_busy_page", isGathered(page.Value),
            () =>
            {
                t.Step("xfs_wait_dax_page", s => s
                    .When(!isGathered(page.Value) & !process.Pages.Names(page.Value)).Shows(page).From(Dax.Source!));
                t.Step("xfs_ilock again", s => s.Set(state.Revoked[page.Value], true).Shows(page).From(Dax.Source!));
                t.Goto("unmap");
            },
            null, s => s.SetIf(isGathered(page.Value), state.Revoked[page.Value], false).From(Dax.Source!));

    /// <param name="Mmap">mmap_lock, for writing.</param>
    /// <param name="IMmap">The CPUs that walk i_mmap.</param>
    /// <param name="Vma">True if the VMA can be faulted in.</param>
    /// <param name="Linked">True if the VMA is in i_mmap.</param>
    /// <param name="Revoked">The memory that is being revoked; for a DAX file, under MMAPLOCK.</param>
    /// <param name="IoLock">The lock of a DAX file against other truncates.</param>
    private sealed record State(Expr Mmap, Expr IMmap, Expr Vma, Expr Linked, Expr Revoked, Expr? IoLock)
    {
        /// <summary>True if a munmap holds a reference to a page; null if mappings are not counted.</summary>
        public Func<Expr, Expr>? IsGathered { get; set; }
    }
}
