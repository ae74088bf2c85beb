using Verify.Cli.Running;
using Verify.Engines;

namespace Verify.Cli.Output;

/// <summary>What the tool returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Every result is as expected.</summary>
    public const int AsExpected = 0;

    /// <summary>Something is refuted, or other than expected.</summary>
    public const int Otherwise = 1;

    /// <summary>Something is undecided.</summary>
    public const int Undecided = 2;

    /// <summary>The user's input is wrong.</summary>
    public const int BadInput = 3;

    /// <summary>Our own fault.</summary>
    public const int OurFault = 4;

    // From the one that matters least to the one that matters most.
    private static readonly int[] Order = [AsExpected, Undecided, Otherwise, BadInput, OurFault];

    /// <summary>The one for something that is wrong.</summary>
    public static int Of(Diagnostic failure) => failure.Code == ErrorCodes.Internal ? OurFault : BadInput;

    /// <summary>The one for a claim. A problem that no missing answer can take away comes first.</summary>
    public static int Of(ClaimReport report) =>
        report.IsUndecided && report.Problems.All(report.OpenProblems.Contains) ? Undecided
        : report.IsAsExpected && (report.IsExpected || report.Main!.Verdict is Verdict.Proved) ? AsExpected
        : Otherwise;

    /// <summary>The one for what became of a claim.</summary>
    public static int Of(Outcome outcome) => outcome.Failure is { } failure ? Of(failure) : Of(outcome.Report!);

    /// <summary>The one for a gate.</summary>
    public static int Of(GateOutcome gate) => Worst(
    [
        // A claim that is pending is as expected here: it says itself that this version does not decide it.
        .. gate.Outcomes.Select(one => one.Report is { Main: null } ? AsExpected : Of(one)),
        .. gate.Unread.Select(Of),
        // The claim was decided, and the text is today's: that nobody could be asked again is said, and is no failure.
        .. gate.Certificates.Select(one => one.LacksSolver ? AsExpected : one.ExitCode),
        gate.IsInterrupted ? Undecided : AsExpected,
    ]);

    /// <summary>The one that matters most.</summary>
    public static int Worst(IEnumerable<int> codes) => codes.DefaultIfEmpty(AsExpected).MaxBy(code => Array.IndexOf(Order, code));
}
