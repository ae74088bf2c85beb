using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;
using Verify.Symbolic.Induction;

namespace Verify.Cli.Proofs;

/// <summary>Checks proofs again: against the model of today, and with fresh solvers.</summary>
internal sealed class CertificateCheck(Session session, Func<CertificateLock>? readLock = null)
{
    // Instances have fewer obligations, but some of them are hard, for example an induction over many steps.
    private const int SecondsForInstances = 60;

    private readonly ProofFiles files = new(session.Catalogue);
    private int total;
    private int done;

    /// <summary>The number of certificates that are checked, for a line of progress.</summary>
    public string Progress => FormattableString.Invariant($"{Volatile.Read(ref done)} of {Quantity.Of(total, "certificate")} checked");

    /// <summary>Writes the certificate of each claim that has an invariant into a folder.</summary>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="UserErrorException">VRF402: a file cannot be written.</exception>
    public IEnumerable<string> WriteTo(string folder)
    {
        foreach (var (claim, invariant) in files.All)
        {
            Refuse(claim);
            var path = Path.Combine(Path.GetFullPath(folder), Certificate.FileName(claim.Id));
            ProofFiles.Write(path, Certificate.Create(claim, AnySizeProof.Create(claim, invariant), ToolVersion.Text).Text);
            yield return path;
        }
    }

    /// <summary>
    /// Generates the certificates of those claims that have an invariant and checks that they are the accepted ones.
    /// Several are checked in parallel; the results come in order.
    /// </summary>
    public IEnumerable<CheckedCertificate> Of(IReadOnlyCollection<Claim> claims)
    {
        var pairs = files.All.Where(pair => claims.Contains(pair.Claim)).ToList();
        total = pairs.Count;
        CertificateLock accepted;
        try
        {
            accepted = (readLock ?? ProofFiles.ReadLock)();
        }
        catch (UserErrorException e)
        {
            // The gate still reports the claims that it decided before.
            return [Refused(ProofFiles.Lock, e)];
        }

        return UntilInterrupted(pairs.Count, WithoutInvariant(claims, accepted).Concat(pairs
            .AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(pair =>
            {
                try
                {
                    return Check(pair.Claim, pair.Invariant, accepted);
                }
                catch (UserErrorException e)
                {
                    // The invariant does not fit its model any more; the other claims are still checked.
                    return Refused(pair.Claim.Id, e);
                }
                finally
                {
                    Interlocked.Increment(ref done);
                }
            })));
    }

    private static CheckedCertificate Refused(string file, UserErrorException error) =>
        new(file, "refused", [], error.Diagnostic, ExitCode.BadInput);

    // An accepted proof without an invariant is an error, because the table of claims would report it as a proof.
    private IEnumerable<CheckedCertificate> WithoutInvariant(IReadOnlyCollection<Claim> claims, CertificateLock accepted)
    {
        var known = files.All.Select(pair => pair.Claim.Id).ToHashSet(StringComparer.Ordinal);
        var others = session.Catalogue.Claims.Except(claims).Select(claim => claim.Id).ToHashSet(StringComparer.Ordinal);
        var asked = claims.Select(claim => claim.Id).ToHashSet(StringComparer.Ordinal);
        // Another catalogue than that of the lock has other claims, which need no invariant.
        foreach (var id in accepted.Claims.Where(id => !known.Contains(id)
            && (asked.Contains(id) || (known.Count > 0 && !others.Contains(id)))))
        {
            var diagnostic = UserErrorException.At(new SourceLocation(ProofFiles.Lock, 1), ErrorCodes.BadCertificate,
                $"the lock has a proof of {id} for every size, but the claim has no invariant",
                "remove the line, or add the invariant").Diagnostic;
            yield return new CheckedCertificate(id, "refused", [], diagnostic, ExitCode.BadInput);
        }
    }

    /// <summary>Checks some files one after the other.</summary>
    public IEnumerable<CheckedCertificate> At(IReadOnlyCollection<string> paths)
    {
        total = paths.Count;
        return UntilInterrupted(paths.Count, paths.Select(path =>
        {
            var one = Check(path);
            Interlocked.Increment(ref done);
            return one;
        }));
    }

    // A query that was interrupted has no answer.
    private IEnumerable<CheckedCertificate> UntilInterrupted(int asked, IEnumerable<CheckedCertificate> all)
    {
        var told = 0;
        foreach (var one in all)
        {
            if (session.Cancellation.IsCancellationRequested)
            {
                break;
            }

            told++;
            yield return one;
        }

        if (told < asked)
        {
            session.Terminal.Error.WriteLine($"verify: interrupted; {asked - told} of {asked} certificates were not checked");
        }
    }

    private CheckedCertificate Check(Claim claim, Invariant invariant, CertificateLock accepted)
    {
        Refuse(claim);
        var proof = AnySizeProof.Create(claim, invariant);
        var file = ProofFiles.LockOf(claim);
        (file == ProofFiles.Lock ? accepted : ProofFiles.ReadLock(file)).Check(Certificate.Create(claim, proof, ToolVersion.Text), file);
        return OfProof(claim, proof, file);
    }

    private CheckedCertificate Check(string file)
    {
        try
        {
            var text = ProofFiles.Read(file);
            if (InstanceCertificate.IsOne(text))
            {
                return OfInstance(InstanceCertificate.Read(text, file), file);
            }

            var stored = Certificate.Read(text, file);
            var (claim, invariant) = files.OwnerOf(file);
            Refuse(claim);
            var proof = AnySizeProof.Create(claim, invariant);
            stored.CheckAgainst(Certificate.Create(claim, proof, ToolVersion.Text), file);
            return OfProof(claim, proof, file);
        }
        catch (UserErrorException e)
        {
            return Refused(file, e);
        }
    }

    // For two claims with one identifier, the subject of a proof would be ambiguous.
    private void Refuse(Claim claim)
    {
        if (session.Catalogue.MistakeIn(claim) is { } mistake)
        {
            throw new UserErrorException(mistake);
        }
    }

    private CheckedCertificate OfProof(Claim claim, AnySizeProof proof, string file) =>
        Answered(file, "proved", word => $"{claim.Id}  {word} {proof.Sentence}", proof.Text, proof.Count,
            SolverCheck.MaxSeconds, AnySizeRun.WhyNot(proof, ConjunctWalk.Brief));

    private CheckedCertificate OfInstance(InstanceCertificate stored, string file)
    {
        var claim = session.Catalogue.Claims.FirstOrDefault(claim => claim.Id == stored.Claim)
            ?? throw UserErrorException.At(
                new SourceLocation(file, 2), ErrorCodes.BadCertificate, $"the claim '{stored.Claim}' does not exist");
        Refuse(claim);
        var instance = stored.CheckAgainst(claim);
        return Answered(file, stored.Verdict, word => $"{claim.Id}  {word} on {instance}", stored.Proof, stored.Obligations,
            SecondsForInstances, stored.WhyNot(claim, instance));
    }

    private CheckedCertificate Answered(
        string file, string verdict, Func<string, string> line, string proof, int obligations, int maxSeconds, string? broken)
    {
        // Whatever the solvers answer, the interpreter has reached a state that contradicts the certificate.
        if (broken is not null)
        {
            return new CheckedCertificate(file, line($"not {verdict}"), [broken], null, ExitCode.Otherwise);
        }

        var solvers = session.Solvers.WithSecondOpinion;
        var missing = solvers.Select(solver => solver.Unavailable).OfType<string>().ToImmutableArray();
        if (missing.Length == solvers.Count)
        {
            return new CheckedCertificate(file, line("not checked"), missing, null, ExitCode.Undecided) { LacksSolver = true };
        }

        var result = AnySizeProver.Run(proof, solvers, seeds: 1, session.Cancellation, maxSeconds);
        var alone = missing.IsEmpty ? "" : " alone";
        var told = line(result.IsProved ? verdict : $"not {verdict}")
            + $": {Amount.Of(obligations, "obligation")}, "
            + string.Join(", ", result.Answers.Select(answer => $"{answer.Solver}{alone} {Quantity.InSeconds(answer.Seconds)}"))
            + string.Concat(missing.Select(reason => $"; no second opinion: {reason}"));
        var isUnknown = result.Answers.SelectMany(answer => answer.Answers).All(answer => answer.Answer != Satisfiability.Sat);
        return new CheckedCertificate(file, told, result.Problems, null,
            result.IsProved ? ExitCode.AsExpected : isUnknown ? ExitCode.Undecided : ExitCode.Otherwise)
        {
            Solvers = [.. result.Answers.Select(answer => answer.Solver).Distinct()],
        };
    }
}
