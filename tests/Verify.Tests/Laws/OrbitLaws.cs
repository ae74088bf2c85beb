using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Tests.Laws;

/// <summary>A search of one state for each orbit, against the orbits of the whole graph.</summary>
public sealed class OrbitLaws
{
    private const int Most = 100; // states; every permutation is applied to every one

    private static readonly Run Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly Run Reduced = Plain with { Reductions = Reductions.Symmetry };

    [Fact]
    public void A_reduced_search_visits_every_orbit_once()
    {
        var (reduced, refused) = (0, 0);
        Law.Holds(400, toy =>
        {
            if (toy.Errors.Count > 0 || toy.Nodes.Count > Most)
            {
                return;
            }

            var orbits = OrbitsOf(toy);
            foreach (var property in toy.Interpreter.Model.Properties.Where(p => p is not Property.LeadsTo))
            {
                var expected = Oracle.Of(toy, property);
                if (!expected.Errors.IsEmpty)
                {
                    continue;
                }

                try
                {
                    Compare(toy, property, expected, orbits);
                    reduced += expected.Level is null && orbits.Count < toy.Nodes.Count ? 1 : 0;
                }
                catch (ModelException e) when (e.Diagnostic.Code == Codes.BadReduction)
                {
                    refused++; // a variable starts with a member, because the language has to start it with something
                }
            }
        });
        Assert.True(Environment.GetEnvironmentVariable("LAW_SEED") is not null || (reduced > 50 && refused > 10),
            $"{reduced} reduced, {refused} refused");
    }

    private static void Compare(Toy toy, Property property, Oracle expected, List<Toy.Node> orbits)
    {
        var found = new ExplicitEngine().Decide(toy.Interpreter.Model, property, Reduced);
        Assert.Equal(new ExplicitEngine().Decide(toy.Interpreter.Model, property, Plain).Word, found.Word);
        Assert.Equal(expected.Level, Run(found)?.Length);
        Assert.Equal(expected.Witnesses, found.Evidence.Witnesses.Select(witness => witness.Depth));
        if (expected.Level is null)
        {
            Assert.Equal(
                (orbits.Count, orbits.Sum(orbit => orbit.Next.Count), expected.Depth),
                (found.Evidence.States, found.Evidence.Transitions, found.Evidence.Depth));
        }

        if (Run(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(toy.Interpreter, trace));
            Assert.True(Replay.Decides(toy.Interpreter, property, trace));
        }
    }

    private static Traces.Trace? Run(Verdict verdict) => verdict switch
    {
        Verdict.Refuted refuted => refuted.Trace,
        Verdict.Proved proved => proved.Witness,
        _ => null,
    };

    // One node for each orbit: the least text of all permutations names it.
    private static List<Toy.Node> OrbitsOf(Toy toy)
    {
        var sets = new Dictionary<string, Sort.Scalar>(StringComparer.Ordinal);
        toy.Interpreter.Model.Variables.ToList().ForEach(variable => Identities.Collect(variable.Sort, sets));
        var permutations = Identities.All(sets).ToList();
        return [.. toy.Nodes.DistinctBy(node => permutations
            .Select(permutation => string.Join(' ', node.State.Values.Select(value => Identities.Permuted(value, permutation))))
            .Min(StringComparer.Ordinal))];
    }
}
