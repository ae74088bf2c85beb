using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Tests.Laws.Soaking;

/// <summary>Prints an expression as C#.</summary>
/// <param name="sorts">The text of a sort.</param>
/// <param name="variables">The text of a variable.</param>
/// <param name="bound">The text of a bound variable.</param>
internal sealed class ExprCode(Func<Sort, string> sorts, Func<Variable, string> variables, ImmutableDictionary<Binder, string> bound)
    : ExprFold<string>
{
    private ImmutableDictionary<Binder, string> bound = bound;

    // A literal that C# converts is printed as it is; others are printed with their sort, because the context may not
    // determine it.
    protected internal override string OnLiteral(Expr.Literal node) => node.Sort switch
    {
        Sort.Boolean => node.Number == 1 ? "(Expr)true" : "(Expr)false",
        Sort.Interval range when range.Low == range.High => node.Number < 0 ? $"(Expr)({node.Number})" : $"(Expr){node.Number}",
        Sort.Enumeration => $"MemberOf((Sort.Enumeration){sorts(node.Sort)}, {node.Number})",
        _ => $"new Expr.Literal({sorts(node.Sort)}, {node.Number})",
    };

    protected internal override string OnNone(Expr.NoneOf node) =>
        ReferenceEquals(node, Dsl.None) ? "None" : $"new Expr.NoneOf({sorts(node.Sort)})";

    protected internal override string OnRead(Expr.Read node) => variables(node.Variable);

    protected internal override string OnBoundVariable(Expr.BoundVariable node) => bound[node.Binder];

    protected internal override string OnIndex(Expr.Index node) => $"{Of(node.Map)}[{Of(node.Key)}]";

    protected internal override string OnFieldOf(Expr.FieldOf node) =>
        $"{Of(node.Record)}[((Sort.Record){sorts(node.Record.Sort)}).Fields[{node.Position}]]";

    protected internal override string OnRecordOf(Expr.RecordOf node) =>
        $"New({string.Join(", ", node.Fields.Select(Of).Prepend(sorts(node.Sort)))})";

    protected internal override string OnConstantMap(Expr.ConstantMap node) => $"Fill({sorts(node.Sort)}, {Of(node.Element)})";

    protected internal override string OnSome(Expr.Some node) => $"Some({Of(node.Content)})";

    protected internal override string OnIsSome(Expr.IsSome node) => $"{Of(node.Option)}.HasValue";

    protected internal override string OnValueOf(Expr.ValueOf node) => $"{Of(node.Option)}.Value";

    protected internal override string OnNot(Expr.Not node) => $"!{Of(node.Operand)}";

    protected internal override string OnConnective(Expr.Connective node) => node.Operator switch
    {
        LogicOperator.And => $"({Of(node.Left)} & {Of(node.Right)})",
        LogicOperator.Or => $"({Of(node.Left)} | {Of(node.Right)})",
        _ => $"{Grouped(node.Left)}.Implies({Of(node.Right)})",
    };

    protected internal override string OnEqual(Expr.Equal node) => $"({Of(node.Left)} == {Of(node.Right)})";

    protected internal override string OnCompare(Expr.Compare node) =>
        $"({Of(node.Left)} {(node.IsStrict ? "<" : "<=")} {Of(node.Right)})";

    protected internal override string OnArithmetic(Expr.Arithmetic node) =>
        $"({Of(node.Left)} {(node.IsSubtract ? "-" : "+")} {Of(node.Right)})";

    protected internal override string OnConditional(Expr.Conditional node) =>
        $"If({Of(node.Condition)}, {Of(node.IfTrue)}, {Of(node.IfFalse)})";

    protected internal override string OnQuantified(Expr.Quantified node)
    {
        // A binder that is bound already is the special case for ForAllOver, so it is printed as it is.
        var outer = bound;
        var used = outer.Values.ToHashSet(StringComparer.Ordinal);
        var name = Enumerable.Range(1, used.Count + 1).Select(i => $"q{i}").First(candidate => !used.Contains(candidate));
        var again = outer.GetValueOrDefault(node.Binder);
        bound = again is null ? outer.Add(node.Binder, name) : outer;
        var body = Of(node.Body);
        bound = outer;
        return again is null
            ? $"{node.Quantifier}({sorts(node.Binder.Sort)}, {name} => {body})"
            : $"new Expr.Quantified(Quantifier.{node.Quantifier}, ((Expr.Bound){again}).Binder, {body})";
    }

    // Text that begins with an operator is put in parentheses before a member is accessed.
    private string Grouped(Expr expr) => Of(expr) is var text && text[0] is '(' or '!' ? $"({text})" : text;
}
