using Verify.Language.Parts;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class FrameAllocatorPart
{
    public static HardwarePart Part { get; } = new("frame_allocator",
        "the owner of each frame, and other users of free frames; translations to a frame are stale from when it is freed")
    {
        Parameters =
        [
            new("frame", PartParameterKind.Sort, "physical frames"),
            new("initially", PartParameterKind.Choice, "the owner of every frame at the start") { Choices = [.. Enum.GetNames<Owner>()] },
            new("any_use", PartParameterKind.Flag, "other users take frames for any use; else kernel data stands for all"),
            new("buffers", PartParameterKind.Flag, "with any_use: they take buffers of applications too"),
        ],
        State =
        [
            ("Owner", $"an enum: {string.Join(", ", Enum.GetNames<Owner>())}"),
            ("owner[frame]: Owner", "the use of each frame"),
        ],
        Rules =
        [
            ("alloc_pages", "another user takes a free frame"),
            ("__free_pages", "it gives the frame back; buffers, and page tables if the file has them, are the protocol's own"),
        ],
        Words =
        [
            new PartWord.Effect("free", "f: frame", "the frame is free, and translations to it are stale",
                (use, s, of) => use.Get<FrameAllocator>().Free(s, of[0])),
        ],
        Declare = use =>
        {
            var initially = Enum.Parse<Owner>(use.Choices.GetValueOrDefault("initially", nameof(Owner.Free)));
            use.Add(new FrameAllocator(use.Model, use.Sort("frame"), initially));
            use.Declare("Owner", Sort.Enum<Owner>());
        },
        Follows = (use, sort) => use.Find<Translation>() is { } translation && Translations.IsIn(sort, translation),
        Adopt = (use, variable) => use.Get<FrameAllocator>().Register(new Translations(variable, use.Get<Translation>())),
        AddRules = use => use.Get<FrameAllocator>().AddReuse(use.Model, hasOwnTables: use.Find<PagingStructureCache>() is not null,
            intoBuffers: use.Has("buffers"), asAnything: use.Has("any_use")),
    };

    /// <summary>A variable of the file that keeps translations.</summary>
    private sealed class Translations(Expr variable, Translation translation) : IHolder
    {
        public static bool IsIn(Sort sort, Translation translation) => sort switch
        {
            _ when sort.Equals(translation.Sort) => true,
            Sort.Optional option => IsIn(option.Of, translation),
            Sort.Mapping map => IsIn(map.Value, translation),
            Sort.Record record => record.Fields.Any(field => IsIn(field.Sort, translation)),
            _ => false,
        };

        public void Outdate(StepBuilder s, Expr frame) => Outdate(s, variable, frame);

        private void Outdate(StepBuilder s, Expr at, Expr frame)
        {
            switch (at.Sort)
            {
                case var sort when sort.Equals(translation.Sort):
                    s.SetIf(at[translation.Frame] == frame, at[translation.Stale], true);
                    break;
                case Sort.Optional option when IsIn(option, translation):
                    s.If(at.HasValue, () => Outdate(s, at.Value, frame));
                    break;
                case Sort.Mapping map when IsIn(map, translation):
                    s.Each(map.Key, key => Outdate(s, at[key], frame));
                    break;
                case Sort.Record record:
                    foreach (var field in record.Fields)
                    {
                        Outdate(s, at[field], frame);
                    }

                    break;
            }
        }
    }
}
