using Verify.Modelling;

namespace Verify.Formats;

/// <summary>Collects the sorts that occur in a model, parts before wholes.</summary>
internal sealed class SortsOf : ExprWalk
{
    private readonly List<Sort> found = [];
    private readonly HashSet<Sort> seen = [];

    private SortsOf()
    {
    }

    /// <summary>The sorts of variables, parameters and expressions, in the order in which they are met.</summary>
    public static IReadOnlyList<Sort> Model(Model model)
    {
        var walk = new SortsOf();
        foreach (var variable in model.Variables)
        {
            walk.Add(variable.Sort);
        }

        foreach (var rule in model.Rules)
        {
            walk.Add(rule.Parameters);
            walk.Of(rule.Guard);
            foreach (var update in rule.Updates)
            {
                walk.Add(update.Over);
                walk.Of(update.When);
                walk.Of(update.Target);
                walk.Of(update.Value);
            }
        }

        foreach (var property in model.Properties)
        {
            walk.Add(property);
        }

        return walk.found;
    }

    private void Add(Property property)
    {
        switch (property)
        {
            case Property.Always p:
                Of(p.Holds);
                break;
            case Property.Reachable p:
                Of(p.Holds);
                break;
            case Property.NoDeadlock p:
                Of(p.MayRest);
                break;
            case Property.LeadsTo p:
                Of(p.From);
                Of(p.To);
                break;
        }
    }

    private void Add(IEnumerable<Binder> binders)
    {
        foreach (var binder in binders)
        {
            Add(binder.Sort);
        }
    }

    private void Add(Sort sort)
    {
        if (!seen.Add(sort))
        {
            return;
        }

        switch (sort)
        {
            case Sort.Optional optional:
                Add(optional.Of);
                break;
            case Sort.Record record:
                foreach (var field in record.Fields)
                {
                    Add(field.Sort);
                }

                break;
            case Sort.Mapping map:
                Add(map.Key);
                Add(map.Value);
                break;
        }

        found.Add(sort);
    }

    /// <inheritdoc/>
    protected override ValueTuple OnRead(Expr.Read node) => Note(node);

    /// <inheritdoc/>
    protected override ValueTuple OnBound(Expr.Bound node) => Note(node);

    /// <inheritdoc/>
    protected override ValueTuple OnLiteral(Expr.Literal node) => Note(node);

    /// <inheritdoc/>
    protected override ValueTuple OnNone(Expr.NoneOf node) => Note(node);

    /// <inheritdoc/>
    protected override ValueTuple OnSome(Expr.Some node)
    {
        Note(node);
        return base.OnSome(node);
    }

    /// <inheritdoc/>
    protected override ValueTuple OnConstruct(Expr.Construct node)
    {
        Note(node);
        return base.OnConstruct(node);
    }

    /// <inheritdoc/>
    protected override ValueTuple OnFill(Expr.Fill node)
    {
        Note(node);
        return base.OnFill(node);
    }

    /// <inheritdoc/>
    protected override ValueTuple OnArithmetic(Expr.Arithmetic node)
    {
        Note(node);
        return base.OnArithmetic(node);
    }

    /// <inheritdoc/>
    protected override ValueTuple OnQuantified(Expr.Quantified node)
    {
        Note(node);
        Add(node.Binder.Sort);
        return base.OnQuantified(node);
    }

    private ValueTuple Note(Expr node)
    {
        Add(node.Sort);
        return default;
    }
}
