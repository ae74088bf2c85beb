using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// munmap frees a page table during another gather of the same mm. Both hold mmap_lock for reading, because munmap
/// downgrades it.
/// </summary>
public sealed class GatherLevels() : ModelFamily("gather-levels",
    "a munmap that frees a page table and a gather that overlaps it: which levels the flush is for",
    new("cpu", 2, 1, 4, "processors, each of which may call munmap or madvise"),
    new("va", 1, 1, 3, "pages of the process, under one page table"),
    new("frame", 2, 2, 4, "physical frames, for pages and the page table"))
{
    /// <summary>A nested gather forgets which levels it has freed.</summary>
    public static readonly Fault ResetRange = new("reset-range",
        "tlb_finish_mmu of a nested gather resets the range, and with it freed_tables, before it flushes, as before 5.2",
        new Source("mm: mmu_gather: remove __tlb_reset_range() for force flush", "7a30df49f63a"));

    public override ImmutableArray<Profile> Profiles => [Architecture.X86.Profile, Architecture.Arm64.Profile];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "walks of software, and the grace period that page tables are freed after: a table goes right after the flush",
        "what madvise unmaps: its gather is there to overlap, and finds nothing",
        Process.NoSwitches,
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var architecture = m.Is(Architecture.X86.Profile) ? Architecture.X86 : Architecture.Arm64;
        var process = new Process(m, architecture, Owner.Free, Needs.Tables | Needs.Levels | Needs.ConcurrentFlushes);
        var upper = process.Upper!;
        var pending = new FlushPending(m, m.Size("cpu"));
        var detached = m.Var("vma_is_detached", Sort.Bool);
        Func<Expr, Expr> isHeld = _ => false;
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => isHeld = Munmap(m, process, upper, pending, detached, t, c),
            () => Madvise(m, process, pending, t, c)));
        process.AddPageFaults(m, (_, _) => !detached);
        m.Rule("__pte_alloc", process.Frame, (s, f) => s
            .When(upper.Pmd.IsNone & process.Allocator.Owner[f] == Owner.Free & !detached)
            .Set(process.Allocator.Owner[f], Owner.PageTable).Set(upper.Pmd, f).By("kernel"))
            .From(KernelCode.AllocTable);
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: true, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        process.AddLeak(m, isHeld);
        process.AddPteOwner(m, Owner.AppBuf);
        m.Always("I-TABLE", !process.Mmu.ReadFreedTable,
            "no walk reads, or writes an accessed bit to, a frame that is no longer a page table");
        m.Reachable("gathers nest", pending.IsNested);
    }

    private static Func<Expr, Expr> Munmap(ModelBuilder m, Process process, PagingStructureCache upper, FlushPending pending,
        Expr detached, ThreadBuilder t, Expr c)
    {
        var table = t.Local("table", process.Frame);
        var batch = t.Local("batch", Sort.Set(process.Frame), Fill(Sort.Set(process.Frame), false));
        var freedTables = t.Local("freed_tables", Sort.Bool, false);
        t.Step("tlb_gather_mmu", s => pending.Raise(s)
            .When(!detached & upper.Pmd.HasValue).Set(detached, true).From(KernelCode.Gather));
        t.Step("zap_pte_range", s => s
            .Each(process.Frame, f => s.Set(batch[f], process.Pages.Names(f)))
            .Each(process.Va, x => s.Set(process.Pte(x), None)).Shows().From(KernelCode.Zap));
        t.Step("free_pgtables", s => s
            .Set(table, upper.Pmd).Set(upper.Pmd, None).Set(freedTables, true).Shows(upper.Pmd).From(KernelCode.FreeTables));
        t.Step("mm_tlb_flush_nested", s => s
            .SetIf(pending.IsNested, freedTables, !m.Has(ResetRange)).Shows().From(KernelCode.Finish, KernelCode.Pending));
        process.FlushLevels(t, c, freedTables, KernelCode.Finish);
        t.Step("tlb_finish_mmu", s => process.FreeEach(pending.Drop(s), f => batch[f] | table == f)
            .Set(detached, false).Shows().From(KernelCode.Finish));
        var (batches, tables) = (((Expr.Index)batch).Map, ((Expr.Index)table).Map);
        return f => Exists(process.Cpu, d => batches[d, f] | tables[d] == f);
    }

    private static void Madvise(ModelBuilder m, Process process, FlushPending pending, ThreadBuilder t, Expr c)
    {
        t.Step("madvise: tlb_gather_mmu", s => pending.Raise(s).From(KernelCode.Gather));
        t.Branch("madvise: mm_tlb_flush_nested", pending.IsNested,
            () => process.FlushLevels(t, c, !m.Has(ResetRange), KernelCode.Finish), null,
            s => s.From(KernelCode.Finish, KernelCode.Pending));
        t.Step("madvise returns", s => pending.Drop(s).From(KernelCode.Madvise));
    }
}
