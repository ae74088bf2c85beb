using System.Collections.Immutable;
using Verify.Explain.Reading;
using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>A rule that leads its thread from one point to another, whatever it reads.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Counter">The program counter.</param>
/// <param name="Place">The part of the guard that compares the counter.</param>
/// <param name="From">The point where the step begins.</param>
/// <param name="To">The point where it ends.</param>
internal sealed record StraightStep(Rule Rule, Variable Counter, Expr.Equal Place, Expr.Literal From, Expr.Literal To)
{
    /// <summary>Null for a rule that branches.</summary>
    public static StraightStep? Of(Rule rule)
    {
        var moves = rule.Updates.Where(ProgramMove.IsMove).ToList();
        var places = Guard.PartsOf(rule.Guard).Where(Guard.IsPlace).ToList();
        return moves is [{ When: Expr.Literal, Value: Expr.Literal to } move] && places is [Expr.Equal { Right: Expr.Literal from } place]
            ? new StraightStep(rule, move.Variable, place, from, to)
            : null;
    }

    /// <summary>True if the thread starts at a point.</summary>
    public bool StartsAt(int point) => Counter.Initially switch
    {
        Expr.Literal start => start.Number == point,
        Expr.ConstantMap { Element: Expr.Literal start } => start.Number == point,
        _ => true,
    };

    /// <summary>True if neither step reads or writes what the other one writes.</summary>
    public bool IsIndependentOf(StraightStep other)
    {
        var (own, its) = (Rule.Footprint, other.Rule.Footprint);
        return AreApart(own.Writes, its.Reads.Union(its.Writes)) && AreApart(its.Writes, own.Reads);

        static bool AreApart(ImmutableHashSet<Variable> some, ImmutableHashSet<Variable> others) =>
            some.Intersect(others).All(variable => variable.Role == VariableRole.ProgramCounter);
    }

    /// <summary>The rule between two other points.</summary>
    public Rule Between(Expr.Literal from, Expr.Literal to) => Rule with
    {
        Guard = Guard.Of(Guard.PartsOf(Rule.Guard).Select(part => ReferenceEquals(part, Place) ? Place.Left == from : part)),
        Updates = [.. Rule.Updates.Select(update => ProgramMove.IsMove(update) ? update with { Value = to } : update)],
    };
}
