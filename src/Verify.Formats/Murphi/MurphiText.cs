using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Formats.Murphi;

/// <summary>Expressions as Murphi text. Murphi's connectives evaluate as lazily as those of the model.</summary>
internal sealed class MurphiText(MurphiSorts sorts) : ExprFold<MurphiView>
{
    public const int Implies = 2, Or = 3, And = 4, Comparison = 6, Sum = 7, Prefix = 9;
    private readonly Dictionary<Binder, MurphiView> bound = [];
    private readonly Dictionary<Variable, string> roots = [];
    private readonly Dictionary<Variable, string> copies = [];
    private readonly List<MurphiView.Place> reads = [];

    public MurphiSorts Sorts => sorts;

    /// <summary>The parts of variables that were read since the list was cleared.</summary>
    public List<MurphiView.Place> Reads => reads;

    /// <summary>Sets the identifier of a variable.</summary>
    public void Declare(Variable variable, string name) => roots[variable] = name;

    /// <summary>Reads a variable from a copy, or from itself again if the copy is null.</summary>
    public void ReadFrom(Variable variable, string? copy)
    {
        copies.Remove(variable);
        if (copy is not null)
        {
            copies[variable] = copy;
        }
    }

    /// <summary>Sets the identifier or the value of a parameter.</summary>
    public void Bind(Binder binder, PrecedenceText text) => bound[binder] = binder.Sort is Sort.Optional
        ? new MurphiView.Code(binder.Sort, text)
        : new MurphiView.Scalar(binder.Sort, text);

    /// <summary>A scalar, or an empty option.</summary>
    public MurphiView Of(Value value) => value.Sort is not Sort.Optional ? new MurphiView.Scalar(value.Sort, sorts.Constant(value.Sort, value.Number))
        : value.Number == 0 ? new MurphiView.None(value.Sort) : new MurphiView.Some(value.Sort, Of(value.Items[0]));

    /// <summary>The text of a truth value.</summary>
    public PrecedenceText Truth(Expr expr) => Scalar(Of(expr));

    /// <summary>The text of a location as the target of an assignment.</summary>
    public string Target(MurphiView.Place place) => roots[place.Variable] + string.Concat(place.Path);

    /// <summary>The text of a location as a value.</summary>
    public string Read(MurphiView.Place place)
    {
        reads.Add(place);
        return (copies.TryGetValue(place.Variable, out var copy) ? copy : roots[place.Variable]) + string.Concat(place.Path);
    }

    /// <summary>The text of a scalar other than an option.</summary>
    public PrecedenceText Scalar(MurphiView view) => view switch
    {
        MurphiView.Scalar scalar => scalar.Text,
        MurphiView.Place place => PrecedenceText.Of(Read(place)),
        MurphiView.Choice choice => Chosen(choice.Condition, Scalar(choice.IfTrue), Scalar(choice.IfFalse)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>An option of a scalar as a number: its code in a sort.</summary>
    public PrecedenceText Code(MurphiView view, Sort sort)
    {
        switch (view)
        {
            case MurphiView.Code code when code.Sort.Equals(sort):
                return code.Text;
            case MurphiView.Place place when place.Sort.Equals(sort):
                return PrecedenceText.Of(Read(place));
            case MurphiView.None:
                return PrecedenceText.Of("none");
            case MurphiView.Some some:
                return MurphiSorts.Plus(Position(some.Content, ((Sort.Optional)sort).Of), 1);
            case MurphiView.Choice choice:
                return Chosen(choice.Condition, Code(choice.IfTrue, sort), Code(choice.IfFalse, sort));
            default:
                var content = MurphiSorts.Plus(Position(Content(view), ((Sort.Optional)sort).Of), 1);
                return Chosen(Has(view).Text, content, PrecedenceText.Of("none"));
        }
    }

    /// <summary>The text of a key.</summary>
    public string Key(MurphiView view, Sort sort) => sort is Sort.Optional ? Code(view, sort).Text : Scalar(view).Text;

    /// <summary>
    /// The text of a test whether an option holds a value (or, if <paramref name="holds"/> is false, holds none).
    /// </summary>
    public PrecedenceText Has(MurphiView view, bool holds = true) => view switch
    {
        MurphiView.None => PrecedenceText.Of(holds ? "false" : "true"),
        MurphiView.Some => PrecedenceText.Of(holds ? "true" : "false"),
        MurphiView.Code code => new($"{code.Text.In(Sum)} {(holds ? "!=" : "=")} none", Comparison),
        MurphiView.Place { Sort.IsScalar: true } place => new($"{Read(place)} {(holds ? "!=" : "=")} none", Comparison),
        MurphiView.Place place when holds => PrecedenceText.Of(Read(Part(place, ".has", Sort.Bool))),
        MurphiView.Place place => new($"!{Read(Part(place, ".has", Sort.Bool))}", Prefix),
        MurphiView.Choice choice => Chosen(choice.Condition, Has(choice.IfTrue, holds), Has(choice.IfFalse, holds)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The value of an option.</summary>
    public MurphiView Content(MurphiView view)
    {
        var sort = ((Sort.Optional)view.Sort).Of;
        switch (view)
        {
            case MurphiView.Some some:
                return some.Content;
            case MurphiView.Code code:
                return FromPosition(sort, MurphiSorts.Plus(code.Text, -1));
            case MurphiView.Place { Sort.IsScalar: true } place:
                return FromPosition(sort, MurphiSorts.Plus(PrecedenceText.Of(Read(place)), -1));
            case MurphiView.Place place:
                return Part(place, ".value", sort);
            case MurphiView.Choice choice:
                // The content of an empty option is never read, so the other alternative is used.
                return choice is { IfTrue: MurphiView.None } ? Content(choice.IfFalse)
                    : choice is { IfFalse: MurphiView.None } ? Content(choice.IfTrue)
                    : choice.Both(sort, Content);
            default:
                return Zero(sort);
        }
    }

    /// <summary>A field of a record.</summary>
    public MurphiView Field(MurphiView view, int position)
    {
        var field = ((Sort.Record)view.Sort).Fields[position];
        return view switch
        {
            MurphiView.Tuple tuple => tuple.Fields[position],
            MurphiView.Place place => Part(place, $".{sorts.FieldOf(field)}", field.Sort),
            MurphiView.Choice choice => choice.Both(field.Sort, part => Field(part, position)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>The value of a map at a key.</summary>
    public static MurphiView Entry(MurphiView view, string key)
    {
        var sort = ((Sort.Mapping)view.Sort).Value;
        return view switch
        {
            MurphiView.Fill fill => fill.Element,
            MurphiView.Place place => Part(place, $"[{key}]", sort),
            MurphiView.Choice choice => choice.Both(sort, part => Entry(part, key)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>The value whose codes are all 0.</summary>
    public MurphiView Zero(Sort sort) => sort switch
    {
        Sort.Optional => new MurphiView.None(sort),
        Sort.Record record => new MurphiView.Tuple(sort, [.. record.Fields.Select(field => Zero(field.Sort))]),
        Sort.Mapping map => new MurphiView.Fill(sort, Zero(map.Value)),
        Sort.Interval range => new MurphiView.Scalar(sort, PrecedenceText.Of(range.Low)),
        _ => new MurphiView.Scalar(sort, sorts.Constant(sort, 0)),
    };

    public static PrecedenceText Negation(PrecedenceText piece) => piece.Text switch
    {
        "true" => PrecedenceText.Of("false"),
        "false" => PrecedenceText.Of("true"),
        _ => new($"!{piece.In(Prefix)}", Prefix),
    };

    private PrecedenceText Position(MurphiView content, Sort of) => of is Sort.Optional
        ? Code(content, of)
        : MurphiSorts.PositionOf(of, Scalar(content));

    private static MurphiView FromPosition(Sort sort, PrecedenceText position) => sort switch
    {
        Sort.Optional => new MurphiView.Code(sort, position),
        Sort.Boolean => new MurphiView.Scalar(sort, new($"{position.In(Sum)} = 1", Comparison)),
        Sort.Interval range => new MurphiView.Scalar(sort, MurphiSorts.Plus(position, range.Low)),
        _ => new MurphiView.Scalar(sort, position),
    };

    private static MurphiView.Place Part(MurphiView.Place whole, string step, Sort sort) => new(sort, whole.Variable, whole.Path.Add(step));

    private static PrecedenceText Chosen(string condition, PrecedenceText a, PrecedenceText b) => a == b ? a : PrecedenceText.Of($"({condition} ? {a.In(Implies)} : {b.In(Implies)})");

    protected override MurphiView OnLiteral(Expr.Literal node) => new MurphiView.Scalar(node.Sort, sorts.Constant(node.Sort, node.Number));

    protected override MurphiView OnNone(Expr.NoneOf node) => new MurphiView.None(node.Sort);

    protected override MurphiView OnRead(Expr.Read node) => new MurphiView.Place(node.Sort, node.Variable, []);

    protected override MurphiView OnBoundVariable(Expr.BoundVariable node) => bound[node.Binder];

    protected override MurphiView OnIndex(Expr.Index node) => Entry(Of(node.Map), Key(Of(node.Key), ((Sort.Mapping)node.Map.Sort).Key));

    protected override MurphiView OnFieldOf(Expr.FieldOf node) => Field(Of(node.Record), node.Position);

    protected override MurphiView OnRecordOf(Expr.RecordOf node) => new MurphiView.Tuple(node.Sort, [.. node.Fields.Select(Of)]);

    protected override MurphiView OnConstantMap(Expr.ConstantMap node) => new MurphiView.Fill(node.Sort, Of(node.Element));

    protected override MurphiView OnSome(Expr.Some node) => new MurphiView.Some(node.Sort, Of(node.Content));

    protected override MurphiView OnIsSome(Expr.IsSome node) => Bool(Has(Of(node.Option)));

    protected override MurphiView OnValueOf(Expr.ValueOf node) => Content(Of(node.Option));

    protected override MurphiView OnNot(Expr.Not node) => Bool(node.Operand switch
    {
        Expr.IsSome has => Has(Of(has.Option), holds: false),
        Expr.Equal { Left.Sort.IsScalar: true } equal when equal.Left.Sort is not Sort.Optional || equal.Left.Sort.Equals(equal.Right.Sort) =>
            Compared(Of(equal.Left), "!=", Of(equal.Right)),
        _ => Negation(Truth(node.Operand)),
    });

    protected override MurphiView OnConnective(Expr.Connective node) => Bool(node.Operator switch
    {
        LogicOperator.And => new($"{Truth(node.Left).In(And)} & {Truth(node.Right).In(And)}", And),
        LogicOperator.Or => new($"{Truth(node.Left).In(Or)} | {Truth(node.Right).In(Or)}", Or),
        _ => new($"({Truth(node.Left).In(Or)} -> {Truth(node.Right).In(Or)})", PrecedenceText.Atom),
    });

    protected override MurphiView OnEqual(Expr.Equal node) => Bool(Equality(Of(node.Left), Of(node.Right)));

    protected override MurphiView OnCompare(Expr.Compare node) =>
        Bool(new($"{Truth(node.Left).In(Sum)} {(node.IsStrict ? "<" : "<=")} {Truth(node.Right).In(Sum)}", Comparison));

    protected override MurphiView OnArithmetic(Expr.Arithmetic node) => new MurphiView.Scalar(node.Sort,
        new($"{Truth(node.Left).In(Sum)} {(node.IsSubtract ? "-" : "+")} {Truth(node.Right).In(Prefix)}", Sum));

    protected override MurphiView OnConditional(Expr.Conditional node) =>
        new MurphiView.Choice(node.Sort, Truth(node.Condition).In(Implies), Of(node.IfTrue), Of(node.IfFalse));

    protected override MurphiView OnQuantified(Expr.Quantified node)
    {
        if (node.Quantifier == Quantifier.Count)
        {
            return new MurphiView.Scalar(node.Sort, Count(node));
        }

        var name = sorts.Names.Enter(node.Binder);
        Bind(node.Binder, PrecedenceText.Of(name));
        var word = node.Quantifier == Quantifier.ForAll ? "forall" : "exists";
        var text = $"({word} {name}: {sorts.TypeOf(node.Binder.Sort)} do {Truth(node.Body).Text} end)";
        sorts.Names.Release(name);
        return Bool(PrecedenceText.Of(text));
    }

    // Murphi has no sum over a set, so the text has one term per member.
    private PrecedenceText Count(Expr.Quantified node)
    {
        var terms = Value.All(node.Binder.Sort).Select(value =>
        {
            Bind(node.Binder, node.Binder.Sort is Sort.Optional
                ? PrecedenceText.Of(value.CodeIn(node.Binder.Sort))
                : sorts.Constant(node.Binder.Sort, value.Number));
            return $"({Truth(node.Body).In(Implies)} ? 1 : 0)";
        });
        return new(string.Join(" + ", terms), Sum);
    }

    private PrecedenceText Equality(MurphiView left, MurphiView right)
    {
        switch (left.Sort)
        {
            case Sort.Optional { IsScalar: true } when left.Sort.Equals(right.Sort):
                return Compared(left, "=", right);
            case Sort.Optional:
                var (hasLeft, hasRight) = (Has(left), Has(right));
                if (hasLeft.Text == "false" || hasRight.Text == "false")
                {
                    return hasLeft.Text == "false" ? Negation(hasRight) : Negation(hasLeft);
                }

                var same = Equality(Content(left), Content(right));
                return new($"{hasLeft.In(Sum)} = {hasRight.In(Sum)} & (!{hasLeft.In(Prefix)} | {same.In(And)})", And);
            case Sort.Record record:
                var fields = record.Fields.Select((_, i) => Equality(Field(left, i), Field(right, i)).In(And));
                return new(string.Join(" & ", fields), And);
            case Sort.Mapping map:
                var name = sorts.Names.Enter(map.Key);
                var entries = Equality(Entry(left, name), Entry(right, name)).Text;
                sorts.Names.Release(name);
                return PrecedenceText.Of($"(forall {name}: {sorts.TypeOf(map.Key)} do {entries} end)");
            default:
                return Compared(left, "=", right);
        }
    }

    private PrecedenceText Compared(MurphiView left, string op, MurphiView right)
    {
        var (a, b) = left.Sort is Sort.Optional
            ? (Code(left, left.Sort), Code(right, left.Sort))
            : (Scalar(left), Scalar(right));
        return new($"{a.In(Sum)} {op} {b.In(Sum)}", Comparison);
    }

    private static MurphiView.Scalar Bool(PrecedenceText piece) => new(Sort.Bool, piece);
}
