using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Verify.Modelling;
using Verify.Semantics;

// Long because one pass lowers every node of the language and shares its path condition.
namespace Verify.Lowering;

/// <summary>One assignment of a lowered rule: if a condition holds, one of several leaves gets a code.</summary>
/// <param name="Leaves">The candidate leaves; all have the same number of codes.</param>
/// <param name="Index">The index of the leaf that is written, from 0.</param>
/// <param name="Value">The code that is written.</param>
/// <param name="When">The condition.</param>
public sealed record LeafWrite(ImmutableArray<int> Leaves, Term Index, Term Value, Term When);

/// <summary>A rule for one choice of its parameters, expressed over leaves.</summary>
/// <param name="Rule">The position of the rule in the model.</param>
/// <param name="Arguments">The codes of the parameters.</param>
/// <param name="Guard">True if the rule can fire.</param>
/// <param name="IsGuardDefined">True if the guard is defined; where it is not, the interpreter reports the
/// error.</param>
/// <param name="AreUpdatesDefined">True if the updates are defined; matters only where the guard holds.</param>
/// <param name="Writes">The writes; they go to distinct leaves wherever the updates are defined.</param>
/// <param name="DependsOnOrder">True if some part is defined only because a quantifier over symmetric identities
/// evaluates them in a certain order and stops in time. Such a part may be defined in one state of an orbit and not in
/// another.</param>
public sealed record LoweredRule(
    int Rule,
    ImmutableArray<int> Arguments,
    Term Guard,
    Term IsGuardDefined,
    Term AreUpdatesDefined,
    ImmutableArray<LeafWrite> Writes,
    bool DependsOnOrder);

/// <summary>A truth value expressed over leaves.</summary>
/// <param name="Holds">The truth value.</param>
/// <param name="IsDefined">True if the truth value is defined.</param>
/// <param name="DependsOnOrder">True if it depends on the order of identities whether some part is defined, as for a
/// rule.</param>
public sealed record LoweredPredicate(Term Holds, Term IsDefined, bool DependsOnOrder);

/// <summary>
/// A model as terms over the leaves of its states. The explicit search compiles them, and solvers receive them. The
/// meaning is that of the interpreter; tests compare the two step by step.
/// </summary>
/// <remarks>
/// A lowered model is immutable, and facts about a rule or a predicate are stored with it. A copy that keeps only some
/// rules (<c>with</c>) keeps the facts about those.
/// </remarks>
public sealed record LoweredModel
{
    private readonly LoweredOps ops;

    /// <summary>Lowers the rules of a model, once for each choice of parameters.</summary>
    /// <exception cref="UserErrorException">VRF122: a state has too many leaves.</exception>
    public LoweredModel(Model model)
    {
        (Model, Shape, Pool) = (model, new StateShape(model), new TermPool());
        ops = new LoweredOps(Pool);
        var rules = ImmutableArray.CreateBuilder<LoweredRule>();
        for (var i = 0; i < model.Rules.Length; i++)
        {
            foreach (var arguments in Interpreter.ArgumentsOf(model.Rules[i].Parameters))
            {
                var rule = LowerRule(i, arguments);
                if (!(rule.Guard.IsFalse && rule.IsGuardDefined.IsTrue))
                {
                    rules.Add(rule);
                }
            }
        }

        Rules = rules.ToImmutable();
        StartConditions = [.. model.StartConditions.Select(start => Lower(start.Holds).Holds)];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The layout of the leaves.</summary>
    public StateShape Shape { get; }

    /// <summary>The pool that makes the terms.</summary>
    public TermPool Pool { get; }

    /// <summary>
    /// The rules, in the order of the model's rules and then of their arguments; without those that can never fire.
    /// </summary>
    public ImmutableArray<LoweredRule> Rules { get; internal init; }

    /// <summary>The conditions on initial states, in the order of the model; they are defined in every state.</summary>
    public ImmutableArray<Term> StartConditions { get; }

    /// <summary>Lowers a predicate of the model.</summary>
    public LoweredPredicate Lower(Expr predicate)
    {
        var pass = new Pass(this, [], [], null, $"a predicate of model '{Model.Name}'");
        var holds = pass.Truth(predicate);
        pass.CheckDepth(holds);
        return new LoweredPredicate(holds, pass.Defined, pass.DependsOnOrder);
    }

    /// <summary>The values of a rule's arguments.</summary>
    public ImmutableArray<Value> ArgumentsOf(LoweredRule rule) =>
        [.. Model.Rules[rule.Rule].Parameters.Select((parameter, i) => SortLayout.ValueOf(parameter.Sort, rule.Arguments[i]))];

    private LoweredRule LowerRule(int index, ImmutableArray<Value> arguments)
    {
        var rule = Model.Rules[index];
        var codes = rule.Parameters.Select((parameter, i) => arguments[i].CodeIn(parameter.Sort)).ToImmutableArray();
        var pass = new Pass(this, rule.Parameters, codes, rule.Where, $"rule '{rule.Name}'");
        var guard = pass.Truth(rule.Guard);
        var isGuardDefined = pass.Defined;
        pass.Assume(guard);
        var writes = new List<LeafWrite>();
        foreach (var update in guard.IsFalse ? [] : rule.Updates)
        {
            foreach (var extra in Interpreter.ArgumentsOf(update.Over))
            {
                pass.Bind(update.Over, extra);
                pass.Write(update, writes);
            }
        }

        pass.Require(AreDistinct(writes));
        pass.CheckDepth([guard, .. writes.SelectMany(write => (Term[])[write.When, write.Value, write.Index])]);
        return new LoweredRule(index, codes, guard, isGuardDefined, pass.Defined, [.. writes], pass.DependsOnOrder);
    }

    // Two writes collide if both happen and select the same leaf. Only writes that can select the same leaf are
    // compared, because most rules write many leaves once.
    private Term AreDistinct(List<LeafWrite> writes)
    {
        var result = Pool.True;
        var writers = new Dictionary<int, List<(int Write, int Position)>>();
        for (var i = 0; i < writes.Count; i++)
        {
            var a = writes[i];
            var meetings = new SortedSet<(int Write, int PositionInA, int Position)>();
            for (var at = 0; at < a.Leaves.Length; at++)
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(writers, a.Leaves[at], out _);
                known ??= [];
                meetings.UnionWith(known.Select(other => (other.Write, at, other.Position)));
                known.Add((i, at));
            }

            foreach (var (j, at, position) in meetings)
            {
                var b = writes[j];
                var same = Pool.And(Pool.Equal(a.Index, Pool.Constant(at)), Pool.Equal(b.Index, Pool.Constant(position)));
                result = Pool.And(result, Pool.Not(Pool.And(same, Pool.And(a.When, b.When))));
            }
        }

        return result;
    }

    /// <summary>One pass over the expressions of a rule; it tracks the path condition of each expression.</summary>
    private sealed class Pass : ExprFold<LoweredValue>
    {
        private readonly TermPool pool;
        private readonly LoweredOps ops;
        private readonly Dictionary<Binder, LoweredValue> bound = [];
        private readonly Dictionary<Variable, SortLayout> storages = [];
        private readonly SourceLocation? where;
        private readonly string what;
        private Term assumed;
        private Term path;

        public Pass(LoweredModel owner, ImmutableArray<Binder> parameters, ImmutableArray<int> codes, SourceLocation? where, string what)
        {
            (pool, ops, this.where, this.what) = (owner.Pool, owner.ops, where, what);
            (assumed, path, Defined) = (pool.True, pool.True, pool.True);
            for (var i = 0; i < parameters.Length; i++)
            {
                bound[parameters[i]] = ops.FromCode(parameters[i].Sort, pool.Constant(codes[i]));
            }

            for (var i = 0; i < owner.Model.Variables.Length; i++)
            {
                storages[owner.Model.Variables[i]] = owner.Shape.Variables[i];
            }
        }

        /// <summary>True if everything that was evaluated so far is defined.</summary>
        public Term Defined { get; private set; }

        /// <summary>True if some part is defined only because of the order in which identities are evaluated.</summary>
        public bool DependsOnOrder { get; private set; }

        public void Bind(ImmutableArray<Binder> parameters, ImmutableArray<Value> values)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                bound[parameters[i]] = ops.FromCode(parameters[i].Sort, pool.Constant(values[i].CodeIn(parameters[i].Sort)));
            }
        }

        /// <summary>Lowers something under an additional path condition.</summary>
        public void Under(Term condition, Action body)
        {
            var outer = path;
            path = pool.And(path, condition);
            if (!path.IsFalse)
            {
                body();
            }

            path = outer;
        }

        /// <summary>
        /// Restricts the pass to states in which a condition holds, and resets <see cref="Defined"/>.
        /// </summary>
        public void Assume(Term condition) => (assumed, Defined) = (condition, pool.True);

        /// <summary>Requires a condition under the current path condition.</summary>
        public void Require(Term condition)
        {
            Defined = pool.And(Defined, pool.Implies(path, pool.Without(condition, assumed)));
            CheckDepth(Defined);
        }

        /// <summary>
        /// Rejects terms that are nested too deep, as when a quantifier evaluates its values one after the other.
        /// </summary>
        public void CheckDepth(params IEnumerable<Term> terms)
        {
            if (terms.Max(term => term.Depth) is var depth and > Term.MaxDepth)
            {
                throw UserErrorException.At(where, ErrorCodes.TooLarge, string.Create(CultureInfo.InvariantCulture,
                    $"{what} is nested {depth:N0} deep after its quantifiers are expanded; the maximum is {Term.MaxDepth:N0}"),
                    "let quantifiers range over fewer values, or make their bodies defined for each value");
            }
        }

        public Term Truth(Expr expr) => ((LoweredValue.Number)Of(expr)).Term;

        public void Write(Update update, List<LeafWrite> writes)
        {
            var when = Truth(update.When);
            Under(when, () =>
            {
                var place = Locate(update.Target);
                var value = Of(update.Value);
                for (var option = place.ContentOf; option > 0; option--)
                {
                    value = new LoweredValue.Option(Sort.Option(value.Sort), pool.True, value, null);
                }

                Assign(place.Candidates, place.Index, value, when, writes);
            });
        }

        /// <summary>
        /// A location: one of several storages of one shape, selected by an index. <c>ContentOf</c> counts the
        /// enclosing options of a scalar sort, which share the leaf of their content.
        /// </summary>
        private readonly record struct Place(ImmutableArray<SortLayout> Candidates, Term Index, int ContentOf);

        private Place Locate(Expr target)
        {
            switch (target)
            {
                case Expr.Read read:
                    return new Place([storages[read.Variable]], pool.Constant(0), 0);
                case Expr.Index at:
                    var map = Locate(at.Map);
                    var key = Key(at);
                    var count = ((Sort.Mapping)at.Map.Sort).Key.ScalarCount;
                    return key.IsConstant
                        ? map with { Candidates = [.. map.Candidates.Select(c => ((SortLayout.Group)c).Items[(int)key.Number])] }
                        : map with
                        {
                            Candidates = [.. map.Candidates.SelectMany(c => ((SortLayout.Group)c).Items)],
                            Index = pool.Add(pool.Scale(map.Index, count), key),
                        };
                case Expr.FieldOf get:
                    var record = Locate(get.Record);
                    return record with { Candidates = [.. record.Candidates.Select(c => ((SortLayout.Group)c).Items[get.Position])] };
                case Expr.ValueOf value:
                    var option = Locate(value.Option);
                    Require(((LoweredValue.Option)Of(value.Option)).Has);
                    return option.Candidates[0] is SortLayout.Flagged
                        ? option with { Candidates = [.. option.Candidates.Select(c => ((SortLayout.Flagged)c).Content)] }
                        : option with { ContentOf = option.ContentOf + 1 };
                default:
                    throw new UnreachableException();
            }
        }

        private void Assign(ImmutableArray<SortLayout> places, Term index, LoweredValue value, Term when, List<LeafWrite> writes)
        {
            if (index.IsConstant && places.Length > 1)
            {
                (places, index) = ([places[(int)index.Number]], pool.Constant(0));
            }

            switch (places[0])
            {
                case SortLayout.Single single:
                    var (code, fits) = ops.Code(value, single.Sort);
                    Require(fits);
                    writes.Add(new LeafWrite([.. places.Select(p => ((SortLayout.Single)p).Leaf.Index)], index, code, when));
                    break;
                case SortLayout.Flagged flagged:
                    var option = (LoweredValue.Option)value;
                    writes.Add(new LeafWrite([.. places.Select(p => ((SortLayout.Flagged)p).Flag.Index)], index, option.Has, when));
                    var zero = ops.Zero(flagged.Content.Sort);
                    var content = ops.Choice(option.Has, option.Content, zero, zero.Sort);
                    Assign([.. places.Select(p => ((SortLayout.Flagged)p).Content)], index, content, when, writes);
                    break;
                case SortLayout.Group group:
                    for (var i = 0; i < group.Items.Length; i++)
                    {
                        Assign([.. places.Select(p => ((SortLayout.Group)p).Items[i])], index, ((LoweredValue.Tuple)value).Items[i],
                            when, writes);
                    }

                    break;
            }
        }

        private Term Key(Expr.Index node)
        {
            var sort = ((Sort.Mapping)node.Map.Sort).Key;
            var (code, fits) = ops.Code(Of(node.Key), sort);
            Require(fits);
            // Outside of the range the rule is undefined anyway, so any valid key will do; so it is for the content of an empty
            // option, which is a constant below 0 where a quantifier or a parameter ranges over options.
            var key = fits.IsTrue ? code : pool.Choice(fits, code, pool.Constant(0));
            return key.IsConstant && key.Number < 0 ? pool.Constant(0) : key;
        }

        protected override LoweredValue OnLiteral(Expr.Literal node) =>
            new LoweredValue.Number(node.Sort, pool.Constant(node.Number));

        protected override LoweredValue OnNone(Expr.NoneOf node) => ops.Zero(node.Sort);

        protected override LoweredValue OnRead(Expr.Read node) => ops.Read(storages[node.Variable]);

        protected override LoweredValue OnBoundVariable(Expr.BoundVariable node) => bound[node.Binder];

        protected override LoweredValue OnIndex(Expr.Index node)
        {
            var map = (LoweredValue.Tuple)Of(node.Map);
            return ops.Select(map.Items, Key(node));
        }

        protected override LoweredValue OnFieldOf(Expr.FieldOf node) => ((LoweredValue.Tuple)Of(node.Record)).Items[node.Position];

        protected override LoweredValue OnRecordOf(Expr.RecordOf node)
        {
            var record = (Sort.Record)node.Sort;
            return new LoweredValue.Tuple(node.Sort, [.. node.Fields.Select((field, i) => Fit(Of(field), record.Fields[i].Sort))]);
        }

        protected override LoweredValue OnConstantMap(Expr.ConstantMap node)
        {
            var map = (Sort.Mapping)node.Sort;
            return new LoweredValue.Tuple(node.Sort, [.. Enumerable.Repeat(Fit(Of(node.Element), map.Value), map.Key.ScalarCount)]);
        }

        protected override LoweredValue OnSome(Expr.Some node) =>
            new LoweredValue.Option(node.Sort, pool.True, Of(node.Content), null);

        protected override LoweredValue OnIsSome(Expr.IsSome node) =>
            new LoweredValue.Number(Sort.Bool, ((LoweredValue.Option)Of(node.Option)).Has);

        protected override LoweredValue OnValueOf(Expr.ValueOf node)
        {
            var option = (LoweredValue.Option)Of(node.Option);
            Require(option.Has);
            return option.Content;
        }

        protected override LoweredValue OnNot(Expr.Not node) => Bool(pool.Not(Truth(node.Operand)));

        protected override LoweredValue OnConnective(Expr.Connective node)
        {
            var left = Truth(node.Left);
            var right = pool.False;
            Under(node.Operator == LogicOperator.Or ? pool.Not(left) : left, () => right = Truth(node.Right));
            return Bool(node.Operator switch
            {
                LogicOperator.And => pool.And(left, right),
                LogicOperator.Or => pool.Or(left, right),
                LogicOperator.Implies => pool.Or(pool.Not(left), right),
                _ => throw new UnreachableException(),
            });
        }

        protected override LoweredValue OnEqual(Expr.Equal node) => Bool(ops.Equal(Of(node.Left), Of(node.Right)));

        protected override LoweredValue OnCompare(Expr.Compare node)
        {
            var (left, right) = (Truth(node.Left), Truth(node.Right));
            return Bool(node.IsStrict ? pool.Less(left, right) : pool.AtMost(left, right));
        }

        protected override LoweredValue OnArithmetic(Expr.Arithmetic node)
        {
            var (left, right) = (Truth(node.Left), Truth(node.Right));
            return new LoweredValue.Number(node.Sort, node.IsSubtract ? pool.Subtract(left, right) : pool.Add(left, right));
        }

        protected override LoweredValue OnConditional(Expr.Conditional node)
        {
            var condition = Truth(node.Condition);
            LoweredValue? a = null, b = null;
            Under(condition, () => a = Of(node.IfTrue));
            Under(pool.Not(condition), () => b = Of(node.IfFalse));
            // A branch that cannot be taken has no value; if neither can be taken, any value will do.
            return (a, b) switch
            {
                (null, null) => Of(node.IfTrue),
                (null, _) => b,
                (_, null) => a,
                _ => ops.Choice(condition, a, b, node.Sort),
            };
        }

        protected override LoweredValue OnQuantified(Expr.Quantified node)
        {
            var outer = path;
            var shadowed = bound.GetValueOrDefault(node.Binder);
            var bodies = new List<Term>();
            for (var code = 0; code < node.Binder.Sort.ScalarCount; code++)
            {
                bound[node.Binder] = ops.FromCode(node.Binder.Sort, pool.Constant(code));
                var body = pool.False;
                // Evaluates the values in order until the answer is known, as the interpreter does.
                var before = Defined;
                Under(pool.True, () => body = Truth(node.Body));
                if (Defined != before && node.Quantifier != Quantifier.Count && HasIdentities(node.Binder.Sort))
                {
                    DependsOnOrder = true;
                }

                bodies.Add(body);
                path = node.Quantifier switch
                {
                    Quantifier.ForAll => pool.And(path, body),
                    Quantifier.Exists => pool.And(path, pool.Not(body)),
                    _ => path,
                };
            }

            path = outer;
            if (shadowed is not null)
            {
                bound[node.Binder] = shadowed;
            }

            return node.Quantifier switch
            {
                Quantifier.ForAll => Bool(pool.All(bodies)),
                Quantifier.Exists => Bool(pool.Any(bodies)),
                _ => new LoweredValue.Number(node.Sort, pool.Sum(bodies)),
            };
        }

        // Values of other sorts have a fixed order.
        private static bool HasIdentities(Sort sort) => sort switch
        {
            Sort.ScalarSet set => set.Members.Length > 1,
            Sort.Optional option => HasIdentities(option.Of),
            _ => false,
        };

        // Fits parts of records and maps at their construction, as the interpreter does.
        private LoweredValue Fit(LoweredValue value, Sort sort)
        {
            if (value.Sort.Equals(sort))
            {
                return value;
            }

            if (sort.IsScalar)
            {
                var (code, fits) = ops.Code(value, sort);
                Require(fits);
                return ops.FromCode(sort, code);
            }

            return value switch
            {
                LoweredValue.Option option => new LoweredValue.Option(sort, option.Has, FitUnder(option, ((Sort.Optional)sort).Of), null),
                LoweredValue.Tuple tuple => new LoweredValue.Tuple(sort, [.. tuple.Items.Select((item, i) => Fit(item, PartOf(sort, i)))]),
                _ => throw new UnreachableException(),
            };
        }

        private LoweredValue FitUnder(LoweredValue.Option option, Sort sort)
        {
            var content = option.Content;
            Under(option.Has, () => content = Fit(option.Content, sort));
            return content;
        }

        private static Sort PartOf(Sort sort, int position) => sort switch
        {
            Sort.Record record => record.Fields[position].Sort,
            Sort.Mapping map => map.Value,
            _ => throw new UnreachableException(),
        };

        private static LoweredValue.Number Bool(Term term) => new(Sort.Bool, term);
    }
}
