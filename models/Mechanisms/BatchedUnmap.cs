using System.Collections.Immutable;
using Verify.Hardware;
using Verify.Mechanisms.Upstream;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Mechanisms;

/// <summary>Reclaim unmaps pages and puts the flush off; mprotect meanwhile finds the PTE cleared.</summary>
public sealed class BatchedUnmap : ModelFamily
{
    /// <summary>mprotect looks at PTEs only.</summary>
    public static readonly Fault NoPendingFlush = new("no-pending-flush",
        "change_pte_range does not call flush_tlb_batched_pending",
        new Anchor("mm, mprotect: flush TLB if potentially racing with a parallel reclaim leaving stale TLB entries",
            "3ea277194daa"));

    /// <summary>Reclaim frees first.</summary>
    public static readonly Fault FreeFirst = new("free-first", "reclaim frees the page before try_to_unmap_flush");

    private const int Batches = 3; // as many are counted; with the next, both counts start again

    private static readonly Anchor Unmap = Anchor.Kernel("try_to_unmap_one", "mm/rmap.c");
    private static readonly Anchor Flush = Anchor.Kernel("try_to_unmap_flush", "mm/rmap.c");
    private static readonly Anchor Pending = Anchor.Kernel("flush_tlb_batched_pending", "mm/rmap.c");
    private static readonly Anchor Reclaim = Anchor.Kernel("shrink_folio_list", "mm/vmscan.c");
    private static readonly Anchor Mprotect = Anchor.Kernel("change_pte_range", "mm/mprotect.c");

    /// <inheritdoc/>
    public override string Name => "batched-unmap";

    /// <inheritdoc/>
    public override string Summary =>
        "Reclaim clears PTEs, remembers the flush in tlb_ubc and does it before it frees; mprotect must not trust the PTE";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 4, "processors, each of which may reclaim or call mprotect"),
        new("va", 1, 1, 4, "pages of the process, under one page-table lock"),
        new("frame", 1, 1, 4, "physical frames"),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults => [NoPendingFlush, FreeFirst];

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    /// <inheritdoc/>
    public override ImmutableArray<string> NotModelled =>
    [
        "swap, and what reclaim writes; mprotect that allows stores again, and faults in a read-only VMA",
        "more than one page a batch, and a batch that is opened during flush_tlb_batched_pending under another lock",
        "a TLBI that is issued with the unmap, as on Arm, and only waited for later",
        "context switches: the mm stays loaded on every CPU",
        .. Process.NotModelled,
    ];

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.Free,
            Needs.Permissions | Needs.ConcurrentFlushes | Needs.Promises);
        var mmapLock = m.Var("mmap_lock", Sort.Bool);
        var pageTableLock = m.Var("ptl", Sort.Bool);
        var readOnly = m.Map("vma_read_only", process.Va, Sort.Bool);
        var pending = m.Var("tlb_flush_batched.pending", Sort.Range(0, Batches));
        var flushed = m.Var("tlb_flush_batched.flushed", Sort.Range(0, Batches));
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => UnmapAndFree(m, process, pageTableLock, pending, flushed, t, c),
            () => Protect(m, process, new Locks(mmapLock, pageTableLock), readOnly, pending, flushed, t, c)));
        process.AddPageFaults(m, (_, x) => !mmapLock & !pageTableLock & !readOnly[x]);
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        m.Reachable("mprotect meets a batch that is not flushed", pageTableLock & pending != flushed);
    }

    private static void UnmapAndFree(
        ModelBuilder m, Process process, Expr pageTableLock, Expr pending, Expr flushed, ThreadBuilder t, Expr c)
    {
        var page = t.Local("page", process.Frame);
        t.Step("try_to_unmap_one", process.Va, (s, x) => s
            .When(!pageTableLock & process.Pte(x).HasValue)
            .Set(page, process.FrameAt(x)).Set(process.Pte(x), None)
            .Set(pending, (pending == Batches).Then(1, pending + 1)).SetIf(pending == Batches, flushed, 0)
            .From(Unmap, Anchor.Kernel("set_tlb_ubc_flush_pending", "mm/rmap.c")));
        void Free(string name) => t.Step(name, s => process.Free(s, page.Value).Shows(page).From(Reclaim));
        if (m.Has(FreeFirst))
        {
            Free("free_unref_folios");
        }

        process.Flush(t, c, None, true, Flush);
        if (m.Has(FreeFirst))
        {
            t.Step("shrink_folio_list returns", s => s.From(Reclaim));
        }
        else
        {
            Free("free_unref_folios");
        }
    }

    private static void Protect(ModelBuilder m, Process process, Locks locks, Expr readOnly,
        Expr pending, Expr flushed, ThreadBuilder t, Expr c)
    {
        var address = t.Local("address", process.Va);
        var seen = t.Local("batch", Sort.Range(0, Batches));
        var hasChanged = t.Local("has_changed", Sort.Bool, false);
        var writable = process.Translation.Writable;

        t.Step("mprotect: pte_offset_map_lock", process.Va, (s, x) => s
            .When(!locks.Mmap & !locks.PageTable & !readOnly[x])
            .Set(locks.Mmap, true).Set(locks.PageTable, true).Set(readOnly[x], true).Set(address, x)
            .From(Mprotect));
        if (!m.Has(NoPendingFlush))
        {
            t.Branch("flush_tlb_batched_pending", pending != flushed,
                () =>
                {
                    process.Flush(t, c, None, true, Pending);
                    t.Step("cmpxchg tlb_flush_batched", s => s
                        .SetIf(pending == seen.Value, flushed, pending).Set(seen, None).Shows().From(Pending));
                },
                null, s => s.Set(seen, pending).From(Pending));
        }

        t.Step("change_pte_range", s =>
        {
            var pte = process.Pte(address.Value);
            var isWritable = pte.HasValue & pte.Value[writable];
            process.Tlb.Owe(s, c, address.Value)
                .SetIf(isWritable, pte.Value[writable], false).Set(hasChanged, isWritable)
                .Set(locks.PageTable, false).Shows(address).From(Mprotect);
        });
        StepBuilder Return(StepBuilder s) => process.Tlb.ReturnFrom(s, c).Set(locks.Mmap, false).Shows(address).From(Mprotect);
        t.If(hasChanged,
            () =>
            {
                process.Flush(t, c, address, true, Mprotect);
                t.Step("mprotect returns", s => Return(s));
            },
            () => t.Step("mprotect returns (nothing changed)", s => Return(s)));
    }

    private sealed record Locks(Expr Mmap, Expr PageTable);
}
