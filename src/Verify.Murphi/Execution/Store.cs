using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Murphi.Execution;

/// <summary>A variable of the text, or a local of one call.</summary>
/// <param name="name">The name.</param>
/// <param name="type">The type.</param>
/// <param name="birth">The number of roots that were made before.</param>
internal sealed class Root(string name, MurphiType type, int birth)
{
    public string Name { get; } = name;

    public MurphiType Type { get; } = type;

    public int Birth { get; } = birth;

    /// <summary>The variable of the model; null for a local and in a start state.</summary>
    public Variable? Variable { get; set; }

    public bool IsGlobal { get; init; }
}

/// <summary>A part of a variable.</summary>
/// <param name="Root">The variable.</param>
/// <param name="Path">The fields and <c>[]</c> for each index.</param>
/// <param name="Keys">The indices, in order.</param>
/// <param name="Type">The type of the part.</param>
internal sealed record Place(Root Root, string Path, ImmutableArray<Expr> Keys, MurphiType Type)
{
    public static Place Of(Root root) => new(root, "", [], root.Type);

    public Place Member(string name, MurphiType type) => new(Root, $"{Path}.{name}", Keys, type);

    public Place At(Expr key, MurphiType element) => new(Root, $"{Path}[]", Keys.Add(key), element);

    /// <summary>The text that is equal for all entries of one array.</summary>
    public string Full => Root.Name + Path;
}

/// <summary>A value of a scalar type, which may be undefined.</summary>
/// <param name="Value">The value; anything where it is undefined.</param>
/// <param name="Defined">The condition under which it is defined.</param>
/// <param name="IsNative">True if evaluating the value where it is undefined is an error of the IR too.</param>
internal sealed record Content(Expr Value, Expr Defined, bool IsNative);

/// <summary>An assignment of a scalar part, under a condition and for all values of some binders.</summary>
internal sealed record Write(Place Target, ImmutableArray<Binder> Over, ImmutableArray<Expr> When, Content Content, Span Span);

/// <summary>
/// The writes of the statements of a rule so far. All expressions speak of the state before the rule, so that a read
/// after a write is answered by the written value.
/// </summary>
internal sealed class Store(Terms terms, Func<string, bool> isOptional)
{
    private readonly List<Write> writes = [];

    public IReadOnlyList<Write> Writes => writes;

    /// <summary>The places that are read while a loop is tried; null if nothing asks.</summary>
    public List<Place>? Reads { get; set; }

    public void Add(Write write) => writes.Add(write);

    public void Truncate(int count) => writes.RemoveRange(count, writes.Count - count);

    /// <summary>The content of a scalar part where some conditions hold.</summary>
    public Content Read(Place place, IReadOnlySet<Expr> holds)
    {
        Reads?.Add(place);
        return Read(writes.Count, place, holds);
    }

    /// <summary>The content of a scalar part before all but the first writes.</summary>
    public Content Before(int count, Place place, IEnumerable<Expr> holds) => Read(count, place, holds.ToHashSet());

    private Content Read(int count, Place place, IReadOnlySet<Expr> holds)
    {
        var found = new Stack<(Expr Match, Content Content)>();
        Content? last = null;
        for (var i = count - 1; i >= 0 && last is null; i--)
        {
            if (Match(writes[i], place) is not var (conditions, with))
            {
                continue;
            }

            var match = Joined([.. conditions, .. writes[i].When.Select(part => terms.Replace(part, with))], holds);
            if (match is Expr.Literal { Number: 0 })
            {
                continue;
            }

            var content = writes[i].Content;
            content = content with { Value = terms.Replace(content.Value, with), Defined = terms.Replace(content.Defined, with) };
            if (match is Expr.Literal)
            {
                last = content;
            }
            else
            {
                found.Push((match, content));
            }
        }

        var result = last ?? Before(place);
        while (found.TryPop(out var one))
        {
            result = new Content(terms.If(one.Match, one.Content.Value, result.Value),
                terms.If(one.Match, one.Content.Defined, result.Defined), one.Content.IsNative && result.IsNative);
        }

        return result;
    }

    /// <summary>The updates of the model: each write that no later one covers, where no later one covers it.</summary>
    public IEnumerable<(Write Write, Expr When, bool IsWhole)> Updates()
    {
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            if (!write.Target.Root.IsGlobal)
            {
                continue;
            }

            var holds = write.When.ToHashSet();
            var when = Joined(write.When, new HashSet<Expr>());
            var isWhole = true;
            for (var j = i + 1; j < writes.Count && when is not Expr.Literal { Number: 0 }; j++)
            {
                if (Match(writes[j], write.Target) is var (conditions, with))
                {
                    var covered = Joined([.. conditions, .. writes[j].When.Select(part => terms.Replace(part, with))], holds);
                    isWhole &= covered is Expr.Literal { Number: 0 };
                    when = terms.And(when, terms.Not(covered));
                }
            }

            if (when is not Expr.Literal { Number: 0 })
            {
                yield return (write, when, isWhole);
            }
        }
    }

    /// <summary>The part of the state before the rule, as an expression of the IR.</summary>
    public Expr Location(Place place)
    {
        var (at, key) = (terms.Read(place.Root.Variable!), 0);
        foreach (var step in place.Path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            at = step == "[]" ? terms.Index(at, place.Keys[key++])
                : terms.Field(at, ((Sort.Record)at.Sort).Fields.First(field => field.Name == step));
        }

        return at;
    }

    /// <summary>The conjunction of some conditions, without those that hold anyway.</summary>
    public Expr Joined(IEnumerable<Expr> conditions, IReadOnlySet<Expr> holds)
    {
        var all = terms.True;
        foreach (var one in conditions)
        {
            if (holds.Contains(terms.Not(one)))
            {
                return terms.False;
            }

            all = holds.Contains(one) ? all : terms.And(all, one);
        }

        return all;
    }

    // What a part holds before the first statement. Nothing is defined before a start state.
    private Content Before(Place place)
    {
        if (place.Root.Variable is null)
        {
            return new Content(terms.ValueAt(((MurphiType.Scalar)place.Type).Sort, 0), terms.False, false);
        }

        var location = Location(place);
        return isOptional(place.Full)
            ? new Content(terms.ValueOf(location), terms.IsSome(location), true)
            : new Content(location, terms.True, true);
    }

    // The conditions under which a write is to a place, and the values of its binders then; null if it never is.
    private (List<Expr> Conditions, Dictionary<Binder, Expr> With)? Match(Write write, Place place)
    {
        if (write.Target.Root != place.Root || write.Target.Path != place.Path)
        {
            return null;
        }

        var (conditions, with) = (new List<Expr>(), new Dictionary<Binder, Expr>());
        var isBinding = new bool[place.Keys.Length];
        for (var i = 0; i < place.Keys.Length; i++)
        {
            if (write.Target.Keys[i] is Expr.BoundVariable { Binder: var binder } && write.Over.Contains(binder)
                && !with.ContainsKey(binder))
            {
                (with[binder], isBinding[i]) = (place.Keys[i], true);
                if ((binder.Sort, place.Keys[i].Sort) is (Sort.Interval to, Sort.Interval from)
                    && (from.Low < to.Low || from.High > to.High))
                {
                    conditions.Add(terms.Less(false, terms.Number(to.Low), place.Keys[i]));
                    conditions.Add(terms.Less(false, place.Keys[i], terms.Number(to.High)));
                }
            }
        }

        for (var i = 0; i < place.Keys.Length; i++)
        {
            if (!isBinding[i])
            {
                conditions.Add(terms.Equal(terms.Replace(write.Target.Keys[i], with), place.Keys[i]));
            }
        }

        return conditions.Exists(one => one is Expr.Literal { Number: 0 }) ? null : (conditions, with);
    }
}
