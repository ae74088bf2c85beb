using System.Globalization;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.SystematicTesting;
using Verify.Engines;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Coyote;

/// <summary>
/// Draws schedules with Coyote's test engine one after the other, and repeats one of them from its record.
/// </summary>
/// <param name="strategy">The strategy, one of <see cref="CoyoteEngine"/>.</param>
/// <param name="most">The number of schedules.</param>
/// <param name="maxPoints">The maximum number of scheduling points in a schedule, so that Coyote ends schedules that do
/// not end by themselves.</param>
/// <param name="run">The seed, the budgets of time, states and bytes, and the cancellation.</param>
/// <param name="states">The number of states found so far.</param>
/// <param name="sizeBytes">The memory of these states in bytes; null if unknown.</param>
internal sealed class CoyoteRunner(
    string strategy, long most, long maxPoints, EngineOptions run, Func<long> states, Func<long>? sizeBytes = null)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long begun;

    /// <summary>The number of completed schedules.</summary>
    /// <remarks>A schedule that was stopped is incomplete and not counted.</remarks>
    public long ScheduleCount => Stopped is null ? begun : begun - 1;

    /// <summary>The reason why fewer schedules were drawn than requested; null if there is none.</summary>
    public string? Stopped { get; private set; }

    /// <summary>Coyote's report about a test that failed or could not be run.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Draws schedules until a test fails or there are enough.</summary>
    /// <param name="test">Executes one run under control and asserts that it finds no error.</param>
    /// <param name="close">Called before Coyote releases a run; afterwards the run must not continue.</param>
    /// <returns>Coyote's record of the failing schedule; null if none failed.</returns>
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

    /// <summary>Repeats a schedule.</summary>
    public void Repeat(string record, Action<ICoyoteRuntime> test)
    {
        using var engine = Silent(Configure().WithReproducibleTrace(record), test);
        engine.Run();
    }

    private void Begin(TestingEngine engine, Action close)
    {
        Stopped = run.Cancellation.IsCancellationRequested ? "an interrupt"
            : run.Budget.Seconds <= clock.Elapsed.TotalSeconds
                ? string.Create(CultureInfo.InvariantCulture, $"a time budget of {run.Budget.Seconds} s")
            : run.Budget.States <= states()
                ? $"a budget of {Amount.Of(run.Budget.States.Value, "state")}"
            : run.Budget.Bytes <= sizeBytes?.Invoke() ? "a memory budget"
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

    // Coyote would print its progress to the console, which is reserved for results.
    private static TestingEngine Silent(Configuration configuration, Action<ICoyoteRuntime> test)
    {
        var engine = TestingEngine.Create(configuration, test);
        engine.SetLogger(new TextWriterLogger(TextWriter.Null, VerbosityLevel.Error));
        return engine;
    }

    private Configuration Configure()
    {
        var seed = Fingerprint.Mix(run.Seed);
        // Tasks wait under Coyote's control, so it detects deadlocks by itself. Its timer treats a run without progress
        // for a second as a deadlock, which would only measure the load of the machine.
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
            _ => throw new UnreachableException($"the strategy '{strategy}' does not exist"),
        };
    }
}
