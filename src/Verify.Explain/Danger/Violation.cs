using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Explain.Danger;

/// <summary>One way to violate a predicate: values for which all conditions hold.</summary>
/// <param name="Binders">The values to choose.</param>
/// <param name="Conditions">The conditions.</param>
internal sealed record Violation(ImmutableArray<Binder> Binders, ImmutableArray<Expr> Conditions)
{
    /// <summary>The ways to violate a predicate.</summary>
    public static IEnumerable<Violation> Of(Expr holds) => holds switch
    {
        Expr.Quantified { Quantifier: Quantifier.ForAll } all => Of(all.Body).Select(one => one.With(all.Binder)),
        Expr.Connective { Operator: LogicOperator.And } both => Of(both.Left).Concat(Of(both.Right)),
        Expr.Connective { Operator: LogicOperator.Implies } implied =>
            from premise in To(implied.Left) from broken in Of(implied.Right) select premise.And(broken),
        Expr.Connective { Operator: LogicOperator.Or } either =>
            from one in Of(either.Left) from other in Of(either.Right) select one.And(other),
        Expr.Not not => To(not.Operand),
        _ => [new([], [!holds])],
    };

    /// <summary>The state predicate that all conditions hold but those at some positions.</summary>
    public Expr Except(IReadOnlyCollection<int> positions) => Binders.Reverse().Aggregate(
        Conditions.Select((one, i) => positions.Contains(i) ? !one : one).Aggregate((all, one) => all & one),
        (body, binder) => Dsl.Quantify(Quantifier.Exists, binder, body));

    // The ways to satisfy a predicate.
    private static IEnumerable<Violation> To(Expr holds) => holds switch
    {
        Expr.Quantified { Quantifier: Quantifier.Exists } some => To(some.Body).Select(one => one.With(some.Binder)),
        Expr.Connective { Operator: LogicOperator.And } both =>
            from one in To(both.Left) from other in To(both.Right) select one.And(other),
        Expr.Connective { Operator: LogicOperator.Or } either => To(either.Left).Concat(To(either.Right)),
        Expr.Not not => Of(not.Operand),
        _ => [new([], [holds])],
    };

    private Violation With(Binder binder) => this with { Binders = Binders.Insert(0, binder) };

    private Violation And(Violation other) => new(Binders.AddRange(other.Binders), Conditions.AddRange(other.Conditions));
}
