using System.Collections.Immutable;
using Verify.Hardware;
using Verify.Mechanisms.Upstream;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Mechanisms;

/// <summary>Walks without a lock, of the hardware and of GUP-fast, against a munmap that frees pages and page tables.</summary>
public sealed class LocklessWalk : ModelFamily
{
    /// <summary>Page tables are freed.</summary>
    public static readonly Fault FreeTables = new("free-tables",
        "no deviation by itself: munmap frees the page table with its last entry", Code.FreeTables);

    /// <summary>Tables go before the flush when memory is short.</summary>
    public static readonly Fault TableFirst = new("table-first",
        "with 'free-tables': tlb_remove_table frees a table at once when it has no memory for a batch, before the flush",
        new Anchor("mm/tlb, x86/mm: Support invalidating TLB caches for RCU_TABLE_FREE", "d86564a2f085"));

    /// <summary>Tables go right after the flush.</summary>
    public static readonly Fault NoGrace = new("no-grace",
        "with 'free-tables', where invalidation is broadcast: tables are freed after the flush, without a grace period");

    /// <summary>The PTE is read once.</summary>
    public static readonly Fault NoRecheck = new("no-recheck",
        "GUP-fast does not read the PTE again once it has its reference");

    private static readonly Anchor Grace = Anchor.Kernel("tlb_remove_table_sync_one", "mm/mmu_gather.c", "06d074298583");

    /// <inheritdoc/>
    public override string Name => "lockless-walk";

    /// <inheritdoc/>
    public override string Summary => "GUP-fast and hardware walkers against a munmap that frees pages and page tables";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 4, "processors, each of which may call munmap or pin a page"),
        new("va", 1, 1, 4, "pages of the process"),
        new("frame", 1, 1, 4, "physical frames; 2 or more for page tables"),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults => [FreeTables, TableFirst, NoGrace, NoRecheck];

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles => [Architecture.X86.Profile, Architecture.Arm64.Profile];

    /// <inheritdoc/>
    public override ImmutableArray<string> NotModelled =>
    [
        "paravirtualised guests, whose flush waits for no interrupt; INVLPGB",
        "preemption: what a CPU runs, it runs to the end; grace periods come one at a time",
        "context switches: the mm stays loaded on every CPU",
        .. Process.NotModelled,
    ];

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var architecture = m.Is(Architecture.X86.Profile) ? Architecture.X86 : Architecture.Arm64;
        var isBroadcast = architecture.Remote == RemoteInvalidation.Broadcast;
        Demand(m, TableFirst, m.Has(FreeTables), "it needs 'free-tables'");
        Demand(m, NoGrace, m.Has(FreeTables) && isBroadcast, "it needs 'free-tables' and the profile 'arm64'");

        var process = new Process(m, architecture, Owner.Free, m.Has(FreeTables) ? Needs.Tables : Needs.Nothing);
        var gup = new FastGup(m, process, !m.Has(NoRecheck));
        var grace = m.Has(FreeTables) && isBroadcast && !m.Has(NoGrace) ? new GracePeriod(m, process, gup) : null;
        var mmapLock = m.Var("mmap_lock", Sort.Bool);
        var munmap = new Munmap(m, process, gup, grace, mmapLock);
        m.Thread("process", process.Cpu, repeats: true, (t, c) =>
        {
            munmap.Begin(t);
            t.Either(() => munmap.Program(t, c), () => gup.Program(t, c));
        });
        process.AddPageFaults(m, (c, _) => !mmapLock & !gup.IrqsOff[c]);
        if (process.Upper is { } upper)
        {
            m.Rule("__pte_alloc", process.Frame, (s, f) => s
                .When(upper.Pmd.IsNone & process.Allocator.Owner[f] == Owner.Free & !mmapLock)
                .Set(process.Allocator.Owner[f], Owner.PageTable).Set(upper.Pmd, f).By("kernel"))
                .From(Code.AllocTable);
        }

        process.AddEnvironment(m, hasInterrupts: c => !gup.IrqsOff[c]);
        process.Allocator.AddReuse(m, hasOwnTables: m.Has(FreeTables), intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        gup.AddInvariants(m);
    }

    private static void Demand(ModelBuilder m, Fault fault, bool isMet, string message)
    {
        if (m.Has(fault) && !isMet)
        {
            throw ModelException.At(null, Codes.Contradiction, $"fault '{fault.Name}': {message}");
        }
    }

    /// <summary>A wait for every CPU to have had interrupts on: by an interrupt, or by RCU-sched.</summary>
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
                .From(Code.RemoveTable);
        }

        public Expr IsOver => ForAll(process.Cpu, d => !waiting[d]);

        public StepBuilder Start(StepBuilder s) => s
            .When(queued.IsNone & IsOver).Each(process.Cpu, d => s.Set(waiting[d], gup.IrqsOff[d]));

        public StepBuilder Queue(StepBuilder s, Expr table) => Start(s).Set(queued, table);
    }

    private sealed class Munmap(ModelBuilder m, Process process, FastGup gup, GracePeriod? grace, Expr mmapLock)
    {
        private Expr? page;
        private Expr? table;

        public void Begin(ThreadBuilder t)
        {
            page = t.Local("page", process.Frame);
            table = process.Upper is null ? null : t.Local("table", process.Frame);
            var gathered = ((Expr.At)page).Map;
            gup.IsGathered = f => Exists(process.Cpu, d => gathered[d] == f);
        }

        public void Program(ThreadBuilder t, Expr c)
        {
            t.Step("ptep_get_and_clear", process.Va, (s, x) => s
                .When(!mmapLock & process.Pte(x).HasValue)
                .Set(page!, process.FrameAt(x)).Set(process.Pte(x), None).Set(mmapLock, true)
                .From(Code.Zap));
            if (process.Upper is not { } upper)
            {
                process.Flush(t, c, None, true, Code.Order);
                FreePage(t, Finish);
                return;
            }

            t.Step("free_pgtables", s => s
                .Set(table!, process.Pages.HasEntries.Then(None, upper.Pmd))
                .SetIf(!process.Pages.HasEntries, upper.Pmd, None)
                .Shows(upper.Pmd).From(Code.FreeTables));
            t.If(table!.HasValue, () => FreeBoth(t, c), () =>
            {
                process.Flush(t, c, None, true, Code.Order);
                FreePage(t, Finish);
            });
        }

        private void FreeBoth(ThreadBuilder t, Expr c) => t.Either(
            () =>
            {
                t.Step("tlb_remove_table", s => s.Shows(table!).From(Code.RemoveTable));
                process.Flush(t, c, None, true, Code.Order);
                FreePage(t, s => s);
                FreeBatchedTable(t);
            },
            () =>
            {
                t.Step("tlb_remove_table (no memory)", s => s.Shows(table!).From(Code.RemoveTable));
                if (!m.Has(TableFirst))
                {
                    process.Flush(t, c, None, true, Code.RemoveTable);
                }

                FreeOneTable(t);
                if (m.Has(TableFirst))
                {
                    process.Flush(t, c, None, true, Code.Order);
                }

                FreePage(t, Finish);
            });

        private StepBuilder Finish(StepBuilder s) => s.Set(mmapLock, false).From(Code.Finish);

        // put_page: if GUP-fast holds a reference, the page is freed with that.
        private void FreePage(ThreadBuilder t, Func<StepBuilder, StepBuilder> then) =>
            t.Step("tlb_batch_pages_flush", s =>
            {
                s.If(!gup.IsReferenced(page!.Value), () => process.Free(s, page.Value));
                then(s.Set(page, None)).Shows(page).From(Code.Finish);
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
                .From(Code.RemoveTable));
        }
    }
}
