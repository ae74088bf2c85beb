using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi.Syntax;

namespace Verify.Murphi.Execution;

/// <summary>Finds what names mean and makes types; mistakes are thrown with their place.</summary>
internal sealed class MurphiTypes(MurphiProgram program)
{
    private const int Largest = 1 << 20;
    private readonly Dictionary<MurphiTypeExpr, MurphiType> known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, MurphiFunction> functions =
        program.Functions.DistinctBy(one => one.Name).ToDictionary(one => one.Name, StringComparer.Ordinal);
    private int nameless;

    public static MurphiType.Scalar Boolean { get; } = new(Sort.Bool);

    public MurphiType.Scalar AnyNumber { get; } = new(Sort.Range(0, 0));

    /// <summary>The names outside of all rules.</summary>
    public Names Globals { get; } = new();

    /// <summary>Evaluates a constant; the model maker sets it.</summary>
    public Func<MurphiExpr, Names, (MurphiType.Scalar Type, Expr Value)> Evaluate { get; set; } = null!;

    public static RefusedException Wrong(Span span, string message, string? hint = null) =>
        new(ErrorCodes.SortMismatch, span, message, hint ?? "Murphi compares and assigns values of one type; all ranges are one type");

    public static RefusedException Refuse(Span span, string message, string hint) => new(ErrorCodes.NotExpressed, span, message, hint);

    public static RefusedException Unknown(Span span, string message, string name, IEnumerable<string> others) =>
        new(ErrorCodes.UnknownName, span, message, Suggestion.Hint(name, others.Distinct()) ?? "declare it above");

    /// <summary>Checks that two types fit.</summary>
    public void Match(Span span, MurphiType one, MurphiType other)
    {
        if (!MurphiType.Fits(one, other))
        {
            throw Wrong(span, $"{(one == (object)AnyNumber ? "a number" : one.Text)} and {other.Text} are different types");
        }
    }

    /// <summary>The meaning of a name.</summary>
    public static Symbol Find(string name, Span span, Names names) => names.Find(name)
        ?? throw Unknown(span, $"'{name}' is not declared", name, names.All);

    public MurphiFunction Function(MurphiExpr.Call call) => functions.TryGetValue(call.Function, out var found)
        ? found
        : throw Unknown(call.Span, $"there is no function '{call.Function}'", call.Function, functions.Keys);

    /// <summary>The type of what a call returns; null for nothing.</summary>
    public MurphiType? ResultOf(MurphiExpr.Call call) => Function(call).Result is { } type ? Of(type, Globals) : null;

    public MurphiType.Scalar Scalar(MurphiTypeExpr type, Names names) => Of(type, names) as MurphiType.Scalar
        ?? throw Wrong(type.Span, "a boolean, a range, an enum or a scalarset is expected", "records and arrays have too many values");

    /// <summary>The type of a text.</summary>
    /// <param name="type">The text.</param>
    /// <param name="names">The names around it.</param>
    /// <param name="name">The name that is declared for it; null for none.</param>
    public MurphiType Of(MurphiTypeExpr type, Names names, string? name = null)
    {
        if (known.TryGetValue(type, out var found))
        {
            return found;
        }

        return known[type] = Make(type, names, name);
    }

    private MurphiType Make(MurphiTypeExpr type, Names names, string? name)
    {
        switch (type)
        {
            case MurphiTypeExpr.Named { Text: "boolean" }:
                return Boolean;
            case MurphiTypeExpr.Named named:
                return Find(named.Text, named.Span, names) is Symbol.Named { Of: var of } ? of
                    : throw Wrong(named.Span, $"'{named.Text}' is not a type");
            case MurphiTypeExpr.Range range:
                var (low, high) = (Constant(range.Low, names), Constant(range.High, names));
                return (long)high - low is >= 0 and < Largest
                    ? new MurphiType.Scalar(Sort.Range(low, high))
                    : throw Refuse(range.Span, $"the range {low}..{high} is empty or has over a million values",
                        "write the numbers that occur");
            case MurphiTypeExpr.Enumeration enumeration:
                return Enumeration(enumeration, name);
            case MurphiTypeExpr.Scalarset set:
                var size = Constant(set.Size, names);
                return name is null
                    ? throw Refuse(set.Span, "a scalarset without a name",
                        "declare it as a type: identities of different types cannot be compared")
                    : size is > 0 and < Largest
                    ? new MurphiType.Scalar(Sort.IdentitiesNamed(name, [.. Enumerable.Range(0, size).Select(i => $"{name}_{i}")]))
                    : throw Wrong(set.Span, $"the scalarset '{name}' has {size} members", "it needs one or more");
            case MurphiTypeExpr.Array array:
                return new MurphiType.Array(Scalar(array.Index, names), Of(array.Element, names));
            case MurphiTypeExpr.Record record:
                var twice = record.Fields.GroupBy(field => field.Name.Text, StringComparer.Ordinal).FirstOrDefault(same =>
                    same.Skip(1).Any());
                return twice is not null
                    ? throw new RefusedException(ErrorCodes.DuplicateName, twice.Last().Name.Span,
                        $"the record has two fields '{twice.Key}'", null)
                    : record.Fields.IsEmpty ? throw Wrong(record.Span, "the record has no field", "give it one")
                    : new MurphiType.Record(name ?? $"record{++nameless}",
                        [.. record.Fields.Select(field => (field.Name.Text, Of(field.Type!, names)))]);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private MurphiType.Scalar Enumeration(MurphiTypeExpr.Enumeration enumeration, string? name)
    {
        if (enumeration.Members.IsEmpty)
        {
            throw Wrong(enumeration.Span, "the enum has no member", "name one");
        }

        var twice = enumeration.Members.GroupBy(one => one.Text, StringComparer.Ordinal).FirstOrDefault(same => same.Skip(1).Any());
        if (twice is not null)
        {
            throw new RefusedException(ErrorCodes.DuplicateName, twice.Last().Span, $"the enum has two members '{twice.Key}'", null);
        }

        var sort = (Sort.Enumeration)Sort.EnumNamed(name ?? $"enum{++nameless}", [.. enumeration.Members.Select(one => one.Text)]);
        var type = new MurphiType.Scalar(sort);
        for (var i = 0; i < sort.Members.Length; i++)
        {
            var value = Terms.ValueAt(sort, i);
            if (!Globals.Add(sort.Members[i], new Symbol.Value(type, new Content(value, Terms.True, true))))
            {
                throw new RefusedException(ErrorCodes.DuplicateName, enumeration.Members[i].Span,
                    $"'{sort.Members[i]}' is declared twice", null);
            }
        }

        return type;
    }

    public required Terms Terms { get; init; }

    public required SourceText Source { get; init; }

    /// <summary>A part of the text in one line.</summary>
    public string TextOf(Span span) => OneLine.Of(string.Join(' ',
        Source.Of(span).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    /// <summary>The value of a constant number.</summary>
    public int Constant(MurphiExpr expr, Names names) => Evaluate(expr, names) is ({ Sort: Sort.Interval }, Expr.Literal literal)
        ? literal.Number
        : throw Wrong(expr.Span, "a constant number is expected", "use numbers and constants");
}
