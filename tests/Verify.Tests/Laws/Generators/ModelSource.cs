using Verify.Modelling;
using Verify.Tests.Laws.Corners;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Generators;

/// <summary>Where models come from: one for each seed.</summary>
/// <param name="Name">A word for it.</param>
/// <param name="Odds">A soak draws one in so many of its models from it; the first source that is drawn gives the model.</param>
/// <param name="From">The model of a seed.</param>
internal sealed record ModelSource(string Name, int Odds, Func<int, Model> From)
{
    /// <summary>Mostly well defined.</summary>
    public static ModelSource Plain { get; } = new("plain", 5, seed => GeneratedModel.From(seed));

    /// <summary>One place of its expressions in four may be undefined.</summary>
    public static ModelSource Careless { get; } = new("careless", 20, seed => GeneratedModel.From(seed, 4));

    /// <summary>Threads that mostly mind their own business.</summary>
    public static ModelSource Crew { get; } = new("crew", 25, GeneratedCrew.From);

    /// <summary>The whole language and its odd corners, in few states.</summary>
    public static ModelSource Corners { get; } = new("corners", 1, CornerModel.From);

    /// <summary>Families, each at the sizes that it has by itself.</summary>
    public static ModelSource Family { get; } = new("family", 60, GeneratedFamily.From);

    /// <summary>Threads and rules of which fairness decides what comes.</summary>
    public static ModelSource Turns { get; } = new("turns", 25, GeneratedTurns.From);

    /// <summary>All of them, the seldom ones first.</summary>
    public static IReadOnlyList<ModelSource> All { get; } = [Family, Turns, Crew, Careless, Plain, Corners];

    /// <summary>The model of a seed, for laws.</summary>
    public Sample Sample(int seed) => new(() => From(seed));
}
