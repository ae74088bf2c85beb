using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Laws.Corners;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Formats;

/// <summary>Other checkers find the same states, steps and verdicts in exported models.</summary>
public sealed class ConformanceTests
{
    private const long MaxStates = 50_000;
    private const double MaxBits = 9;

    // Decided once, then compared with each of the others.
    private static readonly Lazy<ImmutableArray<Conformance>> Small =
        new(() => [.. SmallModels.All.Select(model => new Conformance(model))]);
    private static readonly Lazy<ImmutableArray<Conformance>> Drawn = new(() => [.. Generated()]);
    private static readonly Lazy<ImmutableArray<Conformance>> Claims = new(() => [.. Claimed()]);

    [Fact]
    public void Spin_agrees_on_small_models() => WithSpin(Small);

    [Fact]
    public void Rumur_agrees_on_small_models() => WithRumur(Small);

    [Fact]
    public void Spin_agrees_on_generated_models() => WithSpin(Drawn);

    [Fact]
    public void Rumur_agrees_on_generated_models() => WithRumur(Drawn);

    [Fact]
    public void Spin_agrees_on_claims() => WithSpin(Claims);

    [Fact]
    public void Rumur_agrees_on_claims() => WithRumur(Claims);

    [Fact]
    public void A_module_means_the_same_when_it_is_read_back() =>
        TwoAtATime([.. Small.Value, .. Drawn.Value], one => one.WithTla());

    internal static readonly Law ReadBack = new(
        typeof(ConformanceTests), nameof(A_generated_module_means_the_same_when_it_is_read_back), 40, (sample, tally) =>
    {
        // The type invariant needs the set of all values, which TLC enumerates.
        if (sample.Model.Variables.All(variable => CornerModel.BitsOf(variable.Sort) <= MaxBits)
            && sample.Model.Properties.All(property => IsDefined(sample.Toy, property)))
        {
            new Conformance(sample.Model).WithTla();
            tally.Compare();
        }
    })
    { IsOfUndefined = false, MaxStates = 100 };

    // A foreign checker generates and compiles a program for each model.
    internal static readonly Law InSpin = Foreign(nameof(Spin_agrees_on_any_model), () => ForeignChecker.SpinMissing, one => one.WithSpin());

    internal static readonly Law InRumur = Foreign(nameof(Rumur_agrees_on_any_model), () => ForeignChecker.RumurMissing, one => one.WithRumur());

    internal static readonly Law InSpinUnderFairness = new(
        typeof(ConformanceTests), nameof(Spin_agrees_on_what_comes_in_any_model), 2000, (sample, tally) =>
        {
            SkipWithout(ForeignChecker.SpinMissing);
            if (sample.Model.Properties.OfType<Property.LeadsTo>().Any() && sample.Model.Properties.All(property => IsDefined(sample.Toy, property)))
            {
                tally.Compare(new Conformance(sample.Model, most: 1).WithSpinUnderFairness(most: 1));
            }
        })
    { IsOfUndefined = false, MaxStates = 200, Source = ModelSource.Turns };

    private static Law Foreign(string test, Func<string?> missing, Action<Conformance> compare) =>
        new(typeof(ConformanceTests), test, 2000, (sample, tally) =>
        {
            SkipWithout(missing());
            if (sample.Model.Properties.All(property => IsDefined(sample.Toy, property)))
            {
                compare(new Conformance(sample.Model, most: 1));
                tally.Compare();
            }
        })
        { IsOfUndefined = false, MaxStates = 300 };

    [Fact]
    public void Spin_agrees_on_any_model()
    {
        SkipWithout(ForeignChecker.SpinMissing);
        var tally = Law.Holds(InSpin, 4, ModelSource.Corners);
        Assert.True(Law.IsAlone || tally.Compared > 0);
    }

    [Fact]
    public void Spin_agrees_on_what_comes_in_any_model()
    {
        SkipWithout(ForeignChecker.SpinMissing);
        var tally = Law.Holds(InSpinUnderFairness, 6);
        Assert.True(Law.IsAlone || tally.Compared > 3, $"{tally.Compared} were compared");
    }

    [Fact]
    public void Rumur_agrees_on_any_model()
    {
        SkipWithout(ForeignChecker.RumurMissing);
        var tally = Law.Holds(InRumur, 4, ModelSource.Corners);
        Assert.True(Law.IsAlone || tally.Compared > 0);
    }

    [Fact]
    public void A_generated_module_means_the_same_when_it_is_read_back()
    {
        var tally = Law.Holds(ReadBack, 120);
        Assert.True(Law.IsAlone || tally.Compared > 20, $"{tally.Compared} were compared");
    }

    [Fact]
    public void Tlc_agrees_on_small_models()
    {
        SkipWithout(ForeignChecker.TlcMissing);
        TwoAtATime(Small.Value, one => one.WithTlc(ForeignChecker.Jar!));
    }

    [Fact]
    public void Spin_agrees_on_progress_under_fairness()
    {
        SkipWithout(ForeignChecker.SpinMissing);
        var compared = 0;
        TwoAtATime([.. Small.Value, .. Drawn.Value], one => Interlocked.Add(ref compared, one.WithSpinUnderFairness()));
        Assert.True(compared >= 8, $"only {compared} were compared");
    }

    /// <summary>As many models as FORMATS_COUNT says, of those that are defined everywhere.</summary>
    private static IEnumerable<Conformance> Generated()
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("FORMATS_COUNT"), out var count) ? count : 12;
        var found = 0;
        for (var seed = 1; found < wanted; seed++)
        {
            var model = GeneratedModel.From(seed);
            var toy = new Toy(model, Law.Cap);
            if (toy.IsCut || toy.Errors.Count > 0 || !model.Properties.All(property => IsDefined(toy, property)))
            {
                continue;
            }

            found++;
            yield return new Conformance(model, most: 1);
        }
    }

    // The text is evaluated in every state, so also in those that a search does not reach after a violation.
    private static bool IsDefined(Toy toy, Property property) => property switch
    {
        Property.LeadsTo leads => IsDefined(toy, leads.From, leads.Where) && IsDefined(toy, leads.To, leads.Where),
        Property.Always always => IsDefined(toy, always.Holds, always.Where),
        Property.Reachable reachable => IsDefined(toy, reachable.Holds, reachable.Where),
        _ => Oracle.Of(toy, property).Errors.Count == 0,
    };

    private static bool IsDefined(Toy toy, Expr predicate, SourceLocation where) =>
        toy.Nodes.TrueForAll(node => Record.Exception(() => toy.Interpreter.Holds(node.State, predicate, where)) is null);

    /// <summary>
    /// One claim of each family, the first one with a small instance; all of them if FORMATS_ALL is set.
    /// </summary>
    private static IEnumerable<Conformance> Claimed()
    {
        var all = Environment.GetEnvironmentVariable("FORMATS_ALL") is not null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var claim in Product.Claims)
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
        var verdict = new ExplicitEngine().Decide(model, anything, new EngineOptions(new Budget(States: MaxStates)));
        return verdict is Verdict.Proved { Evidence.States: <= MaxStates };
    }

    private static void WithSpin(Lazy<ImmutableArray<Conformance>> cases)
    {
        SkipWithout(ForeignChecker.SpinMissing);
        TwoAtATime(cases.Value, one => one.WithSpin());
    }

    private static void WithRumur(Lazy<ImmutableArray<Conformance>> cases)
    {
        SkipWithout(ForeignChecker.RumurMissing);
        TwoAtATime(cases.Value, one => one.WithRumur());
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
