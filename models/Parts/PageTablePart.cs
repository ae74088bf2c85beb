using Verify.Language.Parts;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class PageTablePart
{
    public static HardwarePart Part { get; } = new("page_table", "the leaf entries of one address space")
    {
        Parameters =
        [
            new("cpu", PartParameterKind.Sort, "processors"),
            new("va", PartParameterKind.Sort, "addresses"),
            new("frame", PartParameterKind.Sort, "physical frames"),
            new("permissions", PartParameterKind.Flag, "entries have the bits writable and dirty; a new one is writable and clean"),
            new("per_cpu", PartParameterKind.Flag, "each processor has a table of its own: pte[cpu, va]"),
        ],
        State =
        [
            ("translation", "a record: frame, writable and dirty with permissions, and the ghost stale"),
            ("pte[va]: translation?", "the entry of each address"),
        ],
        Words =
        [
            new PartWord.Value("mk_pte", "f: frame", "a new translation to a frame", (use, of) => use.Get<Translation>().To(of[0])),
            new PartWord.Value("is_stale", "entry: translation?", "the frame was freed since the entry was made",
                (use, of) => use.Get<Translation>().IsStale(of[0])),
            new PartWord.Value("leads_to", "entry: translation?, f: frame", "the entry is there and leads to the frame",
                (use, of) => use.Get<Translation>().Names(of[0], of[1])),
            new PartWord.Value("is_mapped", "f: frame", "some PTE leads to the frame", (use, of) => use.Get<PageTable>().Names(of[0])),
            new PartWord.Value("has_ptes", "", "some PTE is there", (use, _) => use.Get<PageTable>().HasEntries),
        ],
        Declare = use =>
        {
            var translation = use.Add(new Translation(use.Model, use.Sort("frame"), use.Has("permissions")));
            use.Declare("translation", translation.Sort);
            var pages = use.Add(new PageTable(use.Model, use.Sort("cpu"), use.Sort("va"), translation, use.Has("per_cpu")));
            use.Find<FrameAllocator>()?.Register(pages);
        },
    };
}
