using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.PageAccess;

/// <summary>The address of the page; there is only one.</summary>
public enum PageAddress
{
    /// <summary>The page.</summary>
    X,
}

/// <summary>
/// A page that CPUs reach through one PTE, or one for each CPU: what they cache, their stores, and the flushes of a thread
/// that changes the PTEs.
/// </summary>
/// <remarks>x86: a flush interrupts the other CPUs, each of which answers in a step of its own.</remarks>
internal sealed class MappedPage
{
    private static readonly Expr X = PageAddress.X;
    private static readonly Source FlushRange = Source.Kernel("flush_tlb_mm_range", "arch/x86/mm/tlb.c", "v6.19");

    private readonly Sort cpu;
    private readonly PageTable pages;
    private readonly Tlb tlb;
    private readonly Mmu mmu;
    private readonly Shootdown shootdown;

    /// <summary>Declares the state: nothing is mapped.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The CPUs.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="isPerCpu">True if each CPU runs a process of its own, with a page table of its own.</param>
    public MappedPage(ModelBuilder m, Sort cpu, Sort frame, bool isPerCpu)
    {
        this.cpu = cpu;
        var va = Sort.Enum<PageAddress>();
        Translation = new Translation(m, frame, hasPermissions: true);
        pages = new PageTable(m, cpu, va, Translation, isPerCpu);
        tlb = new Tlb(m, cpu, va, Translation);
        mmu = new Mmu(m, Architecture.X86, Translation, pages, tlb);
        shootdown = new Shootdown(m, cpu, va, Architecture.X86, isConcurrent: true);
    }

    /// <summary>The content of an entry.</summary>
    public Translation Translation { get; }

    /// <summary>The PTEs and the TLBs, which become stale when their frame is freed.</summary>
    public IEnumerable<IHolder> Holders => [pages, tlb];

    /// <summary>The PTE that all CPUs walk to.</summary>
    public Expr SharedPte => pages.Shared(X);

    /// <summary>The PTE that a CPU walks to.</summary>
    public Expr Pte(Expr c) => pages.Entry(c, X);

    /// <summary>The entry that a CPU has cached.</summary>
    public Expr Cached(Expr c) => tlb[c, X];

    /// <summary>True if an entry allows stores.</summary>
    public Expr IsWritable(Expr entry) => entry.HasValue & entry.Value[Translation.Writable];

    /// <summary>True if a CPU stores through its cached entry without reading the PTE.</summary>
    public Expr StoresAtOnce(Expr c) => mmu.StoresAtOnce(c, X);

    /// <summary>Extends a step: a CPU stores to the page.</summary>
    public void Store(StepBuilder s, Expr c) => mmu.Store(s, c, X);

    /// <summary>Extends a step: an entry, which must be present, allows loads only.</summary>
    public StepBuilder WriteProtect(StepBuilder s, Expr entry) => s
        .Set(entry.Value[Translation.Writable], false).Set(entry.Value[Translation.Dirty], false);

    /// <summary>Extends a step: a CPU drops what it has cached.</summary>
    public StepBuilder Drop(StepBuilder s, Expr c) => tlb.Drop(s, c, X);

    /// <summary>Adds a flush of some CPUs, and the wait for it.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The CPU that it runs on.</param>
    /// <param name="targets">The CPUs, perhaps its own among them.</param>
    /// <param name="also">What the first step does beyond this.</param>
    public void Flush(ThreadBuilder t, Expr c, Func<Expr, Expr> targets, Action<StepBuilder>? also = null)
    {
        t.Step("flush_tlb_mm_range", s =>
        {
            shootdown.Send(s.If(targets(c), () => Drop(s, c)), c, d => d != c & targets(d), X).Shows().From(FlushRange);
            also?.Invoke(s);
        });
        t.Step("flush is complete", s => shootdown.Finish(s, c).Shows());
    }

    /// <summary>Adds the walks that no access asks for.</summary>
    public void AddWalks(ModelBuilder m) => m.Rule("speculative walk", cpu, (s, c) => mmu.Walk(s
        .When(Cached(c).IsNone & mmu.CanWalk(c, X, isSpeculative: true)), c, X)).From(Mmu.Speculation);

    /// <summary>Adds the answers of CPUs to flushes.</summary>
    public void AddAnswers(ModelBuilder m) => shootdown.AddAnswers(
        m, _ => true, (s, from, d) => mmu.Invalidate(s, d, shootdown.Address(from)), isFair: true);
}
