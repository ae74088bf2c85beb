using Verify.Modelling;

namespace Verify.Tests.Laws.Soaking;

/// <summary>Rebuilds an expression with some parts, variables, binders or sorts replaced.</summary>
internal sealed class ExprCopy : ExprFold<Expr>
{
    /// <summary>The replacement of a node; null to keep the node.</summary>
    public Func<Expr, Expr?> Instead { get; init; } = _ => null;

    /// <summary>The replacement of a sort.</summary>
    public Func<Sort, Sort> Sorts { get; init; } = sort => sort;

    /// <summary>The replacements of variables; the others are kept.</summary>
    public Dictionary<Variable, Expr> Variables { get; } = [];

    /// <summary>The replacements of parameters; the others are kept.</summary>
    public Dictionary<Binder, Expr> Binders { get; } = [];

    /// <summary>
    /// The replacement of a binder: the same for all its uses; the binder itself if its sort is unchanged.
    /// </summary>
    public Binder BinderOf(Binder binder)
    {
        if (Binders.TryGetValue(binder, out var known) && known is Expr.BoundVariable bound)
        {
            return bound.Binder;
        }

        var sort = Sorts(binder.Sort);
        if (sort.Equals(binder.Sort))
        {
            return binder;
        }

        var copy = new Binder(binder.Name, sort);
        Binders[binder] = new Expr.BoundVariable(copy);
        return copy;
    }

    protected internal override Expr OnLiteral(Expr.Literal node) => Instead(node) ?? Sorts(node.Sort) switch
    {
        Sort.Interval range when node.Number < range.Low || node.Number > range.High => new Expr.Literal(range, range.Low),
        Sort.ScalarSet or Sort.Enumeration when node.Number >= Sorts(node.Sort).ScalarCount => new Expr.Literal(Sorts(node.Sort), 0),
        var sort => new Expr.Literal(sort, node.Number),
    };

    protected internal override Expr OnNone(Expr.NoneOf node) =>
        Instead(node) ?? (ReferenceEquals(node, Dsl.None) ? node : new Expr.NoneOf(Sorts(node.Sort)));

    protected internal override Expr OnRead(Expr.Read node) => Instead(node) ?? Variables.GetValueOrDefault(node.Variable, node);

    protected internal override Expr OnBoundVariable(Expr.BoundVariable node) =>
        Instead(node) ?? Binders.GetValueOrDefault(node.Binder, node);

    protected internal override Expr OnIndex(Expr.Index node) => Instead(node) ?? new Expr.Index(Of(node.Map), Of(node.Key));

    protected internal override Expr OnFieldOf(Expr.FieldOf node) =>
        Instead(node) ?? new Expr.FieldOf(Of(node.Record), ((Sort.Record)Sorts(node.Record.Sort)).Fields[node.Position]);

    protected internal override Expr OnRecordOf(Expr.RecordOf node) =>
        Instead(node) ?? new Expr.RecordOf((Sort.Record)Sorts(node.Sort), [.. node.Fields.Select(Of)]);

    protected internal override Expr OnConstantMap(Expr.ConstantMap node) =>
        Instead(node) ?? new Expr.ConstantMap((Sort.Mapping)Sorts(node.Sort), Of(node.Element));

    protected internal override Expr OnSome(Expr.Some node) => Instead(node) ?? new Expr.Some(Of(node.Content));

    protected internal override Expr OnIsSome(Expr.IsSome node) => Instead(node) ?? Of(node.Option).HasValue;

    protected internal override Expr OnValueOf(Expr.ValueOf node) => Instead(node) ?? Of(node.Option).Value;

    protected internal override Expr OnNot(Expr.Not node) => Instead(node) ?? !Of(node.Operand);

    protected internal override Expr OnConnective(Expr.Connective node) => Instead(node) ?? node.Operator switch
    {
        LogicOperator.And => Of(node.Left) & Of(node.Right),
        LogicOperator.Or => Of(node.Left) | Of(node.Right),
        _ => Of(node.Left).Implies(Of(node.Right)),
    };

    protected internal override Expr OnEqual(Expr.Equal node) => Instead(node) ?? new Expr.Equal(Of(node.Left), Of(node.Right));

    protected internal override Expr OnCompare(Expr.Compare node) =>
        Instead(node) ?? new Expr.Compare(node.IsStrict, Of(node.Left), Of(node.Right));

    protected internal override Expr OnArithmetic(Expr.Arithmetic node) =>
        Instead(node) ?? (node.IsSubtract ? Of(node.Left) - Of(node.Right) : Of(node.Left) + Of(node.Right));

    protected internal override Expr OnConditional(Expr.Conditional node)
    {
        if (Instead(node) is { } instead)
        {
            return instead;
        }

        var (then, otherwise) = (Of(node.IfTrue), Of(node.IfFalse));
        return new Expr.Conditional(Of(node.Condition), then, otherwise, Dsl.Join(then.Sort, otherwise.Sort));
    }

    protected internal override Expr OnQuantified(Expr.Quantified node) =>
        Instead(node) ?? new Expr.Quantified(node.Quantifier, BinderOf(node.Binder), Of(node.Body));
}

/// <summary>Lists the nodes of an expression, outer ones first.</summary>
internal sealed class ExprParts : ExprFold<IEnumerable<Expr>>
{
    protected internal override IEnumerable<Expr> OnLiteral(Expr.Literal node) => [node];

    protected internal override IEnumerable<Expr> OnNone(Expr.NoneOf node) => [node];

    protected internal override IEnumerable<Expr> OnRead(Expr.Read node) => [node];

    protected internal override IEnumerable<Expr> OnBoundVariable(Expr.BoundVariable node) => [node];

    protected internal override IEnumerable<Expr> OnIndex(Expr.Index node) => [node, .. Of(node.Map), .. Of(node.Key)];

    protected internal override IEnumerable<Expr> OnFieldOf(Expr.FieldOf node) => [node, .. Of(node.Record)];

    protected internal override IEnumerable<Expr> OnRecordOf(Expr.RecordOf node) => [node, .. node.Fields.SelectMany(Of)];

    protected internal override IEnumerable<Expr> OnConstantMap(Expr.ConstantMap node) => [node, .. Of(node.Element)];

    protected internal override IEnumerable<Expr> OnSome(Expr.Some node) => [node, .. Of(node.Content)];

    protected internal override IEnumerable<Expr> OnIsSome(Expr.IsSome node) => [node, .. Of(node.Option)];

    protected internal override IEnumerable<Expr> OnValueOf(Expr.ValueOf node) => [node, .. Of(node.Option)];

    protected internal override IEnumerable<Expr> OnNot(Expr.Not node) => [node, .. Of(node.Operand)];

    protected internal override IEnumerable<Expr> OnConnective(Expr.Connective node) => [node, .. Of(node.Left), .. Of(node.Right)];

    protected internal override IEnumerable<Expr> OnEqual(Expr.Equal node) => [node, .. Of(node.Left), .. Of(node.Right)];

    protected internal override IEnumerable<Expr> OnCompare(Expr.Compare node) => [node, .. Of(node.Left), .. Of(node.Right)];

    protected internal override IEnumerable<Expr> OnArithmetic(Expr.Arithmetic node) => [node, .. Of(node.Left), .. Of(node.Right)];

    protected internal override IEnumerable<Expr> OnConditional(Expr.Conditional node) =>
        [node, .. Of(node.Condition), .. Of(node.IfTrue), .. Of(node.IfFalse)];

    protected internal override IEnumerable<Expr> OnQuantified(Expr.Quantified node) => [node, .. Of(node.Body)];
}
