using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws.Reduced;

/// <summary>A search with one state per orbit against the orbits of the whole graph.</summary>
public sealed class OrbitLaws
{
    private const int Most = 100; // states; every permutation is applied to each

    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly EngineOptions Reduced = Plain with { Reductions = Reductions.Symmetry };

    internal static readonly Law VisitsOnce = new(
        typeof(OrbitLaws), nameof(A_reduced_search_visits_every_orbit_once), 12, (sample, tally) =>
    {
        var orbits = OrbitsOf(sample.Toy);
        foreach (var (property, expected) in sample.Decided)
        {
            try
            {
                Compare(sample, property, expected, orbits);
                tally.Compare();
                tally.Note("reduced", expected.Level is null && orbits.Count < sample.Toy.Nodes.Count);
            }
            catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.BadReduction)
            {
                tally.Note("refused"); // a variable starts with a member, because the language requires an initial value
            }
        }
    })
    { IsOfUndefined = false, MaxStates = Most };

    [Fact]
    public void A_reduced_search_visits_every_orbit_once()
    {
        var tally = Law.Holds(VisitsOnce, 400);
        Assert.True(Law.IsAlone || (tally["reduced"] > 50 && tally["refused"] > 10), $"{tally}");
    }

    private static void Compare(Sample sample, Property property, Oracle expected, List<Toy.Node> orbits)
    {
        var found = new ExplicitEngine().Decide(sample.Model, property, Reduced);
        Assert.Equal(sample.Whole(property).Word, found.Word);
        Assert.Equal(expected.Level, Run(found)?.Length);
        // After a refutation nothing looks for the witnesses that name a member; SymmetryLaws say so.
        var left = found.Evidence.NotLookedFor;
        Assert.Equal(
            sample.Model.Properties.OfType<Property.Reachable>().Zip(expected.Witnesses)
                .Where(pair => !left.Contains(pair.First.Name)).Select(pair => pair.Second),
            found.Evidence.Witnesses.Select(witness => witness.Depth));
        if (expected.Level is null)
        {
            Assert.Equal(
                (orbits.Count, orbits.Sum(orbit => orbit.Next.Count), expected.Depth),
                (found.Evidence.States, found.Evidence.Transitions, found.Evidence.Depth));
        }

        if (Run(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(sample.Interpreter, trace));
            Assert.True(Replay.Decides(sample.Interpreter, property, trace));
        }
    }

    private static Traces.Trace? Run(Verdict verdict) => verdict switch
    {
        Verdict.Refuted refuted => refuted.Trace,
        Verdict.Proved proved => proved.Witness,
        _ => null,
    };

    // One node per orbit, identified by the least text over all permutations.
    private static List<Toy.Node> OrbitsOf(Toy toy)
    {
        var sets = new Dictionary<string, Sort.ScalarSet>(StringComparer.Ordinal);
        toy.Interpreter.Model.Variables.ToList().ForEach(variable => Identities.Collect(variable.Sort, sets));
        var permutations = Identities.All(sets).ToList();
        return [.. toy.Nodes.DistinctBy(node => permutations
            .Select(permutation => string.Join(' ', node.State.Values.Select(value => Identities.Permuted(value, permutation))))
            .Min(StringComparer.Ordinal))];
    }
}
