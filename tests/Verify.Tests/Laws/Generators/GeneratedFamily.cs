using System.Collections.Immutable;
using System.Globalization;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Generators;

/// <summary>
/// A family drawn from a seed whose text depends on its sizes in all the ways there are: what variables start with, ranges,
/// rules that are there at some sizes only, sorts of other builders, and names that collide.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="beyond">How much more of each size is offered; the text does not know of it.</param>
internal sealed class GeneratedFamily(int seed, int beyond = 0) : ModelFamily
{
    private const string Prefix = "family ";

    private static readonly ImmutableArray<SizeParameter> All =
        [new("cpu", 2, 1, 4, "processors"), new("page", 1, 1, 3, "pages"), new("n", 2, 1, 5, "a number")];

    // The names of things that are something else to a solver as well, and of each other.
    private static readonly ImmutableArray<string> Odd =
        ["v", "x+", "x-", "x?", "$cpu", "$w1", "$x1", "$e1", "?k1", "a|b", "a/b", "a\\b", "size.n", "cpu", "Phase.On", "let", "x!2", "v.f"];

    private enum Phase
    {
        Off,
        On,
    }

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seed}");

    public override string Summary => "a family of the laws";

    public override ImmutableArray<SizeParameter> Sizes =>
    [
        .. All.Take(1 + new Prng((ulong)seed).Below(All.Length)).Concat(All.TakeLast(seed % 2)).Distinct()
            .Select(size => size with { High = size.High + beyond }),
    ];

    /// <summary>The model of a seed, at the sizes that it has by itself.</summary>
    public static Model From(int seed)
    {
        try
        {
            return new GeneratedFamily(seed).Build(Choices.Default);
        }
        catch (UserErrorException)
        {
            return GeneratedModel.From(seed); // there is none
        }
    }

    /// <summary>The family that a model is of; null if it is another model.</summary>
    public static int? SeedOf(Model model) => model.Name.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(model.Name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture, out var seed) ? seed : null;

    protected override void Describe(ModelBuilder m) =>
        new Text(m, new Prng((ulong)seed + 1), [.. Sizes.Select(size => size.Name)]).Write();

    /// <summary>One instance, by draws that do not depend on its sizes.</summary>
    private sealed class Text(ModelBuilder m, Prng random, ImmutableArray<string> sizes)
    {
        private readonly List<Expr> bits = [];
        private readonly List<(Expr Expr, int Low)> numbers = [];
        private readonly List<(Expr Map, Sort Key)> sets = [];
        private readonly List<(Expr Option, Sort Of)> options = [];
        private readonly List<Sort> scalars = [];

        public void Write()
        {
            scalars.Add(m.ScalarSet("cpu", m.Size("cpu")));
            if (sizes.Contains("page"))
            {
                scalars.Add(m.ScalarSet("page", m.Size("page")));
            }

            if (random.OneIn(3))
            {
                var elsewhere = new ModelBuilder("elsewhere");
                scalars.Add(elsewhere.ScalarSet(Pick("cpu", "page", "cpu|", "cpu/"), random.OneIn(2) ? 2 : m.Size(Size())));
            }

            for (var i = 2 + random.Below(3); i > 0; i--)
            {
                Declare(random.OneIn(5) ? Odd[random.Below(Odd.Length)] : $"x{i}");
            }

            bits.Add(m.Var("bit", Sort.Bool));
            for (var i = 1 + random.Below(3); i > 0; i--)
            {
                // It is drawn in any case, so that the rest is the same whether it is there or not.
                var isThere = !random.OneIn(5) || m.Size(Size()) > random.Below(3);
                Rule($"rule{i}", isThere);
            }

            m.Always("first", Fact());
            m.Always("second", Fact() | Fact());
            m.Always("third", Starts());
        }

        private string Size() => sizes[random.Below(sizes.Length)];

        private string Pick(params ReadOnlySpan<string> from) => from[random.Below(from.Length)];

        private Sort Scalar() => scalars[random.Below(scalars.Count)];

        // A number, which may be a size or depend on one.
        private int Number() => random.Below(4) switch
        {
            0 => m.Size(Size()),
            1 => Math.Max(0, m.Size(Size()) - 1),
            _ => random.Below(3),
        };

        private int Most() => random.OneIn(3) ? m.Size(Size()) + random.Below(2) : 2 + random.Below(6);

        private void Declare(string name)
        {
            switch (random.Below(7))
            {
                case 0:
                    bits.Add(random.OneIn(3) ? m.AnyOf(name, Sort.Bool) : m.Var(name, Sort.Bool, random.OneIn(3)));
                    break;
                case 1 or 2:
                    numbers.Add((m.Var(name, Sort.Range(0, Most()), Number()), 0));
                    break;
                case 3 or 4:
                    var key = Scalar();
                    sets.Add((m.Map(name, key, Sort.Bool), key));
                    break;
                case 5:
                    var of = Scalar();
                    options.Add((m.Var(name, Sort.Option(of)), of));
                    break;
                default:
                    bits.Add(m.Var(name, Sort.Enum<Phase>()) == Phase.On);
                    break;
            }
        }

        private void Rule(string name, bool isThere)
        {
            var over = Scalar();
            Action<StepBuilder, Expr> body = Body(over);
            if (isThere)
            {
                m.Rule(name, over, body);
            }
        }

        private Action<StepBuilder, Expr> Body(Sort over)
        {
            var guard = Fact();
            var isGuarded = !random.OneIn(3);
            var kind = random.Below(4);
            var place = random.Below(100);
            var (value, more) = (random.OneIn(2), Number());
            var isLimited = !random.OneIn(4);
            return (step, one) =>
            {
                step = isGuarded ? step.When(guard) : step;
                var mine = sets.Where(set => set.Key.Equals(over)).ToList();
                var own = options.Where(option => option.Of.Equals(over)).ToList();
                if (kind == 0 && mine.Count > 0)
                {
                    step.Set(mine[place % mine.Count].Map[one], value);
                }
                else if (kind == 1 && own.Count > 0)
                {
                    step.Set(own[place % own.Count].Option, value ? Some(one) : None);
                }
                else if (kind == 2 && numbers.Count > 0)
                {
                    var number = numbers[place % numbers.Count].Expr;
                    var most = ((Sort.Interval)number.Sort).High;
                    _ = isLimited ? step.When(number < most).Set(number, number + 1) : step.Set(number, more);
                }
                else
                {
                    step.Set(bits[^1], value);
                }
            };
        }

        private Expr Fact()
        {
            switch (random.Below(6))
            {
                case 0 when numbers.Count > 0:
                    var number = numbers[random.Below(numbers.Count)].Expr;
                    return random.OneIn(2) ? number <= Number() : number == Number();
                case 1 when sets.Count > 0:
                    var (map, key) = sets[random.Below(sets.Count)];
                    return random.OneIn(2) ? ForAll(key, one => !map[one]) : Exists(key, one => map[one]);
                case 2 when options.Count > 0:
                    return options[random.Below(options.Count)].Option.IsNone;
                case 3:
                    var sort = Scalar();
                    return random.OneIn(2)
                        ? ForAll(sort, sort, (a, b) => a == b)
                        : ForAll(sort, sort, sort, (a, b, c) => (a == b) | (b == c) | (a == c));
                default:
                    return random.OneIn(2) ? bits[random.Below(bits.Count)] : !bits[random.Below(bits.Count)];
            }
        }

        // What is likely to stay: that one set is among another, or a number in half of its range.
        private Expr Starts() => numbers.Count > 0 && random.OneIn(2)
            ? numbers[random.Below(numbers.Count)].Expr <= ((Sort.Interval)numbers[0].Expr.Sort).High
            : sets.Count > 0
                ? ForAll(sets[0].Key, one => !sets[0].Map[one] | bits[^1] | !bits[^1])
                : !bits[^1] | Fact();
    }
}
