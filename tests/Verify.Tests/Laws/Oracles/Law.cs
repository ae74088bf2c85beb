using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// A statement that must hold for every model. A test tries it on a fixed number of models
/// (<see cref="Holds(Law, int)"/>), a soak on as many as time allows (<see cref="Soaking.Soak"/>), both with the same
/// body.
/// </summary>
/// <param name="tests">The test class of the law.</param>
/// <param name="test">The test that tries the law.</param>
/// <param name="odds">A soak tries the law on one in this many models.</param>
/// <param name="body">Tries the law on one model; throws if it does not hold, and records the comparisons.</param>
internal sealed class Law(Type tests, string test, int odds, Action<Sample, Tally> body)
{
    /// <summary>Models with more states than this are skipped.</summary>
    public const int Cap = 1200;

    /// <summary>The class and the test, whose name is a sentence, and the kind if the test has several laws.</summary>
    public string Name => Kind is null ? $"{tests.Name}.{test}" : $"{tests.Name}.{test} ({Kind})";

    /// <summary>The kind, if a test has several laws; else null.</summary>
    public string? Kind { get; init; }

    /// <summary>A soak tries the law on one in this many models.</summary>
    public int Odds { get; } = odds;

    /// <summary>The source of models for the test; a soak uses all sources.</summary>
    public ModelSource Source { get; init; } = ModelSource.Plain;

    /// <summary>The maximum number of states of a model.</summary>
    public int MaxStates { get; init; } = Cap;

    /// <summary>True if the law applies to models with an undefined step.</summary>
    public bool IsOfUndefined { get; init; } = true;

    private string Test { get; } = $"{tests.FullName}.{test}";

    /// <summary>True if a single model is selected by its seed.</summary>
    public static bool IsAlone => Number("LAW_SEED") is not null;

    /// <summary>True if the law applies to a model.</summary>
    public bool Suits(Sample sample) =>
        !sample.Toy.IsCut && sample.Toy.Nodes.Count <= MaxStates && (IsOfUndefined || sample.Toy.Errors.Count == 0);

    /// <summary>Tries the law on one model that it <see cref="Suits">applies to</see>.</summary>
    public void Try(Sample sample, Tally tally) => body(sample, tally);

    /// <summary>
    /// Tries a law on a number of models; the environment variables LAW_SEED and LAW_COUNT override it.
    /// </summary>
    /// <returns>The comparisons.</returns>
    public static Tally Holds(Law law, int models) => Holds(law, models, law.Source);

    /// <summary>Tries a law on a number of models of another source.</summary>
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

    /// <summary>Tries a body that is not in the book of laws on a number of models.</summary>
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
                {(sample is null ? "The model could not be drawn." : ModelPrinter.Of(sample.Model))}
                """, e);
        }
    }

    /// <summary>True for the exception that skips a test.</summary>
    public static bool IsSkip(Exception exception) => exception.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal);

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
