using System.Collections.Immutable;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explain.Blame;

/// <summary>Which steps of a violation matter, and what would have prevented it.</summary>
/// <param name="Steps">The steps of the run, in order.</param>
/// <param name="Rescues">
/// Single steps that would have prevented the violation, the latest first: those that leave the rest of the run possible, then
/// those after which its last step is not.
/// </param>
/// <param name="Safe">The run with the latest such step, if all its other steps are possible; null if there is none.</param>
public sealed record TraceBlame(ImmutableArray<BlamedStep> Steps, ImmutableArray<Rescue> Rescues, CheckedTrace? Safe)
{
    /// <summary>Looks at a run that violates an <c>Always</c> in its last state.</summary>
    public static TraceBlame Of(CheckedTrace run)
    {
        var variants = new RunVariants(run);
        var rescues = new Dictionary<Step, Rescue>();
        CheckedTrace? safe = null;
        for (var i = run.Trace.Length; i-- > 0;)
        {
            foreach (var step in variants.Insertable(i).Where(step => !rescues.ContainsKey(step)))
            {
                var other = variants.With(step, i);
                if (other.Kind == VariantKind.Safe || (other.Kind == VariantKind.Blocked && other.At == other.Steps.Length - 1))
                {
                    rescues[step] = new Rescue(Name(run, i, step), i + 1, other.Kind == VariantKind.Safe, variants.IsTaken(step, i));
                    safe ??= other.Kind == VariantKind.Safe ? variants.RunOf(other) : null;
                }
            }
        }

        return new(
            [.. Enumerable.Range(0, run.Trace.Length).Select(i => Blamed(run, variants, i))],
            [.. rescues.Values.OrderBy(one => one.IsRestPossible ? 0 : 1).ThenByDescending(one => one.Before)],
            safe);
    }

    private static BlamedStep Blamed(CheckedTrace run, RunVariants variants, int i)
    {
        int Farthest(int by)
        {
            var at = i;
            while (at + by >= 0 && at + by < run.Trace.Length && variants.Moved(i, at + by).Kind == VariantKind.Violates)
            {
                at += by;
            }

            return at + 1;
        }

        var (earliest, latest) = (Farthest(-1), Farthest(1));
        return new(Name(run, i, run.Trace.Steps[i]), variants.Without(i).Kind == VariantKind.Violates, earliest, latest,
            OfOther(earliest - 1), OfOther(latest + 1));

        int? OfOther(int number) => number > 0 && number <= run.Trace.Length
            && Name(run, number - 1, run.Trace.Steps[number - 1]).Actor != Name(run, i, run.Trace.Steps[i]).Actor ? number : null;
    }

    private static StepName Name(CheckedTrace run, int at, Step step) => StepName.Of(run.Interpreter, run.Trace.States[at], step);
}

/// <summary>A step of a violation.</summary>
/// <param name="Name">The step.</param>
/// <param name="IsIdle">True if the run violates the property without it too.</param>
/// <param name="Earliest">The first position, from 1, at which the step leads to the same violation; the others keep their order.</param>
/// <param name="Latest">The last such position.</param>
/// <param name="After">The step of another actor that has to come before; null if there is none.</param>
/// <param name="Before">The step of another actor that has to come after; null if there is none.</param>
public sealed record BlamedStep(StepName Name, bool IsIdle, int Earliest, int Latest, int? After, int? Before);

/// <summary>A step that would have prevented a violation.</summary>
/// <param name="Name">The step.</param>
/// <param name="Before">The step of the run, from 1, before which it would have had to come at the latest.</param>
/// <param name="IsRestPossible">
/// True if the rest of the run is possible and violates nothing; false if its last step is not possible.
/// </param>
/// <param name="IsLate">True if the run takes it, but later.</param>
public sealed record Rescue(StepName Name, int Before, bool IsRestPossible, bool IsLate);
