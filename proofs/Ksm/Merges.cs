using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Ksm;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Ksm;

/// <summary>The merge of anonymous pages by ksmd, and what goes wrong without one of its steps.</summary>
public sealed class Merges : ClaimList
{
    private static readonly Source Protect = Source.Kernel("write_protect_page", "mm/ksm.c", "v6.19");
    private static readonly Source Replace = Source.Kernel("replace_page", "mm/ksm.c", "v6.19");
    private static readonly Source Share = Source.Kernel("folio_try_share_anon_rmap_pte", "include/linux/rmap.h", "v6.19");
    private static readonly Source Compare = Source.Kernel("try_to_merge_one_page", "mm/ksm.c", "v6.19");
    private static readonly Source Notice = new("When do you need to notify inside page table lock?",
        "Documentation/mm/mmu_notifier.rst, v6.19");

    private static readonly Choices Old = Choices.Default.On(AnonymousKsm.Linux413);
    private static readonly Choices Pins = Choices.Default.With(AnonymousKsm.Pins);
    private static readonly Choices Plain = Pins.With(AnonymousKsm.PlainReferences);
    private static readonly Choices OldPins = Pins.On(AnonymousKsm.Linux413);
    private static readonly Choices Deferred = Choices.Default.With(AnonymousKsm.Deferred).Size("frame", 2);
    private static readonly Choices Device = Choices.Default.With(AnonymousKsm.Device);
    private static readonly Choices Late = Device.With(AnonymousKsm.NotifyLate);

    private static readonly KsmInstance Base = Of("KS-BASE", Choices.Default, Protect, Replace);
    private static readonly KsmInstance Wide = Of("KS-BASE-CPUS", Choices.Default.Size("cpu", 2), Protect);
    private static readonly KsmInstance Pages = Of("KS-BASE-PAGES", Choices.Default.Size("va", 3), Protect, Replace);
    private static readonly KsmInstance Small = Of("KS-BASE-SMALL", Choices.Default.Size("frame", 2), Protect, Replace);
    private static readonly KsmInstance BaseOld = Of("KS-BASE-4.13", Old, Protect, Replace);
    private static readonly KsmInstance BasePins = Of("KS-BASE-PINS", Pins, Protect);
    private static readonly KsmInstance BasePlain = Of("KS-BASE-PLAIN", Plain, Protect);
    private static readonly KsmInstance BasePinsOld = Of("KS-BASE-PINS-4.13", OldPins, Protect);
    private static readonly KsmInstance BaseDeferred = Of("KS-BASE-DEFERRED", Deferred, Protect);
    private static readonly KsmInstance DeferredOld = Of("KS-BASE-DEFERRED-4.13", Deferred.On(AnonymousKsm.Linux413), Protect);
    private static readonly KsmInstance BaseDevice = Of("KS-BASE-DEVICE", Device, Notice);
    private static readonly KsmInstance CompareFirst = Of("KS-CMPFIRST",
        Choices.Default.With(AnonymousKsm.CompareFirst), Compare);
    private static readonly KsmInstance NoCompare = Of("KS-NOCMP", Choices.Default.With(AnonymousKsm.NoCompare), Compare);
    private static readonly KsmInstance NoFlush = Of("KS-NOFLUSH", Choices.Default.With(AnonymousKsm.NoFlush), Protect);
    private static readonly KsmInstance CountFirst = Of("KS-COUNTFIRST", OldPins.With(AnonymousKsm.CountFirst), Protect);
    private static readonly KsmInstance NoCount = Of("KS-NOCOUNT", OldPins.With(AnonymousKsm.NoCount), Protect);
    private static readonly KsmInstance CountFirstNew = Of("KS-COUNTFIRST-6.19", Pins.With(AnonymousKsm.CountFirst), Protect, Share);
    private static readonly KsmInstance NoCountNew = Of("KS-NOCOUNT-6.19", Pins.With(AnonymousKsm.NoCount), Protect, Share);
    private static readonly KsmInstance CountFirstPlain = Of("KS-COUNTFIRST-PLAIN", Plain.With(AnonymousKsm.CountFirst), Protect, Share);
    private static readonly KsmInstance NoCountPlain = Of("KS-NOCOUNT-PLAIN", Plain.With(AnonymousKsm.NoCount), Protect, Share);
    private static readonly KsmInstance NoPending = Of("KS-NOPENDING",
        Deferred.On(AnonymousKsm.Linux413).With(AnonymousKsm.NoPending), AnonymousKsm.NoPending.Source!);
    private static readonly KsmInstance NoPendingNew = Of("KS-NOPENDING-6.19",
        Deferred.With(AnonymousKsm.NoPending), AnonymousKsm.NoPending.Source!);
    private static readonly KsmInstance NoSame = Of("KS-NOSAME", Choices.Default.With(AnonymousKsm.NoSame), Replace);
    private static readonly KsmInstance NotifyLate = Of("KS-NOTIFYLATE", Late, Notice, AnonymousKsm.NotifyLate.Source!);
    private static readonly KsmInstance NotifyLateOld = Of("KS-NOTIFYLATE-4.13", Late.On(AnonymousKsm.Linux413), Notice,
        AnonymousKsm.NotifyLate.Source!);

    public override IEnumerable<Claim> Claims =>
    [
        Base.Claim("I-LOST", Proved,
            "No store to a page is lost when ksmd merges it with an equal one."),
        Base.Claim("I-ISO", Proved,
            "A store to one of two merged pages does not change the other."),
        Wide.Claim("I-LOST", Proved,
            "No store to a page is lost when ksmd merges it, with several CPUs that store to it."),
        Wide.Claim("I-ISO", Proved,
            "A store to one of two merged pages does not change the other, with several CPUs that store to them."),
        Pages.Claim("I-LOST", Proved,
            "No store to one of three pages is lost when ksmd merges two of them."),
        Pages.Claim("I-ISO", Proved,
            "A store to one of three pages does not change another one, whichever are merged."),
        Small.Claim("L-PROG", Proved,
            "ksmd gives back the pages and the page-table lock that it has taken, whether it merges a page or gives up."),
        BaseOld.Claim("I-LOST", Proved,
            "In Linux 4.13 as well, no store to a page is lost when ksmd merges it."),
        BaseOld.Claim("I-ISO", Proved,
            "In Linux 4.13 as well, a store to one of two merged pages does not change the other."),
        BasePins.Claim("I-LOST", Proved,
            "No write of a device to a page that get_user_pages_fast() has pinned is lost when ksmd tries to merge the page.",
            "The count comes after the PTE was cleared: a pin is either in the count, or the fast path finds another PTE on its "
                + "second look and drops its reference."),
        BasePins.Claim("I-ISO", Proved,
            "A write of a device to a page that get_user_pages_fast() has pinned changes no other page."),
        BasePlain.Claim("I-LOST", Proved,
            "No write of a device to a page that get_user_pages_fast() has got a plain reference to (FOLL_GET) is lost when ksmd tries "
                + "to merge the page."),
        BasePinsOld.Claim("I-LOST", Proved,
            "In Linux 4.13 as well, no write of a device to a page that get_user_pages_fast() has got is lost when ksmd tries to merge "
                + "the page."),
        BasePinsOld.Claim("I-ISO", Proved,
            "In Linux 4.13 as well, a write of a device to a page that get_user_pages_fast() has got changes no other page."),
        BaseDeferred.Claim("I-LOST", Proved,
            "No store is lost in a merge while MADV_FREE and userfaultfd put off their flushes."),
        DeferredOld.Claim("I-LOST", Proved,
            "In Linux 4.13, no store is lost in a merge while MADV_FREE and clear_refs put off their flushes."),
        DeferredOld.Claim("I-ISO", Proved,
            "In Linux 4.13, no store changes another page while MADV_FREE and clear_refs put off their flushes."),
        BaseDevice.Claim("I-LOST", Proved,
            "No store of a device that walks the page table is lost in a merge."),
        BaseDevice.Claim("I-ISO", Proved,
            "A store of a device that walks the page table changes no other page."),
        CompareFirst.Claim("I-LOST", Refuted(27),
            "Pages may be compared before they are write-protected.",
            "The page changes between the comparison and the write protection. The length of the run is that of two merges: the "
                + "first page becomes the KSM page without a comparison."),
        NoCompare.Claim("I-LOST", Refuted(25),
            "Pages of equal checksum may be merged without a comparison."),
        NoFlush.Claim("I-LOST", Refuted(21),
            "write_protect_page needs no flush.",
            "A CPU stores through an entry that is writable and dirty, after the comparison."),
        CountFirst.Claim("I-LOST", Refuted(17),
            "In Linux 4.13, the references of a page may be counted before its PTE is cleared.",
            "get_user_pages_fast() pins the page after the count. The page is write-protected all the same, the next "
                + "write fault copies it, and the device goes on writing to the old one."),
        CountFirst.Claim("I-ISO", Refuted(33),
            "In Linux 4.13, the references of a page may be counted before its PTE is cleared, as long as no other page changes.",
            "The device writes to the KSM page, to which another page was merged."),
        NoCount.Claim("I-LOST", Refuted(15),
            "In Linux 4.13, the references of a page need not be counted at all."),
        CountFirstNew.Claim("I-LOST", Proved,
            "In Linux 6.19, no write of a device to a pinned page (FOLL_PIN) is lost even if references are counted before the PTE is "
                + "cleared.",
            "The second look does it: after PTE and TLB entries are gone, folio_try_share_anon_rmap_pte() asks whether the page may be "
                + "pinned, and write_protect_page gives up."),
        CountFirstNew.Claim("I-ISO", Proved,
            "In Linux 6.19, no write of a device to a pinned page (FOLL_PIN) changes another page even if references are counted before "
                + "the PTE is cleared."),
        NoCountNew.Claim("I-LOST", Proved,
            "In Linux 6.19, the references of a page need not be counted, as far as pins (FOLL_PIN) are concerned."),
        NoCountNew.Claim("I-ISO", Proved,
            "In Linux 6.19, the references of a page need not be counted, as far as pins (FOLL_PIN) and other pages are concerned."),
        CountFirstPlain.Claim("I-LOST", Refuted(15),
            "In Linux 6.19, the references of a page may be counted before its PTE is cleared, whatever the references are.",
            "A plain reference (FOLL_GET) is not seen by folio_maybe_dma_pinned(): the count alone stops the merge."),
        CountFirstPlain.Claim("I-ISO", Refuted(33),
            "In Linux 6.19, the references of a page may be counted before its PTE is cleared, as long as no other page changes."),
        NoCountPlain.Claim("I-LOST", Refuted(13),
            "In Linux 6.19, the references of a page need not be counted at all."),
        NoPending.Claim("I-LOST", Refuted(28),
            "In Linux 4.13, ksmd need not flush a page whose PTE is write-protected and clean.",
            "One call has cleaned the PTE, another has write-protected it, and neither has flushed yet: a CPU has an entry that is "
                + "writable and dirty. Four actors take part. Without dirty bits one call is enough: B-PENDING-KSM/buggy."),
        NoPendingNew.Claim("I-LOST", Proved,
            "In Linux 6.19, ksmd need not ask for pending flushes any more.",
            "Since 5.19 write_protect_page also flushes a page that is marked exclusive, and every page that a CPU can have a writable "
                + "entry of is so marked. Here the mark goes in write_protect_page only, after a flush. Two others take it, and are not "
                + "modelled: fork, which flushes before it drops mmap_lock, and reclaim (try_to_unmap_one), which may put its flush off; "
                + "the swap entry keeps the mark (pte_swp_mkexclusive), and the fault that maps the page again brings it back, unless the "
                + "page is being written out, which begins after the flush. mm_tlb_flush_pending does not count that flush either. "
                + "The kernel keeps the test."),
        NoPendingNew.Claim("I-ISO", Proved,
            "In Linux 6.19, ksmd need not ask for pending flushes any more, as far as other pages are concerned."),
        NoSame.Claim("I-LOST", Refuted(24),
            "replace_page need not compare the PTE with the one that was write-protected.",
            "do_wp_page cannot reuse a page that ksmd has locked, copies it, and the copy is replaced."),
        NotifyLate.Claim("I-LOST", Proved,
            "A device that shares the page table may lose its translation in mmu_notifier_invalidate_range_end, after the PTE was set."),
        NotifyLate.Claim("I-ISO", Proved,
            "A device that shares the page table may lose its translation late, as far as other pages are concerned.",
            "Before the comparison, late is early enough. After it both pages are read-only and equal, ksmd still has a reference to "
                + "the old one, and a write fault drops the translation under the page-table lock."),
        NotifyLateOld.Claim("I-LOST", Proved,
            "From Linux 4.15 to 5.8, where it does lose it late, no store of a device that shares the page table is lost in a merge."),
        NotifyLateOld.Claim("I-ISO", Proved,
            "From Linux 4.15 to 5.8, no store of a device that shares the page table changes another page."),
    ];

    private static KsmInstance Of(string id, Choices choices, params Source[] sources) => new(id, choices, [.. sources]);

    private sealed record KsmInstance(string Id, Choices Choices, params ImmutableArray<Source> Sources)
        : InstanceClaims(Id, new AnonymousKsm(), Choices, Sources);
}
