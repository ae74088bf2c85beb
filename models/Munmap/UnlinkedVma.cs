using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// munmap of a VM_PFNMAP mapping against a driver that takes its memory back by unmap_mapping_range: nothing counts the
/// pages, so the driver relies on what it finds in i_mmap.
/// </summary>
public sealed class UnlinkedVma : ModelFamily
{
    /// <summary>The flush comes after the unlink.</summary>
    public static readonly Fault UnlinkFirst = new("unlink-first",
        "munmap unlinks the VMA from i_mmap before it flushes, as for every VMA before 5.19",
        new Source("mmu_gather: Force tlb-flush VM_PFNMAP vmas", "b67fbebd4cf9"));

    /// <summary>Other gathers do not matter.</summary>
    public static readonly Fault IgnoreNested = new("ignore-nested",
        "the tlb_finish_mmu of unmap_mapping_range does not ask mm_tlb_flush_nested", KernelCode.Pending);

    private static readonly Source End = Source.Kernel("tlb_end_vma", "include/asm-generic/tlb.h", "b67fbebd4cf9");
    private static readonly Source Unlink = Source.Kernel("free_pgtables", "mm/memory.c", "v6.19");
    private static readonly Source ByFile = Source.Kernel("unmap_mapping_range", "mm/memory.c", "v6.19");
    private static readonly Source Insert = Source.Kernel("vmf_insert_pfn", "mm/memory.c", "v6.19");

    /// <inheritdoc/>
    public override string Name => "unlinked-vma";

    /// <inheritdoc/>
    public override string Summary => "munmap of a VM_PFNMAP mapping against a driver that takes the memory back";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 4, "processors, each of which may call munmap or run the driver"),
        new("va", 1, 1, 3, "pages of the mapping"),
        new("frame", 1, 1, 3, "frames of the driver"),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults => [UnlinkFirst, IgnoreNested];

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    /// <inheritdoc/>
    public override ImmutableArray<string> NotModelled =>
    [
        "other VMAs and other processes that map the same memory",
        "context switches: the mm stays loaded on every CPU",
        .. Process.NotModelled,
    ];

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.Free, Needs.ConcurrentFlushes);
        var pending = new FlushPending(m, m.Size("cpu"));
        var state = new State(
            m.Var("mmap_lock", Sort.Bool), m.Map("i_mmap_read", process.Cpu, Sort.Bool), m.Var("vma", Sort.Bool),
            m.Var("vma_in_i_mmap", Sort.Bool), m.Map("revoked", process.Frame, Sort.Bool));
        m.Rule("mmap", s => s
            .When(!state.Mmap & !IsRead(process, state) & !state.Vma).Set(state.Vma, true).Set(state.Linked, true).By("process"))
            .From(Insert);
        // The driver hands out what is its own, and has not begun to take it back.
        m.Rule("vmf_insert_pfn", process.Cpu, process.Va, process.Frame, (s, c, x, f) => s
            .When(!state.Mmap & state.Vma & process.Pte(x).IsNone)
            .When(process.Allocator.Owner[f] == Owner.AppBuf & !state.Revoked[f] & !process.Pages.Names(f))
            .Set(process.Pte(x), process.Translation.To(f))).From(Insert);
        m.Rule("the driver allocates", process.Frame, (s, f) => s
            .When(process.Allocator.Owner[f] == Owner.Free).Set(process.Allocator.Owner[f], Owner.AppBuf)
            .Set(state.Revoked[f], false).By("driver")).From(Insert);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => Munmap(m, process, pending, state, t, c),
            () => TakeBack(m, process, pending, state, t, c)));
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        m.Reachable("the driver comes to a VMA that is being unmapped", state.Mmap & IsRead(process, state));
    }

    // i_mmap_rwsem, which unlink_file_vma takes for writing.
    private static Expr IsRead(Process process, State state) => Exists(process.Cpu, d => state.IMmap[d]);

    private static void Munmap(ModelBuilder m, Process process, FlushPending pending, State state, ThreadBuilder t, Expr c)
    {
        t.Step("munmap: tlb_gather_mmu", s => pending.Raise(s)
            .When(!state.Mmap & state.Vma).Set(state.Mmap, true).Set(state.Vma, false).From(KernelCode.Gather));
        t.Step("unmap_vmas: zap_pte_range", s => s
            .Each(process.Va, x => s.Set(process.Pte(x), None)).Shows().From(KernelCode.Zap));
        void Flush() => process.Flush(t, c, None, true, m.Has(UnlinkFirst) ? KernelCode.Finish : End);
        void Unlinks()
        {
            t.Step("unlink_file_vma", s => s.When(!IsRead(process, state)).Set(state.Linked, false).From(Unlink));
        }

        if (m.Has(UnlinkFirst))
        {
            Unlinks();
            Flush();
        }
        else
        {
            Flush();
            Unlinks();
        }

        t.Step("munmap returns", s => pending.Drop(s).Set(state.Mmap, false).From(KernelCode.Finish));
    }

    private static void TakeBack(ModelBuilder m, Process process, FlushPending pending, State state, ThreadBuilder t, Expr c)
    {
        var page = t.Local("page", process.Frame);
        var mustFlush = t.Local("must_flush", Sort.Bool, false);
        t.Step("driver: revoke", process.Frame, (s, f) => s
            .When(process.Allocator.Owner[f] == Owner.AppBuf & !state.Revoked[f])
            .Set(state.Revoked[f], true).Set(page, f).From(ByFile));
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
        t.Step("driver: free", s => process.Free(s, page.Value).Shows(page).From(ByFile));
    }

    private sealed record State(Expr Mmap, Expr IMmap, Expr Vma, Expr Linked, Expr Revoked);
}
