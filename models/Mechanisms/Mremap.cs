using System.Collections.Immutable;
using Verify.Hardware;
using Verify.Mechanisms.Upstream;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Mechanisms;

/// <summary>mremap moves PTEs to another address while somebody else zaps the new one.</summary>
public sealed class Mremap : ModelFamily
{
    /// <summary>The locks go before the flush.</summary>
    public static readonly Fault FlushLate = new("flush-late",
        "move_ptes drops the page-table locks, and the old range is flushed afterwards",
        new Anchor("CVE-2018-18281", "mremap: properly flush TLB before releasing the page"));

    private static readonly Anchor Move = Anchor.Kernel("move_ptes", "mm/mremap.c");
    private static readonly Anchor Truncate = Anchor.Kernel("unmap_mapping_range", "mm/memory.c");

    /// <inheritdoc/>
    public override string Name => "mremap";

    /// <inheritdoc/>
    public override string Summary => "mremap moves a PTE under both page-table locks; ftruncate zaps where it has gone";

    /// <inheritdoc/>
    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 4, "processors, each of which may call mremap or ftruncate"),
        new("va", 2, 2, 4, "addresses to move between, each under a lock of its own"),
        new("frame", 1, 1, 4, "physical frames"),
    ];

    /// <inheritdoc/>
    public override ImmutableArray<Fault> Faults => [FlushLate];

    /// <inheritdoc/>
    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    /// <inheritdoc/>
    public override ImmutableArray<string> NotModelled =>
    [
        "moves of whole page tables, and page tables that are freed",
        "context switches: the mm stays loaded on every CPU",
        .. Process.NotModelled,
    ];

    /// <inheritdoc/>
    protected override void Describe(ModelBuilder m)
    {
        var process = new Process(m, Architecture.Of(m), Owner.Free, Needs.ConcurrentFlushes);
        // ftruncate comes by way of the file and takes no mmap_lock; mremap holds it for writing.
        var mmapLock = m.Var("mmap_lock", Sort.Bool);
        var locks = m.Map("ptl", process.Va, Sort.Bool);
        m.Thread("process", process.Cpu, repeats: true, (t, c) => t.Either(
            () => MovePtes(m, process, mmapLock, locks, t, c),
            () => Zap(process, locks, t, c)));
        process.AddPageFaults(m, (_, x) => !mmapLock & !locks[x]);
        process.AddEnvironment(m);
        process.Allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false, asAnything: false);
        process.AddInvariants(m);
        m.Reachable("mremap holds both locks", Count(process.Va, x => locks[x]) > 1);
    }

    private static void MovePtes(ModelBuilder m, Process process, Expr mmapLock, Expr locks, ThreadBuilder t, Expr c)
    {
        var old = t.Local("old_addr", process.Va);
        StepBuilder Unlock(StepBuilder s) => s.Each(process.Va, x => s.Set(locks[x], false)).Shows().From(Move);

        t.Step("move_ptes", process.Va, process.Va, (s, x, y) => s
            .When(!mmapLock & x != y & !locks[x] & !locks[y])
            .When(process.Pte(x).HasValue & process.Pte(y).IsNone)
            .Set(process.Pte(y), process.Pte(x)).Set(process.Pte(x), None)
            .Set(mmapLock, true).Set(locks[x], !m.Has(FlushLate)).Set(locks[y], !m.Has(FlushLate)).Set(old, x)
            .From(Move));
        process.Flush(t, c, old, true, Move);
        t.Step("mremap returns", s => (m.Has(FlushLate) ? s.Shows() : Unlock(s)).Set(mmapLock, false).From(Move));
    }

    private static void Zap(Process process, Expr locks, ThreadBuilder t, Expr c)
    {
        var address = t.Local("address", process.Va);
        var page = t.Local("page", process.Frame);
        t.Step("ftruncate: zap_pte_range", process.Va, (s, x) => s
            .When(!locks[x] & process.Pte(x).HasValue)
            .Set(page, process.FrameAt(x)).Set(process.Pte(x), None).Set(address, x)
            .From(Truncate, Code.Zap));
        process.Flush(t, c, address, true, Code.Order);
        t.Step("tlb_finish_mmu", s => process.Free(s, page.Value).Shows(page).From(Code.Finish));
    }
}
