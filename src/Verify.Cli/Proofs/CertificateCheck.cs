using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Generic;
using Verify.Solving;

namespace Verify.Cli.Proofs;

/// <summary>What became of one certificate.</summary>
/// <param name="File">Its path.</param>
/// <param name="Line">What is said of it.</param>
/// <param name="Problems">What is wrong, one line each.</param>
/// <param name="Failure">What is wrong with the file itself, if anything.</param>
/// <param name="ExitCode">The exit code.</param>
internal sealed record CheckedCertificate(
    string File, string Line, ImmutableArray<string> Problems, Diagnostic? Failure, int ExitCode)
{
    /// <summary>Whether it is today's text, and there is no solver here to ask.</summary>
    public bool LacksSolver { get; init; }
}

/// <summary>Checks stored certificates again: against the model of today, and with fresh solvers.</summary>
internal sealed class CertificateCheck(Session session)
{
    private readonly ProofFiles files = new(session.Catalogue);

    /// <summary>Checks the certificates of those of some claims that have an invariant; several at a time, told in order.</summary>
    public IEnumerable<CheckedCertificate> Of(IReadOnlyCollection<Claim> claims) => files.All
        .Where(pair => claims.Contains(pair.Claim)).ToList()
        .AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(pair =>
        {
            try
            {
                return Check(ProofFiles.PathOf(pair.Claim, pair.Invariant));
            }
            catch (ModelException e)
            {
                // The invariant does not fit its model any more; the others are checked all the same.
                return new CheckedCertificate(pair.Claim.Id, "refused", [], e.Diagnostic, ExitCode.BadInput);
            }
        });

    /// <summary>Checks one file.</summary>
    public CheckedCertificate Check(string file)
    {
        try
        {
            var stored = Certificate.Read(ProofFiles.Read(file), file);
            var (claim, invariant) = files.OwnerOf(file);
            var proof = AnySizeProof.Of(claim, invariant);
            stored.CheckAgainst(Certificate.Of(claim, proof, Tool.Version), file);
            return Answered(file, claim, proof, stored);
        }
        catch (ModelException e)
        {
            return new CheckedCertificate(file, "refused", [], e.Diagnostic, ExitCode.BadInput);
        }
    }

    private CheckedCertificate Answered(string file, Claim claim, AnySizeProof proof, Certificate stored)
    {
        var solvers = session.Solvers.WithSecondOpinion;
        if (solvers.All(solver => solver.Unavailable is not null))
        {
            return new CheckedCertificate(
                file, $"{claim.Id}  not checked", [.. solvers.Select(solver => solver.Unavailable!)], null, ExitCode.Undecided)
            {
                LacksSolver = true,
            };
        }

        var result = AnySizeProver.Run(stored.Proof, solvers, seeds: 1, session.Cancellation);
        var missing = solvers.Where(solver => solver.Unavailable is not null).Select(solver => $"; {solver.Unavailable}");
        var line = $"{claim.Id}  {(result.IsProved ? "proved" : "not proved")} {proof.Sentence}: "
            + string.Create(CultureInfo.InvariantCulture, $"{stored.Obligations} obligations, ")
            + string.Join(", ", result.Answers.Select(answer => $"{answer.Solver} {Output.ResultText.Seconds(answer.Seconds)}"))
            + string.Concat(missing);
        var isUnknown = result.Answers.SelectMany(answer => answer.Answers).All(answer => answer.Answer != Satisfiability.Sat);
        return new CheckedCertificate(file, line, result.Problems, null,
            result.IsProved ? ExitCode.AsExpected : isUnknown ? ExitCode.Undecided : ExitCode.Otherwise);
    }
}
