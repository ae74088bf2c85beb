using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>mm->tlb_flush_pending: who finds a PTE changed asks whether its flush is still to come.</summary>
public sealed class TlbFlushPending : ModelFamily
{
    /// <summary>A flag.</summary>
    public static readonly Fault Flag = new("flag",
        "tlb_flush_pending is a flag, as before 2017: the first to finish clears it for all",
        new Source("mm: migrate: prevent racy access to tlb_flush_pending", "16af97dc5a89"));

    /// <summary>Nobody asks.</summary>
    public static readonly Fault NeverAsked = new("never-asked",
        "who finds the PTE changed takes it that it was flushed as well");

    private static readonly Source Scan = Source.Kernel("change_protection_range", "mm/mprotect.c", "v4.13.4");
    private static readonly Source Fault = Source.Kernel("do_huge_pmd_numa_page", "mm/huge_memory.c", "v4.13.4");
    private static readonly Source Migrate = Source.Kernel("migrate_misplaced_transhuge_page", "mm/migrate.c", "v4.13.4");

    /// <inheritdoc/>
    public override string Name => "tlb-flush-pending";

    /// <inheritdoc/>
    public override string Summary =>
        "NUMA scanners take away access to pages and flush later; a fault in between migrates the page, as in Linux 4.13";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 4, "processors, each of which may scan or take a fault"),
        new("va", 1, 1, 4, "pages of the process"),
        new("frame", 2, 2, 4, "physical frames, to migrate between"),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults => [Flag, NeverAsked];

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    /// <inheritdoc/>
    public override ImmutableArray<string> NotModelled =>
    [
        "later kernels, where no fault on a huge page asks mm_tlb_flush_pending any more",
        "faults that give access back without a migration; pages that are unmapped meanwhile",
        "context switches: the mm stays loaded on every CPU",
        .. Process.NotModelled,
    ];

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.Free, Needs.ConcurrentFlushes);
        var pending = new FlushPending(m, m.Size("cpu"), m.Has(Flag));
        // What a PTE without access still names.
        var hinted = m.Map("prot_none", process.Va, Sort.Option(process.Frame));
        var isolated = m.Map("isolated", process.Va, Sort.Bool);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => ScanRange(process, pending, hinted, t, c),
            () => FaultIn(m, process, pending, hinted, isolated, t, c)));
        process.AddPageFaults(m, (_, x) => hinted[x].IsNone & !isolated[x]);
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        m.Reachable("a fault finds a flush pending", Exists(process.Va, x => isolated[x]) & pending.IsPending);
        if (!m.Has(Flag))
        {
            m.Reachable("two scans overlap", pending.IsNested);
        }
    }

    private static void ScanRange(Process process, FlushPending pending, Expr hinted, ThreadBuilder t, Expr c)
    {
        var address = t.Local("address", process.Va);
        t.Step("inc_tlb_flush_pending", s => pending.Raise(s).From(Scan));
        t.Either(
            () =>
            {
                t.Step("change_pte_range", process.Va, (s, x) => s
                    .When(process.Pte(x).HasValue)
                    .Set(hinted[x], process.FrameAt(x)).Set(process.Pte(x), None).Set(address, x)
                    .From(Scan));
                process.Flush(t, c, address, true, Scan);
            },
            () => t.Step("change_pte_range (nothing to change)", process.Va, (s, x) => s
                .When(process.Pte(x).IsNone).From(Scan)));
        t.Step("dec_tlb_flush_pending", s => pending.Drop(s).From(Scan));
    }

    private static void FaultIn(
        ModelBuilder m, Process process, FlushPending pending, Expr hinted, Expr isolated, ThreadBuilder t, Expr c)
    {
        var address = t.Local("fault_address", process.Va);
        var page = t.Local("page", process.Frame);
        t.Step("do_huge_pmd_numa_page", process.Va, (s, x) => s
            .When(hinted[x].HasValue & process.Tlb[c, x].IsNone)
            .Set(page, hinted[x]).Set(hinted[x], None).Set(isolated[x], true).Set(address, x)
            .From(Fault));
        if (!m.Has(NeverAsked))
        {
            t.Branch("mm_tlb_flush_pending", pending.IsPending,
                () => process.Flush(t, c, address, true, Fault),
                null, s => s.From(KernelCode.Pending, Fault));
        }

        t.Step("migrate_misplaced_transhuge_page", process.Frame, (s, f) => process
            .Free(s.When(process.Allocator.Owner[f] == Owner.Free), page.Value)
            .Set(process.Allocator.Owner[f], Owner.AppBuf)
            .Set(process.Pte(address.Value), process.Translation.To(f)).Set(isolated[address.Value], false)
            .From(Migrate));
    }
}
