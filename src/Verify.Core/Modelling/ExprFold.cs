namespace Verify.Modelling;

/// <summary>
/// A pass over expressions: one abstract method per node, so that a new node breaks every pass at compile time.
/// </summary>
/// <typeparam name="T">The result of the pass.</typeparam>
public abstract class ExprFold<T>
{
    /// <summary>Applies the pass to an expression.</summary>
    /// <remarks>The frequent classes come first.</remarks>
    public T Of(Expr expr) => expr switch
    {
        Expr.Read node => OnRead(node),
        Expr.Index node => OnIndex(node),
        Expr.BoundVariable node => OnBoundVariable(node),
        Expr.Literal node => OnLiteral(node),
        Expr.Equal node => OnEqual(node),
        Expr.Connective node => OnConnective(node),
        Expr.Not node => OnNot(node),
        Expr.IsSome node => OnIsSome(node),
        Expr.ValueOf node => OnValueOf(node),
        Expr.FieldOf node => OnFieldOf(node),
        Expr.Quantified node => OnQuantified(node),
        Expr.Conditional node => OnConditional(node),
        Expr.Some node => OnSome(node),
        Expr.RecordOf node => OnRecordOf(node),
        Expr.NoneOf node => OnNone(node),
        Expr.Compare node => OnCompare(node),
        Expr.Arithmetic node => OnArithmetic(node),
        Expr.ConstantMap node => OnConstantMap(node),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A constant.</summary>
    protected internal abstract T OnLiteral(Expr.Literal node);

    /// <summary>The empty option.</summary>
    protected internal abstract T OnNone(Expr.NoneOf node);

    /// <summary>The value of a variable.</summary>
    protected internal abstract T OnRead(Expr.Read node);

    /// <summary>A bound variable.</summary>
    protected internal abstract T OnBoundVariable(Expr.BoundVariable node);

    /// <summary>The value of a map at a key.</summary>
    protected internal abstract T OnIndex(Expr.Index node);

    /// <summary>A field of a record.</summary>
    protected internal abstract T OnFieldOf(Expr.FieldOf node);

    /// <summary>A record made from its fields.</summary>
    protected internal abstract T OnRecordOf(Expr.RecordOf node);

    /// <summary>A constant map.</summary>
    protected internal abstract T OnConstantMap(Expr.ConstantMap node);

    /// <summary>An option that holds a value.</summary>
    protected internal abstract T OnSome(Expr.Some node);

    /// <summary>A test whether an option holds a value.</summary>
    protected internal abstract T OnIsSome(Expr.IsSome node);

    /// <summary>The value of an option.</summary>
    protected internal abstract T OnValueOf(Expr.ValueOf node);

    /// <summary>Negation.</summary>
    protected internal abstract T OnNot(Expr.Not node);

    /// <summary>A logical connective.</summary>
    protected internal abstract T OnConnective(Expr.Connective node);

    /// <summary>Equality.</summary>
    protected internal abstract T OnEqual(Expr.Equal node);

    /// <summary>A comparison.</summary>
    protected internal abstract T OnCompare(Expr.Compare node);

    /// <summary>Sum or difference.</summary>
    protected internal abstract T OnArithmetic(Expr.Arithmetic node);

    /// <summary>A conditional.</summary>
    protected internal abstract T OnConditional(Expr.Conditional node);

    /// <summary>A quantifier.</summary>
    protected internal abstract T OnQuantified(Expr.Quantified node);
}

/// <summary>A fold that visits every node and returns nothing; a pass overrides the methods that it needs.</summary>
public abstract class ExprVisitor : ExprFold<ValueTuple>
{
    /// <inheritdoc/>
    protected internal override ValueTuple OnLiteral(Expr.Literal node) => default;

    /// <inheritdoc/>
    protected internal override ValueTuple OnNone(Expr.NoneOf node) => default;

    /// <inheritdoc/>
    protected internal override ValueTuple OnRead(Expr.Read node) => default;

    /// <inheritdoc/>
    protected internal override ValueTuple OnBoundVariable(Expr.BoundVariable node) => default;

    /// <inheritdoc/>
    protected internal override ValueTuple OnIndex(Expr.Index node) => Both(node.Map, node.Key);

    /// <inheritdoc/>
    protected internal override ValueTuple OnFieldOf(Expr.FieldOf node) => Of(node.Record);

    /// <inheritdoc/>
    protected internal override ValueTuple OnRecordOf(Expr.RecordOf node)
    {
        foreach (var field in node.Fields)
        {
            Of(field);
        }

        return default;
    }

    /// <inheritdoc/>
    protected internal override ValueTuple OnConstantMap(Expr.ConstantMap node) => Of(node.Element);

    /// <inheritdoc/>
    protected internal override ValueTuple OnSome(Expr.Some node) => Of(node.Content);

    /// <inheritdoc/>
    protected internal override ValueTuple OnIsSome(Expr.IsSome node) => Of(node.Option);

    /// <inheritdoc/>
    protected internal override ValueTuple OnValueOf(Expr.ValueOf node) => Of(node.Option);

    /// <inheritdoc/>
    protected internal override ValueTuple OnNot(Expr.Not node) => Of(node.Operand);

    /// <inheritdoc/>
    protected internal override ValueTuple OnConnective(Expr.Connective node) => Both(node.Left, node.Right);

    /// <inheritdoc/>
    protected internal override ValueTuple OnEqual(Expr.Equal node) => Both(node.Left, node.Right);

    /// <inheritdoc/>
    protected internal override ValueTuple OnCompare(Expr.Compare node) => Both(node.Left, node.Right);

    /// <inheritdoc/>
    protected internal override ValueTuple OnArithmetic(Expr.Arithmetic node) => Both(node.Left, node.Right);

    /// <inheritdoc/>
    protected internal override ValueTuple OnConditional(Expr.Conditional node)
    {
        Of(node.Condition);
        return Both(node.IfTrue, node.IfFalse);
    }

    /// <inheritdoc/>
    protected internal override ValueTuple OnQuantified(Expr.Quantified node) => Of(node.Body);

    private ValueTuple Both(Expr left, Expr right)
    {
        Of(left);
        return Of(right);
    }
}
