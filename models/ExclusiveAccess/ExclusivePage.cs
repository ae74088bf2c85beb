using Verify.Modelling;
using Verify.Models.PageAccess;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ExclusiveAccess;

/// <summary>A page of a process, and a device that reads it and writes it back as if that were one step.</summary>
internal sealed class ExclusivePage
{
    private readonly MappedPage page;
    private readonly Expr? pin;
    private readonly Expr intruded;
    private readonly Expr missed;
    private readonly Expr lost;
    private readonly Sort frame;

    /// <param name="m">The model.</param>
    /// <param name="hasPins">True if get_user_pages() may hold the page for direct I/O.</param>
    public ExclusivePage(ModelBuilder m, bool hasPins)
    {
        Cpu = m.Processors("cpu", m.Size("cpu"));
        frame = m.ScalarSet("frame", 1, "f");
        page = new MappedPage(m, Cpu, frame, isPerCpu: false);
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
    public Expr Pte => page.SharedPte;

    /// <summary>True if the PTE allows stores.</summary>
    public Expr IsWritable => page.IsWritable(Pte);

    /// <summary>Extends a step: the PTE allows stores.</summary>
    public StepBuilder MakeWritable(StepBuilder s) => MakeWritableIf(s, true);

    /// <summary>Extends a step: the PTE allows stores if a condition holds.</summary>
    public StepBuilder MakeWritableIf(StepBuilder s, Expr holds) => s.Each(frame, f => s
        .SetIf(holds, Pte, page.Translation.To(f).With(page.Translation.Dirty, true)));

    /// <summary>Extends a step: the PTE allows loads only.</summary>
    public StepBuilder WriteProtect(StepBuilder s) => s.If(Pte.HasValue, () => page.WriteProtect(s, Pte));

    /// <summary>Extends a step that stores to the page, from elsewhere than the device.</summary>
    public StepBuilder Intrude(StepBuilder s) => s
        .SetIf(IsGranted | IsReading, intruded, true).SetIf(IsReading, missed, true);

    /// <summary>Adds a flush of all CPUs, as the process may run on each.</summary>
    public void Flush(ThreadBuilder t, Expr c) => page.Flush(t, c, _ => true);

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
        page.AddWalks(m);
        m.Rule("store", Cpu, (s, c) =>
        {
            page.Store(s, c);
            Intrude(s);
        });
        m.Rule("device reads", s => s.When(IsGranted & !IsReading).Set(IsReading, true).By("device"));
        m.Rule("device writes back", s => s
            .When(IsReading).Set(IsReading, false).SetIf(missed, lost, true).Set(missed, false).By("device")).Fair();
        page.AddAnswers(m);
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
        m.Reachable("a CPU can store", Exists(Cpu, c => page.StoresAtOnce(c)));
    }
}
