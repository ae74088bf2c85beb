using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Options;
using Verify.Engines;
using Verify.Modelling;
using Verify.Rendering;

namespace Verify.Cli.Running;

/// <summary>What was decided about a claim, or about another instance of it.</summary>
/// <param name="Claim">The claim as it is written.</param>
/// <param name="Choices">The instance that was looked at.</param>
/// <param name="Report">The decisions, and what is not as expected.</param>
internal sealed record ClaimDecision(Claim Claim, Choices Choices, ClaimReport Report)
{
    /// <summary>Whether the claim says anything about this instance.</summary>
    public bool IsExpected { get; } = Claim.Expected is not Expectation.Open && ChoiceOptions.Difference(Claim, Choices).IsEmpty;

    /// <summary>What was switched on for another instance than the claim's, and leaves the model as it is without it.</summary>
    public IEnumerable<string> Idle => Choices.Assumptions.Union(Choices.Faults)
        .Except(Claim.Choices.Assumptions.Union(Claim.Choices.Faults))
        .Where(IsIdle);

    /// <summary>The exit code. A problem that no missing answer can take away comes first.</summary>
    public int ExitCode => Report.IsUndecided && Report.Problems.All(Report.OpenProblems.Contains) ? Hosting.ExitCode.Undecided
        : IsExpected ? (Report.IsAsExpected ? Hosting.ExitCode.AsExpected : Hosting.ExitCode.Otherwise)
        : Report.Main!.Verdict is Verdict.Proved && Report.IsAsExpected ? Hosting.ExitCode.AsExpected : Hosting.ExitCode.Otherwise;

    /// <summary>Decides a claim; with other choices than its own, only what was asked, without regard to its expectation.</summary>
    public static ClaimDecision Of(Claim claim, Choices choices, IEngine engine, EngineOptions run)
    {
        if (ChoiceOptions.Difference(claim, choices).IsEmpty)
        {
            return new ClaimDecision(claim, choices, ClaimReport.Decide(claim, engine, run));
        }

        var instance = new Instance(claim.Family, choices);
        var report = Claims.Report.Decide(engine, instance, instance.Model.Property(claim.Property), run);
        return new ClaimDecision(claim, choices, new ClaimReport(claim, report, [],
            [.. report.Forbidden(), .. report.Vacuities(), .. report.OpenVacuities()])
        {
            OpenProblems = report.OpenVacuities(),
        });
    }

    /// <summary>The command that shows a run of an instance again, a word an entry.</summary>
    public static ImmutableArray<string> ReplayCommand(Claim claim, Instance instance, string path) =>
    [
        "./verify", "replay", TextWrap.Quoted(claim.Id), .. ChoiceOptions.Difference(claim, instance.Choices), $"--trace {path}",
    ];

    private bool IsIdle(string name)
    {
        var without = Choices with { Assumptions = Choices.Assumptions.Remove(name), Faults = Choices.Faults.Remove(name) };
        try
        {
            return new Instance(Claim.Family, without).Model.Identity == Report.Main!.Instance.Model.Identity;
        }
        catch (UserErrorException)
        {
            return false; // another choice needs it
        }
    }
}
