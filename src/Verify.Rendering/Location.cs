using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>
/// A part of a state that traces show as a unit: a variable, or an entry of a map (the innermost entry for nested
/// maps).
/// </summary>
/// <param name="variable">The variable.</param>
/// <param name="keys">One key for each enclosing map.</param>
public sealed class Location(Variable variable, ImmutableArray<Value> keys) : IEquatable<Location>
{
    /// <summary>The variable.</summary>
    public Variable Variable { get; } = variable;

    /// <summary>One key for each enclosing map.</summary>
    public ImmutableArray<Value> Keys { get; } = keys;

    /// <summary>True if reports show a variable.</summary>
    public static bool IsVisible(Variable variable) => variable.Role == VariableRole.State;

    /// <summary>The locations of a variable and their values, in the order of the keys.</summary>
    public static IEnumerable<(Location Location, Value Value)> Of(Model model, Variable variable, State state) =>
        Under(variable, [], state.Values[model.Variables.IndexOf(variable)]);

    /// <summary>The processor that a location belongs to: its first key, if that is a processor; else null.</summary>
    public string? Processor(Model model) =>
        model.Processors is { } processors && Keys.Length > 0 && Keys[0].Sort.Equals(processors) ? Keys[0].ToString() : null;

    /// <summary>
    /// The name of a variable in a trace: a local has the name of its thread in front, which the step's actor replaces.
    /// </summary>
    public static string NameOf(Variable variable) => variable.Role == VariableRole.Local
        ? variable.Name[(variable.Name.IndexOf('.') + 1)..]
        : variable.Name;

    /// <summary>
    /// The location that an expression selects in a state; null if a key has no value there or does not belong to its map. A
    /// part of an entry gives the entry.
    /// </summary>
    /// <param name="target">A variable, an entry, a field, or the content of an option.</param>
    /// <param name="valueOf">The value of a key; null if it is undefined.</param>
    /// <param name="onStrayKey">Called with a value that is not a key, and with the map.</param>
    public static Location? At(Expr target, Func<Expr, Value?> valueOf, Action<Value, Expr>? onStrayKey = null)
    {
        var keys = new Stack<Value>();
        while (target is not Expr.Read)
        {
            switch (target)
            {
                case Expr.Index at:
                    if (valueOf(at.Key) is not { } key)
                    {
                        return null;
                    }

                    if (key.CodeIn(((Sort.Mapping)at.Map.Sort).Key) < 0)
                    {
                        onStrayKey?.Invoke(key, at.Map);
                        return null;
                    }

                    keys.Push(key);
                    target = at.Map;
                    break;
                // A part of an entry is shown with the entry.
                case Expr.FieldOf get:
                    keys.Clear();
                    target = get.Record;
                    break;
                case Expr.ValueOf value:
                    keys.Clear();
                    target = value.Option;
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException("the expression is not a location");
            }
        }

        return new Location(((Expr.Read)target).Variable, [.. keys]);
    }

    /// <summary>The location as text, without its first keys.</summary>
    public string Text(int skip) => Variable.Name + KeyText(skip);

    /// <summary>
    /// The location as text in the column of the processor that it belongs to. A bit of a mask keeps the processor, or
    /// it would read as a flag that the processor owns.
    /// </summary>
    public string TextInColumn(bool isOwn) =>
        NameOf(Variable) + KeyText(Variable.Role == VariableRole.Local || (isOwn && (Keys.Length > 1 || !IsBit)) ? 1 : 0);

    private bool IsBit => Variable.Sort is Sort.Mapping { Value: Sort.Boolean };

    /// <summary>The keys in brackets, without the first ones.</summary>
    internal string KeyText(int skip) => string.Concat(Keys.Skip(skip).Select(key => $"[{ShortValue.Of(key)}]"));

    /// <inheritdoc/>
    public bool Equals(Location? other) =>
        other is not null && other.Variable == Variable && other.Keys.AsSpan().SequenceEqual(Keys.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Location);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var code = new HashCode();
        code.Add(Variable.Name);
        foreach (var key in Keys)
        {
            code.Add(key);
        }

        return code.ToHashCode();
    }

    private static IEnumerable<(Location, Value)> Under(Variable variable, ImmutableArray<Value> keys, Value value) =>
        value.Sort is Sort.Mapping map
            ? Value.All(map.Key).Zip(value.Items).SelectMany(entry => Under(variable, keys.Add(entry.First), entry.Second))
            : [(new Location(variable, keys), value)];
}
