using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.ExtentSeals;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Dax;

/// <summary>Other proposals: seals that are taken later, flags with other guarantees, and shared extents.</summary>
public sealed class OtherPromises : ClaimList
{
    private static readonly Choices Small = Choices.Default;
    private static readonly Choices Wide = Choices.Default.Size("unit", 2);

    private static readonly InstanceClaims Late = new("DX-LATE", new MapDirect(),
        Wide.With(MapDirect.SealFirst, MapDirect.Killed), Posts.Registration);

    private static readonly InstanceClaims LateRace = new("DX-LATE-RACE", new MapDirect(),
        Small.With(MapDirect.SealLast), Posts.Registration);

    private static readonly InstanceClaims LateChecked = new("DX-LATE-CHECKED", new MapDirect(),
        Wide.With(MapDirect.SealLast, MapDirect.LookAgain, MapDirect.Killed), Posts.Registration);

    private static readonly InstanceClaims Sync = new("DX-SYNC", new MapDirect(),
        Small.With(MapDirect.MapSync), Posts.HellwigQuoted);

    private static readonly InstanceClaims Pinned = new("DX-MPIN", new MapDirect(), Small.With(MapDirect.VmPinned), Posts.Pinned);

    private static readonly InstanceClaims PinnedMemory = new("DX-MPIN-ANON", new MapDirect(),
        Wide.With(MapDirect.VmPinned, MapDirect.Anonymous, MapDirect.Killed), Posts.Pinned);

    private static readonly InstanceClaims Shared = new("DX-REFLINK-SHARED", new MapDirect(),
        Wide.With(MapDirect.SealOfMapping, MapDirect.Reflink).Assume(MapDirect.PinInVma), Posts.Chinner);

    private static readonly InstanceClaims SharedAndCopied = new("DX-REFLINK-COPY", new MapDirect(),
        Wide.With(MapDirect.SealOfMapping, MapDirect.Reflink, MapDirect.CopyOnFault).Assume(MapDirect.PinInVma), Posts.Sealed);

    private static readonly InstanceClaims Clone = new("DX-REFLINK-CLONE", new MapDirect(),
        Wide.With(MapDirect.SealOfMapping, MapDirect.Reflink, MapDirect.UnshareFirst).Assume(MapDirect.PinInVma), Posts.Sealed);

    private static readonly InstanceClaims CloneAnyway = new("DX-REFLINK-CLONE-SEALED", new MapDirect(),
        Small.With(MapDirect.SealOfMapping, MapDirect.Reflink, MapDirect.UnshareFirst, MapDirect.CloneSealed)
            .Assume(MapDirect.PinInVma), Posts.Sealed);

    public override IEnumerable<Claim> Claims =>
    [
        Late.Claim("I-DMA", Proved,
            "If the registration itself takes the seal, before it looks pages up, no DMA lands on a block that is "
                + "not the file's, however the process unmaps and exits.",
            "Nothing has to be looked at again afterwards: what is pinned under the seal cannot change. The "
                + "problem has nothing to do with mmap, and all with get_user_pages."),
        LateRace.Claim("I-DMA", Refuted(10),
            "It does not matter whether a registration seals the block map before or after it looks pages up.",
            "A truncate fits between the two: the seal then guards a map that no longer leads to what is pinned."),
        Late.Claim("I-LIFE", Proved,
            "The seal that a registration takes does not outlive the process."),
        Late.Claim("I-HELD", Proved,
            "A file is sealed as long as a registration holds its seal, and no longer."),
        LateChecked.Claim("I-HELD", Proved,
            "A registration that finds its blocks gone gives its seal back."),
        LateChecked.Claim("I-DMA", Proved,
            "A registration that seals after it has looked pages up lets no DMA land on another file's block, if it then "
                + "looks whether they are still the file's.",
            "So one of the two is enough: to seal first, or to look again."),
        Sync.Claim("I-DMA", Refuted(7),
            "MAP_SYNC and MAP_POPULATE make sure that all blocks and PTEs are there, so a registration of the "
                + "mapping is safe.",
            "They are there when mmap returns. Nothing keeps them: MAP_SYNC is about what is on the medium "
                + "(MS-SYNC), and MAP_POPULATE about the past."),
        Pinned.Claim("I-DMA", Refuted(8),
            "mm_mpin() keeps the pages of a VMA at their physical addresses, so a registration of a DAX mapping "
                + "is safe.",
            "It speaks to migration and reclaim, and truncate is neither: a block has no reference count that the "
                + "filesystem would look at."),
        PinnedMemory.Claim("I-DMA", Proved,
            "mm_mpin() keeps DMA into a registration of anonymous memory on its own pages.",
            "It holds without mm_mpin() too, because a page of memory is freed with its last reference. What "
                + "mm_mpin() adds is that the page stays where it is also while nobody has it registered."),
        Shared.Claim("I-DMA", ProvedIf,
            "A sealed file whose extent is shared with another one keeps its blocks."),
        Shared.Claim("I-ISO", Refuted(6),
            "It does no harm to seal a file whose extent is shared with another one.",
            "The block belongs to both, and the NIC writes into both. The sharing has to be broken before the "
                + "seal. XFS of 2017 had no DAX on a filesystem with reflink, so that nobody met this."),
        SharedAndCopied.Claim("I-ISO", ProvedIf,
            "Where a write fault on a shared extent needs a block of the file's own, sealing a shared file does "
                + "not let DMA reach the other one.",
            "A finding: with the fault handling that came later, the seal refuses the new block, the fault ends "
                + "in SIGBUS, and there is no PTE that could be registered. Safe, and useless for that file until it is "
                + "unshared."),
        Clone.Claim("I-ISO", ProvedIf,
            "If only files without shared extents are sealed, and a sealed file cannot be cloned, DMA into one "
                + "file never changes another."),
        CloneAnyway.Claim("I-ISO", Refuted(6),
            "It is enough that a file shares no extent when it is sealed.",
            "A clone made afterwards shares what the NIC writes to: v4 is right to refuse it."),
    ];
}
