using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Who finds a PTE changed asks whether its flush is still to come.</summary>
public sealed class Pending : ClaimList
{
    private static readonly Source Comment = Source.Kernel("mm_tlb_flush_pending", "include/linux/mm_types.h", "v4.13.4");

    private static readonly MmInstance Counter = Of("B-PENDING", Choices.Default);
    private static readonly MmInstance CounterOnArm = Of("B-PENDING-ARM", Choices.Default.On(Architecture.Arm64.Profile));
    private static readonly MmInstance Flag = Of("B-PENDING/buggy", Choices.Default.With(TlbFlushPending.Flag));
    private static readonly MmInstance Never = Of("B-PENDING/never-asked", Choices.Default.With(TlbFlushPending.NeverAsked));

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims =>
    [
        Counter.Claim("I-FREE", Proved,
            "With tlb_flush_pending as a counter, a page whose PTE somebody has changed is migrated only after its flush."),
        Counter.Claim("I-USE", Proved,
            "With tlb_flush_pending as a counter, no access goes to a page that was migrated away."),
        CounterOnArm.Claim("I-USE", Proved,
            "With tlb_flush_pending as a counter, no access goes to a page that was migrated away, on Arm too."),
        Flag.Claim("I-FREE", Refuted(10),
            "tlb_flush_pending need only say whether some flush is pending."),
        Flag.Claim("I-USE", Refuted(11),
            "tlb_flush_pending need only say whether some flush is pending, as long as only accesses count.",
            "The first scan to finish clears the flag for both, even one that found nothing to change. The fault then "
                + "migrates a page that another CPU still reaches."),
        Never.Claim("I-USE", Refuted(7),
            "A PTE that allows no access is not cached by any CPU."),
    ];

    private static MmInstance Of(string id, Choices choices) =>
        new(id, choices, Comment, TlbFlushPending.Flag.Source!) { Family = new TlbFlushPending() };
}
