using Verify.Modelling;
using Verify.Tests.Laws.Corners;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Generators;

/// <summary>A source of models, one per seed.</summary>
/// <param name="Name">The name of the source.</param>
/// <param name="Odds">A soak draws one in this many of its models from the source; the first source that is drawn gives
/// the model.</param>
/// <param name="From">The model of a seed.</param>
internal sealed record ModelSource(string Name, int Odds, Func<int, Model> From)
{
    /// <summary>Mostly well-defined models.</summary>
    public static ModelSource Plain { get; } = new("plain", 5, seed => GeneratedModel.From(seed));

    /// <summary>Models where one in four places of expressions may be undefined.</summary>
    public static ModelSource Careless { get; } = new("careless", 20, seed => GeneratedModel.From(seed, 4));

    /// <summary>Threads with few interactions.</summary>
    public static ModelSource Crew { get; } = new("crew", 25, GeneratedCrew.From);

    /// <summary>Models with the whole language and its unusual cases, in few states.</summary>
    public static ModelSource Corners { get; } = new("corners", 1, CornerModel.From);

    /// <summary>Families, each at its default sizes.</summary>
    public static ModelSource Family { get; } = new("family", 60, GeneratedFamily.From);

    /// <summary>Threads and rules of which fairness decides what comes.</summary>
    public static ModelSource Turns { get; } = new("turns", 25, GeneratedTurns.From);

    /// <summary>All sources, the rare ones first.</summary>
    public static IReadOnlyList<ModelSource> All { get; } = [Family, Turns, Crew, Careless, Plain, Corners];

    /// <summary>The model of a seed as a sample for laws.</summary>
    public Sample Sample(int seed) => new(() => From(seed));
}
