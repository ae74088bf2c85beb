using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Engines;
using Verify.Modelling;
using Verify.Parametric.Lowering;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Solvers;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Verify.Cli.Proofs;

/// <summary>What became of a proof for every size.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Problems">Why it is not proved, one line each; empty when it is.</param>
/// <param name="ExitCode">The exit code.</param>
internal sealed record AnySizeResult(Claim Claim, ImmutableArray<string> Problems, int ExitCode)
{
    /// <summary>What was to be shown; null when there is no invariant to show.</summary>
    public AnySizeProof? Proof { get; init; }

    /// <summary>The instance on which every rule has to fire; null when none was looked at.</summary>
    public Report? Witness { get; init; }

    /// <summary>What solvers say.</summary>
    public ImmutableArray<SolverRun> Answers { get; init; } = [];

    /// <summary>Why there was no second solver to ask; null when there was one.</summary>
    public string? NoSecondOpinion { get; init; }

    /// <summary>The certificate that was written; null when none was.</summary>
    public string? Certificate { get; init; }

    /// <summary>The invariant that was found, in C#; null when none was looked for, or found.</summary>
    public string? Invariant { get; init; }

    /// <summary>Steps that lead out of the invariant, each with what it breaks.</summary>
    public ImmutableArray<(string Obligation, Model Instance, CounterexampleToInduction Step)> Broken { get; init; } = [];

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Rules that shall never fire: where it is proved, they were seen not to on the one instance that was looked at.</summary>
    public IEnumerable<Rule> NotJudged => IsProved ? Witness!.Instance.Model.Rules.Where(rule => rule.Never is not null) : [];

    /// <summary>Whether it is proved.</summary>
    public bool IsProved => Problems.IsEmpty;
}

/// <summary>Proves claims for every size, by an invariant that is written down or looked for.</summary>
internal sealed class AnySizeRun(Session session)
{
    private const int StatesToLookAt = 24000;

    private readonly ProofFiles files = new(session.Catalogue);
    private readonly SolverChoice solvers = session.Solvers;
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>Of a group, those that somebody has written an invariant for; all of them when there is none.</summary>
    public ImmutableArray<Claim> WithInvariant(ImmutableArray<Claim> claims)
    {
        ImmutableArray<Claim> some = [.. claims.Where(claim => files.InvariantOf(claim) is not null)];
        return some.IsEmpty ? claims : some;
    }

    /// <summary>Proves a claim by the invariant that is written down, and writes the certificate.</summary>
    /// <exception cref="UserErrorException">VRF308: there is no invariant, or it does not fit. VRF307: the model or the claim cannot be
    /// told for every size. VRF401: there is no solver. VRF402: the certificate cannot be written.</exception>
    public AnySizeResult Prove(Claim claim)
    {
        AnySizeProof.Asked(claim, claim.Family.Build(claim.Choices));
        var invariant = files.InvariantOf(claim)
            ?? throw UserErrorException.At(null, ErrorCodes.BadInvariant, $"there is no invariant for {claim.Id}");
        return Timed(claim, () =>
        {
            var result = Decide(claim, invariant);
            if (!result.IsProved)
            {
                return result;
            }

            ProofFiles.Write(ProofFiles.Lock, ProofFiles.ReadLock().With(
                Certificate.Of(claim, result.Proof!, ToolVersion.Text), result.Answers.Select(answer => answer.Solver).Distinct()).Text);
            return result with { Certificate = ProofFiles.Lock };
        });
    }

    /// <summary>Looks for an invariant, and proves the claim by it.</summary>
    /// <exception cref="UserErrorException">VRF307: model or claim cannot be told for every size. VRF401: there is no solver.</exception>
    public AnySizeResult Find(Claim claim) => Timed(claim, () =>
    {
        var instances = SmallModels.Of(claim);
        AnySizeProof.Asked(claim, instances[0]);
        var found = new InvariantSearch(instances, claim.Id, claim.Property, solvers, new Telling(session.Terminal.Error))
            .Find(StatesToLookAt, session.Cancellation);
        return found.Invariant is { } invariant
            ? Decide(claim, invariant) with { Invariant = invariant.Source("FoundInvariant", instances[0]) }
            : new AnySizeResult(claim, ["no invariant was found"], ExitCode.Undecided)
            {
                Broken = [("no clause over two of each identity excludes this", found.Instance, found.Stuck!)],
            };
    });

    // Whatever happens to a solver, or to the user's patience, leaves it open.
    private AnySizeResult Timed(Claim claim, Func<AnySizeResult> work)
    {
        if (solvers.Unavailable is { } reason)
        {
            throw UserErrorException.At(null, ErrorCodes.MissingTool, reason);
        }

        var started = clock.Elapsed;
        AnySizeResult result;
        try
        {
            result = work();
        }
        catch (SolverException e)
        {
            result = new AnySizeResult(claim, [e.Message], ExitCode.Undecided);
        }
        catch (OperationCanceledException)
        {
            result = new AnySizeResult(claim, ["interrupted"], ExitCode.Undecided);
        }

        return result with { Seconds = (clock.Elapsed - started).TotalSeconds };
    }

    /// <summary>
    /// Proves a claim by an invariant, and writes nothing: the instance of the claim by search, with all its witnesses, then
    /// what the interpreter reaches, then the solvers.
    /// </summary>
    /// <exception cref="UserErrorException">VRF307, VRF308: as for <see cref="AnySizeProof.Of"/>.</exception>
    /// <exception cref="SolverException">A solver gives no answer.</exception>
    public AnySizeResult Decide(Claim claim, Invariant invariant)
    {
        var proof = AnySizeProof.Of(claim, invariant);
        var instance = new Instance(claim.Family, claim.Choices);
        var witness = Report.Decide(session.Engine(null), instance, instance.Model.Property(claim.Property),
            new EngineOptions(Budget.Unlimited, Cancellation: session.Cancellation));
        var isOpen = witness.Verdict is Verdict.Unknown or Verdict.HoldsUpTo;
        var result = new AnySizeResult(claim, witness.Verdict is Verdict.Proved
            ? [.. witness.Forbidden(), .. witness.Vacuities()]
            : [$"{instance}: {witness.Verdict.Word}, so there is nothing to prove for every size"],
            isOpen ? ExitCode.Undecided : ExitCode.Otherwise)
        {
            Proof = proof,
            Witness = witness,
        };
        if (!result.IsProved)
        {
            return result;
        }

        if (WhyNot(proof, ConjunctWalk.Usual) is { } broken)
        {
            return result with { Problems = [broken], ExitCode = ExitCode.Otherwise };
        }

        var said = AnySizeProver.Run(proof.Text, solvers.WithSecondOpinion, seeds: 3, session.Cancellation);
        var isFalse = said.Answers.SelectMany(a => a.Answers).Any(a => a.Answer == Satisfiability.Sat);
        return result with
        {
            Problems = said.IsProved || !said.Problems.IsEmpty ? said.Problems : ["nobody was asked"],
            ExitCode = said.IsProved ? ExitCode.AsExpected : isFalse ? ExitCode.Otherwise : ExitCode.Undecided,
            Answers = said.Answers,
            NoSecondOpinion = solvers.WithSecondOpinion.Select(solver => solver.Unavailable).FirstOrDefault(reason => reason is not null),
            Broken = [.. said.Failed.Take(3).SelectMany(name => BrokenBy(claim, invariant, name))],
        };
    }

    /// <summary>What the interpreter meets on small instances that speaks against a proof; null if nothing does.</summary>
    public static string? WhyNot(AnySizeProof proof, long work)
    {
        var choices = proof.SmallInstances().ToList();
        return choices.Select(one =>
        {
            var (model, conjuncts, property) = proof.On(one);
            return ConjunctWalk.WhyNot(model, conjuncts, property, work / choices.Count) is { } reason
                ? $"on {Instance.DescribeSizes(proof.Family, one)}: {reason}"
                : null;
        }).FirstOrDefault(reason => reason is not null);
    }

    private IEnumerable<(string, Model, CounterexampleToInduction)> BrokenBy(Claim claim, Invariant invariant, string name)
    {
        foreach (var model in SmallModels.Of(claim))
        {
            if (FindBroken(model, invariant.For(model), claim.Property, name) is { } broken)
            {
                yield return (name, model, broken);
                yield break;
            }
        }
    }

    private CounterexampleToInduction? FindBroken(Model model, ImmutableArray<Conjunct> conjuncts, string property, string name)
    {
        try
        {
            var obligations = new InvariantObligations(new FirstOrderModel(model), conjuncts, (Property.Always)model.Property(property));
            return InductionCounterexamples.Find(obligations, name, solvers, session.Cancellation);
        }
        catch (SolverException)
        {
            return null; // what is not proved stays so, though it cannot be shown why
        }
    }

    private sealed class Telling(TextWriter error) : IProgress<string>
    {
        public void Report(string value) => error.WriteLine($"verify: {value}");
    }
}
