using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.ExtentSeals;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.ExtentSeals;

/// <summary>F_SEAL_IOMAP: a seal that protects its holder, who may release it.</summary>
public sealed class SealsOfBlockMaps : ClaimList
{
    private static readonly Choices Small = Choices.Default.With(MapDirect.Fcntl);
    private static readonly Choices Wide = Small.Size("unit", 2);

    private static readonly InstanceClaims Anyone = new("SL-IOMAP-CLEAR-ANY", new MapDirect(),
        Small.With(MapDirect.ClearAny).Assume(MapDirect.Keep), Posts.Chinner);

    private static readonly InstanceClaims Owner = new("SL-IOMAP-OWNER", new MapDirect(), Wide, Posts.Chinner);

    private static readonly InstanceClaims OwnerPin = new("SL-IOMAP-OWNER-PIN", new MapDirect(), Small, Posts.Chinner, Posts.Registration);

    private static readonly InstanceClaims OwnerKeep = new("SL-IOMAP-OWNER-KEEP", new MapDirect(),
        Wide.Assume(MapDirect.Keep), Posts.Chinner);

    public override IEnumerable<Claim> Claims =>
    [
        Anyone.Claim("I-SEALX", Refuted(7),
            "A seal of the block map that whoever has the file open can clear keeps the map for the process that "
                + "relies on it.",
            "One process seals and registers, another clears, and truncate goes through."),
        Anyone.Claim("I-DMA", Refuted(11),
            "With a seal of the block map that whoever has the file open can clear, a registration is safe if its "
                + "process keeps the seal."),
        Owner.Claim("I-SEALX", Proved,
            "If each holder can clear its own seal only, the block map does not change while a holder remains."),
        Owner.Claim("I-HELD", Proved,
            "If each holder can clear its own seal only, the file is sealed as long as a holder remains, and no longer."),
        OwnerPin.Claim("I-DMA", Refuted(11),
            "If each holder can clear its own seal only, a registration is safe.",
            "Its own process clears the seal while the NIC still writes: the seal does not know of the "
                + "registration."),
        OwnerKeep.Claim("I-DMA", ProvedIf,
            "If each holder clears its own seal only, and not before it has deregistered, a registration is safe."),
    ];
}
