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

/// <summary>The result of a proof for every size.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Problems">The reasons why the claim is not proved, one line each; empty if it is.</param>
/// <param name="ExitCode">The exit code.</param>
internal sealed record AnySizeResult(Claim Claim, ImmutableArray<string> Problems, int ExitCode)
{
    /// <summary>The obligations; null if the claim has no invariant.</summary>
    public AnySizeProof? Proof { get; init; }

    /// <summary>The decision on the instance where every rule has to fire; null if there is none.</summary>
    public Report? Witness { get; init; }

    /// <summary>The answers of the solvers.</summary>
    public ImmutableArray<SolverRun> Answers { get; init; } = [];

    /// <summary>The reason why no second solver was used; null if one was.</summary>
    public string? NoSecondOpinion { get; init; }

    /// <summary>The path of the certificate; null if none was written.</summary>
    public string? Certificate { get; init; }

    /// <summary>The invariant that the search found, in C#; null if there is none.</summary>
    public string? Invariant { get; init; }

    /// <summary>Counterexamples to induction, each with the obligation that it violates.</summary>
    public ImmutableArray<(string Obligation, Model Instance, CounterexampleToInduction Step)> Broken { get; init; } = [];

    /// <summary>The duration in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>
    /// Rules that are declared never to fire. If the claim is proved, only one instance was checked for that.
    /// </summary>
    public IEnumerable<Rule> NotJudged => IsProved ? Witness!.Instance.Model.Rules.Where(rule => rule.Never is not null) : [];

    /// <summary>True if the claim is proved for every size.</summary>
    public bool IsProved => Problems.IsEmpty;
}

/// <summary>Proves claims for every size by an invariant, hand-written or found by search.</summary>
internal sealed class AnySizeRun(Session session)
{
    private const int StatesToCheck = 24000;

    private readonly Session session = session;
    private readonly ProofFiles files = new(session.Catalogue);
    private readonly SolverChoice solvers = session.Solvers;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private IProgress<Progress>? progress;
    private volatile string stage = "";

    /// <summary>The claims of a group that have an invariant; all of them if none has. The others are named.</summary>
    public ImmutableArray<Claim> WithInvariant(ImmutableArray<Claim> claims)
    {
        ImmutableArray<Claim> some = [.. claims.Where(claim => files.InvariantOf(claim) is not null)];
        if (some.IsEmpty)
        {
            return claims;
        }

        foreach (var claim in claims.Except(some))
        {
            session.Terminal.Error.WriteLine($"verify: {claim.Id} was skipped: it has no invariant; --find searches for one");
        }

        return some;
    }

    /// <summary>Proves a claim by its hand-written invariant and writes the certificate.</summary>
    /// <exception cref="UserErrorException">VRF308: the invariant is missing or does not fit. VRF307: the model or the
    /// claim cannot be expressed for every size. VRF401: no solver is available. VRF402: the certificate cannot be
    /// written.</exception>
    public AnySizeResult Prove(Claim claim)
    {
        AnySizeProof.PropertyOf(claim, claim.Family.Build(claim.Choices));
        var invariant = files.InvariantOf(claim)
            ?? throw UserErrorException.At(null, ErrorCodes.BadInvariant, $"{claim.Id} has no invariant");
        return Timed(claim, () =>
        {
            var result = Decide(claim, invariant);
            if (!result.IsProved)
            {
                return result;
            }

            var certificate = Certificate.Create(claim, result.Proof!, ToolVersion.Text);
            var accepted = result.Answers.Select(answer => answer.Solver).Distinct();
            var file = ProofFiles.LockOf(claim);
            ProofFiles.Write(file, ProofFiles.ReadLock(file).With(certificate, accepted).Text);
            return result with { Certificate = file };
        });
    }

    /// <summary>Searches for an invariant and proves the claim by it.</summary>
    /// <exception cref="UserErrorException">VRF307: the model or the claim cannot be expressed for every size. VRF401:
    /// no solver is available.</exception>
    public AnySizeResult Find(Claim claim) => Timed(claim, () =>
    {
        var instances = SmallModels.Of(claim);
        AnySizeProof.PropertyOf(claim, instances[0]);
        if (RefutedAmongSmall(claim) is { } refuted)
        {
            return refuted;
        }

        var found = new InvariantSearch(instances, claim.Id, claim.Property, solvers, new Telling(this))
            .Find(StatesToCheck, session.Cancellation);
        return found.Invariant is { } invariant
            ? Decide(claim, invariant) with { Invariant = invariant.Source("FoundInvariant", instances[0]) }
            : new AnySizeResult(claim, ["no invariant was found", .. Counters(instances[0])], ExitCode.Undecided)
            {
                Broken = [("no clause over two of each identity excludes this", found.Instance, found.Stuck!)],
            };
    });

    // What is violated at some size has no invariant, and a search would look for one for long.
    private AnySizeResult? RefutedAmongSmall(Claim claim)
    {
        foreach (var (choices, _) in SmallModels.InstancesOf(claim).Append((claim.Choices, claim.Family.Build(claim.Choices))))
        {
            session.Cancellation.ThrowIfCancellationRequested();
            var instance = new Instance(claim.Family, choices);
            stage = $": {instance}";
            var report = Report.Decide(session.Engine(null), instance, instance.Model.Property(claim.Property),
                new EngineOptions(new Budget(States: StatesToCheck), Cancellation: session.Cancellation) { Progress = progress });
            if (report.Verdict is Verdict.Refuted)
            {
                return Impossible(claim, report);
            }
        }

        return null;
    }

    private static AnySizeResult Impossible(Claim claim, Report witness) =>
        new(claim, [$"{witness.Instance}: {witness.Verdict.Word}, so a proof for every size is impossible"],
            witness.Verdict is Verdict.Unknown or Verdict.HoldsUpTo ? ExitCode.Undecided : ExitCode.Otherwise)
        {
            Witness = witness,
        };

    private static IEnumerable<string> Counters(Model model) => model.Variables.Where(variable => HasNumber(variable.Sort))
        .Select(variable => $"'{variable.Name}' holds a number: the clauses that are tried compare it with constants, and none "
            + "says how many members of a set there are; an invariant that counts has to be written");

    private static bool HasNumber(Sort sort) => sort switch
    {
        Sort.Interval { ScalarCount: > 1 } => true,
        Sort.Optional optional => HasNumber(optional.Of),
        Sort.Mapping map => HasNumber(map.Value),
        Sort.Record record => record.Fields.Any(field => HasNumber(field.Sort)),
        _ => false,
    };

    // A solver failure or an interrupt leaves the claim undecided.
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
            result = ProgressDisplay.Run(session.Terminal, () => claim.Id + stage, shown =>
            {
                (progress, stage) = (shown, "");
                return work();
            });
        }
        catch (SolverException e)
        {
            result = new AnySizeResult(claim, [session.Cancellation.IsCancellationRequested ? "interrupted" : e.Message],
                ExitCode.Undecided);
        }
        catch (OperationCanceledException)
        {
            result = new AnySizeResult(claim, ["interrupted"], ExitCode.Undecided);
        }

        return result with { Seconds = (clock.Elapsed - started).TotalSeconds };
    }

    /// <summary>
    /// Proves a claim by an invariant without writing files: first the claim's instance with all its witnesses by
    /// search, then a check by the interpreter, then the solvers.
    /// </summary>
    /// <exception cref="UserErrorException">VRF307, VRF308: as for <see cref="AnySizeProof.Create"/>.</exception>
    /// <exception cref="SolverException">A solver gives no answer.</exception>
    public AnySizeResult Decide(Claim claim, Invariant invariant)
    {
        var proof = AnySizeProof.Create(claim, invariant);
        var instance = new Instance(claim.Family, claim.Choices);
        stage = $": {instance}";
        var witness = Report.Decide(session.Engine(null), instance, instance.Model.Property(claim.Property),
            new EngineOptions(Budget.Unlimited, Cancellation: session.Cancellation) { Progress = progress });
        var result = (witness.Verdict is Verdict.Proved
            ? new AnySizeResult(claim, [.. witness.Forbidden(), .. witness.Vacuities()], ExitCode.Otherwise) { Witness = witness }
            : Impossible(claim, witness)) with
        { Proof = proof };
        if (!result.IsProved)
        {
            return result;
        }

        progress?.Report(default);
        stage = ": the interpreter walks small instances";
        if (WhyNot(proof, ConjunctWalk.Usual) is { } broken)
        {
            return result with { Problems = [broken], ExitCode = ExitCode.Otherwise };
        }

        stage = $": solvers are asked about {Amount.Of(proof.Count, "obligation")}";
        var said = AnySizeProver.Run(proof.Text, solvers.WithSecondOpinion, seeds: 3, session.Cancellation);
        var isFalse = said.Answers.SelectMany(a => a.Answers).Any(a => a.Answer == Satisfiability.Sat);
        return result with
        {
            Problems = said.IsProved || !said.Problems.IsEmpty ? said.Problems : ["no solver was run"],
            ExitCode = said.IsProved ? ExitCode.AsExpected : isFalse ? ExitCode.Otherwise : ExitCode.Undecided,
            Answers = said.Answers,
            NoSecondOpinion = solvers.WithSecondOpinion.Select(solver => solver.Unavailable).FirstOrDefault(reason => reason is not null),
            Broken = [.. said.Failed.Take(3).SelectMany(name => BrokenBy(claim, invariant, name))],
        };
    }

    /// <summary>
    /// The contradiction to a proof that the interpreter finds on small instances; null if there is none.
    /// </summary>
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
            return null; // the claim stays unproved, but no counterexample is shown
        }
    }

    // A line of its own would be lost in the changing line of a terminal.
    private sealed class Telling(AnySizeRun run) : IProgress<string>
    {
        public void Report(string value)
        {
            run.progress?.Report(default);
            run.stage = $": {value}";
            if (!run.session.Terminal.IsErrorLive)
            {
                run.session.Terminal.Error.WriteLine($"verify: {value}");
            }
        }
    }
}
