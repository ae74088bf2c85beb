using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Parametric.Logic;

/// <summary>The ways to express a part of a state in first-order logic.</summary>
public enum StateSymbolKind
{
    /// <summary>A truth value for each key; also the flag of an option.</summary>
    Truth,

    /// <summary>A number or a member of an enum for each key.</summary>
    Data,

    /// <summary>An identity for each key.</summary>
    Identity,

    /// <summary>
    /// The identity in an option, as a relation between keys and identity. A function would need a value for empty
    /// options, and chains of functions make universes infinite.
    /// </summary>
    Relation,
}

/// <summary>A symbol for a part of a state.</summary>
/// <param name="Symbol">The symbol, which is applied to keys and, for a relation, to the identity.</param>
/// <param name="Kind">The way in which it expresses its part.</param>
/// <param name="Keys">The sorts of its keys in the modelling language.</param>
/// <param name="Sort">The scalar sort of its values.</param>
/// <param name="Flag">For a part of an option's content, the flag of the option; else null.</param>
public sealed record StateSymbol(Symbol Symbol, StateSymbolKind Kind, ImmutableArray<Sort> Keys, Sort Sort, StateSymbol? Flag)
{
    /// <summary>Identity is by reference.</summary>
    public bool Equals(StateSymbol? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>A tree for a sort, with one leaf per scalar part.</summary>
internal abstract record Shape
{
    public sealed record Scalar(StateSymbol Leaf) : Shape;

    public sealed record Option(StateSymbol Flag, Shape Content) : Shape;

    public sealed record Record(ImmutableArray<Shape> Fields) : Shape;

    public sealed record Map(Sort Key, Shape Values) : Shape;

    /// <summary>All leaves of the tree.</summary>
    public IEnumerable<StateSymbol> Leaves => this switch
    {
        Scalar scalar => [scalar.Leaf],
        Option option => option.Content.Leaves.Prepend(option.Flag),
        Record record => record.Fields.SelectMany(part => part.Leaves),
        Map map => map.Values.Leaves,
        _ => throw new UnreachableException(),
    };
}

/// <summary>The symbols for the states of a model; they do not depend on the sizes of scalar sets.</summary>
public sealed class Signature
{
    private readonly Dictionary<Variable, Shape> shapes = [];
    private readonly Dictionary<string, LogicSort> sorts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Sort.ScalarSet> scalars = new(StringComparer.Ordinal);

    // All symbols, to keep them distinct. The words of formulas are reserved, because a solver may let a symbol of the
    // same name replace them.
    private readonly HashSet<string> names = new(
        ["and", "or", "not", "=>", "=", "ite", "<=", "+", "-", "true", "false", "forall", "exists", "let", "!", "_", "as"],
        StringComparer.Ordinal);

    // The predefined sorts of solvers.
    private static readonly HashSet<string> KnownSorts = new(
        ["Bool", "Int", "Real", "String", "RegLan", "Array", "BitVec", "FloatingPoint", "Float16", "Float32", "Float64", "Float128",
         "RoundingMode", "Seq", "Set", "Bag", "Relation", "Tuple", "UnitTuple", "Unicode", "Char", "List", "Pair", "FiniteField",
         "Function", "->"],
        StringComparer.Ordinal);

    /// <summary>Creates the symbols of a model.</summary>
    /// <exception cref="UserErrorException">VRF307: a variable cannot be expressed for every size.</exception>
    public Signature(Model model)
    {
        Model = model;
        foreach (var variable in model.Variables)
        {
            shapes[variable] = ShapeOf(variable.Sort, variable.Name, [], null, variable);
        }

        Leaves = [.. model.Variables.SelectMany(variable => shapes[variable].Leaves)];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>All leaves, in the order of the variables.</summary>
    public ImmutableArray<StateSymbol> Leaves { get; }

    // The order of two known numbers is decided while formulas are made, so the formulas do not contain it any more.
    private readonly List<(int Less, int More)> orders = [];

    internal void NoteOrder(int less, int more) => orders.Add((less, more));

    // A range is not empty, because otherwise the model would not exist.
    internal void NoteValues(Sort sort)
    {
        if (sort is Sort.Interval range)
        {
            NoteOrder(range.Low, range.High);
        }
    }

    /// <summary>
    /// Pairs of numbers, the smaller first, whose order was used to simplify formulas, in the order of use.
    /// </summary>
    public IEnumerable<(int Less, int More)> Orders => orders;

    /// <summary>The scalar sets that occur in the model.</summary>
    public IEnumerable<Sort.ScalarSet> Scalars => scalars.Values;

    /// <summary>The number of members of a scalar set in the model.</summary>
    /// <remarks>Call it late: a set that only a property uses becomes known when that property is lowered.</remarks>
    public int SizeOf(LogicSort sort) => scalars[sort.Name].ScalarCount;

    /// <summary>The declared sorts, in the order of their names.</summary>
    public IEnumerable<LogicSort> Sorts => sorts.Values.Where(sort => sort.IsIdentity || sort.Members.Length > 0)
        .Where(sort => sort != LogicSort.Truth).OrderBy(sort => sort.Name, StringComparer.Ordinal);

    /// <summary>The first-order sort of a scalar sort.</summary>
    public LogicSort LogicOf(Sort sort) => sort switch
    {
        Sort.Boolean => LogicSort.Truth,
        Sort.Interval => LogicSort.Number,
        Sort.Enumeration e => Named(e.Name, e.Members, null),
        Sort.ScalarSet s => Named(s.Name, [], s),
        _ => throw new UnreachableException(),
    };

    /// <summary>True if first-order terms can have the sort.</summary>
    public static bool IsPlain(Sort sort) => sort is Sort.Boolean or Sort.Interval or Sort.Enumeration or Sort.ScalarSet;

    /// <summary>The constraints on every state that follow from the sorts of its variables.</summary>
    public IEnumerable<Formula> Typing() => Leaves.SelectMany(TypingOf);

    /// <summary>A leaf as an expression of the modelling language, and its text with names for keys.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="keys">The keys.</param>
    public (Func<ImmutableArray<string>, string> Text, Expr Expression) PlaceOf(StateSymbol leaf, ImmutableArray<Expr> keys)
    {
        var variable = Model.Variables.First(v => shapes[v].Leaves.Contains(leaf));
        var (shape, place) = (shapes[variable], (Expr)new Expr.Read(variable));
        var text = new List<Func<ImmutableArray<string>, string>> { _ => $"i[\"{variable.Name}\"]" };
        for (var used = 0; ;)
        {
            switch (shape)
            {
                case Shape.Map map:
                    var key = used++;
                    (shape, place) = (map.Values, place[keys[key]]);
                    text.Add(names => $"[{names[key]}]");
                    break;
                case Shape.Record record:
                    var position = record.Fields.ToList().FindIndex(part => part.Leaves.Contains(leaf));
                    var field = ((Sort.Record)place.Sort).Fields[position];
                    (shape, place) = (record.Fields[position], place[field]);
                    text.Add(_ => $"[i.Field(\"{field.Name}\")]");
                    break;
                case Shape.Option option when option.Flag == leaf:
                    return (names => string.Concat(text.Select(t => t(names))) + ".HasValue", place.HasValue);
                case Shape.Option { Content: Shape.Scalar { Leaf.Kind: StateSymbolKind.Relation } }:
                    // An option of an identity is compared as a whole, because its content is a relation.
                    return (names => string.Concat(text.Select(t => t(names))), place);
                case Shape.Option option:
                    (shape, place) = (option.Content, place.Value);
                    text.Add(_ => ".Value");
                    break;
                default:
                    return (names => string.Concat(text.Select(t => t(names))), place);
            }
        }
    }

    /// <summary>The state of an instance in which every symbol has a given value at given arguments.</summary>
    public State StateOf(Func<Symbol, ImmutableArray<Formula>, int> valueOf) =>
        new([.. Model.Variables.Select(variable => ValueOf(shapes[variable], variable.Sort, [], valueOf))]);

    internal Shape ShapeOf(Variable variable) => shapes[variable];

    private Value ValueOf(
        Shape shape, Sort sort, ImmutableArray<Formula> keys, Func<Symbol, ImmutableArray<Formula>, int> valueOf)
    {
        switch (shape)
        {
            case Shape.Option option:
                return valueOf(option.Flag.Symbol, keys) == 0
                    ? Value.None(sort)
                    : Value.Some(sort, ValueOf(option.Content, ((Sort.Optional)sort).Of, keys, valueOf));
            case Shape.Record record:
                return Value.Of(sort, [.. record.Fields.Select((part, i) =>
                    ValueOf(part, ((Sort.Record)sort).Fields[i].Sort, keys, valueOf))]);
            case Shape.Map map:
                return Value.Of(sort, [.. Value.All(map.Key).Select(key => ValueOf(
                    map.Values, ((Sort.Mapping)sort).Value, keys.Add(Formula.Of(LogicOf(map.Key), key.Number)), valueOf))]);
            case Shape.Scalar { Leaf: { Kind: StateSymbolKind.Relation } leaf }:
                return Value.All(sort).First(value =>
                    valueOf(leaf.Symbol, keys.Add(Formula.Of(LogicOf(sort), value.Number))) == 1);
            default:
                return Value.Scalar(sort, valueOf(((Shape.Scalar)shape).Leaf.Symbol, keys));
        }
    }

    private LogicSort Named(string name, ImmutableArray<string> members, Sort.ScalarSet? scalar)
    {
        if (KnownSorts.Contains(name))
        {
            throw UserErrorException.At(null, ErrorCodes.NotGeneric, $"the sort '{name}' has the name of a predefined sort of the logic",
                "rename it");
        }

        // Two sets of one name would become the same universe, so statements about one would apply to the other.
        if (scalar is not null && !scalar.Equals(scalars.GetValueOrDefault(name, scalar)))
        {
            throw OneName("two different scalar sets", name);
        }

        var isIdentity = scalar is not null;
        if (!sorts.TryGetValue(name, out var sort))
        {
            sorts[name] = sort = new LogicSort(name, members, isIdentity);
            foreach (var symbol in members.SelectMany((_, i) => SymbolsOf(SmtText.MemberOf(sort, i))))
            {
                if (symbol.StartsWith(SizeTemplate.Prefix, StringComparison.Ordinal) || !names.Add(symbol))
                {
                    throw OneName("a member of an enum, and something else,", symbol);
                }
            }
        }

        if (scalar is not null)
        {
            scalars[name] = scalar;
        }

        return sort.IsIdentity == isIdentity && (isIdentity || sort.Members.SequenceEqual(members))
            ? sort
            : throw OneName("two different sorts", name);
    }

    private static UserErrorException OneName(string what, string name) => UserErrorException.At(null, ErrorCodes.NotGeneric,
        $"{what} have the name '{name}'", "give one of them another name");

    private IEnumerable<Formula> TypingOf(StateSymbol leaf)
    {
        ImmutableArray<Formula.Variable> keys =
            [.. leaf.Keys.Select((key, i) => new Formula.Variable($"?k{i + 1}", LogicOf(key)))];
        ImmutableArray<Formula> at = [.. keys];
        var flag = leaf.Flag is null ? null : Formula.Apply(leaf.Flag.Symbol, [.. at.Take(leaf.Flag.Keys.Length)]);
        switch (leaf.Kind)
        {
            case StateSymbolKind.Relation:
                var (a, b) = (new Formula.Variable("?a", LogicOf(leaf.Sort)), new Formula.Variable("?b", LogicOf(leaf.Sort)));
                var (holdsA, holdsB) = (Formula.Apply(leaf.Symbol, [.. at, a]), Formula.Apply(leaf.Symbol, [.. at, b]));
                yield return Formula.Quantify(true, [.. keys, a], Formula.Implies(holdsA, flag!));
                yield return Formula.Quantify(true, [.. keys, a, b],
                    Formula.Implies(Formula.And(holdsA, holdsB), Formula.Equal(a, b)));
                break;
            case StateSymbolKind.Truth when flag is not null:
                yield return Formula.Quantify(true, keys, Formula.Implies(Formula.Apply(leaf.Symbol, at), flag));
                break;
            case StateSymbolKind.Data when leaf.Sort is Sort.Interval range:
                yield return Formula.Quantify(true, keys, InRange(range, Formula.Apply(leaf.Symbol, at)));
                break;
        }
    }

    internal static Formula InRange(Sort.Interval range, Formula number) => Formula.And(
        Formula.AtMost(Formula.Of(LogicSort.Number, range.Low), number),
        Formula.AtMost(number, Formula.Of(LogicSort.Number, range.High)));

    private Shape ShapeOf(Sort sort, string name, ImmutableArray<Sort> keys, StateSymbol? flag, Variable variable)
    {
        switch (sort)
        {
            case Sort.Boolean:
                return new Shape.Scalar(Declare(name, StateSymbolKind.Truth, keys, sort, flag));
            case Sort.Interval or Sort.Enumeration:
                NoteValues(sort);
                return new Shape.Scalar(Declare(name, StateSymbolKind.Data, keys, sort, flag));
            case Sort.ScalarSet:
                var kind = flag is null ? StateSymbolKind.Identity : StateSymbolKind.Relation;
                return new Shape.Scalar(Declare(name, kind, keys, sort, flag));
            case Sort.Optional option:
                var has = Declare($"{name}?", StateSymbolKind.Truth, keys, Sort.Bool, flag);
                return new Shape.Option(has, ShapeOf(option.Of, name, keys, has, variable));
            case Sort.Record record:
                return new Shape.Record(
                    [.. record.Fields.Select(field => ShapeOf(field.Sort, $"{name}.{field.Name}", keys, flag, variable))]);
            case Sort.Mapping { Key: Sort.Boolean or Sort.Enumeration or Sort.ScalarSet } map:
                return new Shape.Map(map.Key, ShapeOf(map.Value, name, keys.Add(map.Key), flag, variable));
            default:
                throw UserErrorException.At(variable.Where, ErrorCodes.NotGeneric,
                    $"'{variable.Name}' is a map from '{((Sort.Mapping)sort).Key}'");
        }
    }

    private StateSymbol Declare(string name, StateSymbolKind kind, ImmutableArray<Sort> keys, Sort sort, StateSymbol? flag)
    {
        // Names with these prefixes are used for parameters, witnesses, quantified variables, sizes and recognizers.
        var isLikeOurs = name.Length == 0 || name[0] is '$' or '?' || name.StartsWith(SizeTemplate.Prefix, StringComparison.Ordinal)
            || name.StartsWith(Recognizer, StringComparison.Ordinal);
        var first = isLikeOurs ? $"var {name}" : name;
        var unique = first;
        for (var i = 2; names.Overlaps(NamesOf(unique)); i++)
        {
            unique = $"{first}!{i}";
        }

        names.UnionWith(NamesOf(unique));
        ImmutableArray<LogicSort> arguments = [.. keys.Select(LogicOf)];
        var value = LogicOf(sort);
        var symbol = kind == StateSymbolKind.Relation
            ? new Symbol(unique, arguments.Add(value), LogicSort.Truth)
            : new Symbol(unique, arguments, value);
        return new StateSymbol(symbol, kind, keys, sort, flag);
    }

    // Z3 declares such a recognizer for each member of an enum; another symbol of the same name and sort would be
    // identified with it.
    private const string Recognizer = "is-";

    private static string[] SymbolsOf(string member) => [member, Recognizer + member];

    // The names of a leaf, of its initial value and of its value after a step.
    private static string[] NamesOf(string leaf) => [leaf, InitiallyNameOf(leaf), AfterNameOf(leaf)];

    internal static string InitiallyNameOf(string leaf) => $"{leaf}-";

    internal static string AfterNameOf(string leaf) => $"{leaf}+";
}
