using System.Collections.Immutable;
using Verify.Language.Parts;

namespace Verify.Models.Parts;

/// <summary>The parts of the hardware that protocol files use, each after those that it needs.</summary>
public static class HardwareParts
{
    /// <summary>All parts.</summary>
    public static ImmutableArray<HardwarePart> All { get; } =
    [
        ArchitecturePart.Part, FrameAllocatorPart.Part, PageTablePart.Part, TlbPart.Part, PagingStructureCachePart.Part,
        ShootdownPart.Part, AddressSpacesPart.Part, DeviceTlbPart.Part,
    ];
}
