using Verify.Modelling;
using Verify.Parametric.Lowering;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Lowering;

/// <summary>First-order logic over finite universes against the interpreter, state by state and step by step.</summary>
public sealed class FirstOrderLaws
{
    internal static readonly Law SameAsInterpreter = new(
        typeof(FirstOrderLaws), nameof(Formulas_say_what_the_interpreter_does), 3, (sample, tally) =>
        {
            if (LogicOf(sample.Model) is not { } logic)
            {
                tally.Note("refused");
                return;
            }

            tally.Note("compared");
            var comparison = new FirstOrderComparison(logic);
            comparison.CompareInitially();
            foreach (var node in sample.Toy.Nodes.Take(25))
            {
                comparison.Compare(node.State);
            }

            tally.Compare(comparison.Steps);
            tally.Note("candidates", comparison.Candidates);
            tally.Note("undefined", comparison.Undefined);
        });

    [Fact]
    public void Formulas_say_what_the_interpreter_does()
    {
        var tally = Law.Holds(SameAsInterpreter, 2000);
        Assert.True(Law.IsAlone || (tally["compared"] > 100 && tally.Compared > 10_000 && tally["undefined"] > 100
            && tally["candidates"] > 500), $"{tally}");
    }

    [Fact]
    public void Formulas_of_every_claim_say_what_the_interpreter_does()
    {
        var models = Product.Claims
            .Select(claim => new Instance(claim.Family, claim.Choices).Model).DistinctBy(model => model.Digest).ToList();
        var told = models.Select(LogicOf).OfType<FirstOrderModel>().ToList();
        Assert.True(told.Count > 30, $"{told.Count} of {models.Count} models can be expressed for every size");
        foreach (var logic in told)
        {
            var model = logic.Model;
            var comparison = new FirstOrderComparison(logic);
            comparison.CompareInitially();
            // Enough states for every thread to move and for every part to hold a value.
            var nodes = new Toy(model, 400).Nodes;
            foreach (var node in nodes.Take(6).Concat(nodes.Skip(Math.Max(0, nodes.Count - 60)).Where((_, i) => i % 6 == 0)))
            {
                comparison.Compare(node.State);
            }
        }
    }

    private static FirstOrderModel? LogicOf(Model model)
    {
        try
        {
            return new FirstOrderModel(model);
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NotGeneric)
        {
            return null;
        }
    }
}
