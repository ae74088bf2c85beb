using Verify.Explain.Reading;
using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>A way of a thread from one point of its program to another.</summary>
/// <param name="From">The number of the point where it begins.</param>
/// <param name="To">The number of the point where it ends.</param>
internal readonly record struct ProgramMove(int From, int To)
{
    /// <summary>The ways of a rule; several if the step branches.</summary>
    public static IEnumerable<ProgramMove> Of(Rule rule) =>
        from begin in Guard.PartsOf(rule.Guard).Where(Guard.IsPlace).SelectMany(PointsOf)
        from end in rule.Updates.Where(IsMove).SelectMany(update => PointsOf(update.Value))
        select new ProgramMove(begin, end);

    /// <summary>True for the update that moves a thread on.</summary>
    public static bool IsMove(Update update) => update.Variable.Role == VariableRole.ProgramCounter;

    private static IEnumerable<int> PointsOf(Expr expr) => expr switch
    {
        Expr.Literal point => [point.Number],
        Expr.Conditional choice => PointsOf(choice.IfTrue).Concat(PointsOf(choice.IfFalse)),
        Expr.Equal equal => PointsOf(equal.Right),
        _ => [],
    };
}
