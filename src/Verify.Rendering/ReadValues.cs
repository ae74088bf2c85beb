using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>
/// The parts of a state that an expression reads, with their values: an entry of a map with its key's value, or as much
/// of a map as does not depend on a quantifier inside the expression.
/// </summary>
internal sealed class ReadValues : ExprVisitor
{
    private const int MaxLength = 120;

    private readonly Interpreter interpreter;
    private readonly State state;
    private readonly ImmutableArray<Binder> known;
    private readonly ImmutableArray<Value> values;
    private readonly SourceLocation where;
    private readonly bool isOwn;
    private readonly List<(string Text, Value Value)> found = [];

    private ReadValues(
        Interpreter interpreter, State state, ImmutableArray<Binder> known, ImmutableArray<Value> values, SourceLocation where,
        bool isOwn) =>
        (this.interpreter, this.state, this.known, this.values, this.where, this.isOwn) = (interpreter, state, known, values, where, isOwn);

    /// <summary>The parts that an expression reads, in the order of its text, none twice.</summary>
    /// <param name="interpreter">The interpreter of the model.</param>
    /// <param name="state">The state.</param>
    /// <param name="expr">The expression.</param>
    /// <param name="known">The bound variables that have a value.</param>
    /// <param name="values">Their values.</param>
    /// <param name="where">The place of the expression in the model.</param>
    /// <param name="isOwn">True if locals are those of the thread that reads, whose names go without thread and key.</param>
    public static ImmutableArray<(string Text, Value Value)> Of(Interpreter interpreter, State state, Expr expr,
        ImmutableArray<Binder> known, ImmutableArray<Value> values, SourceLocation where, bool isOwn)
    {
        var visitor = new ReadValues(interpreter, state, known, values, where, isOwn);
        visitor.Of(expr);
        return [.. visitor.found.DistinctBy(read => read.Text)];
    }

    /// <inheritdoc/>
    protected override ValueTuple OnRead(Expr.Read node) => Place(node);

    /// <inheritdoc/>
    protected override ValueTuple OnIndex(Expr.Index node) => IsPlace(node) ? Place(node) : base.OnIndex(node);

    /// <inheritdoc/>
    protected override ValueTuple OnFieldOf(Expr.FieldOf node) => IsPlace(node) ? Place(node) : base.OnFieldOf(node);

    /// <inheritdoc/>
    protected override ValueTuple OnValueOf(Expr.ValueOf node) => IsPlace(node) ? Place(node) : base.OnValueOf(node);

    private static bool IsPlace(Expr expr) => expr switch
    {
        Expr.Read => true,
        Expr.Index at => IsPlace(at.Map),
        Expr.FieldOf field => IsPlace(field.Record),
        Expr.ValueOf value => IsPlace(value.Option),
        _ => false,
    };

    private ValueTuple Place(Expr place)
    {
        Keys(place);
        if (Shown(place) is { } shown && interpreter.ValueToShow(state, shown, known, values, where, out _) is { } value
            && Text(shown) is { } text && (value.Sort is not Sort.Mapping || IsShortSet(value)))
        {
            found.Add((text, value));
        }

        return default;
    }

    // Of a map, a text has no room for more than the members of a set.
    private static bool IsShortSet(Value value) =>
        value.Sort is Sort.Mapping { Value: Sort.Boolean } && ShortValue.Of(value).Length <= MaxLength;

    private void Keys(Expr place)
    {
        switch (place)
        {
            case Expr.Index at:
                Keys(at.Map);
                Of(at.Key);
                break;
            case Expr.FieldOf field:
                Keys(field.Record);
                break;
            case Expr.ValueOf value:
                Keys(value.Option);
                break;
        }
    }

    // An entry is shown whole, without the ghosts in it; a ghost that is read is shown by itself. A key that depends on a
    // quantifier has no value.
    private Expr? Shown(Expr place) => place switch
    {
        Expr.Read => place,
        Expr.Index at => !IsKnown(at.Key) || !ReferenceEquals(Shown(at.Map), at.Map) ? Shown(at.Map) : at,
        Expr.FieldOf field => field.Field.IsGhost && Path(field.Record) is { } record && ReferenceEquals(Shown(record), record)
            ? field
            : Shown(field.Record),
        Expr.ValueOf value => Shown(value.Option),
        _ => null,
    };

    private static Expr Path(Expr place) => place is Expr.ValueOf value ? Path(value.Option) : place;

    private bool IsKnown(Expr key) => !new Unknowns(known).IsIn(key);

    private string? Text(Expr place) => place switch
    {
        Expr.Read read => isOwn ? Location.NameOf(read.Variable) : read.Variable.Name,
        Expr.Index { Map: Expr.Read { Variable.Role: VariableRole.Local } local } when isOwn => Text(local),
        Expr.Index at => Text(at.Map) is { } map && interpreter.ValueToShow(state, at.Key, known, values, where, out _) is { } key
            ? $"{map}[{ShortValue.Of(key)}]"
            : null,
        Expr.FieldOf field => $"{Text(field.Record)}.{field.Field.Name}",
        Expr.ValueOf value => Text(value.Option),
        _ => null,
    };

    // Looks for bound variables without a value.
    private sealed class Unknowns(ImmutableArray<Binder> known) : ExprVisitor
    {
        private bool isFound;

        public bool IsIn(Expr expr)
        {
            Of(expr);
            return isFound;
        }

        protected override ValueTuple OnBoundVariable(Expr.BoundVariable node)
        {
            isFound |= !known.Contains(node.Binder);
            return default;
        }
    }
}
