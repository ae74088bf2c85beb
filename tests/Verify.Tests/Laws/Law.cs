using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Verify.Modelling;

namespace Verify.Tests.Laws;

/// <summary>A law over generated models. A failure shows the seed, the model and how to repeat it.</summary>
internal static class Law
{
    /// <summary>Models with more states than this are skipped.</summary>
    public const int Cap = 1200;

    /// <summary>Tries a law on so many models; the environment variables LAW_SEED and LAW_COUNT replace them.</summary>
    /// <param name="models">How many.</param>
    /// <param name="law">The law.</param>
    /// <param name="careless">One place of their expressions in so many may be undefined.</param>
    /// <returns>How many models were too large to try.</returns>
    public static int Holds(int models, Action<Toy> law, int careless = GeneratedModel.SeldomCareless)
    {
        if (Number("LAW_SEED") is { } seed)
        {
            Try(seed, law, careless);
            return 0;
        }

        var (tried, skipped) = (0, 0);
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true)
            .WithMaxTest(Number("LAW_COUNT") ?? models)
            .WithReplay(new Replay(new Rnd(2026, 1), null));
        Prop.ForAll(Gen.Choose(0, int.MaxValue / 2).ToArbitrary(), drawn =>
        {
            tried++;
            skipped += Try(drawn, law, careless) ? 0 : 1;
        }).Check(config);
        Assert.True(skipped * 10 <= tried, $"{skipped} of {tried} models were too large to try");
        return skipped;
    }

    private static bool Try(int seed, Action<Toy> law, int careless)
    {
        Model? model = null;
        try
        {
            model = GeneratedModel.From(seed, careless);
            var toy = new Toy(model, Cap);
            if (!toy.IsCut)
            {
                law(toy);
            }

            return !toy.IsCut;
        }
        catch (Exception e)
        {
            var test = TestContext.Current.TestMethod;
            throw new InvalidOperationException(
                $"""
                The law fails for seed {seed}: {e.Message}
                To repeat it alone:
                LAW_SEED={seed} ./verify test --filter-method {test?.TestClass.TestClassName}.{test?.MethodName}
                {(model is null ? "There is no model." : ModelText.Of(model))}
                """, e);
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
