using System.Globalization;
using System.Text;

namespace Verify.Modelling;

/// <summary>
/// Prints a model or an expression as canonical text, so that a digest of the text identifies the model.
/// </summary>
public static class ModelPrinter
{
    /// <summary>An expression in the notation of reports.</summary>
    public static string Of(Expr expr) => Readable(expr, []);

    /// <summary>An expression in the notation of reports, inside the scope of some bound variables.</summary>
    public static string Readable(Expr expr, IEnumerable<Binder> scope) => new Printer([.. scope], isCanonical: false).Of(expr).Text;

    /// <summary>Prints an expression with bound variables named by position.</summary>
    public static string Of(Expr expr, IEnumerable<Binder> scope) => new Printer([.. scope], isCanonical: true).Of(expr).Text;

    /// <summary>
    /// Prints the whole model. Names of bound variables, source lines and sources do not affect the text.
    /// </summary>
    public static string Of(Model model)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"model {Sort.Spelled(model.Name)}");
        foreach (var variable in model.Variables)
        {
            var initially = variable.Initially is null ? "any" : Canonical(variable.Initially);
            text.AppendLine(CultureInfo.InvariantCulture,
                $"var {variable.Role} {Sort.Quoted(variable.Name)}: {variable.Sort} = {initially}");
        }

        foreach (var start in model.StartConditions)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"initially {Canonical(start.Holds)}");
        }

        foreach (var rule in model.Rules)
        {
            Write(text, rule);
        }

        foreach (var property in model.Properties)
        {
            var body = property switch
            {
                Property.Always p => Canonical(p.Holds),
                Property.Reachable p => Canonical(p.Holds),
                Property.NoDeadlock p => Canonical(p.MayRest),
                Property.LeadsTo p => $"{Canonical(p.From)} ~> {Canonical(p.To)}",
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            text.AppendLine(CultureInfo.InvariantCulture, $"{property.Kind} {Sort.Quoted(property.Name)}: {body}");
        }

        return text.ToString();
    }

    /// <summary>Prints the whole model and the actors of its rules, which only traces show.</summary>
    internal static string WithActors(Model model) => Of(model) + string.Concat(model.Rules.Select(rule => rule.Actor.Processor is { } at
        ? $"by {Of(at, rule.Parameters)}\n"
        : $"by {Sort.Quoted(rule.Actor.Name ?? "")}\n"));

    private static string Canonical(Expr expr) => new Printer([], isCanonical: true).Of(expr).Text;

    private static void Write(StringBuilder text, Rule rule)
    {
        var scope = new List<Binder>(rule.Parameters);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"rule {Sort.Quoted(rule.Name)}({string.Join(", ", rule.Parameters.Select((p, i) => $"${i}: {p.Sort}"))})");
        if (rule.Fairness is { } fairness)
        {
            var of = string.Join(", ", fairness.Of.Select(binder => $"${rule.Parameters.IndexOf(binder)}"));
            text.AppendLine(CultureInfo.InvariantCulture, $"  fair {Sort.Quoted(fairness.Group)}({of})");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  when {new Printer(scope, isCanonical: true).Of(rule.Guard).Text}");
        foreach (var update in rule.Updates)
        {
            var inner = new Printer([.. scope, .. update.Over], isCanonical: true);
            var over = string.Concat(update.Over.Select((b, i) => $"each ${scope.Count + i}: {b.Sort} "));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  {over}if {inner.Of(update.When).Text}: {inner.Of(update.Target).Text} := {inner.Of(update.Value).Text}");
        }
    }

    /// <summary>
    /// Text and the precedence of its outermost operator, which decides where parentheses are needed.
    /// </summary>
    private readonly record struct PrecedenceText(string Text, int Strength)
    {
        public string In(int strength) => Strength >= strength ? Text : $"({Text})";
    }

    // Canonical text names bound variables by their position in the scope, so that renaming changes nothing. Reports
    // use their names, with a number if a name is taken.
    private sealed class Printer(List<Binder> outer, bool isCanonical) : ExprFold<PrecedenceText>
    {
        private const int Atom = 9;
        private readonly List<Binder> scope = [.. outer];
        private readonly List<string> names = [.. outer.Select(binder => binder.Name)];

        // Canonical text includes the sort of a constant and quotes names, because a member, a variable and a field may
        // share a name, and sorts of one name may differ in size.
        protected internal override PrecedenceText OnLiteral(Expr.Literal node) => new(
            isCanonical ? $"{node.Number}:{node.Sort}" : Semantics.Value.Scalar(node.Sort, node.Number).ToString(), Atom);

        protected internal override PrecedenceText OnNone(Expr.NoneOf node) => new(isCanonical ? $"None:{node.Sort}" : "None", Atom);

        protected internal override PrecedenceText OnRead(Expr.Read node) =>
            new(isCanonical ? Sort.Quoted(node.Variable.Name) : node.Variable.Name, Atom);

        protected internal override PrecedenceText OnBoundVariable(Expr.BoundVariable node)
        {
            var position = scope.LastIndexOf(node.Binder);
            return new(position < 0 ? node.Binder.Name : NameAt(position), Atom);
        }

        protected internal override PrecedenceText OnIndex(Expr.Index node) => new($"{Of(node.Map).In(Atom)}[{Of(node.Key).Text}]", Atom);

        protected internal override PrecedenceText OnFieldOf(Expr.FieldOf node) => new(
            $"{Of(node.Record).In(Atom)}.{(isCanonical ? Sort.Quoted(node.Field.Name) : node.Field.Name)}", Atom);

        protected internal override PrecedenceText OnRecordOf(Expr.RecordOf node) =>
            new($"{NameOf(node.Sort)}({string.Join(", ", node.Fields.Select(f => Of(f).Text))})", Atom);

        protected internal override PrecedenceText OnConstantMap(Expr.ConstantMap node) =>
            new($"all {(isCanonical ? node.Sort.Text + " " : "")}{Of(node.Element).In(Atom)}", 8);

        protected internal override PrecedenceText OnSome(Expr.Some node) => new($"Some({Of(node.Content).Text})", Atom);

        protected internal override PrecedenceText OnIsSome(Expr.IsSome node) => new($"{Of(node.Option).In(Atom)}.HasValue", Atom);

        protected internal override PrecedenceText OnValueOf(Expr.ValueOf node) => new($"{Of(node.Option).In(Atom)}.Value", Atom);

        protected internal override PrecedenceText OnNot(Expr.Not node) => new($"!{Of(node.Operand).In(8)}", 8);

        protected internal override PrecedenceText OnConnective(Expr.Connective node) => node.Operator switch
        {
            LogicOperator.And => new($"{Of(node.Left).In(4)} & {Of(node.Right).In(5)}", 4),
            LogicOperator.Or => new($"{Of(node.Left).In(3)} | {Of(node.Right).In(4)}", 3),
            _ => new($"{Of(node.Left).In(3)} => {Of(node.Right).In(2)}", 2),
        };

        protected internal override PrecedenceText OnEqual(Expr.Equal node) => new($"{Of(node.Left).In(7)} == {Of(node.Right).In(7)}", 6);

        protected internal override PrecedenceText OnCompare(Expr.Compare node) =>
            new($"{Of(node.Left).In(7)} {(node.IsStrict ? "<" : "<=")} {Of(node.Right).In(7)}", 6);

        protected internal override PrecedenceText OnArithmetic(Expr.Arithmetic node) =>
            new($"{Of(node.Left).In(7)} {(node.IsSubtract ? "-" : "+")} {Of(node.Right).In(8)}", 7);

        protected internal override PrecedenceText OnConditional(Expr.Conditional node) =>
            new($"if {Of(node.Condition).In(2)} then {Of(node.IfTrue).In(2)} else {Of(node.IfFalse).In(1)}", 1);

        protected internal override PrecedenceText OnQuantified(Expr.Quantified node)
        {
            scope.Add(node.Binder);
            names.Add(Unused(node.Binder.Name));
            var body = Of(node.Body).In(1);
            var name = NameAt(scope.Count - 1);
            scope.RemoveAt(scope.Count - 1);
            names.RemoveAt(names.Count - 1);
            return new($"{node.Quantifier} {name}: {NameOf(node.Binder.Sort)}. {body}", 0);
        }

        private string NameAt(int position) => isCanonical ? $"${position}" : names[position];

        private string Unused(string plain)
        {
            var name = plain;
            for (var number = 2; !isCanonical && names.Contains(name); number++)
            {
                name = $"{plain}{number}";
            }

            return name;
        }

        private string NameOf(Sort sort) => sort switch
        {
            _ when isCanonical => sort.Text,
            Sort.Record record => record.Name,
            Sort.ScalarSet scalar => scalar.Name,
            Sort.Enumeration enumeration => enumeration.Name,
            _ => sort.Text,
        };
    }
}
