using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>Two steps of a thread that follow one another, in the other order.</summary>
/// <remarks>
/// Only steps that do not depend on each other by what they read and write: the thread itself comes to the same in both
/// orders, and only the others can tell.
/// </remarks>
/// <param name="First">The step that comes first in the model, with the name of its thread.</param>
/// <param name="Second">The step that follows.</param>
/// <param name="Point">The point between them.</param>
public sealed record SwappedSteps(string First, string Second, string Point) : IMutation
{
    /// <summary>The pairs of a model.</summary>
    public static IEnumerable<SwappedSteps> Of(Model model) => Pairs(model).Select(Named);

    /// <inheritdoc/>
    public string Step => First;

    /// <inheritdoc/>
    public string Text => $"after {Second[(Second.IndexOf('.', StringComparison.Ordinal) + 1)..]}";

    /// <inheritdoc/>
    public Model? In(Model model)
    {
        foreach (var (first, second) in Pairs(model).Where(pair => Named(pair) == this))
        {
            return model.With([.. model.Rules.Select(rule => ReferenceEquals(rule, first.Rule) ? first.Between(second.From, second.To)
                : ReferenceEquals(rule, second.Rule) ? second.Between(first.From, first.To)
                : rule)]);
        }

        return null;
    }

    private static SwappedSteps Named((StraightStep First, StraightStep Second) pair) =>
        new(StepNames.Of(pair.First.Rule), StepNames.Of(pair.Second.Rule), ModelPrinter.Of(pair.Second.From));

    // Nothing else leads to or from the point between, and nothing else starts where the first one does.
    private static IEnumerable<(StraightStep First, StraightStep Second)> Pairs(Model model)
    {
        foreach (var thread in model.Threads)
        {
            var rules = model.Rules.Where(rule => rule.Thread == thread.Name).ToList();
            var moves = rules.SelectMany(ProgramMove.Of).ToList();
            var straight = rules.Select(StraightStep.Of).OfType<StraightStep>().ToList();
            foreach (var first in straight)
            {
                var middle = first.To.Number;
                if (straight.Find(step => step.From.Number == middle) is { } second
                    && second != first && !first.StartsAt(middle)
                    && moves.Count(move => move.To == middle) == 1 && moves.Count(move => move.From == middle) == 1
                    && moves.Count(move => move.From == first.From.Number) == 1
                    && first.IsIndependentOf(second) && !IsAskedFor(model, first.Counter))
                {
                    yield return (first, second);
                }
            }
        }
    }

    // The point between means something else when the steps are swapped.
    private static bool IsAskedFor(Model model, Variable counter) =>
        model.Properties.Any(property => property.Predicates.Any(one => Footprint.Of(one).Reads.Contains(counter)));
}
