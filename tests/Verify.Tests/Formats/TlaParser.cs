using System.Text.RegularExpressions;

namespace Verify.Tests.Formats;

/// <summary>The context of an evaluation: a state, and the values of bound names.</summary>
internal sealed record TlaScope(TlaValue[] State, string Name = "", TlaValue? Value = null, TlaScope? Outer = null)
{
    public TlaValue this[string name] => Name == name ? Value! : Outer![name];

    public TlaScope With(string name, TlaValue value) => new(State, name, value, this);
}

/// <summary>
/// Compiles the expressions of TLA+ that exports use to functions. Names must be defined before their use and only
/// once; 'and' and 'or' do not mix without parentheses.
/// </summary>
internal sealed partial class TlaParser(TlaNames names, string text)
{
    private readonly List<string> tokens = [.. Token().Matches(text).Select(match => match.Value)];
    private int position;

    public bool IsAtEnd => position == tokens.Count;

    /// <summary>The current token.</summary>
    public string Next => IsAtEnd ? "" : tokens[position];

    public static Func<TlaScope, TlaValue> Parse(TlaNames names, string text)
    {
        var parser = new TlaParser(names, text);
        var result = parser.Expression(0);
        return parser.IsAtEnd ? result : throw parser.Error("the end");
    }

    public string Take(string? expected = null)
    {
        if (IsAtEnd || (expected is not null && Next != expected))
        {
            throw Error(expected ?? "more");
        }

        return tokens[position++];
    }

    public bool TryTake(string token)
    {
        var isNext = Next == token;
        position += isNext ? 1 : 0;
        return isNext;
    }

    public Func<TlaScope, TlaValue> Expression(int least)
    {
        var left = Prefix();
        string? junction = null;
        while (Strength(Next) is var strength && strength > 0 && strength >= least)
        {
            var op = Take();
            if (op is "/\\" or "\\/")
            {
                junction = junction is null || junction == op ? op : throw Error($"parentheses between {junction} and {op}");
            }

            // Only 'and', 'or', sums and unions may be chained.
            var right = Expression(strength + 1);
            var before = left;
            left = Apply(op, before, right);
            if (op is "=" or "#" or "<" or "<=" or "\\in" or "=>" or ".." && Strength(Next) == strength)
            {
                throw Error($"parentheses behind {op}");
            }
        }

        return left;
    }

    private static int Strength(string op) => op switch
    {
        "=>" => 1,
        "/\\" or "\\/" => 3,
        "=" or "#" or "<" or "<=" or "\\in" => 5,
        "\\cup" => 8,
        ".." => 9,
        "+" => 10,
        "-" => 11,
        _ => 0,
    };

    private static Func<TlaScope, TlaValue> Apply(string op, Func<TlaScope, TlaValue> a, Func<TlaScope, TlaValue> b) => op switch
    {
        "=>" => s => TlaValue.Truth(!a(s).IsTrue || b(s).IsTrue),
        "/\\" => s => TlaValue.Truth(a(s).IsTrue && b(s).IsTrue),
        "\\/" => s => TlaValue.Truth(a(s).IsTrue || b(s).IsTrue),
        "=" => s => TlaValue.Truth(TlaValue.Same(a(s), b(s))),
        "#" => s => TlaValue.Truth(!TlaValue.Same(a(s), b(s))),
        "<" => s => TlaValue.Truth(a(s).Number < b(s).Number),
        "<=" => s => TlaValue.Truth(a(s).Number <= b(s).Number),
        "\\in" => s => TlaValue.Truth(b(s).Contains(a(s))),
        "\\cup" => s => TlaValue.Set(a(s).Members.Concat(b(s).Members)),
        ".." => s => TlaValue.Set(Enumerable.Range(a(s).Number, b(s).Number - a(s).Number + 1).Select(TlaValue.Int)),
        "+" => s => TlaValue.Int(a(s).Number + b(s).Number),
        _ => s => TlaValue.Int(a(s).Number - b(s).Number),
    };

    private Func<TlaScope, TlaValue> Prefix()
    {
        switch (Next)
        {
            case "~":
                Take();
                var negated = Expression(4);
                return s => TlaValue.Truth(!negated(s).IsTrue);
            case "-":
                Take();
                var number = Expression(12);
                return s => TlaValue.Int(-number(s).Number);
            case "\\A" or "\\E":
                var isForAll = Take() == "\\A";
                var bound = Bounds();
                Take(":");
                var body = Expression(0);
                bound.ForEach(b => names.Leave(b.Name));
                return s => TlaValue.Truth(isForAll ? All(bound, s).All(inner => body(inner).IsTrue) : All(bound, s)
                    .Any(inner => body(inner).IsTrue));
            case "IF":
                Take();
                var condition = Expression(0);
                Take("THEN");
                var then = Expression(0);
                Take("ELSE");
                var otherwise = Expression(0);
                return s => condition(s).IsTrue ? then(s) : otherwise(s);
            case "LET":
                return Let();
            default:
                return Postfix(Primary());
        }
    }

    private Func<TlaScope, TlaValue> Let()
    {
        Take("LET");
        var local = new List<(string Name, Func<TlaScope, TlaValue> Value)>();
        while (!TryTake("IN"))
        {
            var name = Take();
            Take("==");
            local.Add((name, Expression(0)));
            names.Enter(name);
        }

        var body = Expression(0);
        local.ForEach(l => names.Leave(l.Name));
        return s => body(local.Aggregate(s, (scope, l) => scope.With(l.Name, l.Value(scope))));
    }

    private List<(string Name, Func<TlaScope, TlaValue> Set)> Bounds()
    {
        var bound = new List<(string, Func<TlaScope, TlaValue>)>();
        do
        {
            var name = Take();
            Take("\\in");
            bound.Add((name, Expression(6)));
            names.Enter(name);
        }
        while (TryTake(","));
        return bound;
    }

    private static IEnumerable<TlaScope> All(List<(string Name, Func<TlaScope, TlaValue> Set)> bound, TlaScope scope) =>
        bound.Aggregate(Enumerable.Repeat(scope, 1), (scopes, b) =>
            scopes.SelectMany(s => b.Set(s).Members.Select(m => s.With(b.Name, m))));

    private Func<TlaScope, TlaValue> Postfix(Func<TlaScope, TlaValue> value)
    {
        while (true)
        {
            var function = value;
            if (TryTake("["))
            {
                var key = Expression(0);
                Take("]");
                value = s => function(s).At(key(s));
            }
            else if (TryTake("."))
            {
                var field = TlaValue.String(Take());
                value = s => function(s).At(field);
            }
            else
            {
                return value;
            }
        }
    }

    private Func<TlaScope, TlaValue> Primary()
    {
        var token = Take();
        switch (token)
        {
            case "(":
                var inner = Expression(0);
                Take(")");
                return inner;
            case "<<":
                var items = List(">>");
                return s => TlaValue.Function(items.Select((item, i) => (TlaValue.Int(i + 1), item(s))));
            case "{":
                return SetOf();
            case "[":
                return Bracket();
            case "TRUE" or "FALSE":
                var truth = TlaValue.Truth(token == "TRUE");
                return _ => truth;
            case "BOOLEAN":
                var both = TlaValue.Set([TlaValue.Truth(false), TlaValue.Truth(true)]);
                return _ => both;
            case "Cardinality":
                Take("(");
                var set = Expression(0);
                Take(")");
                return s => TlaValue.Int(set(s).Members.Count());
            case ['"', ..]:
                var text = TlaValue.String(token[1..^1]);
                return _ => text;
            case [>= '0' and <= '9', ..]:
                var number = TlaValue.Int(int.Parse(token));
                return _ => number;
            default:
                return names.Resolve(token, TryTake("(") ? List(")") : []);
        }
    }

    private List<Func<TlaScope, TlaValue>> List(string end)
    {
        var items = new List<Func<TlaScope, TlaValue>>();
        while (!TryTake(end))
        {
            items.Add(Expression(0));
            if (Next != end)
            {
                Take(",");
            }
        }

        return items;
    }

    // { a, b }, { x \in S : P } or { e : x \in S }.
    private Func<TlaScope, TlaValue> SetOf()
    {
        if (position + 1 < tokens.Count && tokens[position + 1] == "\\in")
        {
            var filtered = Bounds();
            Take(":");
            var holds = Expression(0);
            Take("}");
            filtered.ForEach(b => names.Leave(b.Name));
            return s => TlaValue.Set(All(filtered, s).Where(inner => holds(inner).IsTrue).Select(inner => inner[filtered[0].Name]));
        }

        var colon = tokens.FindIndex(position, token => token is ":" or "}" or ",");
        if (tokens[colon] == ":")
        {
            // The element comes before the set that it ranges over.
            var start = position;
            position = colon + 1;
            var bound = Bounds();
            var end = position;
            position = start;
            var element = Expression(0);
            bound.ForEach(b => names.Leave(b.Name));
            position = end;
            Take("}");
            return s => TlaValue.Set(All(bound, s).Select(element));
        }

        var items = List("}");
        return s => TlaValue.Set(items.Select(item => item(s)));
    }

    // [x \in S |-> e], [f |-> e], [f : S], [S -> T] or [e EXCEPT !path = e].
    private Func<TlaScope, TlaValue> Bracket()
    {
        var second = position + 1 < tokens.Count ? tokens[position + 1] : "";
        if (second == "\\in")
        {
            var bound = Bounds();
            Take("|->");
            var value = Expression(0);
            Take("]");
            bound.ForEach(b => names.Leave(b.Name));
            return s => TlaValue.Function(All(bound, s).Select(inner => (inner[bound[0].Name], value(inner))));
        }

        if (second is "|->" or ":")
        {
            return Fields(second);
        }

        var first = Expression(0);
        if (TryTake("->"))
        {
            var range = Expression(0);
            Take("]");
            return s => TlaValue.Set(Combine(first(s).Members, _ => range(s).Members));
        }

        Take("EXCEPT");
        var changes = new List<(List<Func<TlaScope, TlaValue>> Path, Func<TlaScope, TlaValue> Value)>();
        do
        {
            Take("!");
            changes.Add((Path(), Expression(0)));
        }
        while (TryTake(","));
        Take("]");
        return s => changes.Aggregate(first(s), (function, change) =>
            function.Except([.. change.Path.Select(key => key(s))], change.Value(s)));
    }

    private List<Func<TlaScope, TlaValue>> Path()
    {
        var path = new List<Func<TlaScope, TlaValue>>();
        while (!TryTake("="))
        {
            if (TryTake("."))
            {
                var field = TlaValue.String(Take());
                path.Add(_ => field);
                continue;
            }

            Take("[");
            path.Add(Expression(0));
            Take("]");
        }

        return path;
    }

    private Func<TlaScope, TlaValue> Fields(string between)
    {
        var fields = new List<(TlaValue Name, Func<TlaScope, TlaValue> Value)>();
        do
        {
            var name = TlaValue.String(Take());
            Take(between);
            fields.Add((name, Expression(0)));
        }
        while (TryTake(","));
        Take("]");
        return between == "|->"
            ? s => TlaValue.Function(fields.Select(field => (field.Name, field.Value(s))))
            : s => TlaValue.Set(Combine(fields.Select(field => field.Name), name => fields.Find(field => field.Name == name)
                .Value(s).Members));
    }

    private static IEnumerable<TlaValue> Combine(IEnumerable<TlaValue> keys, Func<TlaValue, IEnumerable<TlaValue>> values) =>
        keys.Aggregate(Enumerable.Repeat(new List<(TlaValue, TlaValue)>(), 1),
            (all, key) => all.SelectMany(some => values(key).Select(value => some.Append((key, value)).ToList())))
            .Select(TlaValue.Function);

    private InvalidOperationException Error(string expected) =>
        new($"expected {expected} at '{string.Join(' ', tokens.Skip(position).Take(8))}' in: {text}");

    [GeneratedRegex("""/\\|\\/|\\[A-Za-z]+|"[^"]*"|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|==|=>|<=|<<|>>|~>|\|->|->|\.\.|\S""")]
    private static partial Regex Token();
}
