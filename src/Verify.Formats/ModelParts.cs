using Verify.Modelling;

namespace Verify.Formats;

/// <summary>Lists the expressions and the sorts of a model.</summary>
public static class ModelParts
{
    /// <summary>
    /// All expressions: those of guards, updates and properties, then those of initial values and conditions, actors,
    /// shown arguments and marks.
    /// </summary>
    public static IEnumerable<Expr> Expressions(Model model)
    {
        foreach (var rule in model.Rules)
        {
            yield return rule.Guard;
            foreach (var update in rule.Updates)
            {
                yield return update.When;
                yield return update.Target;
                yield return update.Value;
            }
        }

        foreach (var predicate in model.Properties.SelectMany(property => property.Predicates))
        {
            yield return predicate;
        }

        foreach (var initial in model.Variables.Select(variable => variable.Initially).OfType<Expr>()
            .Concat(model.StartConditions.Select(start => start.Holds)))
        {
            yield return initial;
        }

        foreach (var rule in model.Rules)
        {
            foreach (var told in rule.Actor.Processor is { } processor ? rule.Shown.Prepend(processor) : rule.Shown)
            {
                yield return told;
            }
        }

        foreach (var mark in model.Marks)
        {
            yield return mark.Target;
            yield return mark.When;
        }
    }

    /// <summary>
    /// All sorts of variables, parameters and expressions, with their component sorts; components come first, otherwise
    /// the order is that of occurrence.
    /// </summary>
    public static IReadOnlyList<Sort> Sorts(Model model)
    {
        var walk = new SortWalk();
        walk.Add(model.Variables.Select(variable => variable.Sort));
        walk.Add(model.Rules.SelectMany(rule => rule.Parameters.Concat(rule.Updates.SelectMany(update => update.Over)))
            .Concat(model.Marks.SelectMany(mark => mark.Over)).Select(binder => binder.Sort));
        foreach (var expression in Expressions(model))
        {
            walk.Of(expression);
        }

        walk.Add(model.Processors is { } processors ? [processors] : []);
        return walk.Found;
    }

    private sealed class SortWalk : ExprVisitor
    {
        private readonly HashSet<Sort> seen = [];

        public List<Sort> Found { get; } = [];

        public void Add(IEnumerable<Sort> sorts)
        {
            foreach (var sort in sorts.Where(seen.Add))
            {
                Add(sort switch
                {
                    Sort.Optional optional => [optional.Of],
                    Sort.Record record => record.Fields.Select(field => field.Sort),
                    Sort.Mapping map => [map.Key, map.Value],
                    _ => [],
                });
                Found.Add(sort);
            }
        }

        protected override ValueTuple OnRead(Expr.Read node) => Note(node, base.OnRead);

        protected override ValueTuple OnBoundVariable(Expr.BoundVariable node) => Note(node, base.OnBoundVariable);

        protected override ValueTuple OnLiteral(Expr.Literal node) => Note(node, base.OnLiteral);

        protected override ValueTuple OnNone(Expr.NoneOf node) => Note(node, base.OnNone);

        protected override ValueTuple OnSome(Expr.Some node) => Note(node, base.OnSome);

        protected override ValueTuple OnRecordOf(Expr.RecordOf node) => Note(node, base.OnRecordOf);

        protected override ValueTuple OnConstantMap(Expr.ConstantMap node) => Note(node, base.OnConstantMap);

        protected override ValueTuple OnArithmetic(Expr.Arithmetic node) => Note(node, base.OnArithmetic);

        protected override ValueTuple OnQuantified(Expr.Quantified node)
        {
            Add([node.Binder.Sort]);
            return Note(node, base.OnQuantified);
        }

        private ValueTuple Note<T>(T node, Func<T, ValueTuple> inside)
            where T : Expr
        {
            Add([node.Sort]);
            return inside(node);
        }
    }
}
