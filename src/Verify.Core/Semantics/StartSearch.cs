using System.Collections.Immutable;
using System.Numerics;
using Verify.Modelling;

namespace Verify.Semantics;

/// <summary>
/// Finds the initial states of a model by backtracking: it chooses the open parts of a state one after the other, in the
/// order of their numbers, and evaluates an initial condition as soon as all parts that it reads are chosen.
/// </summary>
internal sealed class StartSearch
{
    private const int MaxTries = 1 << 18; // for the first initial state, when a model is built
    private const int MaxInstances = 4096; // of one quantifier; one with more is evaluated as a whole
    private const int MaxDrawn = 4096;
    private readonly Interpreter interpreter;
    private readonly List<Part> parts = [];
    private readonly ImmutableArray<Value> fixedStart;
    private readonly ILookup<int, Condition> decidedBy;

    public StartSearch(Interpreter interpreter)
    {
        this.interpreter = interpreter;
        var (model, values) = (interpreter.Model, ImmutableArray.CreateBuilder<Value>());
        foreach (var (i, variable) in model.Variables.Index())
        {
            values.Add(interpreter.FixedStart(variable) ?? Value.At(variable.Sort, 0));
            parts.AddRange(variable.Initially is not null ? []
                : variable.Sort is Sort.Mapping map ? Enumerable.Range(0, map.Key.ScalarCount).Select(key => new Part(i, key, map.Value))
                : [new Part(i, 0, variable.Sort)]);
        }

        fixedStart = values.ToImmutable();
        decidedBy = model.StartConditions.SelectMany(start => Split(new Condition(start, start.Holds, [], []), 1))
            .ToLookup(condition => new LastPart(this, condition).Find());
    }

    /// <summary>All initial states in the order of their numbers; null stands for a try that failed.</summary>
    /// <exception cref="UserErrorException">VRF118: there is none.</exception>
    public IEnumerable<State?> All()
    {
        var isEmpty = true;
        foreach (var state in Find(null))
        {
            isEmpty &= state is null;
            yield return state;
        }

        if (isEmpty)
        {
            var first = interpreter.Model.StartConditions[0];
            throw UserErrorException.At(first.Where, ErrorCodes.NoStart,
                $"no initial state of '{interpreter.Model.Name}' satisfies its initial conditions, such as '{first.Holds}'");
        }
    }

    /// <summary>Checks that there is an initial state.</summary>
    /// <exception cref="UserErrorException">VRF118: there is none. VRF119: none is found.</exception>
    public State Require() => All().Take(MaxTries).FirstOrDefault(state => state is not null)
        ?? throw UserErrorException.At(interpreter.Model.StartConditions[0].Where, ErrorCodes.HardStart,
            FormattableString.Invariant($"no initial state of '{interpreter.Model.Name}' is found in {MaxTries:N0} tries"));

    /// <summary>A random initial state; the first one if many tries fail.</summary>
    public State Draw(Func<int, int> choose) =>
        Find(choose).Take(MaxDrawn).FirstOrDefault(state => state is not null) ?? Require();

    // Tries the values of each part in order, from the first or from a random one on.
    private IEnumerable<State?> Find(Func<int, int>? choose)
    {
        IEnumerator<Value> ValuesOf(Part part) => (choose is null ? Value.All(part.Sort) : FromRandom(part.Sort, choose)).GetEnumerator();
        var open = new Stack<(ImmutableArray<Value> Before, IEnumerator<Value> Values)>();
        for (var (next, isAllowed) = (fixedStart, Holds(-1, fixedStart)); ;)
        {
            if (isAllowed && open.Count < parts.Count)
            {
                open.Push((next, ValuesOf(parts[open.Count])));
            }
            else
            {
                yield return isAllowed ? new State(next) : null;
            }

            while (open.TryPeek(out var last) && !last.Values.MoveNext())
            {
                open.Pop();
            }

            if (open.Count == 0)
            {
                yield break;
            }

            next = With(open.Peek().Before, parts[open.Count - 1], open.Peek().Values.Current);
            isAllowed = Holds(open.Count - 1, next);
        }
    }

    // All values of a sort, from a random one on.
    private static IEnumerable<Value> FromRandom(Sort sort, Func<int, int> choose)
    {
        var (count, first) = (Value.CountOf(sort), BigInteger.Zero);
        for (var left = count; left > 1; left >>= 30)
        {
            first = (first << 30) + choose((int)BigInteger.Min(left, 1 << 30));
        }

        for (var i = BigInteger.Zero; i < count; i++)
        {
            yield return Value.At(sort, (first + i) % count);
        }
    }

    private bool Holds(int last, ImmutableArray<Value> values) => decidedBy[last] is var decided
        && (!decided.Any() || new State(values) is var state && decided.All(one =>
            interpreter.Evaluate(state, one.Holds, one.Bound, one.Values, one.Start.Where).IsTrue));

    private ImmutableArray<Value> With(ImmutableArray<Value> values, Part part, Value value) => values.SetItem(part.Variable,
        interpreter.Model.Variables[part.Variable].Sort is Sort.Mapping map
            ? Value.Of(map, values[part.Variable].Items.SetItem(part.Key, value))
            : value);

    // A conjunction of conditions, one for each value of a quantifier, because a part of them may be decided earlier.
    private static IEnumerable<Condition> Split(Condition condition, int instances) => condition.Holds switch
    {
        Expr.Connective { Operator: LogicOperator.And } both when TotalCheck.WhatMayFail(both.Right, condition.Bound) is null =>
            Split(condition with { Holds = both.Left }, instances).Concat(Split(condition with { Holds = both.Right }, instances)),
        Expr.Quantified { Quantifier: Quantifier.ForAll } each when each.Binder.Sort.ScalarCount <= MaxInstances / instances =>
            Value.All(each.Binder.Sort).SelectMany(value => Split(
                condition with { Holds = each.Body, Bound = condition.Bound.Add(each.Binder), Values = condition.Values.Add(value) },
                instances * each.Binder.Sort.ScalarCount)),
        _ => [condition],
    };

    /// <summary>A part of a state that is chosen by itself: a variable or, of a map, an entry.</summary>
    private readonly record struct Part(int Variable, int Key, Sort Sort);

    /// <summary>A part of an initial condition, for some values of its quantifiers.</summary>
    private sealed record Condition(StartCondition Start, Expr Holds, ImmutableArray<Binder> Bound, ImmutableArray<Value> Values);

    /// <summary>The last part that a condition reads; -1 if it reads none.</summary>
    private sealed class LastPart(StartSearch search, Condition condition) : ExprVisitor
    {
        private int last = -1;

        public int Find()
        {
            Of(condition.Holds);
            return last;
        }

        protected internal override ValueTuple OnRead(Expr.Read node) => Note(node.Variable, int.MaxValue);

        protected internal override ValueTuple OnIndex(Expr.Index node) =>
            node is { Map: Expr.Read { Variable: var map }, Key: Expr.BoundVariable { Binder: var binder } }
            && condition.Bound.IndexOf(binder) is var at and >= 0
                ? Note(map, condition.Values[at].CodeIn(((Sort.Mapping)map.Sort).Key))
                : base.OnIndex(node);

        private ValueTuple Note(Variable variable, int key)
        {
            last = Math.Max(last, search.parts.FindLastIndex(part => part.Key <= key
                && search.interpreter.Model.Variables[part.Variable] == variable));
            return default;
        }
    }
}
