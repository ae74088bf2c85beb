using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.SystematicTesting;
using Verify.Engines;
using Verify.Harness;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>The schedules of one decision.</summary>
internal static class CoyoteDecision
{
    // Coyote's own limit is only there to end what ours would not: a step takes a few of its scheduling points.
    private const int PointsPerStep = 8;

    /// <summary>The version of the package.</summary>
    public static string? Version => typeof(TestingEngine).Assembly.GetName().Version?.ToString(3);

    /// <summary>Draws schedules until something is met or there are enough.</summary>
    /// <exception cref="UserErrorException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a schedule met what is undefined.
    /// </exception>
    public static Verdict Decide(Model model, Property property, EngineOptions run, string strategy, long most)
    {
        using var controlled = new ControlledModel(model, property, run);
        if (controlled.IsMetAtStart())
        {
            return controlled.Trouble is { } undefined ? throw undefined : controlled.Conclude(0, strategy, null, controlled.Tell());
        }

        var schedules = new CoyoteRunner(
            strategy, most, ((long)PointsPerStep * controlled.MaxSteps) + 1000, run, () => controlled.States,
            () => controlled.SizeBytes);
        var processes = new ActorTasks(controlled);
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
    /// <exception cref="UserErrorException">VRF113, VRF104, VRF120, VRF121: as told by <see cref="IScheduleExplorer.Explore"/>.</exception>
    public static ConformanceResult Explore(ConformanceTest experiment, EngineOptions run, string strategy, long most)
    {
        var maxTurns = run.Budget.Depth ?? ConformanceTest.DefaultTurns;
        var schedules = new CoyoteRunner(strategy, most, ((long)PointsPerStep * maxTurns) + 1000, run, () => experiment.States);
        var drawn = new CoyoteTest(experiment, maxTurns);
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
                schedules.Repeat(record, new CoyoteTest(again, maxTurns).Test);
            }

            return experiment.Conclude(
                schedules.Drawn, maxTurns, strategy, schedules.Stopped, record is null || again.MetAsIn(experiment), run);
        }
        finally
        {
            drawn.Close();
        }
    }

    // What was met is told by our own interpreter, and met again by Coyote from its own record of it.
    private static Trace Told(ControlledModel model, CoyoteRunner schedules, EngineOptions run, string record)
    {
        var (trace, taken) = (model.Tell(), model.Taken.ToArray());
        using var again = new ControlledModel(model.Model, model.Property, run);
        var repeated = new ActorTasks(again);
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
    private sealed class CoyoteTest(ConformanceTest experiment, int maxTurns)
    {
        private volatile bool isClosed;

        public UserErrorException? Trouble { get; private set; }

        public void Test(ICoyoteRuntime runtime)
        {
            var isMet = false;
            try
            {
                isMet = !isClosed && experiment.Once(new CoyoteRuntime(runtime), maxTurns);
            }
            catch (UserErrorException trouble)
            {
                Trouble = trouble;
            }

            runtime.Assert(!isMet && Trouble is null, "the run has met what is looked for, or what is undefined");
        }

        public void Close() => isClosed = true;
    }
}
