using System.Collections.Immutable;
using System.Text.Json;

namespace Verify.Benchmarks;

/// <summary>An engine of Verify with a strategy for schedules; or a search engine, for comparison.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Name">The strategy; null for a search engine.</param>
public sealed record Strategy(string Engine, string? Name)
{
    /// <summary>The maximum number of schedules in the search for a violation.</summary>
    public const int MaxSchedules = 10_000;

    /// <summary>The maximum number of steps in a schedule.</summary>
    public const int MaxSteps = 200;

    // The maximum number of schedules for which states are counted.
    private const int MaxCounted = 80_000;

    /// <summary>The refuted claims, one per mechanism.</summary>
    public static ImmutableArray<string> Refuted { get; } =
    [
        "TLB-SHOOTDOWN/buggy", "VL-MARK:I-USE", "VL-1CPU-BEFORE:I-USE", "B-BATCH/buggy:I-USE", "B-SWITCHWIN/buggy:I-USE",
        "B-MREMAP/buggy:I-USE", "DX-BUSY-ORDER:I-DMA", "SL-MEMFD-ORDER:I-SEALW",
    ];

    /// <summary>The claims that hold, for the measurement of coverage.</summary>
    public static ImmutableArray<string> Held { get; } = ["TLB-SHOOTDOWN", "VL-FULL-WIDE:I-ENTRY"];

    /// <summary>All strategies.</summary>
    public static ImmutableArray<Strategy> All { get; } =
    [
        new("explicit", null),
        .. new[] { "random", "pct", "portfolio" }.Select(name => new Strategy("schedules", name)),
        .. new[] { "random", "probabilistic", "pct", "delay-bounding", "q-learning", "portfolio" }
            .Select(name => new Strategy("coyote", name)),
    ];

    /// <summary>The title in the table.</summary>
    public string Title => Name is null ? Engine : $"{Engine}, {Name}";

    /// <summary>The command-line arguments that decide a claim with this strategy.</summary>
    public IEnumerable<string> Arguments(string claim, int seed, double seconds) =>
    [
        "check", claim, "--engine", Engine, "--budget", FormattableString.Invariant($"seconds={seconds}"),
        .. Engine == "coyote" ? [] : new[] { "--threads", "1" },
        .. Name is null ? Array.Empty<string>()
            : ["--strategy", Name, "--schedules", $"{(Refuted.Contains(claim) ? MaxSchedules : MaxCounted)}",
                "--steps", $"{MaxSteps}", "--seed", $"{seed}"],
        "--json",
    ];
}

/// <summary>The result of one decision.</summary>
/// <param name="IsRefuted">True if it found a violation.</param>
/// <param name="Schedules">The number of schedules; null for a search.</param>
/// <param name="States">Distinct states.</param>
/// <param name="Seconds">The seconds by the engine's own clock, without start-up.</param>
public sealed record Drawn(bool IsRefuted, long? Schedules, long States, double Seconds)
{
    /// <summary>Reads the output of <c>check --json</c>.</summary>
    /// <exception cref="BenchmarkException">The output contains no result.</exception>
    public static Drawn Read(string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var result = document.RootElement.GetProperty("results")[0];
            var evidence = result.GetProperty("evidence");
            return new Drawn(result.GetProperty("verdict").GetString() == "refuted",
                evidence.TryGetProperty("schedules", out var drawn) && drawn.ValueKind == JsonValueKind.Number ? drawn.GetInt64() : null,
                evidence.GetProperty("states").GetInt64(), result.GetProperty("seconds").GetDouble());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new BenchmarkException($"no result: {output}");
        }
    }
}
