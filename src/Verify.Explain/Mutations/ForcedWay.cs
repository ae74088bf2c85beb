using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>A step that takes one way of its branch without a look at the condition.</summary>
/// <param name="Step">The step, with the name of its thread.</param>
/// <param name="Condition">The condition, as text.</param>
/// <param name="Way">The way: where the condition is true, or where it is false.</param>
public sealed record ForcedWay(string Step, string Condition, bool Way) : IMutation
{
    private static readonly bool[] Ways = [true, false];

    /// <summary>The ways of all branches of a model, each once.</summary>
    public static IEnumerable<ForcedWay> Of(Model model) =>
        from rule in model.Rules.Where(rule => rule.Branch is not null).DistinctBy(rule => (StepNames.Of(rule), Print(rule)))
        from way in Ways
        select new ForcedWay(StepNames.Of(rule), Print(rule), way);

    /// <inheritdoc/>
    public string Text => $"as if {Condition} were {(Way ? "true" : "false")}";

    /// <inheritdoc/>
    public Model? In(Model model)
    {
        bool IsOne(Rule rule) => rule.Branch is not null && StepNames.Of(rule) == Step && Print(rule) == Condition;
        ImmutableArray<Rule> rules = [.. model.Rules.Select(rule => IsOne(rule) ? Forced(rule, rule.Branch!.Condition) : rule)];
        return rules.SequenceEqual(model.Rules) ? null : model.With(rules);
    }

    private Rule Forced(Rule rule, Expr condition)
    {
        return rule with
        {
            Branch = null,
            Updates = [.. rule.Updates.Select(update => update with
            {
                When = Holds(update.When),
                Value = update.Value is Expr.Conditional choice && ReferenceEquals(choice.Condition, condition)
                    ? Way ? choice.IfTrue : choice.IfFalse
                    : update.Value,
            }).Where(update => update.When is not Expr.Literal { Number: 0 })],
        };

        // Locals are reset where the program ends, which may be one of the ways.
        Expr Holds(Expr when) => when switch
        {
            _ when ReferenceEquals(when, condition) => Way,
            Expr.Not not when ReferenceEquals(not.Operand, condition) => !Way,
            Expr.Connective { Operator: LogicOperator.And } both => Holds(both.Left) & Holds(both.Right),
            Expr.Not not => !Holds(not.Operand),
            _ => when,
        };
    }

    private static string Print(Rule rule) => ModelPrinter.Readable(rule.Branch!.Condition, rule.Parameters);
}
