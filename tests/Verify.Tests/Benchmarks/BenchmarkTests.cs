using System.Diagnostics;
using Verify.Benchmarks;
using Verify.Cli.Hosting;
using Verify.Coyote;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Scheduling;

namespace Verify.Tests.Benchmarks;

/// <summary>Runs the benchmarks at small sizes, so that they stay runnable.</summary>
public sealed class BenchmarkTests
{
    public static TheoryData<string> Cases => [.. Case.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_case_has_the_states_it_had(string name)
    {
        var one = Case.All.Single(one => one.Name == name);
        var claim = Catalogue.Load().Claims.Single(claim => claim.Id == one.Claim);
        var sizes = one.Tiny.Split(',').Select(part => part.Split('='))
            .Aggregate(claim.Choices.Sizes, (all, pair) => all.SetItem(pair[0], int.Parse(pair[1])));
        var model = new Instance(claim.Family, claim.Choices with { Sizes = sizes }).Model;
        var verdict = new ExplicitEngine().Decide(model, model.Property(claim.Property), EngineOptions.Default);
        Assert.Equal(one.TinyStates, verdict.Evidence.States);
        Assert.Equal(one.IsRefuted, verdict is Verdict.Refuted);
    }

    [Fact]
    public void Every_checker_that_is_installed_decides_a_case_and_finds_the_same_states()
    {
        var one = Case.All[0];
        var all = new Measurements(_ => { })
            .Of([.. Contender.All(Path.Combine(Repository.Root, "verify"))], one.Claim, one.Tiny, rounds: 1);
        foreach (var measured in all.Where(measured => measured.Missing is null))
        {
            Assert.Equal(one.TinyStates, measured.Found!.StoodFor ?? measured.Found.States);
            Assert.False(measured.Found.IsRefuted);
        }

        var table = Table.Of(one, all);
        Assert.All(all, measured => Assert.Contains($"| {measured.Contender.Name} |", table, StringComparison.Ordinal));
        var ours = all.Where(m => m.Missing is null && m.Contender.Name.StartsWith("verify", StringComparison.Ordinal));
        Assert.SkipWhen(!ours.Any(), all[0].Missing ?? "");
        Assert.All(ours, m => Assert.InRange(m.SearchSeconds!.Value, 0, m.Seconds));
        Assert.All(ours, m => Assert.InRange(m.CheckSeconds!.Value, 0, m.Seconds));
        Assert.Contains("| search alone |", table, StringComparison.Ordinal);
        Assert.Contains("| interpreter's check |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_every_case_and_was_measured_in_one_run()
    {
        var page = Repository.Text("tests/Verify.Benchmarks/results.md");
        Assert.All(Case.All, one => Assert.Contains($"### {one.Name}: {one.Claim}, {one.Sizes}\n", page, StringComparison.Ordinal));
        Assert.All(Case.Growth, sizes => Assert.Contains($"| {sizes} |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Strategies_are_those_of_the_engines_and_claims_are_as_they_are_expected()
    {
        foreach (var engine in new IScheduleEngine[] { new ScheduleEngine(), new CoyoteEngine() })
        {
            Assert.Equal(engine.Strategies.Order(StringComparer.Ordinal),
                Strategy.All.Where(one => one.Engine == engine.Name).Select(one => one.Name!).Order(StringComparer.Ordinal));
        }

        var expected = Catalogue.Load().Claims.ToDictionary(claim => claim.Id, claim => claim.Expected.Word);
        Assert.All(Strategy.Refuted, claim => Assert.Equal("refuted", expected[claim]));
        Assert.All(Strategy.Held, claim => Assert.Equal("proved", expected[claim]));
    }

    [Fact]
    public void The_schedules_to_a_violation_are_measured_with_the_available_engines()
    {
        var asked = new List<string>();
        var schedules = new ScheduleTable(arguments =>
        {
            asked.Add(string.Join(' ', arguments));
            return Command.Run(Path.Combine(Repository.Root, "verify"), arguments, 1, 2);
        });
        Strategy[] some = [.. Strategy.All.Where(one => one.Name is null or "pct")];
        // A busy machine may need some time even for a violation that is found early.
        var section = schedules.Section(some, ["B-GATHER/buggy:I-FREE"], [], seeds: 2, seconds: 60)
            + schedules.Section(some, [], ["MS-SYNC:I-DUR"], seeds: 1, seconds: 0.5);
        var rows = section.Split('\n');
        Assert.Equal(2, rows.Count(row => row.StartsWith("| schedules, pct | ", StringComparison.Ordinal)));
        Assert.Matches(@"\| explicit \| \d+\.\d\d s \|", section);
        Assert.Matches(@"\| schedules, pct \| \d+ · \d+\.\d\d s \|", section);
        Assert.Matches(@"\| schedules, pct \| [\d,]+ · [\d,]+ \|", section);
        Assert.Contains(asked, one => one.Contains("--seed 2", StringComparison.Ordinal));
        if (new CoyoteEngine().Unavailable is { } reason)
        {
            Assert.Contains("| coyote, pct | not available here |", section, StringComparison.Ordinal);
            Assert.Contains($"- `coyote`: {reason}\n", section, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_section_is_renewed_where_it_is_and_nothing_else_is_touched()
    {
        const string New = $"{ScheduleTable.Heading}\n\nnew\n";
        Assert.Equal($"# Page\n\n## A\n\n{New}", ScheduleTable.Renewed("# Page\n\n## A\n", New));
        Assert.Equal($"# Page\n\n{New}\n## B\n",
            ScheduleTable.Renewed($"# Page\n\n{ScheduleTable.Heading}\n\nold\n\n### old\n\n## B\n", New));
        var page = Repository.Text("tests/Verify.Benchmarks/results.md");
        Assert.All(Strategy.All, one => Assert.Contains($"| {one.Title} | ", page, StringComparison.Ordinal));
        Assert.All(Strategy.Held, claim => Assert.Contains($" {claim} |", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--only", "referenz")]
    [InlineData("--seconds", "soon")]
    [InlineData("--seconds", "0")]
    [InlineData("--rounds", "0")]
    public void An_argument_that_makes_no_sense_is_one_line(string option, string argument)
    {
        var program = typeof(Case).Assembly.Location;
        using var process =
            Process.Start(new ProcessStartInfo("dotnet", [program, option, argument]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(3, process.ExitCode);
        Assert.StartsWith("bench: error VRF403: ", said, StringComparison.Ordinal);
    }
}
