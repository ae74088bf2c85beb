using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ExclusiveAccess;

/// <summary>The address of the page; there is only one.</summary>
public enum SharedPage
{
    /// <summary>The page.</summary>
    X,
}

/// <summary>A page of a process, and a device that reads it and writes it back as if that were one step.</summary>
internal sealed class ExclusivePage
{
    private static readonly Expr X = SharedPage.X;

    private readonly Translation translation;
    private readonly PageTable pages;
    private readonly Tlb tlb;
    private readonly Mmu mmu;
    private readonly Shootdown shootdown;
    private readonly Expr? pin;
    private readonly Expr intruded;
    private readonly Expr missed;
    private readonly Expr lost;
    private readonly Sort frame;

    /// <param name="m">The model.</param>
    /// <param name="hasPins">True if get_user_pages() may hold the page for direct I/O.</param>
    public ExclusivePage(ModelBuilder m, bool hasPins)
    {
        var va = Sort.Enum<SharedPage>();
        Cpu = m.Processors("cpu", m.Size("cpu"));
        frame = m.ScalarSet("frame", 1, "f");
        translation = new Translation(m, frame, hasPermissions: true);
        pages = new PageTable(m, Cpu, va, translation);
        tlb = new Tlb(m, Cpu, va, translation);
        mmu = new Mmu(m, Architecture.X86, translation, pages, tlb);
        shootdown = new Shootdown(m, Cpu, va, Architecture.X86, isConcurrent: true);
        IsLocked = m.Var("folio_locked", Sort.Bool);
        IsGranted = m.Var("device_pte", Sort.Bool);
        IsReading = m.Var("device_has_read", Sort.Bool);
        pin = hasPins ? m.Var("pinned", Sort.Bool) : null;
        intruded = m.Ghost("intruded", Sort.Bool);
        missed = m.Ghost("stored_since_device_read", Sort.Bool);
        lost = m.Ghost("lost", Sort.Bool);
    }

    public Sort Cpu { get; }

    /// <summary>True while a CPU holds the lock of the page.</summary>
    public Expr IsLocked { get; }

    /// <summary>True if the device's page table leads to the page, for atomic operations.</summary>
    public Expr IsGranted { get; }

    /// <summary>True if the device has read the page and not written it back yet.</summary>
    public Expr IsReading { get; }

    /// <summary>True if get_user_pages() holds the page.</summary>
    public Expr IsPinned => pin is null ? false : pin;

    /// <summary>The PTE of the process.</summary>
    public Expr Pte => pages.Shared(X);

    /// <summary>True if the PTE allows stores.</summary>
    public Expr IsWritable => Pte.HasValue & Pte.Value[translation.Writable];

    /// <summary>Extends a step: the PTE allows stores.</summary>
    public StepBuilder MakeWritable(StepBuilder s) => MakeWritableIf(s, true);

    /// <summary>Extends a step: the PTE allows stores if a condition holds.</summary>
    public StepBuilder MakeWritableIf(StepBuilder s, Expr holds) => s.Each(frame, f => s
        .SetIf(holds, Pte, translation.To(f).With(translation.Dirty, true)));

    /// <summary>Extends a step: the PTE allows loads only.</summary>
    public StepBuilder WriteProtect(StepBuilder s) => s.If(Pte.HasValue, () => s
        .Set(Pte.Value[translation.Writable], false).Set(Pte.Value[translation.Dirty], false));

    /// <summary>Extends a step that stores to the page, from elsewhere than the device.</summary>
    public StepBuilder Intrude(StepBuilder s) => s
        .SetIf(IsGranted | IsReading, intruded, true).SetIf(IsReading, missed, true);

    /// <summary>Adds a flush of all CPUs, as the process may run on each.</summary>
    public void Flush(ThreadBuilder t, Expr c)
    {
        t.Step("flush_tlb_mm_range", s => shootdown
            .Send(tlb.Drop(s, c, X), c, d => d != c, X).Shows().From(KernelCode.FlushRange));
        t.Step("flush is complete", s => shootdown.Finish(s, c).Shows());
    }

    /// <summary>Adds the end of the device's access: its entry goes, and what it has begun is waited for.</summary>
    /// <param name="t">The program.</param>
    /// <param name="drains">True if the driver waits until the device has written back what it has read.</param>
    /// <param name="source">The callback.</param>
    public void Revoke(ThreadBuilder t, bool drains, Source source)
    {
        t.Step("unmap from the device", s => s.Set(IsGranted, false).Shows().From(source));
        if (drains)
        {
            t.Wait("device is drained", !IsReading);
        }
    }

    public void AddEnvironment(ModelBuilder m)
    {
        m.Rule("speculative walk", Cpu, (s, c) => mmu.Walk(s
            .When(tlb[c, X].IsNone & mmu.CanWalk(c, X, isSpeculative: true)), c, X))
            .From(KernelCode.Speculation);
        m.Rule("store", Cpu, (s, c) =>
        {
            mmu.Store(s, c, X);
            Intrude(s);
        });
        m.Rule("device reads", s => s.When(IsGranted & !IsReading).Set(IsReading, true).By("device"));
        m.Rule("device writes back", s => s
            .When(IsReading).Set(IsReading, false).SetIf(missed, lost, true).Set(missed, false).By("device")).Fair();
        shootdown.AddAnswers(m, _ => true, (s, from, d) => mmu.Invalidate(s, d, shootdown.Address(from)), isFair: true);
        if (pin is not null)
        {
            m.Rule("get_user_pages", Cpu, (s, _) => s.When(IsWritable & !pin).Set(pin, true)).From(KernelCode.Gup);
            m.Rule("direct I/O stores", s => Intrude(s.When(pin)).By("disk")).From(KernelCode.Gup);
            m.Rule("unpin_user_page", s => s.When(pin).Set(pin, false).By("disk")).From(KernelCode.Gup);
        }
    }

    public void AddInvariants(ModelBuilder m)
    {
        m.Always("I-EXCL", !intruded, "while the device has exclusive access, nothing else stores to the page");
        m.Always("I-LOST", !lost, "no store is lost because the device writes back what it has read before");
        m.Reachable("the device is in the middle of an operation", IsReading);
        m.Reachable("a CPU can store", Exists(Cpu, c => mmu.StoresAtOnce(c, X)));
    }
}
