using System.Collections.Immutable;
using System.Text.Json;

namespace Verify.Benchmarks;

/// <summary>An engine of Verify with a strategy by which it draws schedules; or one that searches, to compare them with.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Name">The strategy; null for a search.</param>
public sealed record Strategy(string Engine, string? Name)
{
    /// <summary>Within so many schedules a violation is met, or it is not.</summary>
    public const int MaxSchedules = 10_000;

    /// <summary>The most steps of one.</summary>
    public const int MaxSteps = 200;

    // As many as may be drawn if states are to be counted.
    private const int MaxCounted = 80_000;

    /// <summary>The claims whose violations are looked for: of each mechanism one.</summary>
    public static ImmutableArray<string> Refuted { get; } =
    [
        "TLB-SHOOTDOWN/buggy", "VL-MARK:I-USE", "VL-1CPU-BEFORE:I-USE", "B-BATCH/buggy:I-USE", "B-SWITCHWIN/buggy:I-USE",
        "B-MREMAP/buggy:I-USE", "DX-BUSY-ORDER:I-DMA", "SL-MEMFD-ORDER:I-SEALW",
    ];

    /// <summary>The claims that hold, so that something is covered for as long as one likes.</summary>
    public static ImmutableArray<string> Held { get; } = ["TLB-SHOOTDOWN", "VL-FULL-WIDE:I-ENTRY"];

    /// <summary>Everybody.</summary>
    public static ImmutableArray<Strategy> All { get; } =
    [
        new("explicit", null),
        .. new[] { "random", "pct", "portfolio" }.Select(name => new Strategy("schedules", name)),
        .. new[] { "random", "probabilistic", "pct", "delay-bounding", "q-learning", "portfolio" }
            .Select(name => new Strategy("coyote", name)),
    ];

    /// <summary>In the table.</summary>
    public string Title => Name is null ? Engine : $"{Engine}, {Name}";

    /// <summary>The words of the command line that decide a claim so.</summary>
    public IEnumerable<string> Arguments(string claim, int seed, double seconds) =>
    [
        "check", claim, "--engine", Engine, "--threads", "1", "--budget", FormattableString.Invariant($"seconds={seconds}"),
        .. Name is null ? Array.Empty<string>()
            : ["--strategy", Name, "--schedules", $"{(Refuted.Contains(claim) ? MaxSchedules : MaxCounted)}",
                "--steps", $"{MaxSteps}", "--seed", $"{seed}"],
        "--json",
    ];
}

/// <summary>What one decision came to.</summary>
/// <param name="IsRefuted">Whether it met a violation.</param>
/// <param name="Schedules">The schedules it drew; null for a search.</param>
/// <param name="States">Distinct states.</param>
/// <param name="Seconds">By the engine's own clock, without start-up.</param>
public sealed record Drawn(bool IsRefuted, long? Schedules, long States, double Seconds)
{
    /// <summary>Reads what <c>check --json</c> prints.</summary>
    /// <exception cref="BenchmarkException">There is no result in it.</exception>
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
