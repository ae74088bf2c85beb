using System.Text.RegularExpressions;

namespace Verify.Tests.Formats;

/// <summary>The names of a module, in the order of their definition.</summary>
internal sealed class TlaNames
{
    private readonly Dictionary<string, Func<List<Func<TlaScope, TlaValue>>, Func<TlaScope, TlaValue>>> known = new(StringComparer.Ordinal);

    public void Enter(string name) => Define(name, _ => scope => scope[name]);

    public void Leave(string name) => known.Remove(name);

    public void Define(string name, Func<List<Func<TlaScope, TlaValue>>, Func<TlaScope, TlaValue>> meaning)
    {
        if (!known.TryAdd(name, meaning))
        {
            throw new InvalidOperationException($"{name} is defined twice");
        }
    }

    public Func<TlaScope, TlaValue> Resolve(string name, List<Func<TlaScope, TlaValue>> arguments) =>
        known.TryGetValue(name, out var meaning) ? meaning(arguments) : throw new InvalidOperationException($"{name} is not defined");
}

/// <summary>
/// An exported module, executed as TLC would: initial states, and the successors of each action. It supports the subset
/// that exports use and enforces TLC's restrictions.
/// </summary>
internal sealed partial class TlaModule
{
    private readonly TlaNames names = new();
    private readonly List<string> variables = [];
    private readonly List<(Func<TlaScope, TlaValue> Value, bool IsSet)> init = [];
    private readonly List<Func<TlaScope, TlaValue>> conditions = [];
    private readonly Dictionary<string, (string[] Parameters, List<string> Lines)> actions = new(StringComparer.Ordinal);
    private readonly List<Func<TlaScope, IEnumerable<TlaValue[]>>> next = [];
    private readonly Dictionary<string, Func<TlaScope, TlaValue>> predicates = new(StringComparer.Ordinal);

    public TlaModule(string text)
    {
        var module = Comment().Replace(text[..text.IndexOf("\n====", StringComparison.Ordinal)], "");
        foreach (var lines in Chunks(module.Split('\n')))
        {
            Read(lines);
        }
    }

    public IReadOnlyCollection<string> Predicates => predicates.Keys;

    public bool Holds(string predicate, TlaValue[] state) => predicates[predicate](new TlaScope(state)).IsTrue;

    public IEnumerable<TlaValue[]> InitialStates()
    {
        var scope = new TlaScope([]);
        return init.Aggregate(Enumerable.Repeat(Array.Empty<TlaValue>(), 1),
            (states, start) => states.SelectMany(state => (start.IsSet ? start.Value(scope).Members : [start.Value(scope)])
                .Select(value => state.Append(value).ToArray())))
            .Where(state => conditions.TrueForAll(holds => holds(new TlaScope(state)).IsTrue));
    }

    public IEnumerable<TlaValue[]> Successors(TlaValue[] state) => next.SelectMany(action => action(new TlaScope(state)));

    // A definition starts at the margin; its other lines are indented.
    private static IEnumerable<List<string>> Chunks(IEnumerable<string> lines)
    {
        List<string> chunk = [];
        foreach (var line in lines.Select(line => line.TrimEnd()).Where(line => line.Length > 0))
        {
            if (line[0] != ' ' && chunk.Count > 0)
            {
                yield return chunk;
                chunk = [];
            }

            chunk.Add(line);
        }

        yield return chunk;
    }

    private void Read(List<string> lines)
    {
        var match = Definition().Match(lines[0]);
        if (!match.Success)
        {
            ReadDeclaration(string.Join(' ', lines));
            return;
        }

        var name = match.Groups[1].Value;
        var parameters = match.Groups[2].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        List<string> body = match.Groups[3].Value.Length > 0 ? [match.Groups[3].Value] : [.. lines.Skip(1).Select(line => line.Trim())];
        switch (name)
        {
            case "Init":
                init.AddRange(variables.Zip(body, ReadInit));
                conditions.AddRange(body.Skip(variables.Count).Select(line =>
                    line.StartsWith("/\\ (", StringComparison.Ordinal) && line.EndsWith(") = TRUE", StringComparison.Ordinal)
                        ? TlaParser.Parse(names, line[3..])
                        : throw new InvalidOperationException(line)));
                Assert.True(variables.Count <= body.Count);
                break;
            case "Next":
                next.AddRange(body.Select(ReadNext));
                break;
            case "vars":
                Assert.Equal($"<<{string.Join(", ", variables)}>>", body[0]);
                break;
            case "Spec" or "FairSpec" or "RestingSpec" or "Fairness" or "Rest":
                names.Define(name, _ => throw new InvalidOperationException($"{name} is not a value"));
                break;
            default:
                ReadDefinition(name, parameters, body);
                break;
        }
    }

    private void ReadDeclaration(string line)
    {
        var words = line.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        foreach (var (word, i) in words.Skip(1).Select((word, i) => (word, i)))
        {
            switch (words[0])
            {
                case "CONSTANTS":
                    var constant = TlaValue.Constant(word);
                    names.Define(word, _ => _ => constant);
                    break;
                case "VARIABLES":
                    variables.Add(word);
                    names.Define(word, _ => scope => scope.State[i]);
                    break;
            }
        }
    }

    private (Func<TlaScope, TlaValue>, bool) ReadInit(string variable, string line)
    {
        var isSet = line.StartsWith($"/\\ {variable} \\in ", StringComparison.Ordinal);
        Assert.StartsWith($"/\\ {variable} {(isSet ? "\\in" : "=")} ", line, StringComparison.Ordinal);
        return (TlaParser.Parse(names, line[(line.IndexOf(isSet ? "\\in " : "= ", StringComparison.Ordinal) + (isSet ? 4 : 2))..]), isSet);
    }

    private void ReadDefinition(string name, string[] parameters, List<string> body)
    {
        if (body.Any(line => line.Contains("' = ", StringComparison.Ordinal) || line.StartsWith("/\\ UNCHANGED", StringComparison.Ordinal)))
        {
            actions.Add(name, (parameters, body));
            // Parses it once to find errors and to register the name.
            _ = ReadAction(name, parameters);
            names.Define(name, _ => throw new InvalidOperationException($"{name} is not a value"));
            return;
        }

        if (body.Any(line => line.Contains("~>", StringComparison.Ordinal)))
        {
            var sides = body[0].Split(" ~> ");
            Assert.Equal(2, sides.Select(side => TlaParser.Parse(names, side)).Count());
            return;
        }

        var parts = body.Select(line =>
            TlaParser.Parse(names, line.StartsWith("/\\ ", StringComparison.Ordinal) ? line[3..] : line)).ToList();
        Func<TlaScope, TlaValue> value = parts.Count == 1 ? parts[0] : s => TlaValue.Truth(parts.All(part => part(s).IsTrue));
        names.Define(name, _ => scope => value(new TlaScope(scope.State)));
        predicates[name] = value;
    }

    // Parses the guard and the new values; each variable must have exactly one.
    private Func<TlaScope, IEnumerable<TlaValue[]>> ReadAction(string name, string[] parameters)
    {
        foreach (var parameter in parameters)
        {
            names.Enter(parameter);
        }

        var guards = new List<Func<TlaScope, TlaValue>>();
        var after = new Func<TlaScope, TlaValue>?[variables.Count];
        foreach (var line in actions[name].Lines.Select(line => line[3..]))
        {
            if (Primed().Match(line) is { Success: true } primed)
            {
                After(primed.Groups[1].Value, TlaParser.Parse(names, primed.Groups[2].Value));
            }
            else if (line.StartsWith("UNCHANGED <<", StringComparison.Ordinal))
            {
                foreach (var variable in line[12..^2].Split(", "))
                {
                    After(variable, TlaParser.Parse(names, variable));
                }
            }
            else
            {
                // TLC takes an action once for each way in which such a part of its guard holds.
                Assert.False(Splits(line), line);
                guards.Add(TlaParser.Parse(names, line));
            }
        }

        Assert.DoesNotContain(null, after);
        foreach (var parameter in parameters)
        {
            names.Leave(parameter);
        }

        return scope => guards.All(guard => guard(scope).IsTrue) ? [[.. after.Select(value => value!(scope))]] : [];

        void After(string variable, Func<TlaScope, TlaValue> value)
        {
            var position = variables.IndexOf(variable);
            Assert.True(position >= 0 && after[position] is null, $"{name}: {variable} is assigned twice, or is not a variable");
            after[position] = value;
        }
    }

    private static bool Splits(string guard)
    {
        while (guard[0] == '(' && Outside(guard[1..^1]) is { Closes: false } && guard[^1] == ')')
        {
            guard = guard[1..^1];
        }

        return guard.StartsWith("\\E", StringComparison.Ordinal) || guard.StartsWith("IF", StringComparison.Ordinal)
            || (Outside(guard).Text.Contains("\\/", StringComparison.Ordinal) && !guard.StartsWith("\\A", StringComparison.Ordinal)
                && !Outside(guard).Text.Contains("=>", StringComparison.Ordinal));
    }

    // The text outside of brackets, and whether it closes more brackets than it opens.
    private static (string Text, bool Closes) Outside(string text)
    {
        var (depth, closes, outside) = (0, false, "");
        foreach (var c in text)
        {
            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
            closes |= depth < 0;
            outside += depth == 0 ? c.ToString() : "";
        }

        return (outside, closes);
    }

    private Func<TlaScope, IEnumerable<TlaValue[]>> ReadNext(string line)
    {
        var match = Disjunct().Match(line);
        Assert.True(match.Success, line);
        var arguments = match.Groups[3].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries);
        var (parameters, _) = actions[match.Groups[2].Value];
        var action = ReadAction(match.Groups[2].Value, parameters);
        var bounds = match.Groups[1].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(bound => bound.Split(" \\in ", 2)).ToList();
        Assert.Equal(parameters.Length, arguments.Length);
        Assert.Equal(bounds.Select(bound => bound[0]), arguments);
        var sets = bounds.Select(bound => TlaParser.Parse(names, bound[1])).ToList();
        return scope => Enumerable.Range(0, sets.Count).Aggregate(Enumerable.Repeat(scope, 1),
            (scopes, i) => scopes.SelectMany(s => sets[i](s).Members.Select(member => s.With(parameters[i], member)))).SelectMany(action);
    }

    [GeneratedRegex(@"\\\*.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([A-Za-z]\w*)(?:\(([^)]*)\))? ==\s*(.*)$")]
    private static partial Regex Definition();

    [GeneratedRegex("^([A-Za-z]\\w*)' = (.*)$")]
    private static partial Regex Primed();

    [GeneratedRegex(@"^\\/ (?:\\E (.*) : )?(\w+)(?:\(([^)]*)\))?$")]
    private static partial Regex Disjunct();
}
