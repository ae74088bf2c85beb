using Verify.Modelling;
using Verify.Murphi.Syntax;

namespace Verify.Murphi.Execution;

/// <summary>Makes expressions of the IR from those of a text, as they are where a statement stands.</summary>
internal sealed class MurphiExprs(MurphiTypes types, Machine machine)
{
    private readonly Terms terms = machine.Terms;

    /// <summary>Executes a call; the result is a place that holds the returned value, null for a procedure.</summary>
    public required Func<MurphiExpr.Call, Names, Place?> Execute { get; init; }

    /// <summary>The call that may write variables, because nothing else of its statement is evaluated after it.</summary>
    public MurphiExpr.Call? MayWrite { get; set; }

    /// <summary>A truth value.</summary>
    public Expr Truth(MurphiExpr expr, Names names)
    {
        var (type, value) = Scalar(expr, names);
        return type.Sort is Sort.Boolean ? value : throw MurphiTypes.Wrong(expr.Span,
            $"a truth value is expected, and this is {type.Text}");
    }

    /// <summary>The value of an expression of a scalar type; an error if it is undefined.</summary>
    public (MurphiType.Scalar Type, Expr Value) Scalar(MurphiExpr expr, Names names)
    {
        switch (expr)
        {
            case MurphiExpr.Number number:
                return Typed(terms.Number(number.Value));
            case MurphiExpr.Name or MurphiExpr.Field or MurphiExpr.Element:
                var (type, content) = Raw(expr, names);
                machine.Demand(DemandKind.RunTime, content.Defined, "an undefined value is read", expr.Span, content.IsNative);
                return (type, content.Value);
            case MurphiExpr.Unary unary:
                return Unary(unary, names);
            case MurphiExpr.Binary binary:
                return Binary(binary, names);
            case MurphiExpr.Ternary choice:
                var condition = Truth(choice.Condition, names);
                var then = In(condition, choice.Then, names);
                var otherwise = In(terms.Not(condition), choice.Else, names);
                types.Match(choice.Span, then.Type, otherwise.Type);
                return Typed(terms.If(condition, then.Value, otherwise.Value));
            case MurphiExpr.Quantified each:
                return (MurphiTypes.Boolean, Quantified(each, names));
            case MurphiExpr.IsUndefined asked:
                return (MurphiTypes.Boolean, terms.Not(Content(asked.Of, names).Defined));
            case MurphiExpr.Call call:
                return Called(call, names);
            default:
                throw MurphiTypes.Wrong(expr.Span, "there is no expression here");
        }
    }

    /// <summary>The value of an expression of a scalar type, also where it is undefined.</summary>
    public (MurphiType.Scalar Type, Content Content) Raw(MurphiExpr expr, Names names)
    {
        if (expr is MurphiExpr.Name name && MurphiTypes.Find(name.Text, name.Span, names) is Symbol.Value known)
        {
            return (known.Type, known.Content);
        }

        if (expr is MurphiExpr.Name or MurphiExpr.Field or MurphiExpr.Element)
        {
            var place = Place(expr, names).Place;
            return place.Type is MurphiType.Scalar scalar
                ? (scalar, machine.Read(place))
                : throw MurphiTypes.Wrong(expr.Span, $"a scalar is expected, and this is {place.Type.Text}");
        }

        var (type, value) = Scalar(expr, names);
        return (type, new Content(value, terms.True, true));
    }

    private Content Content(MurphiExpr of, Names names) => Place(of, names) is { Place: { Type: MurphiType.Scalar } place }
        ? machine.Read(place)
        : throw MurphiTypes.Wrong(of.Span, "isundefined asks about a scalar", "ask about each part");

    /// <summary>A part of a variable.</summary>
    public (Place Place, bool IsReadOnly) Place(MurphiExpr expr, Names names)
    {
        switch (expr)
        {
            case MurphiExpr.Name name:
                return MurphiTypes.Find(name.Text, name.Span, names) is Symbol.Part part
                    ? (part.Place, part.IsReadOnly)
                    : throw MurphiTypes.Wrong(name.Span, $"'{name.Text}' is not a variable");
            case MurphiExpr.Field field:
                var record = Place(field.Of, names);
                return record.Place.Type is MurphiType.Record of
                    ? of.Fields.FirstOrDefault(one => one.Name == field.Member.Text) is { Name: not null } found
                        ? (record.Place.Member(found.Name, found.Type), record.IsReadOnly)
                        : throw MurphiTypes.Unknown(field.Member.Span, $"'{of.Text}' has no field '{field.Member.Text}'",
                            field.Member.Text, of.Fields.Select(one => one.Name))
                    : throw MurphiTypes.Wrong(field.Of.Span, $"a record is expected, and this is {record.Place.Type.Text}");
            case MurphiExpr.Element element:
                var array = Place(element.Of, names);
                if (array.Place.Type is not MurphiType.Array map)
                {
                    throw MurphiTypes.Wrong(element.Of.Span, $"an array is expected, and this is {array.Place.Type.Text}");
                }

                var (type, key) = Scalar(element.Index, names);
                types.Match(element.Index.Span, map.Index, type);
                machine.Demand(DemandKind.RunTime, InRange(key, map.Index), $"the index leaves {map.Index.Text}",
                    element.Index.Span, array.Place.Root.IsGlobal);
                return (array.Place.At(key, map.Element), array.IsReadOnly);
            case MurphiExpr.Call call:
                return (Run(call, names) ?? throw MurphiTypes.Wrong(call.Span, $"'{call.Function}' returns nothing"), true);
            default:
                throw MurphiTypes.Wrong(expr.Span, "a variable, an element or a field is expected");
        }
    }

    /// <summary>The condition under which a number is in the range of a type.</summary>
    public Expr InRange(Expr value, MurphiType.Scalar type) => (value.Sort, type.Sort) is (Sort.Interval from, Sort.Interval to)
        ? terms.And(from.Low >= to.Low ? terms.True : terms.Less(false, terms.Number(to.Low), value),
            from.High <= to.High ? terms.True : terms.Less(false, value, terms.Number(to.High)))
        : terms.True;

    /// <summary>The type, and the bounds, of the variable of a quantifier, a loop or a ruleset.</summary>
    public (MurphiType.Scalar Type, Expr? Low, Expr? High, int Step) Domain(MurphiExpr.Range over, Names names)
    {
        if (over.Type is not null)
        {
            return (types.Scalar(over.Type, names), null, null, 1);
        }

        var (from, to) = (Scalar(over.From!, names), Scalar(over.To!, names));
        types.Match(over.From!.Span, types.AnyNumber, from.Type);
        types.Match(over.To!.Span, types.AnyNumber, to.Type);
        var isConstant = from.Value is Expr.Literal && to.Value is Expr.Literal;
        var step = over.By is null ? (isConstant && ((Expr.Literal)from.Value).Number > ((Expr.Literal)to.Value).Number ? -1 : 1)
            : Scalar(over.By, names).Value is Expr.Literal by ? by.Number
            : throw MurphiTypes.Refuse(over.By.Span, "the step of a loop is not constant", "write a constant");
        var (low, high) = ((Sort.Interval)from.Value.Sort, (Sort.Interval)to.Value.Sort);
        if (step == 0 || (isConstant && low.Low != high.Low && low.Low < high.Low != step > 0))
        {
            throw MurphiTypes.Refuse(over.Variable.Span, "the loop never ends: its step has the wrong direction", "count the other way");
        }

        if (!isConstant && (low.High > high.Low || step < 0))
        {
            throw MurphiTypes.Refuse(over.Variable.Span, "the bounds of the loop are not constant, so it may count up or down",
                "loop over a type, and put the rest under if");
        }

        return (new MurphiType.Scalar(Sort.Range(Math.Min(low.Low, high.Low), Math.Max(low.High, high.High))), from.Value, to.Value, step);
    }

    private Expr Quantified(MurphiExpr.Quantified each, Names names)
    {
        var (type, low, high, step) = Domain(each.Over, names);
        var binder = new Binder(each.Over.Variable.Text, type.Sort);
        var value = terms.Bound(binder);
        var within = low is null ? terms.True : Within(value, low, high!, step);
        var inner = new Names(names);
        inner.Add(each.Over.Variable.Text, new Symbol.Value(type, new Content(value, terms.True, true)));
        machine.Open.Add(binder);
        var body = In(within, each.Body, inner);
        machine.Open.RemoveAt(machine.Open.Count - 1);
        types.Match(each.Body.Span, MurphiTypes.Boolean, body.Type);
        return each.IsForAll
            ? terms.Quantify(Quantifier.ForAll, binder, terms.Implies(within, body.Value))
            : terms.Quantify(Quantifier.Exists, binder, terms.And(within, body.Value));
    }

    /// <summary>The condition that a value is one that a loop reaches.</summary>
    public Expr Within(Expr value, Expr low, Expr high, int step)
    {
        if (low is Expr.Literal from && high is Expr.Literal to)
        {
            if (Math.Abs(step) == 1)
            {
                return terms.True;
            }

            var reached = terms.False;
            for (var at = from.Number; step > 0 ? at <= to.Number : at >= to.Number; at += step)
            {
                reached = terms.Or(reached, terms.Equal(value, terms.Number(at)));
            }

            return reached;
        }

        var between = terms.And(terms.Less(false, low, value), terms.Less(false, value, high));
        return step == 1 ? between : throw new TooMuchException("the bounds of a loop with a step are not constant");
    }

    // An expression that is evaluated only where a condition holds.
    private (MurphiType.Scalar Type, Expr Value) In(Expr condition, MurphiExpr expr, Names names)
    {
        (MurphiType.Scalar, Expr)? result = null;
        machine.Under(condition, () => result = Scalar(expr, names));
        // Where it is never evaluated, its type still counts.
        return result ?? Unreached(expr, names);
    }

    private (MurphiType.Scalar Type, Expr Value) Unreached(MurphiExpr expr, Names names)
    {
        var (was, mark) = (machine.IsCollecting, machine.Mark());
        machine.IsCollecting = false;
        try
        {
            return Scalar(expr, names);
        }
        finally
        {
            machine.IsCollecting = was;
            machine.Undo(mark);
        }
    }

    private (MurphiType.Scalar Type, Expr Value) Unary(MurphiExpr.Unary unary, Names names)
    {
        if (unary.Operator == "!")
        {
            return (MurphiTypes.Boolean, terms.Not(Truth(unary.Operand, names)));
        }

        var (type, value) = Scalar(unary.Operand, names);
        types.Match(unary.Operand.Span, types.AnyNumber, type);
        return unary.Operator == "-"
            ? Typed(terms.Subtract(terms.Number(0), value))
            : throw MurphiTypes.Refuse(unary.Span, "'~' depends on the width of a machine word", "write the number that is meant");
    }

    private static (MurphiType.Scalar Type, Expr Value) Typed(Expr value) => (new MurphiType.Scalar(value.Sort), value);

    private (MurphiType.Scalar Type, Expr Value) Binary(MurphiExpr.Binary binary, Names names)
    {
        switch (binary.Operator)
        {
            case "=" or "!=":
                var same = Same(binary, names);
                return (MurphiTypes.Boolean, binary.Operator == "=" ? same : terms.Not(same));
            case "&&" or "&" or "||" or "|" or "->" when Scalar(binary.Left, names) is { Type.Sort: Sort.Boolean, Value: var left }:
                var isAnd = binary.Operator is "&&" or "&";
                var holds = binary.Operator == "->" ? terms.Not(left) : left;
                var right = In(isAnd ? holds : terms.Not(holds), binary.Right, names);
                types.Match(binary.Right.Span, MurphiTypes.Boolean, right.Type);
                return (MurphiTypes.Boolean, isAnd ? terms.And(holds, right.Value) : terms.Or(holds, right.Value));
            case "&&" or "||" or "->":
                throw MurphiTypes.Wrong(binary.Left.Span, "a truth value is expected");
        }

        var (type, a) = Scalar(binary.Left, names);
        var (other, b) = Scalar(binary.Right, names);
        types.Match(binary.Left.Span, types.AnyNumber, type);
        types.Match(binary.Right.Span, types.AnyNumber, other);
        switch (binary.Operator)
        {
            case "<" or "<=":
                return (MurphiTypes.Boolean, terms.Less(binary.Operator == "<", a, b));
            case ">" or ">=":
                return (MurphiTypes.Boolean, terms.Less(binary.Operator == ">", b, a));
        }

        var defined = MurphiArithmetic.DefinedIf(terms, binary.Operator, b);
        if (defined is not Expr.Literal { Number: 1 } && !machine.IsCollecting)
        {
            throw MurphiTypes.Refuse(binary.Right.Span, "the divisor may be 0, which a guard or a property cannot report",
                "divide by a constant, or by a range without 0");
        }

        machine.Demand(DemandKind.RunTime, defined, "a number is divided by 0", binary.Right.Span);
        return Typed(MurphiArithmetic.Of(terms, binary.Operator, a, b)
            ?? throw MurphiTypes.Refuse(binary.Span,
                $"'{binary.Operator}' is expressed by a table of its results, and its operands have too many values", "narrow the ranges"));
    }

    private Expr Same(MurphiExpr.Binary binary, Names names)
    {
        if (IsWhole(binary.Left, names))
        {
            var (one, other) = (Place(binary.Left, names).Place, Place(binary.Right, names).Place);
            types.Match(binary.Span, one.Type, other.Type);
            return Same(one, other);
        }

        var (type, left) = Scalar(binary.Left, names);
        var (with, right) = Scalar(binary.Right, names);
        types.Match(binary.Span, type, with);
        return terms.Equal(left, right);
    }

    // True for a record or an array.
    private bool IsWhole(MurphiExpr expr, Names names) => expr switch
    {
        MurphiExpr.Name name => MurphiTypes.Find(name.Text, name.Span, names) is Symbol.Part { Place.Type: not MurphiType.Scalar },
        MurphiExpr.Field or MurphiExpr.Element => TypeOf(expr, names) is not MurphiType.Scalar,
        MurphiExpr.Call call => types.ResultOf(call) is not (MurphiType.Scalar or null),
        _ => false,
    };

    private MurphiType TypeOf(MurphiExpr expr, Names names)
    {
        var (was, mark) = (machine.IsCollecting, machine.Mark());
        machine.IsCollecting = false;
        var type = Place(expr, names).Place.Type;
        machine.IsCollecting = was;
        machine.Undo(mark);
        return type;
    }

    // Two parts are equal if all their scalars are, or are both undefined.
    private Expr Same(Place one, Place other)
    {
        switch (one.Type)
        {
            case MurphiType.Record record:
                return record.Fields.Aggregate(terms.True, (all, field) =>
                    terms.And(all, Same(one.Member(field.Name, field.Type), other.Member(field.Name, field.Type))));
            case MurphiType.Array array:
                var binder = new Binder("i", array.Index.Sort);
                var key = terms.Bound(binder);
                return terms.Quantify(Quantifier.ForAll, binder, Same(one.At(key, array.Element), other.At(key, array.Element)));
            default:
                var (a, b) = (machine.Read(one), machine.Read(other));
                return terms.If(a.Defined, terms.And(b.Defined, terms.Equal(a.Value, b.Value)), terms.Not(b.Defined));
        }
    }

    private (MurphiType.Scalar Type, Expr Value) Called(MurphiExpr.Call call, Names names)
    {
        var result = Run(call, names) ?? throw MurphiTypes.Wrong(call.Span, $"'{call.Function}' returns nothing");
        return result.Type is MurphiType.Scalar type
            ? (type, machine.Read(result).Value)
            : throw MurphiTypes.Wrong(call.Span, $"a scalar is expected, and '{call.Function}' returns {result.Type.Text}");
    }

    private Place? Run(MurphiExpr.Call call, Names names)
    {
        var (mayWrite, births, writes) = (MayWrite == (object)call, machine.Births, machine.Store.Writes.Count);
        MayWrite = null;
        var result = Execute(call, names);
        return mayWrite || machine.Store.Writes.Skip(writes).All(write => write.Target.Root.Birth >= births)
            ? result
            : throw MurphiTypes.Refuse(call.Span,
                $"'{call.Function}' writes variables in the middle of an expression, where the order of evaluation is open",
                "assign its result to a variable first");
    }
}
