using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explain.Assumptions;

/// <summary>The model of an instance for each set of assumptions. A set is a number; its bits are the assumptions.</summary>
/// <param name="family">The family.</param>
/// <param name="choices">The choices; their own assumptions do not matter.</param>
/// <param name="property">The name of the property.</param>
internal sealed class AssumptionSets(ModelFamily family, Choices choices, string property)
{
    private readonly Dictionary<int, Model?> models = [];

    public ImmutableArray<Assumption> All => family.Assumptions;

    /// <summary>True if the property is about each state by itself, so that it holds in a model with fewer runs.</summary>
    public bool IsAboutStates => models.Values.OfType<Model>().First().Property(property) is Property.Always;

    /// <summary>The model of a set; null if the family does not offer it.</summary>
    public Model? ModelOf(int set)
    {
        if (!models.TryGetValue(set, out var model))
        {
            models[set] = model = Build(set);
        }

        return model;
    }

    /// <summary>The property in the model of a set.</summary>
    public Property PropertyOf(int set) => ModelOf(set)!.Property(property);

    /// <summary>
    /// True if it is evident that each run of the model of one set is a run of the model of another: same variables and
    /// property, and each rule is a rule of the other, perhaps with more conditions.
    /// </summary>
    public bool IsRestriction(int set, int of) => Restriction.Is(ModelOf(set)!, ModelOf(of)!)
        && Restriction.Text(PropertyOf(set)) == Restriction.Text(PropertyOf(of));

    /// <summary>The run of a model in the model of a set, if it is one there and decides the property; else null.</summary>
    public CheckedTrace? Replay(CheckedTrace run, int set)
    {
        var (from, to) = (run.Interpreter.Model, ModelOf(set)!);
        if (!Restriction.HasSameVariables(from, to))
        {
            return null;
        }

        var names = to.Rules.Select((rule, i) => (rule, i)).ToDictionary(pair => pair.rule.Name, pair => pair.i);
        var steps = run.Trace.Steps.Select(step => names.TryGetValue(from.Rules[step.Rule].Name, out var rule)
            && to.Rules[rule].Parameters.Select(p => p.Sort).SequenceEqual(from.Rules[step.Rule].Parameters.Select(p => p.Sort))
                ? new Step(rule, step.Arguments) : null).ToList();
        var trace = new Trace(run.Trace.States, [.. steps.OfType<Step>()], run.Trace.LoopStart);
        return steps.Contains(null) ? null
            : CheckedTrace.Check(new Interpreter(to), PropertyOf(set), trace, out _) is { IsDecisive: true } found ? found
            : null;
    }

    /// <summary>The choices with the assumptions of a set.</summary>
    public Choices ChoicesOf(int set) => choices with
    {
        Assumptions = choices.Assumptions.Clear().Union(All.Where((_, i) => (set & (1 << i)) != 0).Select(one => one.Name)),
    };

    private Model? Build(int set)
    {
        try
        {
            return family.Build(ChoicesOf(set));
        }
        catch (UserErrorException e) when (e.Diagnostic.Code.Id[3] == '3')
        {
            return null; // other choices need an assumption, or rule it out
        }
    }
}
