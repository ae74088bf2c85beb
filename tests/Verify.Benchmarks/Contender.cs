using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Verify.Benchmarks;

/// <summary>The result of a checker.</summary>
/// <param name="IsRefuted">True if it found a violation.</param>
/// <param name="States">The number of states.</param>
/// <param name="Transitions">The number of steps; null if the checker does not report it.</param>
/// <param name="StoodFor">Under symmetry, the number of states that the representatives stand for.</param>
public sealed record Found(bool IsRefuted, long States, long? Transitions, long? StoodFor = null);

/// <summary>A checker with its options. It is prepared once per case and then run repeatedly.</summary>
public abstract partial class Contender(string name)
{
    /// <summary>The name in the table.</summary>
    public string Name => name;

    /// <summary>True if the contender is a Spin, whose best time is the reference.</summary>
    public virtual bool IsSpin => false;

    /// <summary>The tools that are missing to run it; null if there are none.</summary>
    public abstract string? Missing { get; }

    /// <summary>Exports, translates and compiles; the time is not measured.</summary>
    public abstract void Prepare(string folder, string claim, string sizes);

    /// <summary>One run.</summary>
    public abstract Taken Run(string folder, string claim, string sizes);

    /// <summary>Reads the result from the output of a run.</summary>
    /// <exception cref="BenchmarkException">The output contains no result.</exception>
    public abstract Found Read(string output);

    /// <summary>The seconds of the search alone in the output of a run; null if it does not report them.</summary>
    public virtual double? SearchSecondsIn(string output) => null;

    /// <summary>The seconds of the interpreter's check in the output of a run; null if it made none.</summary>
    public virtual double? CheckSecondsIn(string output) => null;

    /// <summary>All contenders.</summary>
    public static IEnumerable<Contender> All(string verify) =>
    [
        new Ours(verify, "verify, 1 thread", "--threads", "1"),
        new Ours(verify, "verify, 2 threads", "--threads", "2"),
        new Ours(verify, "verify, 2 threads, symmetry", "--threads", "2", "--reduce", "symmetry"),
        new Spin(verify, "Spin, 1 core, depth first", [], ["-m5000000", "-w25"]),
        new Spin(verify, "Spin, 2 cores, depth first", ["-DNCORE=2"], ["-m5000000", "-w25"]),
        new Spin(verify, "Spin, 2 cores, breadth first", ["-DBFS_PAR"], ["-u2", "-w25"]),
        new Rumur(verify, "Rumur, 2 threads", 2),
    ];

    private static void Export(string verify, string folder, string claim, string sizes, string format, string file)
    {
        var text = Command.Measure(folder, verify, ["export", claim, "--size", sizes, "--to", format]).Output;
        File.WriteAllText(Path.Combine(folder, file), text);
    }

    private sealed class Ours(string verify, string name, params string[] options) : Contender(name)
    {
        public override string? Missing => Command.Missing();

        public override void Prepare(string folder, string claim, string sizes)
        {
        }

        public override Taken Run(string folder, string claim, string sizes) =>
            Command.Measure(folder, verify, ["check", claim, "--size", sizes, "--json", .. options], 1);

        public override double? SearchSecondsIn(string output)
        {
            using var document = JsonDocument.Parse(output);
            return document.RootElement.GetProperty("results")[0].GetProperty("evidence").GetProperty("searchSeconds").GetDouble();
        }

        public override double? CheckSecondsIn(string output)
        {
            using var document = JsonDocument.Parse(output);
            var check = document.RootElement.GetProperty("results")[0].GetProperty("evidence").GetProperty("checked");
            return check.ValueKind == JsonValueKind.Null ? null : check.GetProperty("seconds").GetDouble();
        }

        public override Found Read(string output)
        {
            using var document = JsonDocument.Parse(output);
            var result = document.RootElement.GetProperty("results")[0];
            var evidence = result.GetProperty("evidence");
            return new Found(result.GetProperty("verdict").GetString() == "refuted",
                evidence.GetProperty("states").GetInt64(), evidence.GetProperty("transitions").GetInt64(),
                evidence.TryGetProperty("statesStoodFor", out var stoodFor) && stoodFor.ValueKind == JsonValueKind.Number
                    ? stoodFor.GetInt64() : null);
        }
    }

    private sealed partial class Spin(string verify, string name, string[] flags, string[] options) : Contender(name)
    {
        public override bool IsSpin => true;

        public override string? Missing => Command.Missing("spin", "gcc");

        public override void Prepare(string folder, string claim, string sizes)
        {
            Export(verify, folder, claim, sizes, "promela", "model.pml");
            Command.Measure(folder, "spin", ["-DTRUSTED", "-a", "model.pml"]);
            Command.Measure(folder, "gcc",
                ["-O3", "-march=native", "-w", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DMEMLIM=16000", .. flags, "-o", "pan", "pan.c"]);
        }

        public override Taken Run(string folder, string claim, string sizes) =>
            Command.Measure(folder, Path.Combine(folder, "pan"), options);

        public override Found Read(string output)
        {
            var errors = Errors().Matches(output);
            if (errors.Count == 0 || output.Contains("max search depth too small", StringComparison.Ordinal))
            {
                throw new BenchmarkException($"{Name}: {output}");
            }

            return new Found(errors.Any(match => match.Groups[1].Value != "0"), Number(States().Match(output)),
                Number(Steps().Match(output)));
        }

        [GeneratedRegex(@"errors: (\d+)")]
        private static partial Regex Errors();

        [GeneratedRegex(@"(\d+) states, stored")]
        private static partial Regex States();

        [GeneratedRegex(@"(\d+) transitions")]
        private static partial Regex Steps();
    }

    private sealed partial class Rumur(string verify, string name, int threads) : Contender(name)
    {
        public override string? Missing => Command.Missing("rumur", "gcc");

        public override void Prepare(string folder, string claim, string sizes)
        {
            Export(verify, folder, claim, sizes, "murphi", "model.m");
            Command.Measure(folder, "rumur",
                ["--deadlock-detection", "off", "--symmetry-reduction", "off", "--threads", $"{threads}", "--output-format",
                    "machine-readable",
                    "--output", "model.c", "model.m"]);
            Command.Measure(folder, "gcc", ["-std=c11", "-O3", "-w", "-march=native", "-o", "model", "model.c", "-lpthread"]);
        }

        public override Taken Run(string folder, string claim, string sizes) =>
            Command.Measure(folder, Path.Combine(folder, "model"), [], 1);

        public override Found Read(string output)
        {
            var summary = Summary().Match(output);
            return summary.Success
                ? new Found(summary.Groups[3].Value != "0", Number(summary),
                    long.Parse(summary.Groups[2].Value, CultureInfo.InvariantCulture))
                : throw new BenchmarkException($"{Name}: {output}");
        }

        [GeneratedRegex("<summary states=\"(\\d+)\" rules_fired=\"(\\d+)\" errors=\"(\\d+)\"")]
        private static partial Regex Summary();
    }

    private static long Number(Match match) => match.Success ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
}
