using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>Walks without a lock, of the hardware and of GUP-fast, against a munmap that frees pages and page tables.</summary>
public sealed class LocklessWalk() : ModelFamily("lockless-walk",
    "GUP-fast and hardware walkers against a munmap that frees pages and page tables",
    new("cpu", 2, 1, 4, "processors, each of which may call munmap or pin a page"),
    new("va", 1, 1, 4, "pages of the process"),
    new("frame", 1, 1, 4, "physical frames; 2 or more for page tables"))
{
    /// <summary>Page tables are freed.</summary>
    public static readonly Feature FreeTables = new("free-tables",
        "munmap frees the page table with its last entry", KernelCode.FreeTables);

    /// <summary>Tables are freed before the flush if memory is short.</summary>
    public static readonly Fault TableFirst = new("table-first",
        "with 'free-tables': tlb_remove_table frees a table at once when it has no memory for a batch, before the flush",
        new Source("mm/tlb, x86/mm: Support invalidating TLB caches for RCU_TABLE_FREE", "d86564a2f085"));

    /// <summary>Tables are freed directly after the flush.</summary>
    public static readonly Fault NoGrace = new("no-grace",
        "with 'free-tables', where invalidation is broadcast: tables are freed after the flush, without a grace period");

    /// <summary>The PTE is read once.</summary>
    public static readonly Fault NoRecheck = new("no-recheck",
        "GUP-fast does not read the PTE again once it has its reference");

    /// <summary>khugepaged collapses pages to a huge one.</summary>
    public static readonly Feature Collapse = new("collapse",
        "with 'free-tables': khugepaged replaces the pages of the table by a huge page");

    /// <summary>The PMD is read once.</summary>
    public static readonly Fault NoUpperRecheck = new("no-pmd-recheck",
        "with 'collapse': GUP-fast does not read the PMD again once it has its reference, as before 6.0",
        new Source("mm: gup: fix the fast GUP race with THP collapse", "70cbc3cc78a9"));

    /// <summary>Collapse does not wait for walks.</summary>
    public static readonly Fault NoSync = new("no-sync",
        "with 'collapse': khugepaged does not call tlb_remove_table_sync_one before the table can be freed",
        new Source("mm/khugepaged: fix GUP-fast interaction by sending IPI", "2ba99c5e0881"));

    private static readonly Source Grace = Source.Kernel("tlb_remove_table_sync_one", "mm/mmu_gather.c", "06d074298583");

    public override ImmutableArray<Profile> Profiles => [Architecture.X86.Profile, Architecture.Arm64.Profile];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "paravirtualised guests, whose flush waits for no interrupt; INVLPGB",
        "preemption: what a CPU runs, it runs to the end; grace periods come one at a time",
        Process.NoSwitches,
        "huge pages, but for what a collapse to one leaves behind: they are not accessed, pinned or split",
        .. Process.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var architecture = m.Is(Architecture.X86.Profile) ? Architecture.X86 : Architecture.Arm64;
        var isBroadcast = architecture.Remote == RemoteInvalidation.Broadcast;
        m.Demand(TableFirst, FreeTables);
        m.Demand(NoGrace, m.Has(FreeTables) && isBroadcast, "it needs 'free-tables' and the profile 'arm64'");

        var process = new Process(m, architecture, Owner.Free, m.Has(FreeTables) ? Needs.Tables : Needs.Nothing);
        m.Demand(Collapse, FreeTables);
        m.Demand(NoUpperRecheck, m.Has(Collapse) && !m.Has(NoRecheck), "it needs 'collapse', and not 'no-recheck'");
        m.Demand(NoSync, m.Has(Collapse) && isBroadcast, "it needs 'collapse' and the profile 'arm64'");
        var gup = new FastGup(m, process, !m.Has(NoRecheck), !m.Has(NoUpperRecheck));
        var grace = m.Has(FreeTables) && isBroadcast && !m.Has(NoGrace) ? new GracePeriod(m, process, gup) : null;
        var mmapLock = m.Var("mmap_lock", Sort.Bool);
        var munmap = new Munmap(m, process, gup, grace, mmapLock);
        var collapse = m.Has(Collapse) ? new HugeCollapse(m, process, gup, m.Has(NoSync) ? null : grace, mmapLock) : null;
        m.Thread("process", process.Cpu, repeats: true, (t, c) =>
        {
            munmap.Begin(t);
            if (collapse is null)
            {
                t.Either(() => munmap.Program(t, c), () => gup.Program(t, c));
            }
            else
            {
                t.Either(() => munmap.Program(t, c), () => gup.Program(t, c), () => collapse.Program(t, c), () => collapse.Zap(t, c));
            }
        });
        process.AddPageFaults(m, (c, _) => !mmapLock & !gup.IrqsOff[c]);
        if (process.Upper is { } upper)
        {
            m.Rule("__pte_alloc", process.Frame, (s, f) => s
                .When(upper.Pmd.IsNone & process.Allocator.Owner[f] == Owner.Free & !mmapLock)
                .When(collapse is null ? true : !collapse.IsHuge)
                .Set(process.Allocator.Owner[f], Owner.PageTable).Set(upper.Pmd, f).By("kernel"))
                .From(KernelCode.AllocTable);
        }

        process.AddEnvironment(m, hasInterrupts: c => !gup.IrqsOff[c]);
        process.Allocator.AddReuse(m, hasOwnTables: m.Has(FreeTables), intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        process.AddLeak(m, f => gup.IsGathered!(f) | gup.IsReferenced(f) | munmap.HasTable(f)
            | (grace?.HasTable(f) ?? false) | (collapse?.Holds(f) ?? false));
        gup.AddInvariants(m);
    }

    /// <summary>A wait until every CPU has had interrupts on: by an interrupt, or by RCU-sched.</summary>
    private sealed class GracePeriod
    {
        private readonly Process process;
        private readonly FastGup gup;
        private readonly Expr waiting;
        private readonly Expr queued;

        public GracePeriod(ModelBuilder m, Process process, FastGup gup)
        {
            (this.process, this.gup) = (process, gup);
            waiting = m.Map("grace_waits_for", process.Cpu, Sort.Bool);
            queued = m.Var("rcu_table", Sort.Option(process.Frame));
            gup.Enabled = (s, c) => s.Set(waiting[c], false);
            m.Rule("tlb_remove_table_rcu", s => process
                .Free(s.When(queued.HasValue & IsOver), queued.Value).Set(queued, None).Shows(queued).By("rcu"))
                .From(KernelCode.RemoveTable);
        }

        public Expr HasTable(Expr f) => queued == f;

        public Expr IsOver => ForAll(process.Cpu, d => !waiting[d]);

        public StepBuilder Start(StepBuilder s) => s
            .When(queued.IsNone & IsOver).Each(process.Cpu, d => s.Set(waiting[d], gup.IrqsOff[d]));

        public StepBuilder Queue(StepBuilder s, Expr table) => Start(s).Set(queued, table);
    }

    /// <summary>khugepaged: clears the PMD first, then checks that no page is pinned, then copies.</summary>
    private sealed class HugeCollapse
    {
        private static readonly Source Source = Source.Kernel("collapse_huge_page", "mm/khugepaged.c", "001dba133cfa");
        private static readonly Source Withdraw = Source.Kernel("zap_huge_pmd, zap_deposited_table", "mm/huge_memory.c", "v6.19");

        private readonly Process process;
        private readonly FastGup gup;
        private readonly GracePeriod? grace;
        private readonly Expr mmapLock;
        private readonly Expr deposited;
        private Expr unhooked = None; // a map, once the threads have declared it

        public HugeCollapse(ModelBuilder m, Process process, FastGup gup, GracePeriod? grace, Expr mmapLock)
        {
            (this.process, this.gup, this.grace, this.mmapLock) = (process, gup, grace, mmapLock);
            deposited = m.Var("deposited_table", Sort.Option(process.Frame));
            m.Reachable("a huge page takes the place of the table", IsHuge);
        }

        /// <summary>True if the PMD maps a huge page; its page table is kept for a split.</summary>
        public Expr IsHuge => deposited.HasValue;

        /// <summary>True for a table without its PMD, for the pages that it maps meanwhile, and for a table that is kept.</summary>
        public Expr Holds(Expr f) => deposited == f
            | Exists(process.Cpu, d => unhooked[d].HasValue & (unhooked[d] == f | process.Pages.Names(f)));

        public void Program(ThreadBuilder t, Expr c)
        {
            var upper = process.Upper!;
            var table = t.Local("collapsed", process.Frame);
            unhooked = ((Expr.Index)table).Map;
            var copied = t.Local("copied", Sort.Set(process.Frame), Fill(Sort.Set(process.Frame), false));
            var (isCopied, isGathered) = (((Expr.Index)copied).Map, gup.IsGathered!);
            gup.IsGathered = f => isGathered(f) | Exists(process.Cpu, d => isCopied[d, f]);
            Expr IsMapped(Expr f) => process.Pages.Names(f);
            var isPinned = Exists(process.Frame, f => IsMapped(f) & gup.IsReferenced(f));

            t.Step("pmdp_collapse_flush", s => s
                .When(!mmapLock & upper.Pmd.HasValue & process.Pages.HasEntries)
                .Set(mmapLock, true).Set(table, upper.Pmd).Set(upper.Pmd, None).Shows().From(Source));
            process.Flush(t, c, None, true, Source);
            if (grace is not null)
            {
                t.Step("tlb_remove_table_sync_one (collapse)", s => grace.Start(s).Shows().From(Grace, Source));
                t.Step("all CPUs have answered", s => s.When(grace.IsOver).Shows().From(Grace));
            }

            t.Branch("__collapse_huge_page_isolate", isPinned,
                () =>
                {
                    t.Step("pmd_populate (pinned)", s => s
                        .Set(upper.Pmd, table).Set(table, None).Set(mmapLock, false).Shows().From(Source));
                    t.Return();
                },
                null,
                // From here on the address names the copy.
                s => s.If(!isPinned, () => gup.Outdate(s, IsMapped)).From(Source));
            t.Step("__collapse_huge_page_copy", s => s
                .Each(process.Frame, f => s.Set(copied[f], IsMapped(f)))
                .Each(process.Va, x => s.Set(process.Pte(x), None)).Shows().From(Source));
            t.Step("free_folio_and_swap_cache", s => process
                .FreeEach(s, f => copied[f] & !gup.IsReferenced(f))
                .Each(process.Frame, f => s.Set(copied[f], false)).Shows().From(Source));
            t.Step("pgtable_trans_huge_deposit", s => s
                .Set(deposited, table).Set(table, None).Set(mmapLock, false).Shows().From(Source));
        }

        /// <summary>munmap of the huge page, whose page table no walker should be using any more.</summary>
        public void Zap(ThreadBuilder t, Expr c) => t.Step("zap_huge_pmd", s => process
            .Free(s.When(!mmapLock & deposited.HasValue & !gup.IrqsOff[c]), deposited.Value).Set(deposited, None).Shows()
            .From(Withdraw));
    }

    private sealed class Munmap(ModelBuilder m, Process process, FastGup gup, GracePeriod? grace, Expr mmapLock)
    {
        private Expr? page;
        private Expr? table;

        public Expr HasTable(Expr f) => table is null ? false : Exists(process.Cpu, d => ((Expr.Index)table).Map[d] == f);

        public void Begin(ThreadBuilder t)
        {
            page = t.Local("page", process.Frame);
            table = process.Upper is null ? null : t.Local("table", process.Frame);
            var gathered = ((Expr.Index)page).Map;
            gup.IsGathered = f => Exists(process.Cpu, d => gathered[d] == f);
        }

        public void Program(ThreadBuilder t, Expr c)
        {
            t.Step("ptep_get_and_clear", process.Va, (s, x) => s
                .When(!mmapLock & process.Pte(x).HasValue)
                .Set(page!, process.FrameAt(x)).Set(process.Pte(x), None).Set(mmapLock, true)
                .From(KernelCode.Zap));
            if (process.Upper is not { } upper)
            {
                process.Flush(t, c, None, true, KernelCode.Order);
                FreePage(t, Finish);
                return;
            }

            t.Step("free_pgtables", s => s
                .Set(table!, If(process.Pages.HasEntries, None, upper.Pmd))
                .SetIf(!process.Pages.HasEntries, upper.Pmd, None)
                .Shows(upper.Pmd).From(KernelCode.FreeTables));
            if (m.Size("va") == 1)
            {
                FreeBoth(t, c); // the last entry is gone
                return;
            }

            t.If(table!.HasValue, () => FreeBoth(t, c), () =>
            {
                process.Flush(t, c, None, true, KernelCode.Order);
                FreePage(t, Finish);
            });
        }

        private void FreeBoth(ThreadBuilder t, Expr c) => t.Either(
            () =>
            {
                t.Step("tlb_remove_table", s => s.Shows(table!).From(KernelCode.RemoveTable));
                process.Flush(t, c, None, true, KernelCode.Order);
                FreePage(t, s => s);
                FreeBatchedTable(t);
            },
            () =>
            {
                t.Step("tlb_remove_table (no memory)", s => s.Shows(table!).From(KernelCode.RemoveTable));
                if (!m.Has(TableFirst))
                {
                    process.Flush(t, c, None, true, KernelCode.RemoveTable);
                }

                FreeOneTable(t);
                if (m.Has(TableFirst))
                {
                    process.Flush(t, c, None, true, KernelCode.Order);
                }

                FreePage(t, Finish);
            });

        private StepBuilder Finish(StepBuilder s) => s.Set(mmapLock, false).From(KernelCode.Finish);

        // put_page: if GUP-fast holds a reference, dropping that reference frees the page.
        private void FreePage(ThreadBuilder t, Func<StepBuilder, StepBuilder> then) =>
            t.Step("tlb_batch_pages_flush", s =>
            {
                s.If(!gup.IsReferenced(page!.Value), () => process.Free(s, page.Value));
                then(s.Set(page, None)).Shows(page).From(KernelCode.Finish);
            });

        private void FreeBatchedTable(ThreadBuilder t)
        {
            if (grace is null)
            {
                t.Step("__tlb_remove_table", s => Finish(process.Free(s, table!.Value)).Shows(table));
            }
            else
            {
                t.Step("call_rcu", s => Finish(grace.Queue(s, table!.Value)).Shows(table));
            }
        }

        private void FreeOneTable(ThreadBuilder t)
        {
            if (grace is not null)
            {
                t.Step("tlb_remove_table_sync_one", s => grace.Start(s).From(Grace));
            }

            t.Step("__tlb_remove_table", s => process
                .Free(s.When(grace?.IsOver ?? true), table!.Value).Set(table, None).Shows(table)
                .From(KernelCode.RemoveTable));
        }
    }
}
