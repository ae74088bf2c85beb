using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Models.Shootdowns;

/// <summary>
/// The move that VM_LOCAL_CPU, XPFO, lazy vunmap, batched unmap, LUF and text_poke have in common: a PTE changes now, and
/// other CPUs drop what they have cached later.
/// </summary>
/// <remarks>
/// A profile says what is relied on, a feature when the other CPUs flush. The one flush there is stands alone: where the
/// kernel has several, each is a sufficient reason of its own.
/// </remarks>
public sealed class DeferredFlush() : ModelFamily("deferred-flush",
    "A PTE changes now, and other CPUs flush later: when can the change be relied on",
    new("cpu", 2, 2, 4, "processors"),
    new("va", 1, 1, 2, "addresses of the mm, or of the vmalloc area"),
    new("frame", 2, 1, 3, "physical frames"))
{
    /// <summary>The frame is freed.</summary>
    public static readonly Profile Free = new("free", "the PTE of an mm is cleared, and the frame is freed");

    /// <summary>The address gets another frame.</summary>
    public static readonly Profile Reuse = new("reuse", "the PTE of an mm is cleared, and the address gets another frame");

    /// <summary>A kernel address gets another frame.</summary>
    public static readonly Profile ReuseKernel = new("reuse-kernel",
        "the PTE of a vmalloc address is cleared, and the address gets another frame");

    /// <summary>User space gets the frame.</summary>
    public static readonly Profile HandOut = new("hand-out",
        "the PTE of the direct map is cleared, and user space gets the frame");

    /// <summary>The frame becomes read-only.</summary>
    public static readonly Profile ReadOnly = new("read-only",
        "the PTE of the direct map becomes read-only, and all users rely on it");

    /// <summary>Other CPUs flush at their next context switch.</summary>
    public static readonly Feature AtSwitch = new("at-switch", "other CPUs flush at their next context switch");

    /// <summary>Other CPUs flush when they enter the kernel.</summary>
    public static readonly Feature AtEntry = new("at-entry", "other CPUs flush when they next enter the kernel");

    /// <summary>Other CPUs flush when they load the mm.</summary>
    public static readonly Feature AtLoad = new("at-load",
        "other CPUs flush when they next load the mm, because its generation has moved");

    /// <summary>Nothing waits for the flush.</summary>
    public static readonly Feature AtOnce = new("at-once", "the change is relied on before the other CPUs have flushed");

    /// <summary>Other CPUs do not flush.</summary>
    public static readonly Fault Never = new("never", "other CPUs never flush");

    /// <summary>Other CPUs cannot use the address.</summary>
    public static readonly Assumption Idle = new("A-IDLE",
        "when the change is first relied on, no other CPU has the mm loaded; for kernel addresses, none is in the kernel",
        "a lock around each use of the mm, as text_mutex; or a grace period");

    public override ImmutableArray<Profile> Profiles => [Free, Reuse, ReuseKernel, HandOut, ReadOnly];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "speculation past a privilege check: a kernel address is of use in kernel mode only",
        "page-table isolation; flushes by other causes",
        "x86: INVLPGB, huge pages, errata; other architectures",
    ];

    protected override void Describe(ModelBuilder m)
    {
        Switch[] events = [AtSwitch, AtEntry, AtLoad, Never];
        foreach (var one in events)
        {
            m.Demand(one, events.Count(m.Has) == 1, "it goes with no other time of a flush");
        }

        m.Demand(AtLoad, m.Is(Free) || m.Is(Reuse), "it needs the profile 'free' or 'reuse': kernel addresses belong to no mm");
        m.Demand(Never, m.Has(AtOnce), "it needs 'at-once': nothing can wait for what never happens", $"add --feature {AtOnce.Name}");
        new DeferralMachine(m).Describe();
    }
}
