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
    private static readonly Source Compare = Source.Kernel("try_to_merge_one_page", "mm/ksm.c", "v6.19");
    private static readonly Source Notice = new("When do you need to notify inside page table lock?",
        "Documentation/mm/mmu_notifier.rst, v6.19");

    private static readonly Choices Old = Choices.Default.On(AnonymousKsm.Linux413);
    private static readonly Choices Pins = Choices.Default.With(AnonymousKsm.Pins);
    private static readonly Choices Deferred = Choices.Default.With(AnonymousKsm.Deferred).Size("frame", 2);
    private static readonly Choices Device = Choices.Default.With(AnonymousKsm.Device);
    private static readonly Choices Late = Device.With(AnonymousKsm.NotifyLate);

    private static readonly KsmInstance Base = Of("KS-BASE", Choices.Default, Protect, Replace);
    private static readonly KsmInstance Wide = Of("KS-BASE-CPUS", Choices.Default.Size("cpu", 2), Protect);
    private static readonly KsmInstance Pages = Of("KS-BASE-PAGES", Choices.Default.Size("va", 3), Protect, Replace);
    private static readonly KsmInstance BaseOld = Of("KS-BASE-4.13", Old, Protect, Replace);
    private static readonly KsmInstance BasePins = Of("KS-BASE-PINS", Pins, Protect);
    private static readonly KsmInstance BaseDeferred = Of("KS-BASE-DEFERRED", Deferred, Protect);
    private static readonly KsmInstance DeferredOld = Of("KS-BASE-DEFERRED-4.13", Deferred.On(AnonymousKsm.Linux413), Protect);
    private static readonly KsmInstance BaseDevice = Of("KS-BASE-DEVICE", Device, Notice);
    private static readonly KsmInstance CompareFirst = Of("KS-CMPFIRST",
        Choices.Default.With(AnonymousKsm.CompareFirst), Compare);
    private static readonly KsmInstance NoCompare = Of("KS-NOCMP", Choices.Default.With(AnonymousKsm.NoCompare), Compare);
    private static readonly KsmInstance NoFlush = Of("KS-NOFLUSH", Choices.Default.With(AnonymousKsm.NoFlush), Protect);
    private static readonly KsmInstance CountFirst = Of("KS-COUNTFIRST", Pins.With(AnonymousKsm.CountFirst), Protect);
    private static readonly KsmInstance NoCount = Of("KS-NOCOUNT", Pins.With(AnonymousKsm.NoCount), Protect);
    private static readonly KsmInstance NoPending = Of("KS-NOPENDING",
        Deferred.On(AnonymousKsm.Linux413).With(AnonymousKsm.NoPending), AnonymousKsm.NoPending.Source!);
    private static readonly KsmInstance NoPendingNew = Of("KS-NOPENDING-6.19",
        Deferred.With(AnonymousKsm.NoPending), AnonymousKsm.NoPending.Source!);
    private static readonly KsmInstance NoSame = Of("KS-NOSAME", Choices.Default.With(AnonymousKsm.NoSame), Replace);
    private static readonly KsmInstance NotifyLate = Of("KS-NOTIFYLATE", Late, Notice, AnonymousKsm.NotifyLate.Source!);

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
        CountFirst.Claim("I-LOST", Refuted(15),
            "The references of a page may be counted before its PTE is cleared.",
            "get_user_pages_fast() pins the page after the count. The page is write-protected all the same, the next "
                + "write fault copies it, and the device goes on writing to the old one."),
        CountFirst.Claim("I-ISO", Refuted(33),
            "The references of a page may be counted before its PTE is cleared, as long as no other page changes.",
            "The device writes to the KSM page, to which another page was merged."),
        NoCount.Claim("I-LOST", Refuted(13),
            "The references of a page need not be counted at all."),
        NoPending.Claim("I-LOST", Refuted(28),
            "In Linux 4.13, ksmd need not flush a page whose PTE is write-protected and clean.",
            "One call has cleaned the PTE, another has write-protected it, and neither has flushed yet: a CPU has an entry that is "
                + "writable and dirty. Four actors take part. Without dirty bits one call is enough: B-PENDING-KSM/buggy."),
        NoPendingNew.Claim("I-LOST", Proved,
            "In Linux 6.19, ksmd need not ask for pending flushes any more.",
            "Since 5.19 write_protect_page also flushes a page that is marked exclusive, and every page that a CPU can have a writable "
                + "entry of is so marked. The mark goes only with a flush, here in write_protect_page itself; fork, which takes it "
                + "too, flushes before it drops mmap_lock, and is not modelled. The kernel keeps the test."),
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
    ];

    private static KsmInstance Of(string id, Choices choices, params Source[] sources) => new(id, choices, [.. sources]);

    private sealed record KsmInstance(string Id, Choices Choices, params ImmutableArray<Source> Sources)
        : InstanceClaims(Id, new AnonymousKsm(), Choices, Sources);
}
