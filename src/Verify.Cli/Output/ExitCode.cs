using Verify.Claims;
using Verify.Cli.Running;
using Verify.Engines;

namespace Verify.Cli.Output;

/// <summary>The exit codes of the tool.</summary>
internal static class ExitCode
{
    /// <summary>Every result is as expected.</summary>
    public const int AsExpected = 0;

    /// <summary>A result is a refutation, or differs from the expectation.</summary>
    public const int Otherwise = 1;

    /// <summary>A result is undecided.</summary>
    public const int Undecided = 2;

    /// <summary>The user's input is invalid.</summary>
    public const int BadInput = 3;

    /// <summary>An internal error.</summary>
    public const int OurFault = 4;

    // In order of increasing importance.
    private static readonly int[] Order = [AsExpected, Undecided, Otherwise, BadInput, OurFault];

    /// <summary>The exit code for an error.</summary>
    public static int Of(Diagnostic failure) => failure.Code == ErrorCodes.Internal ? OurFault : BadInput;

    /// <summary>The exit code for a claim. A problem that no missing answer can remove takes precedence.</summary>
    public static int Of(ClaimReport report) =>
        report.IsUndecided && report.Problems.All(report.OpenProblems.Contains) ? Undecided
        : report.IsAsExpected && (report.IsExpected || report.Main!.Verdict is Verdict.Proved) ? AsExpected
        : Otherwise;

    /// <summary>The exit code for the outcome of a claim.</summary>
    public static int Of(Outcome outcome) => outcome.Failure is { } failure ? Of(failure) : Of(outcome.Report!);

    /// <summary>The exit code for a gate.</summary>
    public static int Of(GateOutcome gate) => Worst(
    [
        // A pending claim is as expected here, because it declares that this version does not decide it; so is any answer to
        // an open one.
        .. gate.Outcomes.Select(one => one.Report is { Main: null }
            or { Claim.Expected: Expectation.Open, IsOwn: true, IsAsExpected: true, IsUndecided: false } ? AsExpected : Of(one)),
        .. gate.Unread.Select(Of),
        // The claim was decided, and the text of the certificate is current. A missing solver is reported, but it is
        // not a failure.
        .. gate.Certificates.Select(one => one.LacksSolver ? AsExpected : one.ExitCode),
        gate.IsInterrupted ? Undecided : AsExpected,
    ]);

    /// <summary>The exit code for a comparison of engines.</summary>
    public static int Of(ComparisonOutcome comparison) => Worst(
    [
        comparison.Mistakes.Any() ? OurFault : AsExpected,
        .. comparison.Failures.Select(Of),
        comparison.Contradicted > 0 ? Otherwise : AsExpected,
        comparison.IsInterrupted || comparison.Missing.Any() ? Undecided : AsExpected,
    ]);

    /// <summary>The most important exit code.</summary>
    public static int Worst(IEnumerable<int> codes) => codes.DefaultIfEmpty(AsExpected).MaxBy(code => Array.IndexOf(Order, code));
}
