using System.Globalization;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Formats.Tla;

/// <summary>
/// Expressions as TLA+. Members of scalar sets are constants, members of enums are strings. An option is its content or
/// the constant None; the content is in angle brackets if it is an option itself.
/// </summary>
internal sealed class TlaText(Identifiers names) : ExprFold<PrecedenceText>
{
    private const int Implies = 2, Junction = 4, Comparison = 6, Sum = 7, Prefix = 9;
    private readonly Dictionary<string, string> sets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> members = new(StringComparer.Ordinal);
    private readonly Dictionary<Variable, string> variables = [];
    private readonly Dictionary<Binder, PrecedenceText> bound = [];

    public const string Reserved = """
        ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN
        ELSE ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE LAMBDA LEMMA LET LOCAL MODULE NEW OBVIOUS OMITTED
        ONLY OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE SF_ STATE STRING SUBSET SUFFICES TAKE TEMPORAL THEN
        THEOREM TRUE UNCHANGED UNION USE VARIABLE VARIABLES WF_ WITH WITNESS Nat Int Cardinality IsFiniteSet
        Integers FiniteSets TLC None Init Next Spec vars Fairness FairSpec TypeOK Rest RestingSpec
        """;

    public Identifiers Names => names;

    /// <summary>The name of a variable.</summary>
    public string this[Variable variable] => variables[variable];

    public void Declare(Variable variable, string name) => variables[variable] = name;

    public void Bind(Binder binder, PrecedenceText text) => bound[binder] = text;

    /// <summary>Names the set of a scalar set or enum, and the members of a scalar set.</summary>
    /// <returns>The constants and the definition; no constants for an enum.</returns>
    public (IReadOnlyList<string> Constants, string Definition) Define(Sort sort)
    {
        List<string> constants = [];
        switch (sort)
        {
            case Sort.ScalarSet scalar:
                for (var i = 0; i < scalar.Members.Length; i++)
                {
                    constants.Add(members[$"{sort.Text}{i}"] = names.Take(scalar.Members[i], $"{scalar.Name}_{scalar.Members[i]}"));
                }

                sets[sort.Text] = names.Take(scalar.Name, $"{scalar.Name}_set");
                return (constants, $"{sets[sort.Text]} == {{{string.Join(", ", constants)}}}");
            case Sort.Enumeration enumeration:
                sets[sort.Text] = names.Take(enumeration.Name, $"{enumeration.Name}_set");
                return ([], $"{sets[sort.Text]} == {{{string.Join(", ", MembersOf(enumeration))}}}");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The set of all values of a sort.</summary>
    public PrecedenceText SetOf(Sort sort) => sort switch
    {
        Sort.Boolean => PrecedenceText.Of("BOOLEAN"),
        Sort.Interval range => new($"{PrecedenceText.Of(range.Low).In(1)}..{PrecedenceText.Of(range.High).In(1)}", Sum),
        Sort.Enumeration or Sort.ScalarSet => PrecedenceText.Of(sets[sort.Text]),
        Sort.Optional { Of: Sort.Optional } optional => OfNested(optional),
        Sort.Optional optional => new($"{{None}} \\cup {SetOf(optional.Of).In(Sum)}", Sum - 1),
        Sort.Record record => PrecedenceText.Of($"[{string.Join(", ", FieldsOf(record).Zip(record.Fields, (name, field) => $"{name} : {SetOf(field.Sort).Text}"))}]"),
        Sort.Mapping map => PrecedenceText.Of($"[{SetOf(map.Key).In(Sum)} -> {SetOf(map.Value).Text}]"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // A module may not define a name twice, not even in a set within a quantifier.
    private PrecedenceText OfNested(Sort.Optional optional)
    {
        var name = names.Enter(new Binder("o", optional.Of));
        var text = $"{{None}} \\cup {{<<{name}>> : {name} \\in {SetOf(optional.Of).Text}}}";
        names.Release(name);
        return new(text, Sum - 1);
    }

    /// <summary>A value of a scalar sort.</summary>
    public PrecedenceText Constant(Value value) => value.Sort switch
    {
        Sort.Boolean => PrecedenceText.Of(value.IsTrue ? "TRUE" : "FALSE"),
        Sort.Interval => PrecedenceText.Of(value.Number),
        Sort.Enumeration enumeration => PrecedenceText.Of(MembersOf(enumeration)[value.Number]),
        Sort.ScalarSet => PrecedenceText.Of(members[string.Create(CultureInfo.InvariantCulture, $"{value.Sort.Text}{value.Number}")]),
        Sort.Optional when value.Number == 0 => PrecedenceText.Of("None"),
        Sort.Optional => Held(Constant(value.Items[0]), value.Sort),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>An option that holds a value.</summary>
    public static PrecedenceText Held(PrecedenceText content, Sort option) => option is Sort.Optional { Of: Sort.Optional } ? PrecedenceText.Of($"<<{content.Text}>>") : content;

    /// <summary>The name of a field of a record.</summary>
    public static string FieldOf(Sort record, Field field) => FieldsOf((Sort.Record)record)[((Sort.Record)record).Fields.IndexOf(field)];

    // The names of the fields of a record, which have to differ although some characters are left out.
    private static string[] FieldsOf(Sort.Record record)
    {
        var names = new Identifiers(Reserved);
        return [.. record.Fields.Select(field => names.Take(field.Name))];
    }

    // The members of an enumeration as strings, which have to differ although some characters are replaced.
    private static string[] MembersOf(Sort.Enumeration enumeration)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. enumeration.Members.Select(member =>
        {
            var plain = OneLine.Of(member).Replace('"', '\'').Replace('\\', '/');
            var text = plain;
            for (var i = 2; !taken.Add(text); i++)
            {
                text = string.Create(CultureInfo.InvariantCulture, $"{plain}_{i}");
            }

            return $"\"{text}\"";
        })];
    }

    /// <summary>A quantifier over the values of a parameter.</summary>
    public PrecedenceText Quantify(string symbol, Binder binder, Func<PrecedenceText> body)
    {
        var name = names.Enter(binder);
        Bind(binder, PrecedenceText.Of(name));
        var text = $"{symbol} {name} \\in {SetOf(binder.Sort).Text} : {body().Text}";
        names.Release(name);
        return new(text, 0);
    }

    protected override PrecedenceText OnLiteral(Expr.Literal node) => Constant(Value.Scalar(node.Sort, node.Number));

    protected override PrecedenceText OnNone(Expr.NoneOf node) => PrecedenceText.Of("None");

    protected override PrecedenceText OnRead(Expr.Read node) => PrecedenceText.Of(variables[node.Variable]);

    protected override PrecedenceText OnBoundVariable(Expr.BoundVariable node) => bound[node.Binder];

    protected override PrecedenceText OnIndex(Expr.Index node) => PrecedenceText.Of($"{Of(node.Map).In(PrecedenceText.Atom)}[{Of(node.Key).Text}]");

    protected override PrecedenceText OnFieldOf(Expr.FieldOf node) => PrecedenceText.Of($"{Of(node.Record).In(PrecedenceText.Atom)}.{FieldOf(node.Record.Sort, node.Field)}");

    protected override PrecedenceText OnRecordOf(Expr.RecordOf node)
    {
        var fields = FieldsOf((Sort.Record)node.Sort);
        return PrecedenceText.Of($"[{string.Join(", ", node.Fields.Select((field, i) => $"{fields[i]} |-> {Of(field).Text}"))}]");
    }

    protected override PrecedenceText OnConstantMap(Expr.ConstantMap node)
    {
        var key = ((Sort.Mapping)node.Sort).Key;
        var name = names.Enter(key);
        var text = $"[{name} \\in {SetOf(key).Text} |-> {Of(node.Element).Text}]";
        names.Release(name);
        return PrecedenceText.Of(text);
    }

    protected override PrecedenceText OnSome(Expr.Some node) => Held(Of(node.Content), node.Sort);

    protected override PrecedenceText OnIsSome(Expr.IsSome node) => new($"{Of(node.Option).In(Sum)} # None", Comparison);

    protected override PrecedenceText OnValueOf(Expr.ValueOf node) => node.Sort is Sort.Optional
        ? PrecedenceText.Of($"{Of(node.Option).In(PrecedenceText.Atom)}[1]")
        : Of(node.Option);

    protected override PrecedenceText OnNot(Expr.Not node) => node.Operand switch
    {
        Expr.IsSome has => new($"{Of(has.Option).In(Sum)} = None", Comparison),
        Expr.Equal equal => new($"{Of(equal.Left).In(Sum)} # {Of(equal.Right).In(Sum)}", Comparison),
        _ => new($"~{Of(node.Operand).In(Prefix)}", Prefix),
    };

    protected override PrecedenceText OnConnective(Expr.Connective node) => node.Operator switch
    {
        LogicOperator.And => Joined(node, LogicOperator.And, "/\\"),
        LogicOperator.Or => Joined(node, LogicOperator.Or, "\\/"),
        _ => new($"{Of(node.Left).In(Junction)} => {Of(node.Right).In(Junction)}", Implies),
    };

    protected override PrecedenceText OnEqual(Expr.Equal node) => new($"{Of(node.Left).In(Sum)} = {Of(node.Right).In(Sum)}", Comparison);

    protected override PrecedenceText OnCompare(Expr.Compare node) =>
        new($"{Of(node.Left).In(Sum)} {(node.IsStrict ? "<" : "<=")} {Of(node.Right).In(Sum)}", Comparison);

    protected override PrecedenceText OnArithmetic(Expr.Arithmetic node) =>
        new($"{Of(node.Left).In(Sum)} {(node.IsSubtract ? "-" : "+")} {Of(node.Right).In(Prefix)}", Sum);

    protected override PrecedenceText OnConditional(Expr.Conditional node) =>
        new($"IF {Of(node.Condition).Text} THEN {Of(node.IfTrue).In(1)} ELSE {Of(node.IfFalse).In(1)}", 0);

    protected override PrecedenceText OnQuantified(Expr.Quantified node)
    {
        switch (node.Quantifier)
        {
            case Quantifier.ForAll:
                return Quantify("\\A", node.Binder, () => Of(node.Body));
            case Quantifier.Exists:
                return Quantify("\\E", node.Binder, () => Of(node.Body));
            default:
                return PrecedenceText.Of($"Cardinality({{{Quantify("", node.Binder, () => Of(node.Body)).Text.TrimStart()}}})");
        }
    }

    // Operands of the same connective need no parentheses, operands of the other one do.
    private PrecedenceText Joined(Expr.Connective node, LogicOperator op, string symbol)
    {
        string Side(Expr side) => side is Expr.Connective logic && logic.Operator == op ? Of(side).Text : Of(side).In(Junction + 1);
        return new($"{Side(node.Left)} {symbol} {Side(node.Right)}", Junction);
    }
}
