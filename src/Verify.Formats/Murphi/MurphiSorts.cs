using System.Globalization;
using System.Text;
using Verify.Modelling;

namespace Verify.Formats.Murphi;

/// <summary>
/// The sorts of a model as Murphi types. Members have names, except for those of a set that occurs in an option: an
/// option of a scalar is one number, 0 or 1 more than the position of its content.
/// </summary>
internal sealed class MurphiSorts
{
    // The reserved words of Murphi and Rumur.
    public const string Reserved = """
        alias array assert assume begin boolean by case clear const cover do else elsif end endalias endexists endfor
        endforall endfunction endif endprocedure endrecord endrule endruleset endstartstate endswitch endwhile enum
        error exists false flushall for forall from function if in interleaved invariant isundefined liveness
        multiset multisetadd multisetcount multisetremove undefine of ormap procedure process program property put
        random record return rule ruleset scalarset startstate switch symmetry then to traceuntil true type union
        var while choose none
        """;

    private readonly Dictionary<string, string> types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fieldNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> numbered = new(StringComparer.Ordinal);
    private readonly StringBuilder declarations = new();
    private readonly StringBuilder constants = new();

    public MurphiSorts(Model model, Identifiers names)
    {
        Names = names;
        var found = ModelParts.Sorts(model);
        foreach (var sort in found.Where(sort => sort is Sort.Optional && sort.IsScalar))
        {
            for (var of = sort; of is Sort.Optional optional; of = optional.Of)
            {
                numbered.Add(optional.Of.Text);
            }
        }

        DeclareNumbers(found);
        // Other types are declared on first use.
        foreach (var sort in found.Where(sort => sort is Sort.Enumeration or Sort.ScalarSet))
        {
            _ = TypeOf(sort);
        }
    }

    /// <summary>The identifiers of the text; those of variables are taken before any type is requested.</summary>
    public Identifiers Names { get; }

    /// <summary>The declarations of constants and types.</summary>
    public (string Constants, string Types) Declarations => (constants.ToString(), declarations.ToString());

    /// <summary>The type of a sort.</summary>
    public string TypeOf(Sort sort)
    {
        switch (sort)
        {
            case Sort.Boolean:
                return "boolean";
            case Sort.Interval range:
                return string.Create(CultureInfo.InvariantCulture, $"{range.Low}..{range.High}");
            case Sort.Mapping map:
                return $"array [{TypeOf(map.Key)}] of {TypeOf(map.Value)}";
        }

        return types.TryGetValue(sort.Text, out var known) ? known : Declare(sort);
    }

    /// <summary>A constant of a scalar sort other than an option.</summary>
    public PrecedenceText Constant(Sort sort, int number) => sort switch
    {
        Sort.Boolean => PrecedenceText.Of(number == 0 ? "false" : "true"),
        Sort.Interval => PrecedenceText.Of(number),
        _ => PrecedenceText.Of(members[$"{sort.Text}{number}"]),
    };

    /// <summary>The code of a value in an option, minus 1, given its text; for a truth value, a conditional.</summary>
    public static PrecedenceText PositionOf(Sort sort, PrecedenceText value) => sort switch
    {
        Sort.Boolean => value.Text is "true" or "false"
            ? PrecedenceText.Of(value.Text == "true" ? 1 : 0)
            : new($"({value.Text} ? 1 : 0)", PrecedenceText.Atom),
        Sort.Interval range => Plus(value, -range.Low),
        _ => value,
    };

    /// <summary>A sum with a constant.</summary>
    public static PrecedenceText Plus(PrecedenceText value, int number)
    {
        // The constant is added to a constant at the end of a sum.
        var blank = value.Text.LastIndexOf(' ');
        if (value.Strength == MurphiText.Sum && int.TryParse(value.Text.AsSpan(blank + 1), CultureInfo.InvariantCulture, out var last))
        {
            var plus = value.Text[blank - 1] == '+' ? last : -last;
            return Plus(new(value.Text[..(blank - 2)], MurphiText.Sum), checked(number + plus));
        }

        return number switch
        {
            0 => value,
            _ when int.TryParse(value.Text, CultureInfo.InvariantCulture, out var constant) => PrecedenceText.Of(constant + number),
            > 0 => new(string.Create(CultureInfo.InvariantCulture, $"{value.In(MurphiText.Sum)} + {number}"), MurphiText.Sum),
            _ => new(string.Create(CultureInfo.InvariantCulture, $"{value.In(MurphiText.Sum)} - {-number}"), MurphiText.Sum),
        };
    }

    // Rumur computes in the narrowest machine word that holds every type, and stops with an error if a difference
    // exceeds it.
    private void DeclareNumbers(IReadOnlyList<Sort> found)
    {
        var ranges = found.OfType<Sort.Interval>().ToList();
        if (ranges.Count > 0)
        {
            const int Slack = 2; // an option is 1 more than its content
            var low = Math.Min(0, ranges.Min(range => range.Low)) - (long)Slack;
            var high = Widened(low, Math.Max(found.Max(sort => sort.ScalarCount), ranges.Max(range => range.High)) + (long)Slack);
            declarations.Append(CultureInfo.InvariantCulture, $"  {Names.Take("number")}: {low}..{high}; -- all that is computed with, so that Rumur takes a word that is wide enough\n");
        }
    }

    // Rumur 2022.08.20 loses negative values if the number of values fits a narrower word than the values themselves,
    // as for -3..130: 134 values fit 8 bits, but -3 and 130 together do not. The type is then widened to more values
    // than that word holds.
    private static long Widened(long low, long high) => Array.Find(
        [8, 16, 32],
        bits => (high > (1L << (bits - 1)) - 1 || low < -(1L << (bits - 1))) && high - low < 1L << bits) is var narrow and > 0
        ? low + (1L << narrow)
        : high;

    private string Declare(Sort sort)
    {
        string name, body;
        switch (sort)
        {
            case Sort.Enumeration enumeration:
                name = Names.Take(enumeration.Name, $"{enumeration.Name}_t");
                body = Members(sort, enumeration.Name, enumeration.Members);
                break;
            case Sort.ScalarSet scalar:
                name = Names.Take(scalar.Name, $"{scalar.Name}_t");
                body = Members(sort, scalar.Name, scalar.Members);
                break;
            case Sort.Optional optional when sort.IsScalar:
                _ = TypeOf(optional.Of);
                name = Names.Take($"opt_{Heading.Short(optional.Of)}");
                body = string.Create(CultureInfo.InvariantCulture, $"0..{optional.Of.ScalarCount}");
                break;
            case Sort.Optional optional:
                var content = TypeOf(optional.Of);
                name = Names.Take($"opt_{Heading.Short(optional.Of)}");
                body = $"record has: boolean; value: {content}; end";
                break;
            case Sort.Record record:
                var fields = record.Fields.Select(field => $"{FieldOf(field)}: {TypeOf(field.Sort)}; ").ToList();
                name = Names.Take(record.Name, $"{record.Name}_t");
                body = $"record {string.Concat(fields)}end";
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        types[sort.Text] = name;
        declarations.Append($"  {name}: {body};\n");
        return name;
    }

    /// <summary>The name of a field.</summary>
    public string FieldOf(Field field)
    {
        // Fields of different records may share a name, but none may be a reserved word or the name of a constant.
        if (!fieldNames.TryGetValue(field.Name, out var name))
        {
            fieldNames[field.Name] = name = Names.Take(field.Name);
        }

        return name;
    }

    private string Members(Sort sort, string owner, IReadOnlyList<string> all)
    {
        var names = new List<string>();
        for (var i = 0; i < all.Count; i++)
        {
            names.Add(Names.Take(all[i], $"{owner}_{all[i]}"));
            members[$"{sort.Text}{i}"] = names[i];
        }

        if (!numbered.Contains(sort.Text))
        {
            return $"enum {{ {string.Join(", ", names)} }}";
        }

        for (var i = 0; i < all.Count; i++)
        {
            constants.Append(CultureInfo.InvariantCulture, $"  {names[i]}: {i};\n");
        }

        return $"{names[0]}..{names[^1]}";
    }
}
