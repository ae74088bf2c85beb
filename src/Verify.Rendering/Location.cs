using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

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

    /// <summary>The location as text, without its first keys.</summary>
    public string Text(int skip) => Variable.Name + string.Concat(Keys.Skip(skip).Select(key => $"[{ShortValue.Of(key)}]"));

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
