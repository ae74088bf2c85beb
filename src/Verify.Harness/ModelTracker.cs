using System.Collections.Immutable;
using System.Globalization;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Harness;

/// <summary>The run of the model that follows a run of the code.</summary>
internal sealed class ModelTracker
{
    private readonly Interpreter interpreter;
    private readonly Property.Always property;
    private readonly List<(int Variable, Func<IEnumerable<int?>> Of)> shown = [];
    private readonly List<Step> steps = [];
    private readonly List<State> states = [];

    /// <summary>Starts in the first initial state.</summary>
    public ModelTracker(Interpreter interpreter, Property.Always property)
    {
        (this.interpreter, this.property) = (interpreter, property);
        states.Add(interpreter.InitialStates().First());
    }

    /// <summary>The states; one more than the steps.</summary>
    public IReadOnlyList<State> States => states;

    /// <summary>The steps.</summary>
    public IReadOnlyList<Step> Steps => steps;

    /// <summary>The steps of the code as a trace of the model.</summary>
    public Trace Trace => new([.. states], [.. steps]);

    /// <summary>True if the property does not hold in the current state.</summary>
    public bool IsViolated => !interpreter.Holds(states[^1], property.Holds, property.Where);

    /// <summary>Registers the values of the code for a variable of the model.</summary>
    /// <exception cref="UserErrorException">VRF113: the model has no such variable.</exception>
    public void Shows(string variable, Func<IEnumerable<int?>> values)
    {
        var all = interpreter.Model.Variables;
        var position = Enumerable.Range(0, all.Length).FirstOrDefault(i => all[i].Name == variable, -1);
        shown.Add(position >= 0 ? (position, values) : throw Unknown("variable", variable, all.Select(one => one.Name)));
    }

    /// <summary>Takes a step in the model.</summary>
    /// <returns>The reason why the model cannot take the step; null if it took it and agrees with the code.</returns>
    /// <exception cref="UserErrorException">VRF113: the model has no such rule, or the rule has other
    /// parameters.</exception>
    public string? Follow(string rule, ReadOnlySpan<int> arguments)
    {
        var rules = interpreter.Model.Rules;
        var position = Enumerable.Range(0, rules.Length).FirstOrDefault(i => rules[i].Name == rule, -1);
        if (position < 0)
        {
            throw Unknown("rule", rule, rules.Select(one => one.Name));
        }

        var step = new Step(position, Fill(rules[position], arguments));
        if (!interpreter.IsEnabled(states[^1], step))
        {
            return $"the code does {rule}({string.Join(", ", step.Arguments)}), but the model cannot take this step here";
        }

        states.Add(interpreter.Successor(states[^1], step));
        steps.Add(step);
        return WhereTheyDiffer();
    }

    /// <summary>The first difference between the code's values and the model; null if they agree.</summary>
    public string? WhereTheyDiffer()
    {
        foreach (var (variable, values) in shown)
        {
            var (name, expected) = (interpreter.Model.Variables[variable].Name, states[^1].Values[variable]);
            int?[] all;
            try
            {
                all = [.. values()];
            }
            catch (Exception e) when (e is not ThreadInterruptedException)
            {
                return $"the code's observer of {name} throws {e.GetType().Name}: {e.Message}";
            }

            var parts = new Queue<int?>(all);
            var found = Read(expected.Sort, parts);
            if (!found.Equals(expected) || parts.Count > 0)
            {
                var told = parts.Count == 0 && IsWithin(found)
                    ? $"{found}"
                    : string.Join(", ", all.Select(one => one?.ToString(CultureInfo.InvariantCulture) ?? "nothing"));
                return $"{name} is {told} in the code but {expected} in the model";
            }
        }

        return null;
    }

    private static ImmutableArray<Value> Fill(Rule rule, ReadOnlySpan<int> numbers)
    {
        if (numbers.Length != rule.Parameters.Length)
        {
            throw Unknown("rule", $"{rule.Name} with {numbers.Length} arguments",
                [$"{rule.Name}({string.Join(", ", rule.Parameters.Select(parameter => parameter.Name))})"]);
        }

        var values = ImmutableArray.CreateBuilder<Value>(numbers.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            var (parameter, value) = (rule.Parameters[i], Value.Scalar(rule.Parameters[i].Sort, numbers[i]));
            values.Add(Value.All(parameter.Sort).Contains(value)
                ? value
                : throw Unknown(parameter.Name, $"{numbers[i]}", Value.All(parameter.Sort).Select(one => one.ToString())));
        }

        return values.MoveToImmutable();
    }

    // null for an empty option, else one number per scalar, in the order of keys and fields
    private static Value Read(Sort sort, Queue<int?> parts)
    {
        switch (sort)
        {
            case Sort.Optional optional:
                return parts.TryPeek(out var first) && first is null && parts.TryDequeue(out _)
                    ? Value.None(sort)
                    : Value.Some(sort, Read(optional.Of, parts));
            case Sort.Mapping map:
                return Value.Of(sort, [.. Enumerable.Range(0, map.Key.ScalarCount).Select(_ => Read(map.Value, parts))]);
            case Sort.Record record:
                return Value.Of(sort, [.. record.Fields.Select(field => Read(field.Sort, parts))]);
            default:
                return parts.TryDequeue(out var number) && number is { } known
                    ? Value.Scalar(sort, known)
                    : throw Unknown("value", "nothing", [sort.Text]);
        }
    }

    // The code may leave the range of the model's values.
    private static bool IsWithin(Value value) => value.Sort switch
    {
        Sort.Optional or Sort.Mapping or Sort.Record => value.Items.All(IsWithin),
        Sort.Interval range => value.Number >= range.Low && value.Number <= range.High,
        var sort => value.Number >= 0 && value.Number < sort.ScalarCount,
    };

    private static UserErrorException Unknown(string what, string name, IEnumerable<string> known) => UserErrorException.At(
        null, ErrorCodes.UnknownName,
        $"the code names {what} '{name}', the model has {string.Join(", ", known.Select(one => $"'{one}'"))}");
}
