using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Solvers;

namespace Verify.Tests.Laws.Lowering;

/// <summary>
/// Proofs for every size against the interpreter, at all sizes that a family offers and at some larger ones.
/// </summary>
public sealed class FamilyLaws
{
    private const int MaxStates = 300;
    private const int MaxInstances = 40;

    /// <summary>The number of additional values of each size beyond those that the family offers.</summary>
    internal const int Beyond = 2;

    internal static readonly Law HoldsAtAll = new(
        typeof(FamilyLaws), nameof(A_claim_proved_for_every_size_holds_at_all_of_them), 1, (sample, tally) =>
        {
            if (GeneratedFamily.SeedOf(sample.Model) is not { } seed)
            {
                return;
            }

            foreach (var property in sample.Model.Properties.OfType<Property.Always>())
            {
                foreach (var isAlone in (bool[])[true, false])
                {
                    Try(seed, property.Name, isAlone, tally);
                }
            }
        })
    {
        Source = ModelSource.Family,
    };

    [Fact]
    public void A_claim_proved_for_every_size_holds_at_all_of_them()
    {
        _ = RealSolver.OrSkip();
        var tally = Law.Holds(HoldsAtAll, 60);
        Assert.True(Law.IsAlone || (tally["proved"] > 20 && tally["refused"] > 5 && tally["not proved"] > 20
            && tally["witnesses"] > 200), $"{tally}");
        Assert.True(Law.IsAlone || tally.Compared > 200, $"{tally.Compared}");
    }

    private static void Try(int seed, string property, bool isAlone, Tally tally)
    {
        var claim = ClaimOf(new GeneratedFamily(seed), property);
        AnySizeProof proof;
        try
        {
            proof = AnySizeProof.Create(claim, new Itself(property, isAlone));
        }
        catch (UserErrorException)
        {
            tally.Note("refused");
            return;
        }

        var answer = SolverCheck.Run(proof.Text, RealSolver.OrSkip(), 1, TestContext.Current.CancellationToken, maxSeconds: 2);
        tally.Note(answer.IsProved ? "proved" : "not proved");
        if (answer.IsProved)
        {
            LookAtAll(seed, property, proof, tally);
        }
    }

    /// <summary>
    /// The statement of a proof at the sizes that it covers: those that the family offers, and some more.
    /// </summary>
    internal static void LookAtAll(int seed, string property, AnySizeProof proof, Tally tally)
    {
        var family = new GeneratedFamily(seed, Beyond);
        foreach (var choices in Chosen(Instances(family, proof)))
        {
            Look(family, choices, property, $"{proof.Sentence}: {Instance.DescribeSizes(family, choices)}", tally);
            tally.Compare();
        }
    }

    // Holds, in a model that is defined, whose witnesses are: whether they are met is a question of the instance.
    private static void Look(GeneratedFamily family, Choices choices, string name, string where, Tally tally)
    {
        Toy toy;
        try
        {
            toy = new Toy(family.Build(choices), MaxStates);
        }
        catch (UserErrorException e)
        {
            throw new InvalidOperationException($"proved {where}, but the model does not exist: {e.Message}", e);
        }

        Assert.True(toy.Errors.Count == 0, $"proved {where}, where something is undefined: {toy.Errors.FirstOrDefault()?.Diagnostic}");
        var property = toy.Interpreter.Model.Property(name);
        Assert.True(toy.Decisive(property) is null, $"proved '{name}' {where}, where it does not hold");
        foreach (var witness in toy.Interpreter.Model.Properties.OfType<Property.Reachable>())
        {
            Assert.True(Record.Exception(() => toy.Nodes.ForEach(node => toy.Decides(witness, node))) is null,
                $"proved {where}, where '{witness.Name}' is undefined");
            tally.Note("witnesses");
        }
    }

    // Every combination of the covered sizes, including some beyond those that the family offers.
    private static ImmutableArray<Choices> Instances(GeneratedFamily family, AnySizeProof proof)
    {
        IEnumerable<Choices> all = [Choices.Default];
        foreach (var (proved, size) in proof.Sizes.Zip(family.Sizes))
        {
            var values = proved.IsAny ? Enumerable.Range(proved.From, size.High - proved.From + 1) : [proved.From];
            all = all.SelectMany(choices => values.Select(value => choices.Size(size.Name, value)));
        }

        return [.. all];
    }

    private static IEnumerable<Choices> Chosen(ImmutableArray<Choices> all) =>
        all.Where((_, i) => i == all.Length - 1 || i % Math.Max(1, all.Length / MaxInstances) == 0);

    /// <summary>A claim about a property of a family.</summary>
    internal static Claim ClaimOf(ModelFamily family, string property, string id = "FAMILY") => new()
    {
        Id = id,
        Sentence = "All is good.",
        Family = family,
        Choices = Choices.Default,
        Property = property,
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    /// <summary>The property as its own invariant, or all properties together.</summary>
    internal sealed class Itself(string property, bool isAlone, string id = "FAMILY") : Invariant
    {
        public override ImmutableArray<string> Claims => [id];

        protected override void Describe(InvariantBuilder i)
        {
            foreach (var one in i.Model.Properties.OfType<Property.Always>().Where(one => !isAlone || one.Name == property))
            {
                i.Add(one.Name, one.Holds);
            }
        }
    }
}
