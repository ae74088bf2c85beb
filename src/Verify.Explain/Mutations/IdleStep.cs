using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>A step that is still taken and changes nothing that others can see.</summary>
/// <param name="Step">The step, with the name of its thread.</param>
public sealed record IdleStep(string Step) : IMutation
{
    /// <summary>The steps of a model that change more than one thing, each once.</summary>
    public static IEnumerable<IdleStep> Of(Model model) => model.Rules.Where(rule => rule.Updates.Count(StepNames.IsState) > 1)
        .Select(rule => new IdleStep(StepNames.Of(rule))).Distinct();

    /// <inheritdoc/>
    public string Text => "does nothing";

    /// <inheritdoc/>
    public Model? In(Model model)
    {
        ImmutableArray<Rule> rules = [.. model.Rules.Select(rule => StepNames.Of(rule) == Step
            ? rule with { Updates = rule.Updates.RemoveAll(StepNames.IsState) }
            : rule)];
        return rules.SequenceEqual(model.Rules) ? null : model.With(rules);
    }
}
