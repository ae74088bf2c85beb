using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>
/// Why a predicate is false in a state, or true: the first instance of its quantifiers that makes it so, the part of it
/// that does, and the values that this part reads.
/// </summary>
/// <param name="IsTrue">True if the part holds in the state, false if it does not.</param>
/// <param name="For">The values of quantified variables, such as <c>c = CPU1</c>.</param>
/// <param name="Part">The part of the predicate, as text.</param>
/// <param name="Values">What the part reads, such as <c>tlb[CPU1][x] = f0</c>.</param>
public sealed record Explanation(bool IsTrue, ImmutableArray<string> For, string Part, ImmutableArray<string> Values)
{
    /// <summary>
    /// Why the last state of a run decides a property; null if no predicate of that state does, as for a deadlock where
    /// nothing may rest.
    /// </summary>
    public static Explanation? Of(Interpreter interpreter, State last, Property property) => Find(interpreter, last, property)?.Text;

    /// <summary>The explanation together with the values in it.</summary>
    internal static (Explanation Text, ImmutableArray<Value> Named)? Find(Interpreter interpreter, State last, Property property) =>
        property switch
        {
            Property.Always always => Of(interpreter, last, always.Holds, false, property.Where),
            Property.Reachable reachable => Of(interpreter, last, reachable.Holds, true, property.Where),
            Property.LeadsTo leadsTo => Of(interpreter, last, leadsTo.To, false, property.Where),
            Property.NoDeadlock { MayRest: not Expr.Literal } deadlock => Of(interpreter, last, deadlock.MayRest, false, property.Where),
            _ => null,
        };

    private static (Explanation, ImmutableArray<Value>)? Of(
        Interpreter interpreter, State state, Expr predicate, bool isTrue, SourceLocation where)
    {
        var (binders, values) = (ImmutableArray<Binder>.Empty, ImmutableArray<Value>.Empty);
        bool? Holds(Expr expr) => interpreter.ValueToShow(state, expr, binders, values, where, out _)?.IsTrue;
        if (Holds(predicate) != isTrue)
        {
            return null; // a chosen run that decides nothing, or a predicate that is undefined
        }

        Expr premise = true;
        for (var part = predicate; ;)
        {
            switch (part)
            {
                case Expr.Not not when premise is Expr.Literal:
                    (part, isTrue) = (not.Operand, !isTrue);
                    continue;
                case Expr.Connective { Operator: LogicOperator.And } both when !isTrue:
                    part = Holds(both.Left) == false ? both.Left : both.Right;
                    continue;
                case Expr.Connective { Operator: LogicOperator.Or } either when isTrue:
                    part = Holds(either.Left) == true ? either.Left : either.Right;
                    continue;
                case Expr.Connective { Operator: LogicOperator.Implies } implied when !isTrue:
                    (premise, part) = (premise & implied.Left, implied.Right);
                    continue;
                case Expr.Quantified { Quantifier: Quantifier.ForAll or Quantifier.Exists } all
                    when isTrue == (all.Quantifier == Quantifier.Exists):
                    var known = values;
                    binders = binders.Add(all.Binder);
                    foreach (var value in Value.All(all.Binder.Sort))
                    {
                        values = known.Add(value);
                        if (Holds(all.Body) == isTrue)
                        {
                            break;
                        }
                    }

                    part = all.Body;
                    continue;
            }

            part = premise.Implies(part);
            var reads = ReadValues.Of(interpreter, state, part, binders, values, where, isOwn: false);
            return (new Explanation(isTrue,
                [.. binders.Zip(values, (binder, value) => $"{binder.Name} = {ShortValue.Of(value)}")],
                ModelPrinter.Readable(part, binders),
                [.. reads.Select(read => $"{read.Text} = {ShortValue.Of(read.Value)}")]),
                [.. values, .. reads.Select(read => read.Value)]);
        }
    }
}
