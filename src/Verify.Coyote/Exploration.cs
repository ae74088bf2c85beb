using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.SystematicTesting;
using Verify.Claims;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>The schedules of one decision.</summary>
internal sealed class Exploration
{
    // Coyote's own limit is only there to end what ours would not: a step takes a few of its scheduling points.
    private const int PointsPerStep = 8;

    private readonly ControlledModel model;
    private readonly Processes processes;
    private readonly Run run;
    private readonly string strategy;
    private readonly long schedules;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long begun;
    private string? stopped;

    private Exploration(ControlledModel model, Run run, string strategy, long schedules)
    {
        (this.model, this.run, this.strategy, this.schedules) = (model, run, strategy, schedules);
        processes = new Processes(model);
    }

    /// <summary>Why there is none; null, because here there is.</summary>
    public static string? Missing => null;

    /// <summary>Draws schedules until something is met or there are enough.</summary>
    /// <exception cref="ModelException">
    /// VRF203: a reduction is asked for. VRF104, VRF120, VRF121: a schedule met what is undefined.
    /// </exception>
    public static Verdict Decide(Model model, Property property, Run run, string strategy, long schedules)
    {
        using var controlled = new ControlledModel(model, property, run);
        var exploration = new Exploration(controlled, run, strategy, schedules);
        try
        {
            return exploration.Decide();
        }
        finally
        {
            exploration.processes.Close();
        }
    }

    private Verdict Decide()
    {
        using var engine = Silent(Configure(), processes);
        engine.RegisterStartIterationCallBack(_ => Begin(engine));
        engine.Run();
        if (model.Trouble is { } trouble)
        {
            throw trouble;
        }

        if (engine.TestReport.InternalErrors.Count > 0 || (engine.TestReport.NumOfFoundBugs > 0 && !model.IsMet))
        {
            throw new UnreachableException($"Coyote failed: {engine.TestReport.GetText(Configuration.Create(), "")}");
        }

        // The run that was told to stop is not made to its end, and not counted.
        var drawn = stopped is null ? begun : begun - 1;
        return model.Conclude(drawn, strategy, stopped, model.IsMet ? Told(engine) : null);
    }

    // What was met is told by our own interpreter, and met again by Coyote from its own record of it.
    private Trace Told(TestingEngine engine)
    {
        var (trace, taken) = (model.Tell(), model.Taken.ToArray());
        using var again = new ControlledModel(model.Model, model.Property, run);
        var repeated = new Processes(again);
        using var replay = Silent(Configure().WithReproducibleTrace(engine.ReproducibleTrace), repeated);
        replay.Run();
        repeated.Close();
        return again.IsMet && again.Taken.SequenceEqual(taken)
            ? trace
            : throw new UnreachableException("Coyote does not come to the same from its own record of a schedule");
    }

    private void Begin(TestingEngine engine)
    {
        stopped = run.Cancellation.IsCancellationRequested ? "interrupted"
            : run.Budget.Seconds <= clock.Elapsed.TotalSeconds
                ? string.Create(CultureInfo.InvariantCulture, $"time budget of {run.Budget.Seconds} s")
            : run.Budget.States <= model.States
                ? string.Create(CultureInfo.InvariantCulture, $"budget of {run.Budget.States} states")
            : null;
        begun++;
        if (stopped is not null)
        {
            processes.Close();
            engine.Stop();
        }
        else if (begun % 64 == 0)
        {
            run.Progress?.Report(new Progress(model.States, 0, model.MostSteps, schedules - begun));
        }
    }

    // Coyote would tell its story on the console, which belongs to results.
    private static TestingEngine Silent(Configuration configuration, Processes processes)
    {
        var engine = TestingEngine.Create(configuration, processes.Run);
        engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.Error));
        return engine;
    }

    private Configuration Configure()
    {
        var seed = Fingerprint.Mix(run.Seed);
        var configuration = Configuration.Create()
            .WithTelemetryEnabled(false)
            .WithTestingIterations((uint)schedules)
            .WithMaxSchedulingSteps((uint)Math.Min(int.MaxValue, (PointsPerStep * (long)model.MostSteps) + 1000))
            .WithRandomGeneratorSeed(unchecked((uint)(seed ^ (seed >> 32))));
        return strategy switch
        {
            CoyoteEngine.Portfolio => configuration,
            CoyoteEngine.AnyActor => configuration.WithRandomStrategy(),
            CoyoteEngine.Probabilistic => configuration.WithProbabilisticStrategy(),
            CoyoteEngine.PriorityChanges => configuration.WithPrioritizationStrategy(),
            CoyoteEngine.DelayBounding => configuration.WithDelayBoundingStrategy(),
            CoyoteEngine.Learning => configuration.WithQLearningStrategy(),
            _ => throw new UnreachableException($"there is no strategy '{strategy}'"),
        };
    }
}
