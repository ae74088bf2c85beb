using System.Diagnostics;
using Verify.Benchmarks;
using Verify.Claims;
using Verify.Cli;
using Verify.Engines;
using Verify.Explicit;

namespace Verify.Tests.Benchmarks;

/// <summary>What is measured now and then is tried always, at a size that takes no time.</summary>
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
        var verdict = new ExplicitEngine().Decide(model, model.Property(claim.Property), Run.Default);
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
        Assert.All(ours, m => Assert.InRange(m.SearchSeconds!.Value, 0, m.Seconds));
        Assert.Contains("| search alone |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_every_case_and_was_measured_in_one_run()
    {
        var page = Repository.Text("tests/Verify.Benchmarks/results.md");
        Assert.All(Case.All, one => Assert.Contains($"### {one.Name}: {one.Claim}, {one.Sizes}\n", page, StringComparison.Ordinal));
        Assert.All(Case.Growth, sizes => Assert.Contains($"| {sizes} |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_case_is_one_line()
    {
        var program = typeof(Case).Assembly.Location;
        using var process =
            Process.Start(new ProcessStartInfo("dotnet", [program, "--only", "referenz"]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(3, process.ExitCode);
        Assert.StartsWith("bench: error VRF403: ", said, StringComparison.Ordinal);
    }
}
