using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.ProtectedData;

/// <summary>
/// rare_alloc(): a page that was writable in the direct map must be read-only on all CPUs before it is relied on.
/// </summary>
public sealed class RareAlloc() : ModelFamily("rare-alloc",
    "rare_alloc and rare_protect: a freshly allocated page becomes read-only in the direct map of all CPUs",
    new("cpu", 2, 1, 4, "processors"),
    new("frame", 2, 1, 3, "physical frames"))
{
    /// <summary>Other CPUs are not flushed.</summary>
    public static readonly Fault NoIpi = new("no-ipi",
        "rare_protect() flushes the calling CPU only", Mails.Lutomirski);

    /// <summary>Other CPUs flush later.</summary>
    public static readonly Fault Deferred = new("deferred",
        "rare_protect() flushes the calling CPU, and the others do at their next context switch", Mails.Lutomirski);

    /// <summary>The flush covers the wrong address.</summary>
    public static readonly Fault AliasOnly = new("alias-only",
        "the page has a vmalloc address too; set_memory_ro() of that changes the direct map, and flushes the vmalloc address only",
        Mails.DirectMapAlias);

    /// <summary>The page is relied on too early.</summary>
    public static readonly Fault PublishFirst = new("publish-first",
        "rare_protect() hands out the read-only pointer before all CPUs have flushed");

    /// <summary>Large mappings.</summary>
    public static readonly Feature BlockMapping = new("block-mapping",
        "the direct map has block or contiguous entries, of which one is split to protect one page");

    /// <summary>rare_protect() leaves the page writable.</summary>
    public static readonly Fault Unprotected = new("unprotected", "rare_protect() leaves the direct map as it is");

    /// <summary>No kernel code makes stray stores.</summary>
    public static readonly Assumption NoWild = new("A-NOWILD",
        "no kernel code stores where it should not", "no component; otherwise no protection would be needed");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "how protected data is written afterwards (see temporary-mm)",
        "what a CPU has cached of a block entry that was split",
        .. Architecture.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        foreach (var fault in new[] { NoIpi, Deferred, AliasOnly, Unprotected })
        {
            var others = new[] { NoIpi, Deferred, AliasOnly, Unprotected }.Where(other => other.Name != fault.Name && m.Has(other));
            m.Demand(fault, !others.Any(), "it goes with no other way to flush");
        }

        m.Demand(PublishFirst, !m.Has(NoIpi) && !m.Has(Deferred) && !m.Has(AliasOnly) && !m.Has(Unprotected),
            "it needs a flush of all CPUs");
        m.Demand(BlockMapping, !m.Has(Unprotected), "it does not go with 'unprotected'");
        m.Demand(Deferred, m.Size("cpu") > 1, "it needs another CPU", "ask for --size cpu=2 or more");
        new ProtectingAllocator(m).Describe();
    }
}
