using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>The schedules of one decision.</summary>
internal static class Exploration
{
    // Coyote's own limit is only there to end what ours would not: a step takes a few of its scheduling points.
    private const int PointsPerStep = 8;

    /// <summary>Why there is none; null, because here there is.</summary>
    public static string? Missing => null;

    /// <summary>Draws schedules until something is met or there are enough.</summary>
    /// <exception cref="ModelException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a schedule met what is undefined.
    /// </exception>
    public static Verdict Decide(Model model, Property property, Run run, string strategy, long most)
    {
        using var controlled = new ControlledModel(model, property, run);
        if (controlled.IsMetAtStart())
        {
            return controlled.Trouble is { } undefined ? throw undefined : controlled.Conclude(0, strategy, null, controlled.Tell());
        }

        var schedules = new Schedules(
            strategy, most, ((long)PointsPerStep * controlled.MostSteps) + 1000, run, () => controlled.States);
        var processes = new Processes(controlled);
        try
        {
            var record = schedules.Draw(processes.Run, processes.Close);
            if (controlled.Trouble is { } trouble)
            {
                throw trouble;
            }

            if (record is not null && !controlled.IsMet)
            {
                throw new UnreachableException($"Coyote failed: {schedules.Trouble}");
            }

            return controlled.Conclude(schedules.Drawn, strategy, schedules.Stopped,
                record is null ? null : Told(controlled, schedules, run, record));
        }
        finally
        {
            processes.Close();
        }
    }

    // What was met is told by our own interpreter, and met again by Coyote from its own record of it.
    private static Trace Told(ControlledModel model, Schedules schedules, Run run, string record)
    {
        var (trace, taken) = (model.Tell(), model.Taken.ToArray());
        using var again = new ControlledModel(model.Model, model.Property, run);
        var repeated = new Processes(again);
        try
        {
            schedules.Repeat(record, repeated.Run);
            return again.IsMet && again.Taken.SequenceEqual(taken)
                ? trace
                : throw new UnreachableException("Coyote does not come to the same from its own record of a schedule");
        }
        finally
        {
            repeated.Close();
        }
    }
}
