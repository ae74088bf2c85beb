using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.SystematicTesting;
using Verify.Engines;
using Verify.Harness;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>Draws the schedules of one decision.</summary>
internal static class CoyoteDecision
{
    // Coyote's own limit only ends runs that ours does not end; a step takes several of its scheduling points.
    private const int PointsPerStep = 8;

    /// <summary>The version of the Coyote package.</summary>
    public static string? Version => typeof(TestingEngine).Assembly.GetName().Version?.ToString(3);

    /// <summary>Draws schedules until one decides the property or there are enough.</summary>
    /// <exception cref="UserErrorException">VRF203: the options ask for a reduction. VRF104, VRF120, VRF121: a schedule
    /// reached an undefined state.</exception>
    public static Verdict Decide(Model model, Property property, EngineOptions run, string strategy, long most)
    {
        using var controlled = new ControlledModel(model, property, run);
        if (controlled.IsFoundAtStart())
        {
            return controlled.Trouble is { } undefined
                ? throw undefined
                : controlled.Conclude(0, strategy, null, controlled.ShortenedTrace());
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

            if (record is not null && !controlled.IsFound)
            {
                throw new UnreachableException($"Coyote failed: {schedules.Trouble}");
            }

            return controlled.Conclude(schedules.ScheduleCount, strategy, schedules.Stopped,
                record is null ? null : RepeatedTrace(controlled, schedules, run, record));
        }
        finally
        {
            processes.Close();
        }
    }

    /// <summary>Draws schedules of a system under test until one finds an error or there are enough.</summary>
    /// <exception cref="UserErrorException">VRF113, VRF104, VRF120, VRF121: as for
    /// <see cref="IScheduleExplorer.Explore"/>.</exception>
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

            if (record is not null && experiment.Found is null)
            {
                throw new UnreachableException($"Coyote failed: {schedules.Trouble}");
            }

            var again = experiment.Anew();
            if (record is not null)
            {
                schedules.Repeat(record, new CoyoteTest(again, maxTurns).Test);
            }

            return experiment.Conclude(
                schedules.ScheduleCount, maxTurns, strategy, schedules.Stopped, record is null || again.FoundSameAs(experiment), run);
        }
        finally
        {
            drawn.Close();
        }
    }

    // Our own interpreter computes the trace, and Coyote must reproduce the run from its own record.
    private static Trace RepeatedTrace(ControlledModel model, CoyoteRunner schedules, EngineOptions run, string record)
    {
        var (trace, taken) = (model.ShortenedTrace(), model.Steps.ToArray());
        using var again = new ControlledModel(model.Model, model.Property, run);
        var repeated = new ActorTasks(again);
        try
        {
            schedules.Repeat(record, repeated.Run);
            return again.IsFound && again.Steps.SequenceEqual(taken)
                ? trace
                : throw new UnreachableException("Coyote does not reproduce a run from its own record");
        }
        finally
        {
            repeated.Close();
        }
    }

    /// <summary>A conformance test as a Coyote test, which fails where the run finds an error.</summary>
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

            runtime.Assert(!isMet && Trouble is null, "the run has reached a target or an undefined state");
        }

        public void Close() => isClosed = true;
    }
}
