using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Murphi.Execution;

/// <summary>A type of a Murphi text with its bounds filled in.</summary>
internal abstract record MurphiType
{
    private MurphiType()
    {
    }

    /// <summary>The type as a diagnostic names it.</summary>
    public abstract string Text { get; }

    /// <summary>A type with one value at a time.</summary>
    public sealed record Scalar(Sort Sort) : MurphiType
    {
        public override string Text => Sort switch
        {
            Sort.Boolean => "boolean",
            Sort.Enumeration enumeration => enumeration.Name,
            Sort.ScalarSet set => set.Name,
            _ => Sort.Text,
        };
    }

    /// <summary>A record; two records with one name are the same type.</summary>
    public sealed record Record(string Name, ImmutableArray<(string Name, MurphiType Type)> Fields) : MurphiType
    {
        public override string Text => Name;

        public bool Equals(Record? other) => other is not null && Name == other.Name
            && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>An array.</summary>
    public sealed record Array(Scalar Index, MurphiType Element) : MurphiType
    {
        public override string Text => $"array [{Index.Text}] of {Element.Text}";
    }

    /// <summary>True if a value of one type can be compared with one of another, or assigned to it.</summary>
    public static bool Fits(MurphiType one, MurphiType other) =>
        one is Scalar { Sort: Sort.Interval } ? other is Scalar { Sort: Sort.Interval } : one.Equals(other);
}

/// <summary>The sorts of variables: each scalar part that can be undefined becomes an option.</summary>
/// <param name="isOptional">Says whether a part, by its path, can be undefined.</param>
internal sealed class MurphiSorts(Func<string, bool> isOptional)
{
    private readonly Dictionary<string, string> records = new(StringComparer.Ordinal);

    /// <summary>The sort of a type at a path.</summary>
    public Sort Of(MurphiType type, string path)
    {
        switch (type)
        {
            case MurphiType.Scalar scalar:
                return isOptional(path) ? Sort.Option(scalar.Sort) : scalar.Sort;
            case MurphiType.Array array:
                return Sort.Map(array.Index.Sort, Of(array.Element, $"{path}[]"));
            case MurphiType.Record record:
                ImmutableArray<Field> fields = [.. record.Fields.Select(field =>
                    new Field(field.Name, Of(field.Type, $"{path}.{field.Name}")))];
                // Records of one type whose parts can be undefined at different places are different sorts.
                for (var copy = 1; ; copy++)
                {
                    var name = copy == 1 ? record.Name : $"{record.Name}'{copy}";
                    var sort = Sort.RecordNamed(name, fields);
                    if (!records.TryGetValue(name, out var text) || text == sort.Text)
                    {
                        records[name] = sort.Text;
                        return sort;
                    }
                }

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
