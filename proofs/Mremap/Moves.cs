using Verify.Claims;
using Verify.Hardware;
using Verify.Mechanisms;
using Verify.Modelling;
using static Verify.Proofs.Variant;

namespace Verify.Proofs;

/// <summary>Moved PTEs, and the flush of where they were.</summary>
public sealed class Moves : ClaimList
{
    private static readonly Anchor Move = Anchor.Kernel("move_ptes", "mm/mremap.c");
    private static readonly Choices Wide = Choices.Default.Size("frame", 2);

    private static readonly Variant Upstream = Of("B-MREMAP", Wide);
    private static readonly Variant OnArm = Of("B-MREMAP-ARM", Wide.On(Architecture.Arm64.Profile));
    private static readonly Variant Late = Of("B-MREMAP/buggy", Choices.Default.With(Mremap.FlushLate));

    /// <inheritdoc/>
    public override IEnumerable<Claim> Claims =>
    [
        Upstream.Claim("I-FREE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, nobody frees a moved page too early."),
        Upstream.Claim("I-USE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, no access goes through a stale TLB "
                + "entry."),
        OnArm.Claim("I-USE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, no access goes through a stale TLB "
                + "entry, on Arm too."),
        Late.Claim("I-FREE", Refuted(9),
            "mremap may flush the old range after it has dropped the page-table locks."),
        Late.Claim("I-USE", Refuted(10),
            "mremap may flush the old range after it has dropped the page-table locks, as long as only accesses count.",
            "ftruncate zaps the page where it is now, flushes that address and frees the page. The old address is still "
                + "cached elsewhere."),
    ];

    private static Variant Of(string id, Choices choices) =>
        new(id, choices, Move, Mremap.FlushLate.Source!) { Family = new Mremap() };
}
