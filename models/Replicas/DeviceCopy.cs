using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.PageAccess;

namespace Verify.Models.Replicas;

/// <summary>A copy of the page in the memory of a device, the device's page table, and its TLB.</summary>
/// <remarks>
/// The core mm does not see either of them: a driver changes the page table when a notifier calls it, and the device
/// drops its TLB entry when it has received the driver's command.
/// </remarks>
internal sealed class DeviceCopy
{
    private static readonly Expr X = PageAddress.X;

    private readonly Translation translation;
    private readonly DeviceTlb tlb;
    private readonly Expr isInvalidating;

    public DeviceCopy(ModelBuilder m, Sort frame, Translation translation)
    {
        this.translation = translation;
        Copy = m.Var("device_copy", Sort.Option(frame));
        tlb = new DeviceTlb(m, Sort.Enum<PageAddress>(), translation);
        isInvalidating = m.Var("device_invalidation", Sort.Bool);
    }

    /// <summary>The frame in the device's page table.</summary>
    public Expr Copy { get; }

    /// <summary>The cached translations, which become stale when their frame is freed.</summary>
    public IHolder Holder => tlb;

    /// <summary>True if the device can read a frame of a set, or one that was freed.</summary>
    public Expr Reaches(Expr which) => (Copy.HasValue & which[Copy.Value])
        | (tlb[X].HasValue & (which[tlb[X].Value[translation.Frame]] | tlb[X].Value[translation.Stale]));

    /// <summary>Adds the callback of the driver, which takes the copy away from the device.</summary>
    /// <param name="t">The program of the write.</param>
    /// <param name="gathered">The frames to free after the flush.</param>
    /// <param name="waits">True if the driver waits until the device has dropped its entry.</param>
    public void Invalidate(ThreadBuilder t, Expr gathered, bool waits)
    {
        t.Step("mmu_notifier_invalidate_range_start", s => s
            .If(Copy.HasValue, () => s.Set(gathered[Copy.Value], true).Set(Copy, Dsl.None).Set(isInvalidating, true))
            .Shows().From(KernelCode.Notifier));
        if (waits)
        {
            t.Wait("device acknowledges", !isInvalidating);
        }
    }

    /// <summary>Adds the translations of the device, and its answer to an invalidation.</summary>
    public void AddEnvironment(ModelBuilder m)
    {
        m.Rule("device translates", s => s
            .When(tlb[X].IsNone & Copy.HasValue)
            .Set(tlb[X], translation.To(Copy.Value).With(translation.Writable, false)).By("device"))
            .From(KernelCode.DeviceTables);
        m.Rule("device drops its entry", s => tlb
            .Drop(s.When(isInvalidating).Set(isInvalidating, false), Dsl.None).By("device").Fair())
            .From(KernelCode.DeviceTables);
        m.Reachable("the device has the copy in its TLB", tlb[X].HasValue & Copy.HasValue);
    }
}
