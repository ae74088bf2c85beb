using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Parametric.Logic;

/// <summary>How a part of a state is told in first-order logic.</summary>
public enum StateSymbolKind
{
    /// <summary>A truth value for each key, also whether an option holds a value.</summary>
    Truth,

    /// <summary>A number or a member of an enum for each key.</summary>
    Data,

    /// <summary>An identity for each key.</summary>
    Identity,

    /// <summary>
    /// The identity that an option holds, as a relation of keys and identity. A function would have to say something
    /// where the option is empty, and chains of functions make universes grow without end.
    /// </summary>
    Relation,
}

/// <summary>One symbol of a state.</summary>
/// <param name="Symbol">Applied to keys, and for a relation to the identity.</param>
/// <param name="Kind">How it is told.</param>
/// <param name="Keys">The sorts of its keys, in the modelling language.</param>
/// <param name="Sort">The scalar sort of its values.</param>
/// <param name="Flag">For a part of the content of an option, the leaf that says whether there is one.</param>
public sealed record StateSymbol(Symbol Symbol, StateSymbolKind Kind, ImmutableArray<Sort> Keys, Sort Sort, StateSymbol? Flag)
{
    /// <summary>Identity is by reference.</summary>
    public bool Equals(StateSymbol? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>The tree of a sort with a leaf for each scalar part.</summary>
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

/// <summary>The symbols that a model's states are told in, whatever the sizes of its scalar sets.</summary>
public sealed class Signature
{
    private readonly Dictionary<Variable, Shape> shapes = [];
    private readonly Dictionary<string, LogicSort> sorts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Sort.ScalarSet> scalars = new(StringComparer.Ordinal);

    // Every symbol, and what is said of it: no two of them are one. Taken from the start are the words of formulas, which a
    // solver may let a symbol of that name replace.
    private readonly HashSet<string> names = new(
        ["and", "or", "not", "=>", "=", "ite", "<=", "+", "-", "true", "false", "forall", "exists", "let", "!", "_", "as"],
        StringComparer.Ordinal);

    // The sorts that solvers know by themselves.
    private static readonly HashSet<string> KnownSorts = new(
        ["Bool", "Int", "Real", "String", "RegLan", "Array", "BitVec", "FloatingPoint", "Float16", "Float32", "Float64", "Float128",
         "RoundingMode", "Seq", "Set", "Bag", "Relation", "Tuple", "UnitTuple", "Unicode", "Char", "List", "Pair", "FiniteField",
         "Function", "->"],
        StringComparer.Ordinal);

    /// <summary>The symbols of a model.</summary>
    /// <exception cref="UserErrorException">VRF307: a variable cannot be told for every size.</exception>
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

    // Which of two known numbers is less was found out while the formulas were made, and is not in them any more.
    private readonly List<(int Less, int More)> orders = [];

    internal void NoteOrder(int less, int more) => orders.Add((less, more));

    // A range has values: without one there would be no model.
    internal void NoteValues(Sort sort)
    {
        if (sort is Sort.Interval range)
        {
            NoteOrder(range.Low, range.High);
        }
    }

    /// <summary>Pairs of numbers, the lesser first, that formulas have been simplified by; in the order in which they were.</summary>
    public IEnumerable<(int Less, int More)> Orders => orders;

    /// <summary>The scalar sets that occur in the model.</summary>
    public IEnumerable<Sort.ScalarSet> Scalars => scalars.Values;

    /// <summary>How many members the scalar set has that a sort is, in the model.</summary>
    /// <remarks>To be asked when it is needed: a set that only a property ranges over is met when that is lowered.</remarks>
    public int SizeOf(LogicSort sort) => scalars[sort.Name].ScalarCount;

    /// <summary>The sorts that have to be declared, by name.</summary>
    public IEnumerable<LogicSort> Sorts => sorts.Values.Where(sort => sort.IsIdentity || sort.Members.Length > 0)
        .Where(sort => sort != LogicSort.Truth).OrderBy(sort => sort.Name, StringComparer.Ordinal);

    /// <summary>The sort of first-order logic that a scalar sort is told in.</summary>
    public LogicSort LogicOf(Sort sort) => sort switch
    {
        Sort.Boolean => LogicSort.Truth,
        Sort.Interval => LogicSort.Number,
        Sort.Enumeration e => Named(e.Name, e.Members, null),
        Sort.ScalarSet s => Named(s.Name, [], s),
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether a sort is one that terms of first-order logic have.</summary>
    public static bool IsPlain(Sort sort) => sort is Sort.Boolean or Sort.Interval or Sort.Enumeration or Sort.ScalarSet;

    /// <summary>What every state satisfies by the sorts of its variables alone.</summary>
    public IEnumerable<Formula> Typing() => Leaves.SelectMany(TypingOf);

    /// <summary>A leaf as an expression of the modelling language, and how that is written with names of keys.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="keys">Its keys.</param>
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
                    // An option of an identity is compared as a whole: it is equal to nothing when it is empty.
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

    /// <summary>The state of an instance in which every symbol has a given value at given constants.</summary>
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
            throw UserErrorException.At(null, ErrorCodes.NotGeneric, $"the sort '{name}' has the name of one that the logic has already",
                "give it another name");
        }

        // Two sets of one name would be one universe, and all that is said of the one would be said of the other.
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
        // Of what begins like this there are others: parameters and witnesses, variables of quantifiers, sizes, recognizers.
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

    // How Z3 calls, without being asked to, what tells a member of an enum from the others: another symbol of that name and
    // of that sort would be this one.
    private const string Recognizer = "is-";

    private static string[] SymbolsOf(string member) => [member, Recognizer + member];

    // A leaf, and what it is initially and after a step.
    private static string[] NamesOf(string leaf) => [leaf, InitiallyNameOf(leaf), AfterNameOf(leaf)];

    internal static string InitiallyNameOf(string leaf) => $"{leaf}-";

    internal static string AfterNameOf(string leaf) => $"{leaf}+";
}
