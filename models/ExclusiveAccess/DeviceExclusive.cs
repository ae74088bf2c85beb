using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.ExclusiveAccess;

/// <summary>
/// make_device_exclusive() of Linux 6.15 and later: the PTE of an anonymous page becomes a device-exclusive entry, and a
/// fault on it calls the driver before the PTE is back.
/// </summary>
/// <remarks>The driver is nouveau's, which compares the sequence number of an interval notifier under its own lock.</remarks>
public sealed class DeviceExclusive() : ModelFamily("device-exclusive",
    "make_device_exclusive(): a device has exclusive access to an anonymous page, and a fault takes it back",
    new SizeParameter("cpu", 2, 1, 4, "processors, each of which may store, fault, and serve the device"))
{
    /// <summary>Pages can be pinned.</summary>
    public static readonly Feature Pins = new("pins", "get_user_pages() may hold the page, and direct I/O writes to it");

    /// <summary>The process may drop the page.</summary>
    public static readonly Feature Zap = new("dontneed",
        "the process may drop the page by MADV_DONTNEED, which takes no folio lock", KernelCode.Zap);

    /// <summary>The sequence number is not compared.</summary>
    public static readonly Fault NoRetry = new("no-retry",
        "the driver does not compare the sequence number before it maps the page", KernelCode.Sequence);

    /// <summary>The callback does not wait.</summary>
    public static readonly Fault NoDrain = new("no-drain", "the callback does not wait until the device has finished");

    /// <summary>The callback comes late.</summary>
    public static readonly Fault NotifyLate = new("notify-late", "a fault restores the PTE before it calls the driver");

    /// <summary>The lock is not held until the device is ready.</summary>
    public static readonly Fault EarlyUnlock = new("early-unlock",
        "the folio lock is dropped before the device has mapped the page", KernelCode.Make);

    /// <summary>No other reference to the page exists.</summary>
    public static readonly Assumption NoPins = new("A-NOGUP",
        "while the device has access, nothing else holds a reference to the page",
        "no kernel code: make_device_exclusive() says that such references are not handled");

    /// <summary>The code that the family follows.</summary>
    public static ImmutableArray<Source> Code { get; } = [KernelCode.Make, KernelCode.Remove, KernelCode.Driver];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "other devices, which are called with MMU_NOTIFY_EXCLUSIVE; swap, migration, fork, mprotect",
        "a second mapping of the page: an anonymous page that is mapped writable has one",
        "drivers other than nouveau; a device that fails to stop",
        .. Architecture.X86.NotModelledHere,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var page = new ExclusivePage(m, m.Has(Pins) && !m.Assumes(NoPins));
        var steps = new ExclusiveFaults(m, page);
        m.Thread("task", page.Cpu, repeats: true, (t, c) =>
        {
            List<Action> ways = [() => steps.Grant(t, c), () => steps.Fault(t, c), () => steps.Populate(t)];
            if (m.Has(Zap))
            {
                ways.Add(() => steps.Zap(t, c));
            }

            t.Either([.. ways]);
        });
        page.AddEnvironment(m);
        page.AddInvariants(m);
        m.Always("I-DEVICE", page.IsGranted.Implies(steps.IsExclusive | steps.IsInvalidating),
            "the device maps the page only while the process has a device-exclusive entry, or takes it back");
        m.Always("I-PTE", !(steps.IsExclusive & page.Pte.HasValue), "the PTE is present or device-exclusive, not both");
        m.LeadsTo("L-PROG", page.IsLocked, !page.IsLocked, "a fault, or a grant, ends");
    }
}
