using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// mmu_gather: unhook the PTEs of a range, invalidate them on every CPU, then free the pages; repeated for each batch.
/// </summary>
public sealed class MmuGather() : ModelFamily("mmu-gather",
    "munmap of a range by mmu_gather: unhook, invalidate, free, in that order",
    new("cpu", 2, 1, 4, "processors, each of which may call munmap"),
    new("va", 2, 1, 4, "pages of the range"),
    new("frame", 2, 1, 4, "physical frames"))
{
    /// <summary>The pages are freed before the flush.</summary>
    public static readonly Fault FreeFirst = new("free-first", "the batch is freed before the TLBs are invalidated");

    /// <summary>Several gathers at a time.</summary>
    public static readonly Feature Madvise = new("madvise",
        "the range is zapped by madvise(MADV_DONTNEED), which shares mmap_lock, so gathers nest",
        KernelCode.Madvise);

    /// <summary>The flush ignores nested gathers.</summary>
    public static readonly Fault IgnoreNested = new("ignore-nested",
        "with 'madvise': tlb_finish_mmu does not ask mm_tlb_flush_nested, and flushes only what it has unhooked itself",
        Source.Kernel("mm_tlb_flush_nested", "include/linux/mm_inline.h", "v6.19"));

    private const string Finish = "tlb_finish_mmu";

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "page tables that are freed, dirty pages and their accounting: other mechanisms have them",
        Process.NoSwitches,
        "a range to flush: what was unhooked is flushed by a flush of the whole mm",
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(IgnoreNested, Madvise);
        var isNested = m.Has(Madvise);
        var process = new Process(m, Architecture.Of(m), Owner.Free,
            isNested ? Needs.ConcurrentFlushes | Needs.Promises : Needs.Nothing);
        // A munmap holds it for writing; page faults and madvise take it for reading.
        var mmapLock = isNested ? None : m.Var("mmap_lock", Sort.Option(process.Cpu));
        var batch = None;
        if (isNested)
        {
            var pending = new FlushPending(m, m.Size("cpu"));
            m.Thread("madvise", process.Cpu, repeats: true, (t, c) => batch = ZapShared(m, process, pending, t, c));
            m.Reachable("gathers nest", pending.IsNested);
        }
        else
        {
            var munmap = m.Thread("munmap", process.Cpu, repeats: true, (t, c) => batch = ZapAlone(m, process, mmapLock, t, c));
            m.Publish(new Parts(process, mmapLock, batch, munmap));
        }

        process.AddPageFaults(m, (_, _) => mmapLock.IsNone);
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        process.AddLeak(m, f => Exists(process.Cpu, process.Va, (c, x) => batch[c, x] == f));
    }

    private static Expr ZapAlone(ModelBuilder m, Process process, Expr mmapLock, ThreadBuilder t, Expr c)
    {
        var batch = BatchOf(process, t);
        var holdsLock = mmapLock == c;

        void Unhook()
        {
            t.Step("ptep_get_and_clear", process.Va, (s, x) => s
                .When((mmapLock.IsNone | holdsLock) & process.Pte(x).HasValue)
                .Set(batch[x], process.FrameAt(x))
                .Set(process.Pte(x), None).Set(mmapLock, c)
                .From(KernelCode.Zap));
            t.Goto("unhook");
        }

        // tlb_next_batch fails, and a batch is full, at any time if memory is short.
        void Continue()
        {
            t.Step("ptep_get_and_clear (next batch)", process.Va, (s, x) => s
                .When(process.Pte(x).HasValue & IsEmpty(process, batch))
                .Set(batch[x], process.FrameAt(x)).Set(process.Pte(x), None)
                .From(KernelCode.Zap, KernelCode.Finish));
            t.Goto("unhook");
        }

        t.Label("unhook");
        if (m.Has(FreeFirst))
        {
            t.Either(Unhook, () =>
            {
                Free(process, t, batch, holdsLock, () => t.Step("pages are freed", s => s
                    .When(holdsLock & IsEmpty(process, batch)).From(KernelCode.Finish)));
                process.Flush(t, c, None, true, KernelCode.Order);
                t.Step(Finish, s => s.Set(mmapLock, None).From(KernelCode.Finish));
            });
            return ((Expr.Index)batch).Map;
        }

        t.Either(Unhook, () =>
        {
            process.Flush(t, c, None, holdsLock, KernelCode.Order);
            Free(process, t, batch, true, () => t.Either(Continue, () => t.Step(Finish, s => s
                .When(IsEmpty(process, batch)).Set(mmapLock, None).From(KernelCode.Finish))));
        });
        return ((Expr.Index)batch).Map;
    }

    private static Expr ZapShared(ModelBuilder m, Process process, FlushPending pending, ThreadBuilder t, Expr c)
    {
        var batch = BatchOf(process, t);
        var passed = t.Local("passed", Sort.Set(process.Va), Fill(Sort.Set(process.Va), false));
        var mustFlush = t.Local("must_flush", Sort.Bool, false);

        t.Step("tlb_gather_mmu", s => pending.Raise(s).From(KernelCode.Gather));
        t.Label("unhook");
        t.Either(
            () =>
            {
                t.Step("ptep_get_and_clear", process.Va, (s, x) => process.Tlb.Owe(s, c, x)
                    .When(!passed[x] & process.Pte(x).HasValue)
                    .Set(batch[x], process.FrameAt(x)).Set(process.Pte(x), None)
                    .Set(passed[x], true).Set(mustFlush, true)
                    .From(KernelCode.Zap));
                t.Goto("unhook");
            },
            () =>
            {
                t.Step("pte_none", process.Va, (s, x) => process.Tlb.Owe(s, c, x)
                    .When(!passed[x] & process.Pte(x).IsNone).Set(passed[x], true)
                    .From(KernelCode.Zap));
                t.Goto("unhook");
            },
            () =>
            {
                var isDone = Exists(process.Va, x => passed[x]);
                if (m.Has(IgnoreNested))
                {
                    t.Step(Finish, s => s.When(isDone).From(KernelCode.Finish));
                }
                else
                {
                    t.Step("mm_tlb_flush_nested", s => s
                        .When(isDone).SetIf(pending.IsNested, mustFlush, true)
                        .From(KernelCode.Finish, KernelCode.Pending));
                }
            });
        StepBuilder Return(StepBuilder s) => process.Tlb.ReturnFrom(pending.Drop(s), c).From(KernelCode.Madvise);
        t.If(mustFlush,
            () =>
            {
                process.Flush(t, c, None, true, KernelCode.Order);
                Free(process, t, batch, true, () => t.Step("madvise returns", s => Return(s)
                    .When(IsEmpty(process, batch))));
            },
            () => t.Step("madvise returns (nothing gathered)", s => Return(s)));
        return ((Expr.Index)batch).Map;
    }

    /// <summary>The parts of a munmap.</summary>
    /// <param name="Process">The process.</param>
    /// <param name="MmapLock">The CPU that has the lock, held for writing.</param>
    /// <param name="Batch">The page that each CPU has gathered from an address.</param>
    /// <param name="Munmap">The threads.</param>
    public sealed record Parts(Process Process, Expr MmapLock, Expr Batch, ModelThread Munmap);

    private static Expr BatchOf(Process process, ThreadBuilder t)
    {
        var sort = Sort.Map(process.Va, Sort.Option(process.Frame));
        return t.Local("batch", sort, Fill(sort, None));
    }

    private static Expr IsEmpty(Process process, Expr batch) => ForAll(process.Va, x => batch[x].IsNone);

    // Frees the batch page by page, then continues.
    private static void Free(Process process, ThreadBuilder t, Expr batch, Expr when, Action then)
    {
        t.Label("free");
        t.Either(
            () =>
            {
                t.Step("tlb_batch_pages_flush", process.Va, (s, x) => process
                    .Free(s.When(when & batch[x].HasValue), batch[x].Value)
                    .Set(batch[x], None).Shows(batch[x]).From(KernelCode.Finish));
                t.Goto("free");
            },
            then);
    }
}
