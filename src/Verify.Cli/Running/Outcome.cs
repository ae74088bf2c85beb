using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Modelling;
using Verify.Traces;

namespace Verify.Cli.Running;

/// <summary>
/// What became of a claim, or of another instance of it: a decision or, where its model is at fault, or we are, what is
/// wrong.
/// </summary>
/// <param name="Claim">The claim as it is written.</param>
/// <param name="Choices">The instance that was asked about.</param>
/// <param name="Report">What was decided; null if nothing was.</param>
/// <param name="Failure">Why nothing was; null if something was.</param>
internal sealed record Outcome(Claim Claim, Choices Choices, ClaimReport? Report, Diagnostic? Failure)
{
    // What is written in a claim, and told without a line where it is found out.
    private static readonly ErrorCode[] AboutClaims = [ErrorCodes.UnknownName, ErrorCodes.BadSize, ErrorCodes.UnknownChoice,
        ErrorCodes.BadClaim];

    /// <summary>
    /// Whether what is wrong is a result about the claim or its model, and not about what the command line made of it.
    /// </summary>
    public bool IsResult => Failure is not { } failure || failure.Code.Id[3] is '1' or '9'
        || (ChoiceDifference.Of(Claim, Choices).IsEmpty && failure.Code.Id[3] == '3');

    /// <summary>What is wrong, with the claim and the instance that it is wrong with.</summary>
    public Diagnostic? Complaint => Failure is { } failure
        ? failure with { Message = IsOfEverySize ? failure.Message : $"{Claim.Id} on {InstanceText}: {failure.Message}" }
        : null;

    /// <summary>The instance in a line.</summary>
    public string InstanceText => Instance.Describe(Claim.Family, Choices);

    /// <summary>The run to what is undefined in the model, if that is what is wrong.</summary>
    public UndefinedRun? Run { get; init; }

    /// <summary>Whether the question was about every size, and not about an instance.</summary>
    public bool IsOfEverySize { get; init; }

    /// <summary>Decides a claim or another instance of it; what is wrong with it is a result, too.</summary>
    public static Outcome Of(Claim claim, Choices choices, IEngine engine, EngineOptions run) =>
        Of(claim, choices, () => ClaimReport.Decide(claim, choices, engine, run));

    /// <summary>What comes of deciding; what is wrong is a result, too.</summary>
    public static Outcome Of(Claim claim, Choices choices, Func<ClaimReport> decide)
    {
        try
        {
            return new Outcome(claim, choices, decide(), null);
        }
#pragma warning disable CA1031 // A mistake in one claim, ours or somebody else's, must not lose what is decided about the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Wrong(claim, choices, e);
        }
    }

    /// <summary>A claim that nothing can be decided about, for what was thrown.</summary>
    public static Outcome Wrong(Claim claim, Choices choices, Exception thrown) => thrown is UndefinedException { Run: var run }
        // With an assumption dropped, it is another instance that something is wrong with.
        ? Wrong(claim, run.Instance?.Choices ?? choices, ErrorOutput.Diagnose(thrown)) with { Run = run }
        : Wrong(claim, choices, ErrorOutput.Diagnose(thrown));

    /// <summary>A claim that nothing can be decided about.</summary>
    public static Outcome Wrong(Claim claim, Choices choices, Diagnostic failure)
    {
        var isOwn = ChoiceDifference.Of(claim, choices).IsEmpty;
        return new Outcome(claim, choices, null, isOwn && AboutClaims.Contains(failure.Code)
            ? failure with { Where = failure.Where ?? claim.Where }
            : failure);
    }
}
