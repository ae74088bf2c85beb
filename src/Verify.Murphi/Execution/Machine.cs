using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Murphi.Execution;

/// <summary>A part of a text is wrong, or cannot be expressed.</summary>
internal sealed class RefusedException(ErrorCode code, Span span, string message, string? hint) : Exception(message)
{
    public ErrorCode Code { get; } = code;

    public Span Span { get; } = span;

    public string? Hint { get; } = hint;
}

/// <summary>The meaning of a name.</summary>
internal abstract record Symbol
{
    public sealed record Value(MurphiType.Scalar Type, Content Content) : Symbol;

    public sealed record Part(Place Place, bool IsReadOnly = false) : Symbol;

    public sealed record Named(MurphiType Of) : Symbol;
}

/// <summary>Names, in the scopes around a statement.</summary>
internal sealed class Names(Names? outer = null)
{
    private readonly Dictionary<string, Symbol> known = new(StringComparer.Ordinal);

    public IEnumerable<string> All => known.Keys.Concat(outer?.All ?? []);

    public Symbol? Find(string name) => known.TryGetValue(name, out var found) ? found : outer?.Find(name);

    public bool Add(string name, Symbol symbol) => known.TryAdd(name, symbol);

    public void Set(string name, Symbol symbol) => known[name] = symbol;
}

/// <summary>The kind of something that must hold where a statement is executed.</summary>
internal enum DemandKind
{
    /// <summary>Nothing undefined is read, no number leaves its range.</summary>
    RunTime,

    /// <summary>An assertion holds, or no error statement is reached.</summary>
    Assertion,

    /// <summary>The condition of a <c>cover</c>, which must be reached once.</summary>
    Cover,
}

/// <summary>A condition of the state before a rule that the execution of its body demands.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Holds">The condition.</param>
/// <param name="Blocks">The number of assumptions in the body before it.</param>
/// <param name="Text">The sentence about it.</param>
/// <param name="Span">The place.</param>
/// <param name="IsNative">True if a value that is written is undefined in the IR where the demand is not met.</param>
internal sealed record Demand(DemandKind Kind, Expr Holds, int Blocks, string Text, Span Span, bool IsNative)
{
    /// <summary>The write that fails by itself where the demand is not met; null if there is none.</summary>
    public Write? Write { get; init; }
}

/// <summary>The execution of one rule, start state or property: what is written, demanded and assumed so far.</summary>
internal sealed class Machine(Terms terms, Func<string, bool> isOptional)
{
    private readonly List<Expr> path = [];
    private readonly HashSet<Expr> holds = [];
    private readonly List<Demand> demands = [];
    private int roots;

    public Terms Terms { get; } = terms;

    public Store Store { get; } = new(terms, isOptional);

    public IReadOnlyList<Demand> Demands => demands;

    /// <summary>The assumptions in the body.</summary>
    public List<Expr> Blocks { get; } = [];

    /// <summary>The quantified variables around the current expression or statement, but not the parameters of the rule.</summary>
    public List<Binder> Open { get; } = [];

    /// <summary>True in statements; the errors of guards and properties are those of the IR.</summary>
    public bool IsCollecting { get; set; }

    /// <summary>True in the body of a rule or a start state, where an assumption makes a step impossible.</summary>
    public bool IsAssuming { get; set; }

    /// <summary>True where no run comes, because a condition around it is constant.</summary>
    public bool IsDead { get; private set; }

    public ImmutableArray<Expr> Path => [.. path];

    public int Births => roots;

    public Root Local(string name, MurphiType type) => new(name, type, roots++);

    public Content Read(Place place) => Store.Read(place, holds);

    /// <summary>Does something where a condition holds.</summary>
    public void Under(Expr condition, Action body)
    {
        var (count, wasDead, added) = (path.Count, IsDead, new List<Expr>());
        foreach (var part in Conjuncts(condition))
        {
            IsDead |= part is Expr.Literal { Number: 0 } || holds.Contains(Terms.Not(part));
            if (part is not Expr.Literal && holds.Add(part))
            {
                path.Add(part);
                added.Add(part);
            }
        }

        try
        {
            if (!IsDead)
            {
                body();
            }
        }
        finally
        {
            path.RemoveRange(count, path.Count - count);
            holds.ExceptWith(added);
            IsDead = wasDead;
        }
    }

    /// <summary>The condition under which the current statement is executed.</summary>
    public Expr Condition => Store.Joined(path, new HashSet<Expr>());

    /// <summary>The conditions around the current statement.</summary>
    public int Depth => path.Count;

    /// <summary>The condition under which the current statement is executed, without the first conditions around it.</summary>
    public Expr ConditionSince(int depth) => Store.Joined(path.Skip(depth), new HashSet<Expr>());

    public Write Write(Place target, Content content, Span span, ImmutableArray<Binder> over = default)
    {
        var write = new Write(target, over.IsDefault ? [] : over, Path, content, span);
        Store.Add(write);
        return write;
    }

    /// <summary>Demands a condition wherever the current statement is executed.</summary>
    public void Demand(DemandKind kind, Expr condition, string text, Span span, bool isNative = false)
    {
        if (!IsCollecting || IsDead || (condition is Expr.Literal { Number: 1 } && kind != DemandKind.Cover))
        {
            return;
        }

        var closed = kind == DemandKind.Cover
            ? Closed(Quantifier.Exists, Terms.And(Condition, condition))
            : Closed(Quantifier.ForAll, Terms.Implies(Condition, condition));
        if (closed is not Expr.Literal { Number: 1 } || kind == DemandKind.Cover)
        {
            demands.Add(new Demand(kind, closed, Blocks.Count, text, span, isNative));
        }
    }

    public void Assume(Expr condition) => Blocks.Add(Closed(Quantifier.ForAll, Terms.Implies(Condition, condition)));

    public (int Writes, int Demands, int Blocks) Mark() => (Store.Writes.Count, demands.Count, Blocks.Count);

    /// <summary>Forgets what was done since a mark.</summary>
    public void Undo((int Writes, int Demands, int Blocks) mark)
    {
        Store.Truncate(mark.Writes);
        demands.RemoveRange(mark.Demands, demands.Count - mark.Demands);
        Blocks.RemoveRange(mark.Blocks, Blocks.Count - mark.Blocks);
    }

    /// <summary>Notes the write that fails by itself where the native demands since a mark are not met.</summary>
    public void Attach(int since, Write write)
    {
        for (var i = since; i < demands.Count; i++)
        {
            demands[i] = demands[i].IsNative ? demands[i] with { Write = write } : demands[i];
        }
    }

    /// <summary>Puts other writes in place of all since a mark.</summary>
    public void Replace(int since, IEnumerable<Write> with)
    {
        Store.Truncate(since);
        foreach (var write in with)
        {
            Store.Add(write);
        }
    }

    private Expr Closed(Quantifier quantifier, Expr condition) => Enumerable.Reverse(Open)
        .Aggregate(condition, (body, binder) => Terms.Quantify(quantifier, binder, body));

    private static IEnumerable<Expr> Conjuncts(Expr condition) => condition is Expr.Connective { Operator: LogicOperator.And } and
        ? Conjuncts(and.Left).Concat(Conjuncts(and.Right))
        : [condition];
}
