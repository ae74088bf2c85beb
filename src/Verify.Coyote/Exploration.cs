using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.SystematicTesting;
using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Harness;
using Verify.Modelling;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>The schedules of one decision.</summary>
internal static class Exploration
{
    // Coyote's own limit is only there to end what ours would not: a step takes a few of its scheduling points.
    private const int PointsPerStep = 8;

    /// <summary>The version of the package.</summary>
    public static string? Version => typeof(TestingEngine).Assembly.GetName().Version?.ToString(3);

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
            strategy, most, ((long)PointsPerStep * controlled.MostSteps) + 1000, run, () => controlled.States,
            () => controlled.SizeBytes);
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

    /// <summary>Draws schedules of code under test until something is met or there are enough.</summary>
    /// <exception cref="ModelException">VRF113, VRF104, VRF120, VRF121: as told by <see cref="IExplorer.Explore"/>.</exception>
    public static Finding Explore(Experiment experiment, Run run, string strategy, long most)
    {
        var mostTurns = run.Budget.Depth ?? Experiment.DefaultTurns;
        var schedules = new Schedules(strategy, most, ((long)PointsPerStep * mostTurns) + 1000, run, () => experiment.States);
        var drawn = new Drawn(experiment, mostTurns);
        try
        {
            var record = schedules.Draw(drawn.Test, drawn.Close);
            if (drawn.Trouble is { } trouble)
            {
                throw trouble;
            }

            if (record is not null && experiment.Met is null)
            {
                throw new UnreachableException($"Coyote failed: {schedules.Trouble}");
            }

            var again = experiment.Anew();
            if (record is not null)
            {
                schedules.Repeat(record, new Drawn(again, mostTurns).Test);
            }

            return experiment.Conclude(
                schedules.Drawn, mostTurns, strategy, schedules.Stopped, record is null || again.MetAsIn(experiment), run);
        }
        finally
        {
            drawn.Close();
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

    /// <summary>Code under test, as a test that fails where it meets something.</summary>
    private sealed class Drawn(Experiment experiment, int mostTurns)
    {
        private volatile bool isClosed;

        public ModelException? Trouble { get; private set; }

        public void Test(ICoyoteRuntime runtime)
        {
            var isMet = false;
            try
            {
                isMet = !isClosed && experiment.Once(new Tasks(runtime), mostTurns);
            }
            catch (ModelException trouble)
            {
                Trouble = trouble;
            }

            runtime.Assert(!isMet && Trouble is null, "the run has met what is looked for, or what is undefined");
        }

        public void Close() => isClosed = true;
    }
}
