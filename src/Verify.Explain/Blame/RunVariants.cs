using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explain.Blame;

/// <summary>Runs that differ from a violation by one step.</summary>
/// <param name="run">The violation of an <c>Always</c>.</param>
internal sealed class RunVariants(CheckedTrace run)
{
    private readonly Interpreter interpreter = run.Interpreter;
    private readonly Property.Always property = (Property.Always)run.Property;
    private readonly ImmutableArray<Step> steps = run.Trace.Steps;

    /// <summary>
    /// The steps that are possible before a step of the run and that leave the program order of its threads as it is: steps of
    /// threads that do nothing later, next steps of threads that do, and steps of no thread.
    /// </summary>
    public IEnumerable<Step> Insertable(int at) => interpreter.Enabled(run.Trace.States[at])
        .Where(step => !step.Equals(steps[at]) && (Next(step, at) is not { } next || step.Equals(next)));

    /// <summary>True if the run takes a step later on.</summary>
    public bool IsTaken(Step step, int from) => steps.Skip(from).Contains(step);

    /// <summary>The run with a step before another one; not a second time if the run takes it later.</summary>
    public Variant With(Step step, int at)
    {
        var later = steps.IndexOf(step, at);
        return Of((later >= 0 ? steps.RemoveAt(later) : steps).Insert(at, step));
    }

    /// <summary>The run without a step.</summary>
    public Variant Without(int i) => Of(steps.RemoveAt(i));

    /// <summary>The run with a step at another position.</summary>
    public Variant Moved(int i, int to) => Of(steps.RemoveAt(i).Insert(to, steps[i]));

    /// <summary>The replayed run of a variant that is one.</summary>
    public CheckedTrace? RunOf(Variant variant) =>
        CheckedTrace.Check(interpreter, property, Trace.Along(interpreter, run.Trace.States[0], variant.Steps), out _);

    private Variant Of(ImmutableArray<Step> taken)
    {
        var state = run.Trace.States[0];
        for (var i = 0; i < taken.Length; i++)
        {
            if (!interpreter.IsEnabled(state, taken[i]))
            {
                return new Variant(VariantKind.Blocked, i, taken);
            }

            state = interpreter.Successor(state, taken[i]);
            if (!interpreter.Holds(state, property.Holds, property.Where))
            {
                return new Variant(VariantKind.Violates, i, taken);
            }
        }

        return new Variant(VariantKind.Safe, taken.Length, taken);
    }

    // The next step of a step's thread in the rest of the run; null if there is none, or if no thread takes the step.
    private Step? Next(Step step, int from) => ThreadOf(step) is { } thread
        ? steps.Skip(from).FirstOrDefault(other => thread.Equals(ThreadOf(other)))
        : null;

    private FairSteps? ThreadOf(Step step) =>
        interpreter.Model.Rules[step.Rule].Thread is null ? null : FairSteps.OfStep(interpreter.Model, step);
}

/// <summary>A sequence of steps, and how far it is a run.</summary>
/// <param name="Kind">How it ends.</param>
/// <param name="At">The position of the step that violates the property or is not possible.</param>
/// <param name="Steps">The steps.</param>
internal sealed record Variant(VariantKind Kind, int At, ImmutableArray<Step> Steps);

/// <summary>The end of a sequence of steps.</summary>
internal enum VariantKind
{
    /// <summary>A step violates the property.</summary>
    Violates,

    /// <summary>A step is not possible.</summary>
    Blocked,

    /// <summary>All steps are taken and nothing is violated.</summary>
    Safe,
}
