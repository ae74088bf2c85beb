using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Models.Ksm;

/// <summary>
/// ksmd merges anonymous pages of equal content, while CPUs store to them, write faults copy them, and devices write to
/// pinned ones.
/// </summary>
/// <remarks>
/// All pages start with the same content. A store through an address writes a content of its own, or the common one
/// again; so pages can be equal, and a content shows the address that wrote it.
/// </remarks>
public sealed class AnonymousKsm() : ModelFamily("anonymous-ksm",
    "ksmd write-protects, compares and merges anonymous pages while they are stored to, pinned and copied",
    new("cpu", 1, 1, 3, "processors that run the process; ksmd and system calls run elsewhere"),
    new("va", 2, 1, 4, "pages of the process"),
    new("frame", 3, 1, 5, "physical frames"))
{
    /// <summary>Linux 6.19.</summary>
    public static readonly Profile Linux619 = new("linux-6.19",
        "Linux 5.19 and later: a page of one mapping is marked exclusive; write_protect_page flushes whenever it was, and takes the "
            + "mark off unless the page is pinned");

    /// <summary>Linux 4.13 to 5.8.</summary>
    public static readonly Profile Linux413 = new("linux-4.13",
        "Linux 4.13 to 5.8: no exclusive pages; a write fault waits for the page lock and reuses the only mapping");

    /// <summary>Pages are pinned.</summary>
    public static readonly Feature Pins = new("pins",
        "get_user_pages_fast() pins pages, and a device writes to them", KernelCode.FastGup);

    /// <summary>References that are no pins.</summary>
    public static readonly Feature PlainReferences = new("plain-references",
        "with 'pins', from 5.19 on: the references are those of FOLL_GET, which folio_maybe_dma_pinned() does not tell from others",
        KernelCode.FastGup);

    /// <summary>Other system calls put their flushes off.</summary>
    public static readonly Feature Deferred = new("deferred",
        "MADV_FREE cleans PTEs and another call write-protects them; both flush later (tlb_flush_pending)", KernelCode.Advice);

    /// <summary>A device walks the page table.</summary>
    public static readonly Feature Device = new("device",
        "a device shares the page table and caches translations (ATS)", KernelCode.Ats);

    /// <summary>The device hears of the change late.</summary>
    public static readonly Feature NotifyLate = new("notify-late",
        "with 'device': its translations are dropped by mmu_notifier_invalidate_range_end, as in 4.15 to 6.5, not by the flush",
        KernelCode.LateNotice);

    /// <summary>The comparison comes first.</summary>
    public static readonly Fault CompareFirst = new("compare-first",
        "pages_identical comes before write_protect_page, not after it");

    /// <summary>No flush after write protection.</summary>
    public static readonly Fault NoFlush = new("no-flush",
        "write_protect_page clears and sets the PTE without a flush");

    /// <summary>References are counted first.</summary>
    public static readonly Fault CountFirst = new("count-first",
        "write_protect_page compares reference count and mapcount before it clears the PTE");

    /// <summary>References are not counted.</summary>
    public static readonly Fault NoCount = new("no-count",
        "write_protect_page does not compare reference count and mapcount");

    /// <summary>The pending flush is not asked for.</summary>
    public static readonly Fault NoPending = new("no-pending",
        "write_protect_page does not test mm_tlb_flush_pending", new Source("mm: fix KSM data corruption", "b3a81d0841a9"));

    /// <summary>The PTE is not compared.</summary>
    public static readonly Fault NoSame = new("no-same",
        "replace_page does not test that the PTE is the one that was write-protected");

    /// <summary>Nothing is compared.</summary>
    public static readonly Fault NoCompare = new("no-compare", "pages of equal checksum are merged without a comparison");

    public override ImmutableArray<Profile> Profiles => [Linux619, Linux413];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "fork, munmap, swap, migration and huge pages; a second process (pages of one process are merged as well)",
        "the zero page as the merged page; chains of stable nodes; NUMA nodes",
        "pins for reading; the reclaim of pages that MADV_FREE gave away",
        "the comparison reads a page at one moment",
        "a write fault clears, flushes and sets the PTE in one step, under its lock: until then readers see the old content",
        "TLB eviction: no step is forced to fill, so it adds no behaviour",
        "context switches: the mm stays loaded on every CPU",
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(NotifyLate, Device);
        m.Demand(PlainReferences, Pins);
        m.Demand(PlainReferences, m.Is(Linux619), "before 5.19 all references are plain ones here");
        m.Demand(CountFirst, Pins);
        m.Demand(NoCount, Pins);
        m.Demand(NoPending, Deferred);
        m.Demand(CountFirst, !m.Has(NoCount), "it does not go with 'no-count'");
        m.Demand(CountFirst, !m.Has(NoFlush), "it does not go with 'no-flush'");
        m.Demand(CompareFirst, !m.Has(NoCompare), "it does not go with 'no-compare'");
        m.Demand(NotifyLate, !m.Has(NoFlush), "it does not go with 'no-flush'");

        var memory = new AnonymousMemory(m);
        new Ksmd(m, memory).Describe();
        memory.AddProcess();
        if (m.Has(Pins))
        {
            new Pinning(m, memory).Describe();
        }

        if (m.Has(Deferred))
        {
            new DeferredFlushes(m, memory).Describe();
        }

        memory.AddInvariants();
    }
}
