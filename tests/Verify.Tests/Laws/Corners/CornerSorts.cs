using Verify.Modelling;
using Verify.Tests.Laws.Generators;

namespace Verify.Tests.Laws.Corners;

/// <summary>
/// The sorts of a model, with colliding names: of this builder and of another one, of two enums with the same name, of
/// fields whose names look like paths.
/// </summary>
internal sealed class CornerSorts
{
    private readonly Prng random;
    private readonly Drawn drawn;

    public CornerSorts(Prng random, Drawn drawn, ModelBuilder m)
    {
        (this.random, this.drawn) = (random, drawn);
        Cpu = random.OneIn(6)
            ? drawn.Say(() => m.ScalarSet("cpu", 1 + random.Below(2)))
            : drawn.Say(() => m.Processors("cpu", 1 + random.Below(3)));
        var page = random.Below(3) switch
        {
            0 => drawn.Say(() => m.ScalarSet("page", "cpu0", "page")),
            1 => drawn.Say(() => m.ScalarSet("page", 1 + random.Below(2), "CPU")),
            _ => drawn.Say(() => m.ScalarSet("page", 2)),
        };
        // A set of the same name: the same sort if the members are the same, else another one.
        var other = drawn.Say(() => new ModelBuilder("other"));
        var foreign = drawn.Say(() => other.ScalarSet(random.OneIn(2) ? "page" : random.OneIn(2) ? "cpu" : "node", 1 + random.Below(2)));
        Scalars = [Cpu];
        Identities = [Cpu];
        Add(page, random.OneIn(2));
        Add(foreign, random.OneIn(3));
        Scalars.Add(drawn.Say(() => Sort.Bool));
        Scalars.Add(random.Below(3) switch
        {
            0 => drawn.Say(() => Sort.Enum<Colour>()),
            1 => drawn.Say(() => Sort.Enum<Nested.Colour>()),
            _ => drawn.Say(() => Sort.Enum<Only>()),
        });
        if (random.OneIn(4))
        {
            Scalars.Add(drawn.Say(() => Sort.Enum<Nested.Colour>()));
        }

        Numbers = drawn.Say(() => random.Below(5) switch
        {
            0 => Sort.Range(-2, -1),
            1 => Sort.Range(0, 3),
            2 => Sort.Range(4, 4),
            3 => Sort.Range(-1, 1),
            _ => Sort.Range(0, 1),
        });
        Scalars.Add(Numbers);
        Frame = RecordOf(m, "frame");
        Deep = drawn.Say(() => (random.OneIn(2) ? m : other).Record("deep", new Field("frame", Frame), new Field("n", Numbers)));
    }

    private enum Colour
    {
        Red,
        Green,
        Blue,
    }

    private enum Only
    {
        Red,
    }

    /// <summary>The processors, or another sort in their role.</summary>
    public Sort Cpu { get; }

    /// <summary>Sets of identities.</summary>
    public List<Sort> Identities { get; }

    /// <summary>The sorts that quantifiers can range over, without options.</summary>
    public List<Sort> Scalars { get; }

    /// <summary>A range.</summary>
    public Sort Numbers { get; }

    /// <summary>A record with a ghost.</summary>
    public Sort Frame { get; }

    /// <summary>A record in a record.</summary>
    public Sort Deep { get; }

    /// <summary>A constant of an enum, written as a C# constant.</summary>
    public static Expr? Constant(Drawn drawn, Prng random, Sort.Enumeration sort) => sort switch
    {
        _ when sort.Equals(Sort.Enum<Colour>()) => drawn.Say<Expr>(() => random.OneIn(2) ? Colour.Red : Colour.Blue),
        _ when sort.Equals(Sort.Enum<Nested.Colour>()) => drawn.Say<Expr>(() => random.OneIn(2) ? Nested.Colour.Red : Nested.Colour.Blue),
        _ when sort.Equals(Sort.Enum<Only>()) => drawn.Say<Expr>(() => Only.Red),
        _ => null,
    };

    /// <summary>A sort that quantifiers can range over.</summary>
    public Sort Scalar() => random.Below(8) switch
    {
        0 => drawn.Say(() => Sort.Option(Plain())),
        1 when random.OneIn(3) => drawn.Say(() => Sort.Option(Sort.Option(Plain()))),
        < 4 => Identity(),
        _ => Plain(),
    };

    /// <summary>A set of identities.</summary>
    public Sort Identity() => Identities[random.Below(Identities.Count)];

    /// <summary>The sort of a variable.</summary>
    public Sort Any() => random.Below(13) switch
    {
        0 or 1 => Plain(),
        2 => Scalar(),
        3 => drawn.Say(() => Sort.Option(Plain())),
        4 => random.OneIn(2) ? Frame : Deep,
        5 => drawn.Say(() => Sort.Option(random.OneIn(2) ? Frame : Deep)),
        6 => drawn.Say(() => Sort.Map(Key(), random.OneIn(2) ? Frame : Sort.Option(Frame))),
        7 => drawn.Say(() => Sort.Map(Identity(), Sort.Map(Key(), Plain()))),
        8 => drawn.Say(() => Sort.Set(Key())),
        9 => drawn.Say(() => Sort.Option(Sort.Map(Key(), Sort.Option(Plain())))),
        10 => drawn.Say(() => Sort.Map(Key(), Plain())),
        _ => drawn.Say(() => Sort.Map(random.OneIn(4) ? Key() : Identity(), Sort.Option(Plain()))),
    };

    private Sort Plain() => Scalars[random.Below(Scalars.Count)];

    private Sort Key() => random.OneIn(5) ? drawn.Say(() => Sort.Option(Plain())) : Plain();

    private void Add(Sort identities, bool isUsed)
    {
        if (isUsed)
        {
            Scalars.Add(identities);
            Identities.Add(identities);
        }
    }

    private Sort RecordOf(ModelBuilder m, string name)
    {
        var isOdd = random.OneIn(3);
        return drawn.Say(() => m.Record(name,
            new Field(isOdd ? "ghost x" : "by", Sort.Option(Cpu), random.OneIn(2)),
            new Field(isOdd ? "a.b: c" : "n", random.OneIn(2) ? Numbers : Sort.Bool)));
    }

    /// <summary>Another enum with the same name and members of the same names.</summary>
    private static class Nested
    {
        internal enum Colour
        {
            Red,
            Blue,
        }
    }
}
