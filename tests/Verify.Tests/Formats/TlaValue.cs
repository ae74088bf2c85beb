using System.Globalization;

namespace Verify.Tests.Formats;

/// <summary>
/// A value of TLA+, identified by its canonical text. Records are functions of strings, and tuples are functions of 1
/// to n, as in TLA+.
/// </summary>
internal sealed class TlaValue
{
    private readonly SortedDictionary<string, (TlaValue Key, TlaValue Value)> entries = new(StringComparer.Ordinal);

    private TlaValue(TlaKind kind, string text, int number = 0) => (Kind, Text, Number) = (kind, text, number);

    public TlaKind Kind { get; }

    public string Text { get; private set; }

    public int Number { get; }

    public bool IsTrue => Kind == TlaKind.Truth
        ? Number == 1
        : throw new InvalidOperationException($"{Text} is used as a truth value");

    /// <summary>The members of a set.</summary>
    public IEnumerable<TlaValue> Members => Kind == TlaKind.Set
        ? entries.Values.Select(entry => entry.Key)
        : throw new InvalidOperationException($"{Text} is used as a set");

    public int Count => entries.Count;

    public static TlaValue Int(int number) => new(TlaKind.Int, number.ToString(CultureInfo.InvariantCulture), number);

    public static TlaValue Truth(bool holds) => new(TlaKind.Truth, holds ? "TRUE" : "FALSE", holds ? 1 : 0);

    public static TlaValue String(string text) => new(TlaKind.String, $"\"{text}\"");

    /// <summary>A constant that differs from every other value.</summary>
    public static TlaValue Constant(string name) => new(TlaKind.Constant, name);

    public static TlaValue Set(IEnumerable<TlaValue> members)
    {
        var set = new TlaValue(TlaKind.Set, "");
        foreach (var member in members)
        {
            // TLC reports an error for a set whose members cannot be compared.
            _ = set.entries.Count > 0 && Same(set.entries.Values.First().Key, member);
            set.entries[member.Text] = (member, member);
        }

        set.Text = $"{{{string.Join(", ", set.entries.Keys)}}}";
        return set;
    }

    public static TlaValue Function(IEnumerable<(TlaValue Key, TlaValue Value)> pairs)
    {
        var function = new TlaValue(TlaKind.Function, "");
        foreach (var pair in pairs)
        {
            function.entries[pair.Key.Text] = pair;
        }

        function.Text = $"({string.Join(" @@ ", function.entries.Values.Select(e => $"{e.Key.Text} :> {e.Value.Text}"))})";
        return function;
    }

    /// <summary>The value of a function at a key; undefined outside of its domain, which TLC reports.</summary>
    public TlaValue At(TlaValue key) => Kind == TlaKind.Function && entries.TryGetValue(key.Text, out var entry)
        ? entry.Value
        : throw new InvalidOperationException($"{Text} is applied to {key.Text}");

    /// <summary>The function with another value at a path of keys.</summary>
    public TlaValue Except(ReadOnlySpan<TlaValue> path, TlaValue value)
    {
        if (path.IsEmpty)
        {
            return value;
        }

        var inner = At(path[0]).Except(path[1..], value);
        var key = path[0].Text;
        return Function(entries.Select(e => e.Key == key ? (e.Value.Key, inner) : e.Value));
    }

    public bool Contains(TlaValue member) => entries.Values.Any(entry => Same(entry.Key, member));

    /// <summary>
    /// Equality as in TLC: a constant differs from all other values, which compare within their kind only.
    /// </summary>
    public static bool Same(TlaValue a, TlaValue b) => a.Kind == b.Kind || a.Kind == TlaKind.Constant || b.Kind == TlaKind.Constant
        ? a.Text == b.Text
        : throw new InvalidOperationException($"{a.Text} and {b.Text} are compared");
}

internal enum TlaKind
{
    Int,
    Truth,
    String,
    Constant,
    Set,
    Function,
}
