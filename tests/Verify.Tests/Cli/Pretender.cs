using Verify.Engines;
using Verify.Modelling;

namespace Verify.Tests.Cli;

/// <summary>An engine that looks at nothing and says what it is told to say, with evidence that passes for some.</summary>
/// <param name="name">Its name.</param>
/// <param name="say">What it says of a model.</param>
/// <param name="unavailable">Why it cannot be used, if it cannot.</param>
internal sealed class Pretender(string name, Func<Model, Verdict> say, string? unavailable = null) : IEngine
{
    public string Name => name;

    public string Summary => "says what it is told to say";

    public string? Unavailable => unavailable;

    public string? WhyNot(Model model, Property property) => null;

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        var verdict = say(model);
        return verdict with { Evidence = verdict.Evidence with { Checked = new Checked(model, property) } };
    }

    /// <summary>Calls everything proved.</summary>
    public static Pretender Optimist { get; } = new("optimist", model => new Verdict.Proved(new Evidence
    {
        Kind = EvidenceKind.Exhaustive,
        RuleCounts = [.. model.Rules.Select(_ => 1L)],
        NotLookedFor = [.. model.Properties.OfType<Property.Reachable>().Select(property => property.Name)],
    }));

    /// <summary>A search that was ended by a number of states.</summary>
    public static Pretender FullAt(long states) => new("search", _ => new Verdict.HoldsUpTo(
        new ExplorationBound("stopped by budget", 3, states), new Evidence { Kind = EvidenceKind.Partial, Depth = 3, States = states }));
}
