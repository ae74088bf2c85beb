using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.ExtentSeals;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.ExtentSeals;

/// <summary>The seal of MAP_DIRECT: its lifetime, and the lifetime that it would need.</summary>
public sealed class MapDirectSeals : ClaimList
{
    private static readonly Source Exit = Source.Kernel("do_exit", "kernel/exit.c: exit_mm() before exit_files()", "v4.13.4");
    private static readonly Choices Seal = Choices.Default.Size("unit", 2).With(MapDirect.SealOfMapping);
    private static readonly Choices Small = Choices.Default.With(MapDirect.SealOfMapping);

    private static readonly InstanceClaims Direct = new("DX-SEAL", new MapDirect(),
        Seal.With(MapDirect.Killed).Assume(MapDirect.PinInVma), Posts.Sealed, Posts.Direct, Posts.HellwigQuoted);

    private static readonly InstanceClaims Munmap = new("DX-SEAL-MUNMAP", new MapDirect(), Small, Posts.Direct, Posts.Registration);

    private static readonly InstanceClaims Exits = new("DX-SEAL-EXIT", new MapDirect(),
        Small.With(MapDirect.Killed).Assume(MapDirect.Orderly), Posts.HellwigQuoted, Exit);

    private static readonly InstanceClaims Fork = new("DX-SEAL-FORK", new MapDirect(),
        Seal.With(MapDirect.Killed, MapDirect.Forks).Assume(MapDirect.PinInVma), Posts.HellwigQuoted, Posts.Direct);

    private static readonly InstanceClaims Counted = new("DX-SEAL-REFCNT", new MapDirect(),
        Seal.With(MapDirect.Killed, MapDirect.Forks, MapDirect.CountPins), Posts.Registration);

    private static readonly InstanceClaims Coarse = new("DX-COARSE", new MapDirect(),
        Seal.With(MapDirect.Append).Assume(MapDirect.PinInVma), Posts.Sealed, Posts.Chinner);

    public override IEnumerable<Claim> Claims =>
    [
        Direct.Claim("I-DMA", ProvedIf,
            "While MAP_DIRECT seals the block map, no DMA lands on a block that is not the file's, if every "
                + "registration is undone before the last VMA goes away.",
            "The flag refuses what changes an extent: a change of size, fallocate, filling a hole, cloning, "
                + "swapping extents. A-VMAPIN is where it ends: see DX-SEAL-MUNMAP and DX-SEAL-EXIT."),
        Direct.Claim("I-LIFE", Proved,
            "The seal is released at the latest when the process exits.",
            "As a statement about the flag it is true. As one about safety it is not: DX-SEAL-EXIT."),
        Munmap.Claim("I-DMA", Refuted(10),
            "The seal lasts as long as it is needed: a process that has unmapped the file has no more use for its "
                + "blocks.",
            "The registration outlives the VMA. The last close clears the flag, truncate goes through, and the "
                + "NIC still has the address."),
        Munmap.Claim("I-ISO", Refuted(11),
            "At worst, a NIC writes into free space after a munmap.",
            "The block is another file's by then."),
        Exits.Claim("I-DMA", Refuted(10),
            "An application that deregisters before it unmaps is safe, because the seal is released only when the "
                + "process exits.",
            "It is killed, without a bug of its own: exit_mm() closes the VMAs, and with them the seal, before "
                + "exit_files() closes the file that holds the registration."),
        Fork.Claim("I-DMA", ProvedIf,
            "A child that inherits a MAP_DIRECT mapping does no harm: the seal counts its VMA too."),
        Fork.Claim("I-LIFE", Refuted(4),
            "The seal is released when the process that set it exits.",
            "A child keeps its VMA, and the seal with it: safe, and a file that nobody can truncate for as long "
                + "as the child lives."),
        Counted.Claim("I-DMA", Proved,
            "If the seal counts registrations as well as VMAs, no DMA lands on a block that is not the file's, "
                + "however processes unmap, fork and exit."),
        Counted.Claim("I-HELD", Proved,
            "A file is sealed as long as a VMA or a registration holds the seal of MAP_DIRECT, and no longer."),
        Fork.Claim("I-HELD", Proved,
            "The last VMA that goes away, the child's or the process's, takes the seal with it."),
        Coarse.Claim("I-DMA", ProvedIf,
            "A seal of the whole file keeps DMA where it belongs also when others append to the file."),
        Coarse.Claim("L-APPEND", Starves,
            "A seal of the block map is no hindrance to a process that only appends.",
            "The flag is that of the file, and a change of size is refused whatever the offset: each time it "
                + "tries, somebody has the file mapped."),
    ];
}
