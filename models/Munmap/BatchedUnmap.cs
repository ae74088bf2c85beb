using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>Reclaim unmaps pages and puts the flush off; mprotect meanwhile finds the PTE cleared.</summary>
public sealed class BatchedUnmap() : ModelFamily("batched-unmap",
    "Reclaim clears PTEs, remembers the flush in tlb_ubc and does it before it frees; mprotect must not trust the PTE",
    new("cpu", 2, 1, 4, "processors, each of which may reclaim or call mprotect"),
    new("va", 1, 1, 4, "pages of the process, each in a page table with a lock of its own"),
    new("frame", 1, 1, 4, "physical frames"))
{
    /// <summary>mprotect checks PTEs only, not pending flushes.</summary>
    public static readonly Fault NoPendingFlush = new("no-pending-flush",
        "change_pte_range does not call flush_tlb_batched_pending",
        new Source("mm, mprotect: flush TLB if potentially racing with a parallel reclaim leaving stale TLB entries",
            "3ea277194daa"));

    /// <summary>A flag in place of two counters.</summary>
    public static readonly Fault Flag = new("flag",
        "mm->tlb_flush_batched is a flag that flush_tlb_batched_pending clears by a plain store, as before 5.17",
        new Source("mm/rmap: fix potential batched TLB flush race", "5ee2fa2f0636"));

    /// <summary>Reclaim frees the page before the flush.</summary>
    public static readonly Fault FreeFirst = new("free-first", "reclaim frees the page before try_to_unmap_flush");


    private static readonly Source Unmap = Source.Kernel("try_to_unmap_one", "mm/rmap.c", "v6.19");
    private static readonly Source Flush = Source.Kernel("try_to_unmap_flush", "mm/rmap.c", "0014dde7e945");
    private static readonly Source Pending = Source.Kernel("flush_tlb_batched_pending", "mm/rmap.c", "0014dde7e945");
    private static readonly Source SetPending = Source.Kernel("set_tlb_ubc_flush_pending", "mm/rmap.c", "0014dde7e945");
    private static readonly Source PendingFlag = Source.Kernel("flush_tlb_batched_pending", "mm/rmap.c", "8cdf3792526a");
    private static readonly Source Reclaim = Source.Kernel("shrink_folio_list", "mm/vmscan.c", "v6.19");
    private static readonly Source Mprotect = Source.Kernel("change_pte_range", "mm/mprotect.c", "076d1ab51ae6");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "swap, and what reclaim writes; faults in a read-only VMA; more than one page a batch",
        "a TLBI that is issued with the unmap, as on Arm, and only waited for later",
        Process.NoSwitches,
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.Free,
            Needs.Permissions | Needs.ConcurrentFlushes | Needs.Promises);
        var locks = new Locks(m.Var("mmap_lock", Sort.Bool), m.Map("ptl", process.Va, Sort.Bool));
        var readOnly = m.Map("vma_read_only", process.Va, Sort.Bool);
        var batched = new Batched(m);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => UnmapAndFree(m, process, locks, batched, t, c),
            () => Protect(m, process, locks, readOnly, batched, t, c),
            () => t.Step("mprotect(PROT_READ | PROT_WRITE)", process.Va, (s, x) => s
                .When(!locks.Mmap & readOnly[x]).Set(readOnly[x], false).From(Mprotect))));
        m.Rule("wp_page_reuse", process.Cpu, process.Va, (s, c, x) => s
            .When(!locks.Mmap & !locks.PageTable[x] & !readOnly[x])
            .When(process.Pte(x).HasValue & !process.Pte(x).Value[process.Translation.Writable])
            .Set(process.Pte(x).Value[process.Translation.Writable], true))
            .From(Source.Kernel("wp_page_reuse", "mm/memory.c", "v6.19"));
        process.AddPageFaults(m, (_, x) => !locks.Mmap & !locks.PageTable[x] & !readOnly[x]);
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        var writable = process.Translation.Writable;
        m.Always("I-PROT", ForAll(process.Va, x =>
            (readOnly[x] & !locks.PageTable[x] & process.Pte(x).HasValue).Implies(!process.Pte(x).Value[writable])),
            "no PTE of a read-only VMA allows a store, unless mprotect has its page-table lock");
        m.Reachable("mprotect meets a batch that is not flushed", Exists(process.Va, x => locks.PageTable[x]) & batched.IsPending);
    }

    private static void UnmapAndFree(
        ModelBuilder m, Process process, Locks locks, Batched batched, ThreadBuilder t, Expr c)
    {
        var page = t.Local("page", process.Frame);
        t.Step("try_to_unmap_one", process.Va, (s, x) => batched.Add(s)
            .When(!locks.PageTable[x] & process.Pte(x).HasValue)
            .Set(page, process.FrameAt(x)).Set(process.Pte(x), None)
            .From(Unmap, SetPending));
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

    private static void Protect(
        ModelBuilder m, Process process, Locks locks, Expr readOnly, Batched batched, ThreadBuilder t, Expr c)
    {
        var address = t.Local("address", process.Va);
        var hasChanged = t.Local("has_changed", Sort.Bool, false);
        var writable = process.Translation.Writable;

        t.Step("mprotect: pte_offset_map_lock", process.Va, (s, x) => s
            .When(!locks.Mmap & !locks.PageTable[x] & !readOnly[x])
            .Set(locks.Mmap, true).Set(locks.PageTable[x], true).Set(readOnly[x], true).Set(address, x)
            .From(Mprotect));
        if (!m.Has(NoPendingFlush))
        {
            batched.FlushIfPending(t, () => process.Flush(t, c, None, true, Pending));
        }

        t.Step("change_pte_range", s =>
        {
            var pte = process.Pte(address.Value);
            var isWritable = pte.HasValue & pte.Value[writable];
            process.Tlb.Owe(s, c, address.Value)
                .SetIf(isWritable, pte.Value[writable], false).Set(hasChanged, isWritable)
                .Set(locks.PageTable[address.Value], false).Shows(address).From(Mprotect);
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

    /// <summary>mm->tlb_flush_batched: true if reclaim has cleared PTEs of the mm without flushing them yet.</summary>
    private sealed class Batched
    {
        // The maximum count; the next increment restarts both counts. No more increments are possible while one
        // mprotect flushes.
        private readonly int most;
        private readonly bool isFlag;
        private readonly Expr flag = None;
        private readonly Expr pending = None;
        private readonly Expr flushed = None;

        public Batched(ModelBuilder m)
        {
            isFlag = m.Has(Flag);
            if (isFlag)
            {
                flag = m.Var("tlb_flush_batched", Sort.Bool);
                IsPending = flag;
                return;
            }

            most = Math.Max(3, m.Size("va"));
            pending = m.Var("tlb_flush_batched.pending", Sort.Range(0, most));
            flushed = m.Var("tlb_flush_batched.flushed", Sort.Range(0, most));
            IsPending = pending != flushed;
        }

        /// <summary>True if a flush may still be pending.</summary>
        public Expr IsPending { get; }

        /// <summary>Extends a step: a PTE is cleared and its flush deferred.</summary>
        public StepBuilder Add(StepBuilder s) => isFlag
            ? s.Set(flag, true)
            : s.Set(pending, If(pending == most, 1, pending + 1)).SetIf(pending == most, flushed, 0);

        /// <summary>Adds flush_tlb_batched_pending; its caller holds a page-table lock.</summary>
        public void FlushIfPending(ThreadBuilder t, Action flush)
        {
            if (isFlag)
            {
                t.Branch("flush_tlb_batched_pending", flag,
                    () =>
                    {
                        flush();
                        t.Step("tlb_flush_batched = false", s => s.Set(flag, false).Shows().From(PendingFlag));
                    },
                    null, s => s.From(PendingFlag));
                return;
            }

            var seen = t.Local("batch", Sort.Range(0, most));
            t.Branch("flush_tlb_batched_pending", IsPending,
                () =>
                {
                    flush();
                    t.Step("cmpxchg tlb_flush_batched", s => s
                        .SetIf(pending == seen.Value, flushed, pending).Set(seen, None).Shows().From(Pending));
                },
                null, s => s.Set(seen, pending).From(Pending));
        }
    }
}
