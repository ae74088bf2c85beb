using Verify.Engines;
using Verify.Explicit.Exploration;
using Verify.Explicit.Symmetry;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Generators;

namespace Verify.Tests.Explicit;

/// <summary>Compares the representative of an orbit with permutations of the values.</summary>
public sealed unsafe class CanonicalizerTests
{
    [Theory]
    [InlineData(256, 4096)]
    [InlineData(1, 4096)] // refined keys
    [InlineData(1, 1)]    // one place after the other
    public void An_orbit_has_one_representative_one_size_and_a_permutation_for_each_state(int orders, int refined)
    {
        var (model, compiled) = Compile([3, 3, 2]);
        var (prng, largest, smallest) = (new Prng(1), 0, int.MaxValue);
        var all = Identities.All(SetsOf(model)).ToList();
        var canonicalizer = new Canonicalizer(compiled.Symmetry!) { MaxOrders = orders, MaxRefinedOrders = refined };
        for (var round = 0; round < 120; round++)
        {
            var state = AnyState(model, prng, sparse: round % 3);
            var expected = Representative(canonicalizer, compiled, state);
            var size = canonicalizer.OrbitSize;
            var orbit = new HashSet<State>();
            foreach (var permutation in all)
            {
                var image = Permuted(state, permutation);
                orbit.Add(image);
                Assert.Equal(expected, Representative(canonicalizer, compiled, image));
                Assert.Equal(size, canonicalizer.OrbitSize);
                var told = compiled.Symmetry!.Symmetry.Sets.Select((set, i) => (set.Text, Is: canonicalizer.Permutation()[i]))
                    .ToDictionary(pair => pair.Text, pair => pair.Is);
                Assert.Equal(expected, compiled.Layout.Pack(Permuted(image, told)));
            }

            Assert.Equal(orbit.Count, size);
            (largest, smallest) = (Math.Max(largest, orbit.Count), Math.Min(smallest, orbit.Count));
        }

        Assert.Equal(72, largest);
        Assert.True(smallest < 10, $"no orbit has fewer than {smallest} states");
    }

    [Theory]
    [InlineData(5, 4, 5)]   // too many orders to try without refined keys
    [InlineData(9, 5, 6)]   // more members than fit one vector
    [InlineData(12, 13, 9)] // more than have keys
    public void Large_sets_have_one_representative_for_an_orbit_too(int cpus, int pages, int frames)
    {
        var (model, compiled) = Compile([cpus, pages, frames]);
        var prng = new Prng(2);
        var canonicalizer = new Canonicalizer(compiled.Symmetry!);
        for (var round = 0; round < 40; round++)
        {
            var state = AnyState(model, prng, sparse: round % 4);
            var expected = Representative(canonicalizer, compiled, state);
            var size = canonicalizer.OrbitSize;
            for (var i = 0; i < 20; i++)
            {
                var image = Permuted(state, SetsOf(model).ToDictionary(set => set.Key, set => Shuffled(set.Value.Members.Length, prng)));
                Assert.Equal(expected, Representative(canonicalizer, compiled, image));
                Assert.Equal(size, canonicalizer.OrbitSize);
            }
        }
    }

    [Fact]
    public void Members_that_stand_in_pairs_are_not_tried_in_every_order()
    {
        var m = new ModelBuilder("pairs");
        var (page, frame) = (m.ScalarSet("page", 9), m.ScalarSet("frame", 9));
        var pte = m.Map("pte", page, Sort.Option(frame));
        m.Rule("unmap", page, (s, x) => s.Set(pte[x], Dsl.None));
        m.Always("true", true);
        var model = m.Build();
        var compiled = new CompiledModel(model, model.Properties[0], Reductions.Symmetry);
        var (prng, sort) = (new Prng(3), (Sort.Mapping)model.Variables[0].Sort);
        var canonicalizer = new Canonicalizer(compiled.Symmetry!);
        State OneToOne() => new([Value.Of(sort, [.. Shuffled(9, prng).Select(to =>
            to == 0 ? Value.None(sort.Value) : Value.Some(sort.Value, Value.Scalar(((Sort.Optional)sort.Value).Of, to)))])]);
        var expected = Representative(canonicalizer, compiled, OneToOne());
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(expected, Representative(canonicalizer, compiled, OneToOne()));
            Assert.Equal(9 * 9 * 40320, canonicalizer.OrbitSize); // page, frame, and pairs of the others
        }
    }

    [Fact]
    [Provokes("VRF203")]
    public void More_permutations_than_can_be_counted_are_refused()
    {
        var error = Assert.Throws<UserErrorException>(() => Compile([34, 2, 2]));
        Assert.Equal(ErrorCodes.BadReduction, error.Diagnostic.Code);
        Assert.Contains("34 members", error.Message, StringComparison.Ordinal);
    }

    // All relations of a leaf to members: two keys of one set, options of records, numbers wider than a table.
    private static (Model, CompiledModel) Compile(int[] sizes)
    {
        var m = new ModelBuilder("relations");
        var (cpu, page, frame) = (m.Processors("cpu", sizes[0]), m.ScalarSet("page", sizes[1]), m.ScalarSet("frame", sizes[2]));
        var job = m.Record("job", new Field("by", cpu), new Field("on", Sort.Option(page)), new Field("left", Sort.Range(0, 2)));
        var waits = m.Map("waits", cpu, cpu, Sort.Bool);
        m.Var("job", Sort.Option(job));
        m.Map("cached", cpu, Sort.Option(page));
        m.Map("count", page, Sort.Range(0, 1000));
        m.Map("work", page, Sort.Option(m.Record("work", new Field("frame", frame), new Field("often", Sort.Range(0, 600)))));
        m.Map("holds", frame, Sort.Option(Sort.Option(page)));
        m.Var("last", Sort.Option(frame));
        m.Var("total", Sort.Range(0, 5000));
        m.Rule("wait", cpu, cpu, (s, c, d) => s.When(!waits[c, d]).Set(waits[c, d], true));
        m.Always("true", true);
        var model = m.Build();
        return (model, new CompiledModel(model, model.Properties[0], Reductions.Symmetry));
    }

    private static Dictionary<string, Sort.ScalarSet> SetsOf(Model model)
    {
        var sets = new Dictionary<string, Sort.ScalarSet>(StringComparer.Ordinal);
        model.Variables.ToList().ForEach(variable => Identities.Collect(variable.Sort, sets));
        return sets;
    }

    private static ulong[] Representative(Canonicalizer canonicalizer, CompiledModel compiled, State state)
    {
        var words = compiled.Layout.Pack(state);
        fixed (ulong* packed = words)
        {
            canonicalizer.Apply(packed);
        }

        return words;
    }

    private static State Permuted(State state, IReadOnlyDictionary<string, int[]> permutation) =>
        new([.. state.Values.Select(value => Identities.Permuted(value, permutation))]);

    // A larger number gives more members that are alike.
    private static State AnyState(Model model, Prng prng, int sparse) =>
        new([.. model.Variables.Select(variable => AnyValue(variable.Sort, prng, sparse))]);

    private static Value AnyValue(Sort sort, Prng prng, int sparse)
    {
        var isFirst = sparse > 0 && !prng.OneIn(1 + (2 * sparse));
        return sort switch
        {
            Sort.Optional optional => isFirst || prng.OneIn(3) ? Value.None(sort) : Value.Some(sort, AnyValue(optional.Of, prng, sparse)),
            Sort.Record record => Value.Of(sort, [.. record.Fields.Select(field => AnyValue(field.Sort, prng, sparse))]),
            Sort.Mapping map => Value.Of(sort, [.. Value.All(map.Key).Select(_ => AnyValue(map.Value, prng, sparse))]),
            Sort.Interval range => Value.Scalar(sort, isFirst ? range.Low : range.Low + prng.Below(range.ScalarCount)),
            _ => Value.Scalar(sort, isFirst ? 0 : prng.Below(sort.ScalarCount)),
        };
    }

    private static int[] Shuffled(int count, Prng prng)
    {
        var places = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var other = prng.Below(i + 1);
            (places[i], places[other]) = (places[other], places[i]);
        }

        return places;
    }
}
