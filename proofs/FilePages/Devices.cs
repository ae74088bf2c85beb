using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.FilePages;

/// <summary>Devices with page tables of their own, or with cached translations, while pages are replaced.</summary>
public sealed class Devices : ClaimList
{
    private static readonly Source Hmm = new("Address space mirroring", "Documentation/mm/hmm.rst, v6.19");
    private static readonly Source Notice = new("When do you need to notify inside page table lock?",
        "Documentation/mm/mmu_notifier.rst, v6.19");

    private static readonly Choices Notified = Choices.Default.Assume(DeviceMirror.Notified);
    private static readonly Choices Ats = Choices.Default.With(DeviceMirror.Ats);
    private static readonly Choices Ordered = Ats.Size("va", 2).Size("frame", 4);

    private static readonly MirrorInstance None = Of("FK-DEV-NONE", Choices.Default, Mails.Glisse);
    private static readonly MirrorInstance Notify = Of("FK-DEV-NOTIFY", Notified.Size("frame", 3), Hmm);
    private static readonly MirrorInstance NotifyOrdered = Of("FK-DEV-NOTIFY-ORDER",
        Notified.Size("va", 2).Size("frame", 4), Hmm);
    private static readonly MirrorInstance NoRetry = Of("FK-DEV-NORETRY", Notified.With(DeviceMirror.NoRetry), Hmm);
    private static readonly MirrorInstance NoWait = Of("FK-DEV-NOWAIT", Notified.With(DeviceMirror.NoWait), Hmm);
    private static readonly MirrorInstance Late = Of("FK-ATS", Ordered.With(DeviceMirror.NotifyLate), Notice);
    private static readonly MirrorInstance InTime = Of("FK-ATS-PTL", Ordered, Notice);

    public override IEnumerable<Claim> Claims =>
    [
        None.Claim("I-COH", Refuted(8),
            "Page tables of a device that the core does not know of do no harm.",
            "The device goes on reading the page that a copy has replaced."),
        Notify.Claim("I-COH", ProvedIf,
            "A device reads no old page if its driver takes part in the interval notifier, and tries again after an invalidation."),
        NotifyOrdered.Claim("I-ORDER", ProvedIf,
            "A device whose driver takes part in the interval notifier sees two writes in the order in which they were made."),
        NoRetry.Claim("I-COH", Refuted(8),
            "The driver may install what it has read without mmu_interval_read_retry.",
            "The invalidation has come in between, when the device had no entry yet that could be dropped."),
        NoWait.Claim("I-COH", Refuted(8),
            "mmu_interval_read_begin need not wait for an invalidation that has begun.",
            "The driver begins after the callback and reads the PTE before it is cleared: no later callback tells."),
        Late.Claim("I-COH", Refuted(6),
            "A device that translates by the page table of the process may be notified after the PTE leads to the new page."),
        Late.Claim("I-ORDER", Refuted(14),
            "A device may be notified late, as long as it only sees writes late.",
            "It sees the write to the second address and then not that to the first one, as the notice of the first is late: the "
                + "scenario of the kernel's documentation. From 4.15 to 6.5 callers had to choose; since 6.6 each flush of the CPUs "
                + "drops the translations of such devices as well."),
        InTime.Claim("I-COH", Proved,
            "A device that translates by the page table reads no old page if it is notified under the page-table lock, before the PTE "
                + "leads to the new page."),
        InTime.Claim("I-ORDER", Proved,
            "A device that is notified under the page-table lock sees two writes in the order in which they were made."),
    ];

    private static MirrorInstance Of(string id, Choices choices, params ImmutableArray<Source> sources) => new(id, choices, sources);

    private sealed record MirrorInstance(string Id, Choices Choices, params ImmutableArray<Source> Sources)
        : InstanceClaims(Id, new DeviceMirror(), Choices, Sources);
}
