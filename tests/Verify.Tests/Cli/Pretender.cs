using Verify.Engines;
using Verify.Modelling;

namespace Verify.Tests.Cli;

/// <summary>A fake engine that returns a given verdict without a search, with evidence that looks plausible.</summary>
/// <param name="name">Its name.</param>
/// <param name="say">The verdict for a model.</param>
/// <param name="unavailable">The reason why the engine is unavailable; null if it is available.</param>
internal sealed class Pretender(string name, Func<Model, Verdict> say, string? unavailable = null) : IEngine
{
    public string Name => name;

    public string Summary => "returns a given verdict";

    public string? Unavailable => unavailable;

    public string? WhyNot(Model model, Property property) => null;

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        var verdict = say(model);
        return verdict with { Evidence = verdict.Evidence with { Checked = new Checked(model, property) } };
    }

    /// <summary>A fake engine that reports every property as proved.</summary>
    public static Pretender Optimist { get; } = new("optimist", model => new Verdict.Proved(new Evidence
    {
        Kind = EvidenceKind.Exhaustive,
        RuleCounts = [.. model.Rules.Select(_ => 1L)],
        NotLookedFor = [.. model.Properties.OfType<Property.Reachable>().Select(property => property.Name)],
    }));

    /// <summary>A fake search that ended at a number of states.</summary>
    public static Pretender FullAt(long states) => new("search", _ => new Verdict.HoldsUpTo(
        new ExplorationBound("stopped by budget", 3, states), new Evidence { Kind = EvidenceKind.Partial, Depth = 3, States = states }));
}
