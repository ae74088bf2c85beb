using System.Collections.Immutable;
using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Formats;
using Verify.Modelling;
using Verify.Proofs;
using Verify.Tests.Laws;

namespace Verify.Tests.Formats;

/// <summary>Other people's checkers find the same states, steps and verdicts in what is exported.</summary>
public sealed class ConformanceTests
{
    private const long MostStates = 50_000;

    [Fact]
    public void Spin_agrees_on_small_models() => WithSpin(SmallModels.All.Select(model => new Conformance(model)));

    [Fact]
    public void Rumur_agrees_on_small_models() => WithRumur(SmallModels.All.Select(model => new Conformance(model)));

    [Fact]
    public void Spin_agrees_on_generated_models() => WithSpin(Generated());

    [Fact]
    public void Rumur_agrees_on_generated_models() => WithRumur(Generated());

    [Fact]
    public void Spin_agrees_on_claims() => WithSpin(Claimed());

    [Fact]
    public void Rumur_agrees_on_claims() => WithRumur(Claimed());

    [Fact]
    public void Spin_decides_progress_under_fairness()
    {
        SkipWithout(ForeignChecker.SpinMissing);
        var model = SmallModels.Fair();
        foreach (var property in model.Properties.OfType<Property.LeadsTo>())
        {
            var text = new Promela().Export(model, property)[0].Text;
            var found = ForeignChecker.Spin(text);
            Assert.True(found.IsViolated == (property.Text == "refuted"), $"{property.Name}:\n{found.Output}\n{text}");
        }
    }

    /// <summary>So many as FORMATS_COUNT says, of those that are defined everywhere.</summary>
    private static IEnumerable<Conformance> Generated()
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("FORMATS_COUNT"), out var count) ? count : 12;
        var found = 0;
        for (var seed = 1; found < wanted; seed++)
        {
            var model = GeneratedModel.From(seed);
            var toy = new Toy(model, Law.Cap);
            if (toy.IsCut || toy.Errors.Count > 0 || model.Properties.Any(p => p is not Property.LeadsTo && Oracle.Of(toy, p).Errors.Count > 0))
            {
                continue;
            }

            found++;
            yield return new Conformance(model, most: 1);
        }
    }

    /// <summary>One claim of each family, the first whose instance is small; all of them if FORMATS_ALL is set.</summary>
    private static IEnumerable<Conformance> Claimed()
    {
        var all = Environment.GetEnvironmentVariable("FORMATS_ALL") is not null;
        var lists = typeof(Shootdown).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(ClaimList)) && !type.IsAbstract)
            .Select(type => (ClaimList)Activator.CreateInstance(type)!);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in lists.SelectMany(list => list.Claims))
        {
            var model = new Instance(claim.Family, claim.Choices).Model;
            if (!seen.Contains(claim.Family.Name) && !seen.Contains(model.Digest) && IsSmall(model))
            {
                seen.Add(all ? model.Digest : claim.Family.Name);
                yield return new Conformance(model, most: all ? int.MaxValue : 1);
            }
        }
    }

    private static bool IsSmall(Model model)
    {
        var anything = new Property.Always("anything", "", model.Properties[0].Where, true);
        var verdict = new ExplicitEngine().Decide(model, anything, new Run(new Budget(States: MostStates)));
        return verdict is Verdict.Proved { Evidence.States: <= MostStates };
    }

    private static void WithSpin(IEnumerable<Conformance> cases)
    {
        SkipWithout(ForeignChecker.SpinMissing);
        TwoAtATime([.. cases], one => one.WithSpin());
    }

    private static void WithRumur(IEnumerable<Conformance> cases)
    {
        SkipWithout(ForeignChecker.RumurMissing);
        TwoAtATime([.. cases], one => one.WithRumur());
    }

    private static void SkipWithout(string? reason) => Assert.SkipWhen(reason is not null, reason ?? "");

    private static void TwoAtATime(ImmutableArray<Conformance> cases, Action<Conformance> compare)
    {
        foreach (var one in cases)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{one.Model.Name}: {one.States} states, {one.Transitions} transitions");
        }

        Assert.NotEmpty(cases);
        Parallel.ForEach(cases, new ParallelOptions { MaxDegreeOfParallelism = 2 }, compare);
    }
}
