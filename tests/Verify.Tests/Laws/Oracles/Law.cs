using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// Something that has to be so of every model. A test tries it on a fixed number of models (<see cref="Holds(Law, int)"/>),
/// a soak on as many as there is time for (<see cref="Soaking.Soak"/>); both by the same body.
/// </summary>
/// <param name="tests">The test class that it belongs to.</param>
/// <param name="test">The test that tries it.</param>
/// <param name="odds">A soak tries it on one in so many models.</param>
/// <param name="body">What is tried on one model; throws if it is not so, and notes what was compared.</param>
internal sealed class Law(Type tests, string test, int odds, Action<Sample, Tally> body)
{
    /// <summary>Models with more states than this are skipped.</summary>
    public const int Cap = 1200;

    /// <summary>The class and the test, which is a sentence, and of which kind it is if there are several.</summary>
    public string Name => Kind is null ? $"{tests.Name}.{test}" : $"{tests.Name}.{test} ({Kind})";

    /// <summary>Which of several laws of one test; null if there is one.</summary>
    public string? Kind { get; init; }

    /// <summary>A soak tries it on one in so many models.</summary>
    public int Odds { get; } = odds;

    /// <summary>What a test of this law tries it on; a soak tries it on models of all sources.</summary>
    public ModelSource Source { get; init; } = ModelSource.Plain;

    /// <summary>The most states of a model that it is tried on.</summary>
    public int MaxStates { get; init; } = Cap;

    /// <summary>Whether it is tried on models in which a step is undefined.</summary>
    public bool IsOfUndefined { get; init; } = true;

    private string Test { get; } = $"{tests.FullName}.{test}";

    /// <summary>Whether one model is asked for by its seed.</summary>
    public static bool IsAlone => Number("LAW_SEED") is not null;

    /// <summary>Whether it can be tried on a model.</summary>
    public bool Suits(Sample sample) =>
        !sample.Toy.IsCut && sample.Toy.Nodes.Count <= MaxStates && (IsOfUndefined || sample.Toy.Errors.Count == 0);

    /// <summary>Tries it on one model, for which it is <see cref="Suits">suited</see>.</summary>
    public void Try(Sample sample, Tally tally) => body(sample, tally);

    /// <summary>Tries a law on so many models; the environment variables LAW_SEED and LAW_COUNT replace them.</summary>
    /// <returns>What was compared.</returns>
    public static Tally Holds(Law law, int models) => Holds(law, models, law.Source);

    /// <summary>Tries a law on so many models of another source than its own.</summary>
    public static Tally Holds(Law law, int models, ModelSource source)
    {
        var tally = new Tally();
        if (Number("LAW_SEED") is { } seed)
        {
            TryOn(law, source, seed, tally);
            return tally;
        }

        var (tried, large) = (0, 0);
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true)
            .WithMaxTest(Number("LAW_COUNT") ?? models)
            .WithReplay(new Replay(new Rnd(2026, 1), null));
        Prop.ForAll(Gen.Choose(0, int.MaxValue / 2).ToArbitrary(), drawn =>
        {
            tried++;
            large += TryOn(law, source, drawn, tally) ? 0 : 1;
        }).Check(config);
        Assert.True(large * 10 <= tried, $"{large} of {tried} models were too large to try");
        return tally;
    }

    /// <summary>Tries what is no law of the book on so many models.</summary>
    public static void Holds(int models, Action<Toy> body, int careless = GeneratedModel.SeldomCareless)
    {
        var test = TestContext.Current.TestMethod;
        var type = typeof(Law).Assembly.GetType(test!.TestClass.TestClassName)!;
        Holds(new Law(type, test.MethodName, 1, (sample, _) => body(sample.Toy))
        {
            Source = careless == GeneratedModel.SeldomCareless ? ModelSource.Plain : ModelSource.Careless,
        }, models);
    }

    // False if the model is too large.
    private static bool TryOn(Law law, ModelSource source, int seed, Tally tally)
    {
        Sample? sample = null;
        try
        {
            sample = source.Sample(seed);
            if (law.Suits(sample))
            {
                law.Try(sample, tally);
            }

            return !sample.Toy.IsCut;
        }
        catch (Exception e) when (!IsSkip(e))
        {
            throw new InvalidOperationException(
                $"""
                The law fails for seed {seed}: {e.Message}
                To repeat it alone:
                LAW_SEED={seed} ./verify test --filter-method {law.Test}
                {(sample is null ? "There is no model." : ModelPrinter.Of(sample.Model))}
                """, e);
        }
    }

    /// <summary>Whether an exception says that a test cannot be made here.</summary>
    public static bool IsSkip(Exception exception) => exception.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal);

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
