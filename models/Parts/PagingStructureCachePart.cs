using Verify.Language.Parts;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class PagingStructureCachePart
{
    public static HardwarePart Part { get; } = new("paging_structure_cache",
        "one upper-level entry above all addresses, in a frame of the allocator, and what processors have cached of it")
    {
        Parameters = [new("cpu", PartParameterKind.Sort, "processors"), new("frame", PartParameterKind.Sort, "physical frames")],
        Needs = ["frame_allocator", "tlb"],
        State =
        [
            ("pmd: frame?", "the frame of the page table"),
            ("psc[cpu]: upper?", "the table that each processor has cached"),
            ("read_freed_table: bool", "a ghost: a walk went through a freed table"),
        ],
        Words =
        [
            new PartWord.Value("walks_freed_table", "c: cpu", "a walk would go through a frame that is no longer a page table",
                (use, of) => use.Get<PagingStructureCache>().ReadsFreedTable(of[0])),
            new PartWord.Effect("drop_upper", "c: cpu", "a processor drops its cached upper levels",
                (use, s, of) => use.Get<PagingStructureCache>().Drop(s, of[0])),
        ],
        Declare = use =>
        {
            var upper = use.Add(new PagingStructureCache(use.Model, use.Sort("cpu"), use.Sort("frame")));
            use.Get<FrameAllocator>().Register(upper);
            TlbPart.MmuOf(use);
        },
    };
}
