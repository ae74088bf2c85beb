using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.ExclusiveAccess;
using Verify.Models.FilePages;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.ExclusiveAccess;

/// <summary>Exclusive access of a device to a page: as it was proposed, and as Linux has it.</summary>
public sealed class ExclusiveWrites : ClaimList
{
    private static readonly Choices Plain = Choices.Default;
    private static readonly Choices Wide = Plain.Size("cpu", 3);
    private static readonly Choices Dropping = Plain.With(DeviceExclusive.Zap);

    private static readonly InstanceClaims Base = Proposed("EX-OK", Wide.With(WriteProtection.Pins).Assume(WriteProtection.NoPins));
    private static readonly InstanceClaims NoDrain = Proposed("EX-NODRAIN", Plain.With(WriteProtection.NoDrain));
    private static readonly InstanceClaims Write = Proposed("EX-WRITE2", Plain.With(WriteProtection.WriteUnchecked), Mails.Glisse);
    private static readonly InstanceClaims NoFlush = Proposed("EX-NOFLUSH", Plain.With(WriteProtection.NoFlush));

    private static readonly InstanceClaims Upstream = Linux("EX-UPSTREAM", Dropping);
    private static readonly InstanceClaims UpstreamWide = Linux("EX-UPSTREAM-WIDE", Wide.With(DeviceExclusive.Zap));
    private static readonly InstanceClaims Pinned = Linux("EX-UPSTREAM-GUP",
        Dropping.With(DeviceExclusive.Pins).Assume(DeviceExclusive.NoPins));

    private static readonly InstanceClaims NoRetry = Linux("EX-UPSTREAM-NORETRY", Dropping.With(DeviceExclusive.NoRetry));
    private static readonly InstanceClaims NoRetryKept = Linux("EX-UPSTREAM-NORETRY-KEPT", Plain.With(DeviceExclusive.NoRetry));
    private static readonly InstanceClaims EarlyUnlock = Linux("EX-UPSTREAM-UNLOCK", Dropping.With(DeviceExclusive.EarlyUnlock));
    private static readonly InstanceClaims Neither = Linux("EX-UPSTREAM-NEITHER",
        Plain.With(DeviceExclusive.EarlyUnlock, DeviceExclusive.NoRetry));

    private static readonly InstanceClaims NotifyLate = Linux("EX-UPSTREAM-LATE", Plain.With(DeviceExclusive.NotifyLate));
    private static readonly InstanceClaims NotDrained = Linux("EX-UPSTREAM-NODRAIN", Plain.With(DeviceExclusive.NoDrain));

    public override IEnumerable<Claim> Claims =>
    [
        Base.Claim("I-EXCL", ProvedIf,
            "If a page is write-protected, flushed and not referenced otherwise, and each write by others waits until the device "
                + "has stopped, nothing else stores to the page while the device has it.",
            "The references are counted after the flush. A page that was pinned before is written to without a fault."),
        Base.Claim("I-LOST", ProvedIf,
            "Under the same conditions no store is lost when the device reads the page and writes it back."),
        Base.Claim("L-PROG", Proved,
            "A write by others ends, as the device stops when it is asked."),
        NoDrain.Claim("I-EXCL", Refuted(11),
            "The callback may return at once, as it must not block."),
        NoDrain.Claim("I-LOST", Refuted(12),
            "The callback may return at once: no store is lost.",
            "The device has read the page and not written it back yet. A callback that takes exclusive access away has to wait."),
        Write.Claim("I-EXCL", Refuted(9),
            "It is enough that page faults call the driver."),
        Write.Claim("I-LOST", Refuted(11),
            "It is enough that page faults call the driver: no store is lost.",
            "write(2) stores through the kernel's own mapping, and takes no fault."),
        NoFlush.Claim("I-EXCL", Refuted(10),
            "It is enough that PTEs are write-protected: the TLBs need no flush."),
        Upstream.Claim("I-EXCL", Proved,
            "make_device_exclusive() gives a device exclusive access: no CPU stores to the page until the driver's callback has "
                + "returned.",
            "References that get_user_pages() took before are left out, as its comment says; see EX-UPSTREAM-GUP."),
        Upstream.Claim("I-LOST", Proved,
            "With make_device_exclusive(), no store of a CPU is lost when the device reads the page and writes it back."),
        Upstream.Claim("I-DEVICE", Proved,
            "After make_device_exclusive(), the device maps the page only while the process has a device-exclusive entry for it."),
        Upstream.Claim("I-PTE", Proved,
            "A fault, a grant and MADV_DONTNEED leave no device-exclusive entry beside a PTE that is present."),
        Upstream.Claim("L-PROG", Proved,
            "A fault on a device-exclusive entry ends."),
        UpstreamWide.Claim("I-EXCL", Proved,
            "With three CPUs as well, make_device_exclusive() gives a device exclusive access."),
        Pinned.Claim("I-EXCL", ProvedIf,
            "make_device_exclusive() excludes direct I/O to a page that was pinned before, if there is none.",
            "Believed to be safe without a condition. make_device_exclusive() counts no references, and takes one itself by "
                + "get_user_pages(); its comment leaves such pages to the caller."),
        Pinned.Claim("I-LOST", ProvedIf,
            "No store of direct I/O is lost, if there is none to a page that the device has."),
        NoRetry.Claim("I-EXCL", Refuted(17),
            "As the folio lock is held until the device has mapped the page, the driver need not compare the sequence number.",
            "MADV_DONTNEED takes no folio lock. It calls the driver before the device has mapped the page, and drops the entry."),
        NoRetry.Claim("I-DEVICE", Refuted(18),
            "Without the sequence number, the device maps nothing that the process has dropped."),
        NoRetryKept.Claim("I-EXCL", Proved,
            "As long as the process drops nothing, the folio lock is enough."),
        EarlyUnlock.Claim("I-EXCL", Proved,
            "The folio lock may be dropped before the device has mapped the page, as the driver compares the sequence number.",
            "The lock is there for progress: without it CPU and device can take the page from each other before either has used "
                + "it. The comment in mm/memory.c says so."),
        Neither.Claim("I-EXCL", Refuted(18),
            "Neither the folio lock nor the sequence number is needed."),
        NotifyLate.Claim("I-EXCL", Refuted(15),
            "A fault may restore the PTE before it calls the driver."),
        NotDrained.Claim("I-LOST", Refuted(19),
            "The driver's callback need not wait until the device has finished."),
    ];

    private static InstanceClaims Proposed(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, new WriteProtection(), choices, [Mails.Proposal, .. sources]);

    private static InstanceClaims Linux(string id, Choices choices) => new(id, new DeviceExclusive(), choices, DeviceExclusive.Code);
}
