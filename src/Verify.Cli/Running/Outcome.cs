using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Solvers;
using Verify.Traces;

namespace Verify.Cli.Running;

/// <summary>
/// The outcome of a claim on its own instance or another one: a decision, or an error of its model or of the tool.
/// </summary>
/// <param name="Claim">The claim as declared.</param>
/// <param name="Choices">The choices of the instance.</param>
/// <param name="Report">The decision; null if there is none.</param>
/// <param name="Failure">The error that prevented the decision; null if there is none.</param>
internal sealed record Outcome(Claim Claim, Choices Choices, ClaimReport? Report, Diagnostic? Failure)
{
    // Errors in the declaration of a claim, which are reported without a line where they are found.
    private static readonly ErrorCode[] AboutClaims = [ErrorCodes.UnknownName, ErrorCodes.BadSize, ErrorCodes.UnknownChoice,
        ErrorCodes.BadClaim];

    /// <summary>True if the error is in the claim, in its model or in the tool, not in the command line.</summary>
    public bool IsResult => Failure is not { } failure || failure.Code.Id[3] is '1' or '9'
        || (ChoiceDifference.Of(Claim, Choices).IsEmpty && failure.Code.Id[3] == '3');

    /// <summary>The error together with the claim and the instance.</summary>
    public Diagnostic? Complaint => Failure is { } failure
        ? failure with { Message = IsOfEverySize ? failure.Message : $"{Claim.Id} on {InstanceText}: {failure.Message}" }
        : null;

    /// <summary>The instance in one line.</summary>
    public string InstanceText => Instance.Describe(Claim.Family, Choices);

    /// <summary>The run to an undefined state of the model; null if there is none.</summary>
    public UndefinedRun? Run { get; init; }

    /// <summary>True if the property was to be proved for every size, not for one instance.</summary>
    public bool IsOfEverySize { get; init; }

    /// <summary>Decides a claim on its own instance or another one; an error becomes an outcome.</summary>
    public static Outcome Decide(Claim claim, Choices choices, IEngine engine, EngineOptions run) =>
        Decide(claim, choices, () => ClaimReport.Decide(claim, choices, engine, run));

    /// <summary>Runs a decision; an error becomes an outcome.</summary>
    public static Outcome Decide(Claim claim, Choices choices, Func<ClaimReport> decide)
    {
        try
        {
            return new Outcome(claim, choices, decide(), null);
        }
#pragma warning disable CA1031 // An error in one claim must not lose the decisions of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Wrong(claim, choices, e);
        }
    }

    /// <summary>The outcome for an exception.</summary>
    public static Outcome Wrong(Claim claim, Choices choices, Exception thrown) => thrown is UndefinedException { Run: var run }
        // If an assumption was dropped, the error belongs to that instance.
        ? Wrong(claim, run.Instance?.Choices ?? choices, ErrorOutput.Diagnose(thrown)) with { Run = run }
        : Wrong(claim, choices, ErrorOutput.Diagnose(thrown));

    /// <summary>The outcome for an error.</summary>
    public static Outcome Wrong(Claim claim, Choices choices, Diagnostic failure)
    {
        var isOwn = ChoiceDifference.Of(claim, choices).IsEmpty;
        failure = failure with { Hint = failure.Hint.Replace("CLAIM", TextWrap.Quoted(claim.Id), StringComparison.Ordinal) };
        return new Outcome(claim, choices, null, isOwn && AboutClaims.Contains(failure.Code)
            ? failure with { Where = failure.Where ?? claim.Where }
            : failure);
    }
}
