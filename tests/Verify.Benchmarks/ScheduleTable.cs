using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Verify.Cli.Hosting;

namespace Verify.Benchmarks;

/// <summary>
/// Measures how many schedules each strategy needs for a violation, and its coverage if there is none.
/// </summary>
/// <param name="decide">Runs the tool with some arguments and returns its standard output.</param>
public sealed class ScheduleTable(Func<IEnumerable<string>, string> decide)
{
    /// <summary>The heading of the section, which identifies it in a page.</summary>
    public const string Heading = "## Schedules";

    /// <summary>
    /// The engines of the built tool: their descriptions, and the reason why an engine is unavailable.
    /// </summary>
    /// <param name="list">The output of <c>list --json</c>.</param>
    public static ImmutableDictionary<string, (string Summary, string? Missing)> Engines(string list)
    {
        using var document = JsonDocument.Parse(list);
        return document.RootElement.GetProperty("engines").EnumerateArray().ToImmutableDictionary(
            engine => engine.GetProperty("name").GetString()!,
            engine => (engine.GetProperty("summary").GetString()!, engine.GetProperty("reason").GetString()));
    }

    /// <summary>Measures the strategies and writes the section.</summary>
    /// <param name="strategies">The strategies.</param>
    /// <param name="refuted">Claims that are refuted.</param>
    /// <param name="held">Claims that hold.</param>
    /// <param name="seeds">The number of seeds, starting with 1.</param>
    /// <param name="seconds">The maximum seconds per decision.</param>
    public string Section(
        IReadOnlyList<Strategy> strategies, IReadOnlyList<string> refuted, IReadOnlyList<string> held, int seeds, double seconds)
    {
        var engines = Engines(decide(["list", "--json"]));
        var over = seeds == 1 ? "with seed 1" : $"medians of seeds 1 to {seeds}";
        var used = strategies.Select(strategy => strategy.Engine).Distinct()
            .Select(engine => $"- `{engine}`: {engines[engine].Missing ?? engines[engine].Summary}");
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"""
            {Heading}

            Written by `./verify bench --only schedules --into tests/Verify.Benchmarks/results.md`. {HostInfo.Description}.
            Measured with

            {string.Join('\n', used)}

            ### To the first violation

            Schedules of at most {Strategy.MaxSteps} steps, and seconds, {over}; a search has no schedules.
            "-" if one seed or more met nothing within {Strategy.MaxSchedules:N0} schedules or {seconds} seconds, and how many did.
            Seconds are the engine's own, of one thread, compiling the model included.


            """);
        text.Append(Row(["", .. refuted.Select(claim => claim.Split(':')[0])]))
            .Append(Row(["---", .. refuted.Select(_ => "--:")]));
        text.AppendJoin("", strategies.Select(strategy => Row(
            [strategy.Title, .. Cells(engines, strategy, refuted, claim => First(strategy, claim, seeds, seconds))])));
        text.Append(CultureInfo.InvariantCulture, $"""

            ### What is covered

            Claims that hold, {seconds} seconds each: distinct states per second, and schedules per second.


            """);
        text.Append(Row(["", .. held])).Append(Row(["---", .. held.Select(_ => "--:")]));
        text.AppendJoin("", strategies.Select(strategy => Row(
            [strategy.Title, .. Cells(engines, strategy, held, claim => Covered(strategy, claim, seconds))])));
        return text.Append('\n').ToString();
    }

    /// <summary>Replaces the section in a page, or appends it.</summary>
    public static string Renewed(string page, string section)
    {
        var start = page.IndexOf($"{Heading}\n", StringComparison.Ordinal);
        if (start < 0)
        {
            return page.TrimEnd('\n') + "\n\n" + section.TrimEnd('\n') + "\n";
        }

        var end = page.IndexOf("\n## ", start, StringComparison.Ordinal);
        return page[..start] + section.TrimEnd('\n') + "\n" + (end < 0 ? "" : page[end..]);
    }

    private static IEnumerable<string> Cells(
        ImmutableDictionary<string, (string Summary, string? Missing)> engines, Strategy strategy,
        IReadOnlyList<string> claims, Func<string, string> cell) => engines[strategy.Engine].Missing is null
            ? claims.Select(cell)
            : ["not available here", .. claims.Skip(1).Select(_ => "")];

    private string First(Strategy strategy, string claim, int seeds, double seconds)
    {
        var all = Enumerable.Range(1, strategy.Name is null ? 1 : seeds)
            .Select(seed => Drawn.Read(decide(strategy.Arguments(claim, seed, seconds)))).ToList();
        var met = all.Count(one => one.IsRefuted);
        if (met < all.Count)
        {
            return string.Create(CultureInfo.InvariantCulture, $"- ({met} of {all.Count})");
        }

        var taken = Measurement.Median(all.Select(one => one.Seconds));
        return strategy.Name is null
            ? string.Create(CultureInfo.InvariantCulture, $"{taken:0.00} s")
            : string.Create(CultureInfo.InvariantCulture,
                $"{Measurement.Median(all.Select(one => (double)(one.Schedules ?? 0))):N0} · {taken:0.00} s");
    }

    private string Covered(Strategy strategy, string claim, double seconds)
    {
        var one = Drawn.Read(decide(strategy.Arguments(claim, 1, seconds)));
        var states = string.Create(CultureInfo.InvariantCulture, $"{one.States / one.Seconds:N0}");
        return one.Schedules is { } drawn
            ? string.Create(CultureInfo.InvariantCulture, $"{states} · {drawn / one.Seconds:N0}")
            : states;
    }

    private static string Row(IEnumerable<string> cells) =>
        $"| {string.Join(" | ", cells)} |\n".Replace("|  |", "| |", StringComparison.Ordinal);
}
