using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Lowering;

/// <summary>The names of the leaves of a state in the notation of the model.</summary>
public static class LeafPaths
{
    /// <summary>One path per leaf, such as <c>tlb[cpu0][page1].frame</c>.</summary>
    public static ImmutableArray<string> Of(StateShape shape)
    {
        var paths = new string[shape.Leaves.Length];
        for (var i = 0; i < shape.Variables.Length; i++)
        {
            Name(shape.Variables[i], shape.Model.Variables[i].Name, paths);
        }

        return [.. paths];
    }

    private static void Name(SortLayout storage, string path, string[] paths)
    {
        switch (storage)
        {
            case SortLayout.Single single:
                paths[single.Leaf.Index] = path;
                break;
            case SortLayout.Flagged flagged:
                paths[flagged.Flag.Index] = $"{path}.HasValue";
                Name(flagged.Content, path, paths);
                break;
            case SortLayout.Group { Sort: Sort.Record record } group:
                for (var i = 0; i < group.Items.Length; i++)
                {
                    Name(group.Items[i], $"{path}.{record.Fields[i].Name}", paths);
                }

                break;
            case SortLayout.Group { Sort: Sort.Mapping map } group:
                foreach (var (key, item) in Value.All(map.Key).Zip(group.Items))
                {
                    Name(item, $"{path}[{key}]", paths);
                }

                break;
        }
    }
}
