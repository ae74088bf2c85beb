using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.SystematicTesting;
using Verify.Engines;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>Schedules that Coyote's test engine draws, one after the other; and one of them again, from its record.</summary>
/// <param name="strategy">The strategy, one of <see cref="CoyoteEngine"/>.</param>
/// <param name="most">How many.</param>
/// <param name="maxPoints">The most scheduling points of one, so that Coyote ends what should have ended by itself.</param>
/// <param name="run">Seed, budget of time, states and bytes, cancellation.</param>
/// <param name="states">The states met so far.</param>
/// <param name="sizeBytes">The memory they take; null where that is not known.</param>
internal sealed class CoyoteRunner(
    string strategy, long most, long maxPoints, EngineOptions run, Func<long> states, Func<long>? sizeBytes = null)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long begun;

    /// <summary>How many were drawn to their end.</summary>
    /// <remarks>The one that was told to stop is not made to its end, and not counted.</remarks>
    public long Drawn => Stopped is null ? begun : begun - 1;

    /// <summary>What ended it before there were enough; null if nothing did.</summary>
    public string? Stopped { get; private set; }

    /// <summary>What Coyote has to say of a test that failed, or could not be run.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Draws schedules until a test fails or there are enough.</summary>
    /// <param name="test">Makes one run under control, and asserts what it should.</param>
    /// <param name="close">Called before Coyote lets go of a run: from then on nothing may happen.</param>
    /// <returns>Coyote's record of the schedule that failed; null if none did.</returns>
    /// <exception cref="UnreachableException">Coyote itself failed.</exception>
    public string? Draw(Action<ICoyoteRuntime> test, Action close)
    {
        using var engine = Silent(Configure(), test);
        engine.RegisterStartIterationCallBack(_ => Begin(engine, close));
        engine.Run();
        Trouble = engine.TestReport.GetText(Configuration.Create(), "");
        return engine.TestReport.InternalErrors.Count > 0 ? throw new UnreachableException($"Coyote failed: {Trouble}")
            : engine.TestReport.NumOfFoundBugs > 0 ? engine.ReproducibleTrace
            : null;
    }

    /// <summary>Makes a schedule again.</summary>
    public void Repeat(string record, Action<ICoyoteRuntime> test)
    {
        using var engine = Silent(Configure().WithReproducibleTrace(record), test);
        engine.Run();
    }

    private void Begin(TestingEngine engine, Action close)
    {
        Stopped = run.Cancellation.IsCancellationRequested ? "interrupted"
            : run.Budget.Seconds <= clock.Elapsed.TotalSeconds
                ? string.Create(CultureInfo.InvariantCulture, $"time budget of {run.Budget.Seconds} s")
            : run.Budget.States <= states()
                ? string.Create(CultureInfo.InvariantCulture, $"budget of {run.Budget.States} states")
            : run.Budget.Bytes <= sizeBytes?.Invoke() ? "memory budget"
            : null;
        begun++;
        if (Stopped is not null)
        {
            close();
            engine.Stop();
        }
        else if (begun % 64 == 0)
        {
            run.Progress?.Report(new Progress(states(), 0, run.Budget.Depth ?? 0, most - begun));
        }
    }

    // Coyote would tell its story on the console, which belongs to results.
    private static TestingEngine Silent(Configuration configuration, Action<ICoyoteRuntime> test)
    {
        var engine = TestingEngine.Create(configuration, test);
        engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.Error));
        return engine;
    }

    private Configuration Configure()
    {
        var seed = Fingerprint.Mix(run.Seed);
        // What waits, waits under its control, and of that it finds out by itself that nothing can go on. Its clock, which takes
        // a run that has not moved for a second for stuck, would only tell how busy the machine is.
        var configuration = Configuration.Create()
            .WithTelemetryEnabled(false)
            .WithDeadlockTimeout(int.MaxValue)
            .WithTestingIterations((uint)Math.Min(most, int.MaxValue))
            .WithMaxSchedulingSteps((uint)Math.Min(int.MaxValue, maxPoints))
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
