using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Claims;

/// <summary>
/// Something that has to happen somewhere, or a part of a proof is about nothing: the premise of an implication holds, a
/// branch is left by each of its ways.
/// </summary>
/// <param name="Subject">What it is, with its text.</param>
/// <param name="Happens">The predicate if it happens: "holds", "is taken".</param>
/// <param name="NeverHappens">The predicate if it does not.</param>
/// <param name="Holds">The state predicate that tells it.</param>
/// <param name="Where">The source location.</param>
/// <param name="Never">The reason why it never happens in this instance; null if it must.</param>
public sealed record Premise(
    string Subject, string Happens, string NeverHappens, Expr Holds, SourceLocation Where, string? Never)
{
    /// <summary>The premises of a property, and those of the model around it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="property">The property.</param>
    /// <param name="fired">How often each rule fires, or nothing; the ways of a step that never happens are left out.</param>
    public static IEnumerable<Premise> Of(Model model, Property property, ImmutableArray<long> fired) =>
        OfProperty(property).Concat(OfBranches(model.Rules.Where((_, i) => i >= fired.Length || fired[i] != 0)));

    // For an implication inside of an implication, the innermost premise needs the outer ones.
    private static IEnumerable<Premise> OfProperty(Property property) => property is Property.Always always
        ? In(always.Holds, true).Select(holds => new Premise(
            $"the premise of '{always.Name}', {holds},", "holds", "never holds", holds, always.Where, always.PremiseNever))
        : [];

    // The premises of the implications that a predicate consists of. An operand that is evaluated only if another one
    // holds may be undefined without it, so that the other one is part of the premise.
    private static IEnumerable<Expr> In(Expr holds, Expr known) => holds switch
    {
        Expr.Quantified { Quantifier: Quantifier.ForAll or Quantifier.Exists } each =>
            In(each.Body, true).Select(premise => known & new Expr.Quantified(Quantifier.Exists, each.Binder, premise)),
        Expr.Connective { Operator: LogicOperator.And } both => In(both.Left, known).Concat(In(both.Right, known & both.Left)),
        Expr.Connective { Operator: LogicOperator.Implies } implied => In(implied.Right, known & implied.Left).ToImmutableArray() switch
        {
            { IsEmpty: true } => [known & implied.Left],
            var inner => inner,
        },
        _ => [],
    };

    // A branch is a line of the model, however often its step is part of a program.
    private static IEnumerable<Premise> OfBranches(IEnumerable<Rule> fired) => fired
        .Where(rule => rule is { Branch: not null, Never: null })
        .GroupBy(rule => (rule.Thread, rule.Step, rule.Where))
        .SelectMany(rules => new[] { Way([.. rules], true), Way([.. rules], false) });

    private static Premise Way(ImmutableArray<Rule> rules, bool isTrue)
    {
        Expr At(Rule rule) => rule.Parameters.Reverse().Aggregate(
            rule.Guard & (isTrue ? rule.Branch!.Condition : !rule.Branch!.Condition),
            (body, binder) => new Expr.Quantified(Quantifier.Exists, binder, body));
        var reasons = rules.Select(rule => isTrue ? rule.Branch!.NeverTrue : rule.Branch!.NeverFalse);
        var condition = ModelPrinter.Readable(rules[0].Branch!.Condition, rules[0].Parameters);
        return new Premise($"the way of step '{rules[0].Step}' where {condition} is {(isTrue ? "true" : "false")}",
            "is taken", "is never taken", rules.Select(At).Aggregate((one, other) => one | other), rules[0].Where,
            reasons.Contains(null) ? null : reasons.First());
    }
}

/// <summary>A premise and whether it happens.</summary>
/// <param name="Premise">The premise.</param>
/// <param name="IsMet">True if it happens in a reachable state, false if in none; null if that is not known.</param>
public sealed record CheckedPremise(Premise Premise, bool? IsMet);
