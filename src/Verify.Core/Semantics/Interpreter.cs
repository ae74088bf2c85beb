using System.Collections.Immutable;
using System.Diagnostics;
using System.Numerics;
using Verify.Modelling;

// Long because the meaning of every node of the language stands in one place.
namespace Verify.Semantics;

/// <summary>A rule with values for its parameters.</summary>
/// <param name="Rule">The position of the rule in the model.</param>
/// <param name="Arguments">One value per parameter.</param>
public sealed record Step(int Rule, ImmutableArray<Value> Arguments)
{
    /// <inheritdoc/>
    public bool Equals(Step? other) =>
        other is not null && other.Rule == Rule && other.Arguments.AsSpan().SequenceEqual(Arguments.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rule, Arguments.Length);
}

/// <summary>
/// The reference semantics of a model: initial states, enabled steps, successors. It is slow and obvious. Every engine
/// is checked against it, and it must accept every trace that is shown.
/// </summary>
public sealed class Interpreter(Model model)
{
    private readonly Dictionary<Variable, int> positions = PositionsOf(model.Variables);

    /// <summary>The model.</summary>
    public Model Model { get; } = model;

    /// <summary>
    /// The work so far: the number of evaluated subexpressions and assigned variables. It is the same on every machine.
    /// </summary>
    public long Work { get; private set; }

    /// <summary>All initial states in a fixed order, computed on demand; at least one.</summary>
    public IEnumerable<State> InitialStates() => StartsAndTries().OfType<State>();

    /// <summary>All initial states; null stands for a try that failed, so that a caller may give up in time.</summary>
    public IEnumerable<State?> StartsAndTries() => new StartSearch(this).All();

    /// <summary>All initial states; null if there are more, or if finding them takes more failed tries.</summary>
    public IReadOnlyList<State>? InitialStates(long most, long tries)
    {
        if (Model.StartConditions.IsEmpty && InitialCount > most)
        {
            return null;
        }

        var found = new List<State>();
        foreach (var state in StartsAndTries())
        {
            if (state is null ? tries-- == 0 : found.Count == most)
            {
                return null;
            }

            found.AddRange(state is null ? [] : [state]);
        }

        return found;
    }

    /// <summary>The number of initial states, or of candidates if there are conditions; very large numbers are rounded.</summary>
    public double InitialCount => (double)Model.Variables.Where(variable => variable.Initially is null)
        .Aggregate(BigInteger.One, (count, variable) => count * Value.CountOf(variable.Sort));

    /// <summary>One initial state, without computing the others.</summary>
    /// <param name="choose">Picks one of the given number of values, from 0, for a part that starts with any value.</param>
    public State InitialState(Func<int, int> choose) => new StartSearch(this).Draw(choose);

    /// <summary>The initial value of a variable; null if it may start with any value.</summary>
    internal Value? FixedStart(Variable variable) => variable.Initially is { } initially
        ? Fit(new Evaluator(this, null, variable.Where).Of(initially), variable.Sort, variable.Where)
        : null;

    /// <summary>The enabled steps, ordered by rule and then by arguments.</summary>
    /// <exception cref="UserErrorException">VRF120: a guard reads the value of an empty option.</exception>
    public IEnumerable<Step> Enabled(State state)
    {
        for (var rule = 0; rule < Model.Rules.Length; rule++)
        {
            foreach (var arguments in ArgumentsOf(Model.Rules[rule].Parameters))
            {
                var step = new Step(rule, arguments);
                if (IsEnabled(state, step))
                {
                    yield return step;
                }
            }
        }
    }

    /// <summary>True if a step is enabled.</summary>
    public bool IsEnabled(State state, Step step)
    {
        var rule = Model.Rules[step.Rule];
        return Scope(state, step, rule.Where).Of(rule.Guard).IsTrue;
    }

    /// <summary>The state after an enabled step.</summary>
    /// <exception cref="UserErrorException">VRF104, VRF120, VRF121: the step is not well defined in this state.</exception>
    public State Successor(State state, Step step)
    {
        var rule = Model.Rules[step.Rule];
        var writes = new List<Write>();
        foreach (var update in rule.Updates)
        {
            foreach (var extra in ArgumentsOf(update.Over))
            {
                var scope = Scope(state, step, update.Where);
                scope.Bind(update.Over, extra);
                if (scope.Of(update.When).IsTrue)
                {
                    var path = new List<int>();
                    var variable = Locate(scope, update.Target, path, update.Where);
                    var value = Fit(scope.Of(update.Value), update.Target.Sort, update.Where);
                    writes.Add(new Write(variable, [.. path], value, update));
                }
            }
        }

        CheckDistinct(rule, writes);
        Work += state.Values.Length;
        var values = state.Values.ToBuilder();
        foreach (var write in writes)
        {
            values[write.Variable] = Replace(values[write.Variable], write.Path.AsSpan(), write.Value);
        }

        return new State(values.DrainToImmutable()); // for a model without variables the array is empty
    }

    /// <summary>The value of an expression without parameters in a state.</summary>
    public Value Evaluate(State state, Expr expr, SourceLocation where) => new Evaluator(this, state, where).Of(expr);

    /// <summary>The value of an expression in a state, with values for some parameters.</summary>
    public Value Evaluate(State state, Expr expr, ImmutableArray<Binder> parameters, ImmutableArray<Value> arguments, SourceLocation where)
    {
        var scope = new Evaluator(this, state, where);
        scope.Bind(parameters, arguments);
        return scope.Of(expr);
    }

    /// <summary>
    /// The value of something that only reports show, such as an actor, an argument or a mark. Null if it is undefined,
    /// which must not affect a verdict.
    /// </summary>
    /// <remarks>If the value is null, <c>whyNot</c> holds the reason; else it is null.</remarks>
    public Value? ValueToShow(
        State state, Expr expr, ImmutableArray<Binder> parameters, ImmutableArray<Value> arguments, SourceLocation where,
        out Diagnostic? whyNot)
    {
        try
        {
            whyNot = null;
            return Evaluate(state, expr, parameters, arguments, where);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NoValue || e.Diagnostic.Code == ErrorCodes.OutOfRange)
        {
            whyNot = e.Diagnostic;
            return null;
        }
    }

    /// <summary>True if a truth value holds in a state.</summary>
    public bool Holds(State state, Expr expr, SourceLocation where) => Evaluate(state, expr, where).IsTrue;

    /// <summary>All combinations of values for some parameters, in a fixed order.</summary>
    public static IEnumerable<ImmutableArray<Value>> ArgumentsOf(ImmutableArray<Binder> parameters)
    {
        IEnumerable<ImmutableArray<Value>> all = [[]];
        foreach (var parameter in parameters)
        {
            all = all.SelectMany(some => Value.All(parameter.Sort).Select(value => some.Add(value)));
        }

        return all;
    }

    private Evaluator Scope(State state, Step step, SourceLocation where)
    {
        var scope = new Evaluator(this, state, where);
        scope.Bind(Model.Rules[step.Rule].Parameters, step.Arguments);
        return scope;
    }

    private int Locate(Evaluator scope, Expr target, List<int> path, SourceLocation where)
    {
        switch (target)
        {
            case Expr.Read read:
                return positions[read.Variable];
            case Expr.Index at:
                var inMap = Locate(scope, at.Map, path, where);
                path.Add(scope.KeyOf(at));
                return inMap;
            case Expr.FieldOf get:
                var inRecord = Locate(scope, get.Record, path, where);
                path.Add(get.Position);
                return inRecord;
            case Expr.ValueOf value:
                var inOption = Locate(scope, value.Option, path, where);
                _ = scope.Of(value); // throws VRF120 if the option is empty
                path.Add(0);
                return inOption;
            default:
                throw new UnreachableException();
        }
    }

    private static Dictionary<Variable, int> PositionsOf(ImmutableArray<Variable> variables)
    {
        var positions = new Dictionary<Variable, int>();
        foreach (var variable in variables)
        {
            positions.Add(variable, positions.Count);
        }

        return positions;
    }

    private static void CheckDistinct(Rule rule, List<Write> writes)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (writes[i], writes[j]);
                var common = Math.Min(a.Path.Length, b.Path.Length);
                if (a.Variable == b.Variable && a.Path.AsSpan(0, common).SequenceEqual(b.Path.AsSpan(0, common)))
                {
                    throw UserErrorException.At(a.Update.Where, ErrorCodes.DoubleWrite,
                        $"rule '{rule.Name}' writes '{a.Update.Target}' twice in one step");
                }
            }
        }
    }

    private static Value Replace(Value whole, ReadOnlySpan<int> path, Value part)
    {
        if (path.IsEmpty)
        {
            return part;
        }

        var item = Replace(whole.Items[path[0]], path[1..], part);
        return whole.Sort is Sort.Optional
            ? Value.Some(whole.Sort, item)
            : Value.Of(whole.Sort, whole.Items.SetItem(path[0], item));
    }

    /// <summary>Converts a value to the sort of the target location; numbers must be in range.</summary>
    private static Value Fit(Value value, Sort sort, SourceLocation where)
    {
        switch (sort)
        {
            case Sort.Interval range:
                return value.Number >= range.Low && value.Number <= range.High
                    ? Value.Scalar(sort, value.Number)
                    : throw UserErrorException.At(where, ErrorCodes.OutOfRange, $"{value.Number} is assigned to a location of {range}");
            case Sort.Optional optional:
                return value.Number == 0 ? Value.None(sort) : Value.Some(sort, Fit(value.Items[0], optional.Of, where));
            case Sort.Record record:
                return Value.Of(sort, [.. value.Items.Select((item, i) => Fit(item, record.Fields[i].Sort, where))]);
            case Sort.Mapping map:
                return Value.Of(sort, [.. value.Items.Select(item => Fit(item, map.Value, where))]);
            default:
                return value;
        }
    }

    private sealed record Write(int Variable, ImmutableArray<int> Path, Value Value, Update Update);

    private sealed class Evaluator(Interpreter interpreter, State? state, SourceLocation where) : ExprFold<Value>
    {
        private readonly Dictionary<Binder, Value> bound = [];

        public void Bind(ImmutableArray<Binder> parameters, ImmutableArray<Value> arguments)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                bound[parameters[i]] = arguments[i];
            }
        }

        public int KeyOf(Expr.Index node)
        {
            var key = Of(node.Key);
            var code = key.CodeIn(((Sort.Mapping)node.Map.Sort).Key);
            return code >= 0
                ? code
                : throw UserErrorException.At(where, ErrorCodes.OutOfRange, $"{key} is not a key of '{node.Map}'");
        }

        protected internal override Value OnLiteral(Expr.Literal node)
        {
            interpreter.Work++;
            return Value.Scalar(node.Sort, node.Number);
        }

        protected internal override Value OnNone(Expr.NoneOf node) => Value.None(node.Sort);

        protected internal override Value OnRead(Expr.Read node)
        {
            interpreter.Work++;
            return state!.Values[interpreter.positions[node.Variable]];
        }

        protected internal override Value OnBoundVariable(Expr.BoundVariable node)
        {
            interpreter.Work++;
            return bound[node.Binder];
        }

        protected internal override Value OnIndex(Expr.Index node) => Of(node.Map).Items[KeyOf(node)];

        protected internal override Value OnFieldOf(Expr.FieldOf node) => Of(node.Record).Items[node.Position];

        protected internal override Value OnRecordOf(Expr.RecordOf node) =>
            Value.Of(node.Sort, [.. node.Fields.Select((f, i) => Fit(Of(f), ((Sort.Record)node.Sort).Fields[i].Sort, where))]);

        protected internal override Value OnConstantMap(Expr.ConstantMap node)
        {
            var map = (Sort.Mapping)node.Sort;
            var element = Fit(Of(node.Element), map.Value, where);
            return Value.Of(node.Sort, [.. Enumerable.Repeat(element, map.Key.ScalarCount)]);
        }

        protected internal override Value OnSome(Expr.Some node) => Value.Some(node.Sort, Of(node.Content));

        protected internal override Value OnIsSome(Expr.IsSome node) => Value.Truth(Of(node.Option).Number == 1);

        protected internal override Value OnValueOf(Expr.ValueOf node)
        {
            var option = Of(node.Option);
            return option.Number == 1
                ? option.Items[0]
                : throw UserErrorException.At(where, ErrorCodes.NoValue, $"the value of '{node.Option}' is read, but it is empty here");
        }

        protected internal override Value OnNot(Expr.Not node) => Value.Truth(!Of(node.Operand).IsTrue);

        protected internal override Value OnConnective(Expr.Connective node) => Value.Truth(node.Operator switch
        {
            LogicOperator.And => Of(node.Left).IsTrue && Of(node.Right).IsTrue,
            LogicOperator.Or => Of(node.Left).IsTrue || Of(node.Right).IsTrue,
            LogicOperator.Implies => !Of(node.Left).IsTrue || Of(node.Right).IsTrue,
            _ => throw new UnreachableException(),
        });

        protected internal override Value OnEqual(Expr.Equal node) => Value.Truth(Of(node.Left).Equals(Of(node.Right)));

        protected internal override Value OnCompare(Expr.Compare node)
        {
            var (left, right) = (Of(node.Left).Number, Of(node.Right).Number);
            return Value.Truth(node.IsStrict ? left < right : left <= right);
        }

        protected internal override Value OnArithmetic(Expr.Arithmetic node)
        {
            var (left, right) = (Of(node.Left).Number, Of(node.Right).Number);
            return Value.Scalar(node.Sort, node.IsSubtract ? left - right : left + right);
        }

        protected internal override Value OnConditional(Expr.Conditional node) =>
            Of(node.Condition).IsTrue ? Of(node.IfTrue) : Of(node.IfFalse);

        protected internal override Value OnQuantified(Expr.Quantified node)
        {
            // Models do not bind a parameter twice; if one did, the outer value would be restored after the quantifier.
            var shadowed = bound.GetValueOrDefault(node.Binder);
            var result = Quantify(node);
            if (shadowed is not null)
            {
                bound[node.Binder] = shadowed;
            }

            return result;
        }

        private Value Quantify(Expr.Quantified node)
        {
            // Evaluates the values in order until the answer is known; a count evaluates all of them.
            var count = 0;
            foreach (var value in Value.All(node.Binder.Sort))
            {
                bound[node.Binder] = value;
                var holds = Of(node.Body).IsTrue;
                count += holds ? 1 : 0;
                if (node.Quantifier == Quantifier.ForAll && !holds)
                {
                    return Value.Truth(false);
                }

                if (node.Quantifier == Quantifier.Exists && holds)
                {
                    return Value.Truth(true);
                }
            }

            return node.Quantifier == Quantifier.Count
                ? Value.Scalar(node.Sort, count)
                : Value.Truth(node.Quantifier == Quantifier.ForAll);
        }
    }
}
