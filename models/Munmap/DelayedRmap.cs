using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// A dirty page of a shared file mapping is zapped while writeback cleans it; CPUs can still store through their TLB
/// entries until the flush.
/// </summary>
public sealed class DelayedRmap() : ModelFamily("delayed-rmap",
    "A dirty file page is zapped, written back and reclaimed, while CPUs may still store through cached entries",
    new("cpu", 2, 1, 4, "processors, each of which may zap or write back"),
    new("va", 1, 1, 1, "mappings of the page"),
    new("frame", 1, 1, 1, "pages of the file"))
{
    /// <summary>The page leaves rmap before the flush.</summary>
    public static readonly Fault EarlyRmap = new("early-rmap",
        "zap_pte_range removes the rmap with the PTE, so folio_mkclean does not meet it at the page-table lock",
        new Source("mm: delay page_remove_rmap() until after the TLB has been flushed", "5df397dec7c4"));

    /// <summary>Clean pages are not flushed.</summary>
    public static readonly Fault CleanUnflushed = new("clean-unflushed",
        "zap_pte_range of a clean PTE asks for no flush before the page goes");

    private static readonly Source Clean = Source.Kernel("folio_mkclean", "mm/rmap.c", "0014dde7e945");
    private static readonly Source Clear = Source.Kernel("folio_clear_dirty_for_io", "mm/page-writeback.c", "v6.19");
    private static readonly Source Remove = Source.Kernel("__remove_mapping", "mm/vmscan.c", "v6.19");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "read faults, and write faults on a PTE that was cleaned; a second mapping of the page",
        "the time that the device takes: what writeback writes is the page at one moment",
        Process.NoSwitches,
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.PageCache, Needs.Permissions | Needs.ConcurrentFlushes);
        var folio = new Folio(m, process);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => Zap(m, process, folio, t, c),
            () => WriteBack(process, folio, t, c)));
        folio.AddRules(m);
        process.AddEnvironment(m, stored: folio.Stored, hasLoads: true);
        process.AddInvariants(m);
        m.Always("I-LOST", !folio.Lost, "no store to the file is lost: a page that is dropped is on disk as it is in memory");
        process.AddPteOwner(m, Owner.PageCache);
        m.Reachable("writeback meets a zap", Exists(process.Frame, f => folio.Locked[f] & folio.IsGathered(f)));
        m.Reachable("a clean page is dropped", Exists(process.Frame, f => process.Allocator.Owner[f] == Owner.Free));
    }

    private static void Zap(ModelBuilder m, Process process, Folio folio, ThreadBuilder t, Expr c)
    {
        var page = t.Local("gathered", process.Frame);
        folio.Gathered = ((Expr.Index)page).Map;
        var dirty = process.Translation.Dirty;
        void Free() => t.Step("tlb_batch_pages_flush", s => s.Set(page, None).Shows(page).From(KernelCode.Finish));

        t.Either(
            () =>
            {
                t.Step("zap_pte_range (dirty)", process.Va, (s, x) => s
                    .When(!folio.PageTableLock & process.Pte(x).HasValue & process.Pte(x).Value[dirty])
                    .Set(page, process.FrameAt(x)).Set(process.Pte(x), None)
                    .Set(folio.Dirty[process.FrameAt(x)], true)
                    .Set(folio.Mapped[process.FrameAt(x)], !m.Has(EarlyRmap))
                    .Set(folio.PageTableLock, true)
                    .From(KernelCode.Zap));
                process.Flush(t, c, None, true, KernelCode.Order, KernelCode.Zap);
                t.Step(m.Has(EarlyRmap) ? "pte_unmap_unlock" : "tlb_flush_rmaps", s => s
                    .Set(folio.Mapped[page.Value], false).Set(folio.PageTableLock, false).Shows(page)
                    .From(m.Has(EarlyRmap) ? KernelCode.Zap : KernelCode.FlushRmaps));
                Free();
            },
            () =>
            {
                t.Step("zap_pte_range (clean)", process.Va, (s, x) => s
                    .When(!folio.PageTableLock & process.Pte(x).HasValue & !process.Pte(x).Value[dirty])
                    .Set(page, process.FrameAt(x)).Set(process.Pte(x), None)
                    .Set(folio.Mapped[process.FrameAt(x)], false)
                    .From(KernelCode.Zap));
                if (!m.Has(CleanUnflushed))
                {
                    process.Flush(t, c, None, true, KernelCode.Order);
                }

                Free();
            });
    }

    private static void WriteBack(Process process, Folio folio, ThreadBuilder t, Expr c)
    {
        var page = t.Local("folio", process.Frame);
        var wasDirty = t.Local("cleaned", Sort.Bool, false);
        var (writable, dirty) = (process.Translation.Writable, process.Translation.Dirty);
        Expr Maps(Expr x) => process.Translation.Names(process.Pte(x), page.Value);

        t.Step("folio_lock", process.Frame, (s, f) => s
            .When(folio.Dirty[f] & !folio.Locked[f]).Set(folio.Locked[f], true).Set(page, f).From(Clear));
        t.Branch("folio_mapped", folio.Mapped[page.Value], () => t.Either(
            () =>
            {
                t.Step("page_mkclean_one", process.Va, (s, x) => s
                    .When(!folio.PageTableLock & Maps(x))
                    .Set(wasDirty, process.Pte(x).Value[dirty])
                    .Set(process.Pte(x).Value[dirty], false).Set(process.Pte(x).Value[writable], false)
                    .Set(folio.PageTableLock, true).From(Clean));
                process.Flush(t, c, None, true, Clean);
                t.Step("folio_mark_dirty", s => s
                    .SetIf(wasDirty, folio.Dirty[page.Value], true).Set(wasDirty, false)
                    .Set(folio.PageTableLock, false).Shows(page).From(Clean));
            },
            () => t.Step("page_mkclean_one (pte_none)", s => s
                .When(!folio.PageTableLock & !Exists(process.Va, Maps)).From(Clean))),
            null, s => s.From(Clean));
        t.Step("folio_test_clear_dirty", s => s.Set(folio.Dirty[page.Value], false).Shows(page).From(Clear));
        t.Step("writepages", s => s
            .Set(folio.Unsaved[page.Value], false).Set(folio.Locked[page.Value], false).Shows(page).From(Clear));
    }

    /// <summary>The page of the file and its state in the kernel.</summary>
    private sealed class Folio
    {
        private readonly Process process;

        public Folio(ModelBuilder m, Process process)
        {
            this.process = process;
            PageTableLock = m.Var("ptl", Sort.Bool);
            Dirty = m.Map("folio_dirty", process.Frame, Sort.Bool);
            Mapped = m.Map("folio_mapped", process.Frame, Sort.Bool);
            Locked = m.Map("folio_locked", process.Frame, Sort.Bool);
            Unsaved = m.Ghost("unsaved", Sort.Map(process.Frame, Sort.Bool));
            Lost = m.Ghost("lost", Sort.Bool);
        }

        public Expr PageTableLock { get; }

        public Expr Dirty { get; }

        public Expr Mapped { get; }

        public Expr Locked { get; }

        /// <summary>True if memory has a store that the disk lacks.</summary>
        public Expr Unsaved { get; }

        public Expr Lost { get; }

        /// <summary>The page that each CPU has gathered with a reference.</summary>
        public Expr Gathered { get; set; } = None;

        public Expr IsGathered(Expr f) => Exists(process.Cpu, c => Gathered[c] == f);

        /// <summary>Extends the step of a store: the disk is out of date.</summary>
        public void Stored(StepBuilder s, Expr c, Expr x) => s.Each(process.Frame, f => s.SetIf(
            If(process.Mmu.StoresAtOnce(c, x),
                process.Translation.Names(process.Tlb[c, x], f), process.Translation.Names(process.Pte(x), f)),
            Unsaved[f], true));

        public void AddRules(ModelBuilder m)
        {
            var owner = process.Allocator.Owner;
            m.Rule("do_shared_fault", process.Cpu, process.Va, process.Frame, (s, c, x, f) => s
                .When(process.Pte(x).IsNone & !PageTableLock & !Locked[f] & !Mapped[f] & owner[f] == Owner.PageCache)
                .Set(process.Pte(x), process.Translation.To(f).With(process.Translation.Dirty, true))
                .Set(Mapped[f], true).Set(Dirty[f], true))
                .From(Source.Kernel("do_shared_fault", "mm/memory.c", "v6.19"));
            m.Rule("__remove_mapping", process.Frame, (s, f) => process.Free(s, f)
                .When(owner[f] == Owner.PageCache & !Dirty[f] & !Mapped[f] & !Locked[f] & !IsGathered(f))
                .SetIf(Unsaved[f], Lost, true).Set(Unsaved[f], false).By("kswapd"))
                .From(Remove);
            m.Rule("filemap_read_folio", process.Frame, (s, f) => s
                .When(owner[f] == Owner.Free).Set(owner[f], Owner.PageCache).By("kernel"))
                .From(Source.Kernel("filemap_read_folio", "mm/filemap.c", "v6.19"));
        }
    }
}
