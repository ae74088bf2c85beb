using System.Collections.Immutable;
using System.Reflection;

namespace Verify.Modelling;

/// <summary>
/// The set of values of an expression. The kinds of sorts are a closed set; two sorts are equal if their texts are.
/// </summary>
public abstract class Sort : IEquatable<Sort>
{
    private Sort(string text) => Text = text;

    /// <summary>The canonical text, with every member, so that equal texts mean equal sorts.</summary>
    public string Text { get; }

    /// <summary>The number of values if one number can encode them; 0 for records, maps and options of those.</summary>
    public abstract int ScalarCount { get; }

    /// <summary>True if one number can encode every value.</summary>
    public bool IsScalar => ScalarCount > 0;

    /// <summary>True and false.</summary>
    public static Sort Bool { get; } = new Boolean();

    /// <summary>The whole numbers from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public static Sort Range(int low, int high) => new Interval(low, high);

    /// <summary>An option: either nothing or a value of another sort.</summary>
    public static Sort Option(Sort of) => new Optional(of);

    /// <summary>A map: one value of <paramref name="value"/> for each value of <paramref name="key"/>.</summary>
    public static Sort Map(Sort key, Sort value) => new Mapping(key, value);

    /// <summary>A set of members of a small sort, as a map to truth values.</summary>
    public static Sort Set(Sort of) => new Mapping(of, Bool);

    /// <summary>The members of a C# enum, in the order of their declaration.</summary>
    public static Sort Enum<T>() where T : struct, Enum => EnumOf(typeof(T));

    /// <summary>An enum by its name and its members, in order.</summary>
    /// <exception cref="UserErrorException">VRF103, VRF102: there is no member, or one twice.</exception>
    public static Sort EnumNamed(string name, ImmutableArray<string> members) => new Enumeration(name, Distinct(name, members));

    /// <summary>A scalar set by its name and its members, in order.</summary>
    /// <exception cref="UserErrorException">VRF103, VRF102: there is no member, or one twice.</exception>
    public static Sort IdentitiesNamed(string name, ImmutableArray<string> members) => new ScalarSet(name, Distinct(name, members));

    /// <summary>A record by its name and its fields, in order.</summary>
    /// <exception cref="UserErrorException">VRF103, VRF102: there is no field, or one twice.</exception>
    public static Sort RecordNamed(string name, ImmutableArray<Field> fields)
    {
        _ = Distinct(name, [.. fields.Select(field => field.Name)]);
        return new Record(name, fields);
    }

    private static ImmutableArray<string> Distinct(string sort, ImmutableArray<string> parts)
    {
        var twice = parts.GroupBy(part => part, StringComparer.Ordinal).FirstOrDefault(same => same.Skip(1).Any());
        return parts.IsEmpty ? throw Dsl.Error(ErrorCodes.BadDeclaration, $"'{sort}' is empty")
            : twice is not null ? throw Dsl.Error(ErrorCodes.DuplicateName, $"'{sort}' has two parts with the name '{twice.Key}'")
            : parts;
    }

    internal static Sort EnumOf(Type type)
    {
        var members = type.GetFields(BindingFlags.Public | BindingFlags.Static);
        if (members.Length == 0)
        {
            throw Dsl.Error(ErrorCodes.BadDeclaration, $"enum '{type.Name}' is empty");
        }

        // C# does not say which of two names of one value is meant.
        var twice = members.GroupBy(member => member.GetRawConstantValue()).FirstOrDefault(same => same.Count() > 1);
        return twice is null
            ? new Enumeration(type.Name, [.. members.Select(member => member.Name)]) { Type = type }
            : throw Dsl.Error(ErrorCodes.DuplicateName,
                $"'{twice.First().Name}' and '{twice.ElementAt(1).Name}' of enum '{type.Name}' have the same value",
                "give each member its own value");
    }

    // Quotes names that would be ambiguous in the text: unequal sorts have unequal texts.
    internal static string Spelled(string name) =>
        name.Length > 0 && name.Trim() == name && !name.Any(letter => letter is ',' or '{' or '}' or '"' || char.IsControl(letter))
            ? name
            : Quoted(name);

    internal static string Quoted(string name) =>
        $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Spelled(Field field)
    {
        var isTaken = field.Name.Contains(':', StringComparison.Ordinal) || field.Name.StartsWith("ghost ", StringComparison.Ordinal);
        return $"{(field.IsGhost ? "ghost " : "")}{(isTaken ? Quoted(field.Name) : Spelled(field.Name))}: {field.Sort}";
    }

    /// <inheritdoc/>
    public bool Equals(Sort? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Sort);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text.</summary>
    public sealed override string ToString() => Text;

    /// <summary>Truth values; false is encoded as 0.</summary>
    public sealed class Boolean : Sort
    {
        internal Boolean() : base("bool")
        {
        }

        /// <inheritdoc/>
        public override int ScalarCount => 2;
    }

    /// <summary>Consecutive whole numbers; the lowest is encoded as 0.</summary>
    public sealed class Interval : Sort
    {
        internal Interval(int low, int high) : base($"{low}..{high}")
        {
            if (high < low || (long)high - low >= 1 << 24 || low < -(1 << 30) || high > 1 << 30)
            {
                throw Dsl.Error(ErrorCodes.BadDeclaration,
                    $"the range {low}..{high} is empty, has over 16 million values, or lies beyond a thousand million");
            }

            (Low, High) = (low, high);
        }

        /// <summary>The lowest number.</summary>
        public int Low { get; }

        /// <summary>The highest number.</summary>
        public int High { get; }

        /// <inheritdoc/>
        public override int ScalarCount => High - Low + 1;
    }

    /// <summary>Named constants.</summary>
    public sealed class Enumeration : Sort
    {
        internal Enumeration(string name, ImmutableArray<string> members)
            : base($"enum {Spelled(name)} {{ {string.Join(", ", members.Select(Spelled))} }}") => (Name, Members) = (name, members);

        /// <summary>The name of the enum.</summary>
        public string Name { get; }

        /// <summary>The names of the members, in order.</summary>
        public ImmutableArray<string> Members { get; }

        /// <summary>The C# enum, whose comments explain the members; null if there is none.</summary>
        public Type? Type { get; internal init; }

        /// <inheritdoc/>
        public override int ScalarCount => Members.Length;
    }

    /// <summary>
    /// Symmetric identities, which can be distinguished but not ordered: any permutation gives the same model.
    /// </summary>
    public sealed class ScalarSet : Sort
    {
        internal ScalarSet(string name, ImmutableArray<string> members)
            : base($"scalarset {Spelled(name)} {{ {string.Join(", ", members.Select(Spelled))} }}") => (Name, Members) = (name, members);

        /// <summary>The name of the scalar set and of its size parameter.</summary>
        public string Name { get; }

        /// <summary>The names that reports give to the identities.</summary>
        public ImmutableArray<string> Members { get; }

        /// <inheritdoc/>
        public override int ScalarCount => Members.Length;
    }

    /// <summary>An option: nothing (encoded as 0) or a value.</summary>
    public sealed class Optional : Sort
    {
        internal Optional(Sort of) : base($"option<{of.Text}>") => Of = of;

        /// <summary>The sort of the value.</summary>
        public Sort Of { get; }

        /// <inheritdoc/>
        public override int ScalarCount => Of.IsScalar ? Of.ScalarCount + 1 : 0;
    }

    /// <summary>A tuple of named fields.</summary>
    public sealed class Record : Sort
    {
        internal Record(string name, ImmutableArray<Field> fields)
            : base($"record {Spelled(name)} {{ {string.Join(", ", fields.Select(Spelled))} }}") => (Name, Fields) = (name, fields);

        /// <summary>The name of the record.</summary>
        public string Name { get; }

        /// <summary>The fields, in order.</summary>
        public ImmutableArray<Field> Fields { get; }

        /// <inheritdoc/>
        public override int ScalarCount => 0;

        /// <summary>The position of a field, or -1.</summary>
        public int IndexOf(Field field) => Fields.IndexOf(field);
    }

    /// <summary>A total function from a scalar sort.</summary>
    public sealed class Mapping : Sort
    {
        internal Mapping(Sort key, Sort value) : base($"map<{key.Text}, {value.Text}>")
        {
            if (!key.IsScalar)
            {
                throw Dsl.Error(ErrorCodes.BadDeclaration, $"'{key}' cannot be the key of a map: the sort has no finite list of values");
            }

            (Key, Value) = (key, value);
        }

        /// <summary>The sort of the keys.</summary>
        public Sort Key { get; }

        /// <summary>The sort of the values.</summary>
        public Sort Value { get; }

        /// <inheritdoc/>
        public override int ScalarCount => 0;
    }
}

/// <summary>A field of a record.</summary>
/// <param name="Name">Unique in its record.</param>
/// <param name="Sort">The sort of the field.</param>
/// <param name="IsGhost">True if the modelled system cannot see the field.</param>
public sealed record Field(string Name, Sort Sort, bool IsGhost = false);
