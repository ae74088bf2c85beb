using System.Collections.Immutable;
using Verify.Models.Hardware;

namespace Verify.Proofs.Hardware;

/// <summary>The parts that no claim about tags of address spaces needs.</summary>
public sealed class AddressSpaceTagsSurvivors() : SurvivorReasons(new AddressSpaceTags())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.Leak, "__free_pages: owner[frame] := Free"),
    ];
}

/// <summary>The parts that the claim about counted generations does not need.</summary>
public sealed class GenerationsSurvivors() : SurvivorReasons(new Generations())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("A PTE to a frame in other hands has the generation of now, and becomes stale with it.",
            "map: owner[frame] == AppBuf"),
        Because("Entries stay where they are: there are more of them to agree.",
            "unmap: pte[va] := None",
            "invalidate: tlb[cpu][va] := None"),
    ];
}
