using Verify.Modelling;

namespace Verify.Explain.Reading;

/// <summary>The conditions that a guard consists of.</summary>
public static class Guard
{
    /// <summary>The parts that must all hold, from left to right; none for a guard that is always true.</summary>
    public static IEnumerable<Expr> PartsOf(Expr guard) => guard switch
    {
        Expr.Connective { Operator: LogicOperator.And } both => PartsOf(both.Left).Concat(PartsOf(both.Right)),
        Expr.Literal { Number: 1 } => [],
        _ => [guard],
    };

    /// <summary>The guard of parts.</summary>
    public static Expr Of(IEnumerable<Expr> parts) => parts.Aggregate((Expr)true, (all, part) => all & part);

    /// <summary>True for a part that only tells where a thread is in its program.</summary>
    public static bool IsPlace(Expr part) => Footprint.Of(part).Reads is { Count: > 0 } reads
        && reads.All(variable => variable.Role == VariableRole.ProgramCounter);
}
