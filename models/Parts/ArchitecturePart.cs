using System.Collections.Immutable;
using Verify.Language.Parts;
using Verify.Models.Hardware;

namespace Verify.Models.Parts;

internal static class ArchitecturePart
{
    public static HardwarePart Part { get; } = new("architecture",
        "how invalidations reach other processors, and what they drop; the names that are given are profiles, or all four")
    {
        Parameters = [.. Architecture.All.Select(one => new PartParameter(one.Profile.Name, PartParameterKind.Flag, one.Profile.Text))],
        Words =
        [
            new PartWord.Value("broadcasts", "", "the hardware invalidates on all processors; else they are interrupted",
                (use, _) => use.Get<Architecture>().Remote == RemoteInvalidation.Broadcast),
            new PartWord.Value("may_overwrite", "", "a valid entry may get another address without being invalid in between",
                (use, _) => use.Get<Architecture>().AllowsLiveOverwrite),
        ],
        // One architecture alone leaves no choice.
        Profiles = names => Named(names) is [_] ? [] : [.. Named(names).Select(one => one.Profile)],
        NotModelled = names => Named(names) is [var only] ? only.NotModelledHere : Architecture.NotModelled,
        Declare = use => use.Add(Named(use.Flags) is [var only] ? only : Named(use.Flags).First(one => use.Model.Is(one.Profile))),
    };

    private static ImmutableArray<Architecture> Named(IReadOnlySet<string> names) =>
        names.Count == 0 ? Architecture.All : [.. Architecture.All.Where(one => names.Contains(one.Profile.Name))];
}
