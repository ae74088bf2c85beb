using Verify.Modelling;

namespace Verify.Explain.Reading;

/// <summary>Finds what may be undefined in an expression: the value of an option, or a key of another sort.</summary>
internal sealed class Definedness : ExprVisitor
{
    private bool isPartial;

    /// <summary>True if an expression evidently has a value in every state.</summary>
    public static bool IsTotal(Expr expr)
    {
        var visitor = new Definedness();
        visitor.Of(expr);
        return !visitor.isPartial;
    }

    /// <inheritdoc/>
    protected override ValueTuple OnValueOf(Expr.ValueOf node)
    {
        isPartial = true;
        return default;
    }

    /// <inheritdoc/>
    protected override ValueTuple OnIndex(Expr.Index node)
    {
        isPartial |= !node.Key.Sort.Equals(((Sort.Mapping)node.Map.Sort).Key);
        return base.OnIndex(node);
    }
}
