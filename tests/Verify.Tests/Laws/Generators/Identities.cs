using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws.Generators;

/// <summary>Permutations of identities and their effect on values, implemented in the simplest way.</summary>
internal static class Identities
{
    /// <summary>Collects the scalar sets in a sort by text, because two sets of the same name may differ.</summary>
    public static void Collect(Sort sort, Dictionary<string, Sort.ScalarSet> sets)
    {
        switch (sort)
        {
            case Sort.ScalarSet scalar:
                sets[scalar.Text] = scalar;
                break;
            case Sort.Optional optional:
                Collect(optional.Of, sets);
                break;
            case Sort.Record record:
                record.Fields.ToList().ForEach(field => Collect(field.Sort, sets));
                break;
            case Sort.Mapping map:
                Collect(map.Key, sets);
                Collect(map.Value, sets);
                break;
        }
    }

    /// <summary>All permutations of the members of all sets at once; the entry at i is the image of i.</summary>
    public static IEnumerable<ImmutableDictionary<string, int[]>> All(IReadOnlyDictionary<string, Sort.ScalarSet> sets)
    {
        IEnumerable<ImmutableDictionary<string, int[]>> all = [ImmutableDictionary<string, int[]>.Empty];
        return sets.Aggregate(all, (some, set) => some.SelectMany(
            one => Permutations(set.Value.Members.Length).Select(permutation => one.Add(set.Key, permutation))));
    }

    /// <summary>The image of a value under a permutation.</summary>
    public static Value Permuted(Value value, IReadOnlyDictionary<string, int[]> permutation)
    {
        switch (value.Sort)
        {
            case Sort.ScalarSet scalar:
                return Value.Scalar(scalar, permutation[scalar.Text][value.Number]);
            case Sort.Optional:
                return value.Number == 0 ? value : Value.Some(value.Sort, Permuted(value.Items[0], permutation));
            case Sort.Record:
                return Value.Of(value.Sort, [.. value.Items.Select(item => Permuted(item, permutation))]);
            case Sort.Mapping map:
                var items = value.Items.ToArray();
                foreach (var key in Value.All(map.Key))
                {
                    items[Permuted(key, permutation).CodeIn(map.Key)] = Permuted(value.Items[key.CodeIn(map.Key)], permutation);
                }

                return Value.Of(value.Sort, [.. items]);
            default:
                return value;
        }
    }

    private static IEnumerable<int[]> Permutations(int count) => count == 0
        ? [[]]
        : Permutations(count - 1).SelectMany(p => Enumerable.Range(0, count)
            .Select(at => p.Take(at).Append(count - 1).Concat(p.Skip(at)).ToArray()));
}
