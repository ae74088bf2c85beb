using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using Verify.Semantics;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Symbolic.Induction;
using Verify.Symbolic.Tasks;
using Verify.Tests.Laws.Reduced;
using Verify.Tests.Solvers;
using Verify.Traces;

namespace Verify.Tests.Symbolic;

/// <summary>Symbolic engines reach the verdicts of the claims.</summary>
public sealed class SymbolicClaimTests
{
    // Every claim that is refuted in at most so many steps; the generated page covers the others.
    private const int FewSteps = 6;

    public static TheoryData<string> Refuted { get; } =
    [
        .. Catalogue.Load().Claims.Where(claim => claim.Expected is Expectation.Refuted { Steps: > 0 and <= FewSteps })
            .Select(claim => claim.Id),
    ];

    public static TheoryData<string, string> Proved { get; } = new()
    {
        { "VL-PERCPU-PT:I-USE", "pdr" },
        { "HW-ASID:I-ENTRY", "pdr" },
        { "HW-ASID:I-ASID", "pdr" },
        { "VL-SVA-NONE:I-ENTRY", "pdr" },
        { "VL-PERCPU-PT:I-ENTRY", "spacer" },
    };

    [Theory]
    [MemberData(nameof(Refuted))]
    public void Bounded_search_refutes_in_as_many_steps(string id)
    {
        var (claim, instance, property) = Of(id);
        if (property is Property.LeadsTo)
        {
            return;
        }

        var report = Report.Decide(new BmcEngine(RealSolver.OrSkip()), instance, property, EngineOptions.Default);
        Assert.Equal(((Expectation.Refuted)claim.Expected).Steps, Assert.IsType<Verdict.Refuted>(report.Verdict).Trace?.Length);
    }

    [Theory]
    [MemberData(nameof(Proved))]
    public void A_proof_can_be_checked_again_by_another_solver(string id, string engine)
    {
        var z3 = RealSolver.OrSkip();
        var (_, instance, property) = Of(id);
        var report = Report.Decide(EngineTroubleTests.Engines(z3).Single(e => e.Name == engine), instance, property, EngineOptions.Default);
        var evidence = Assert.IsType<Verdict.Proved>(report.Verdict).Evidence;
        Assert.Empty(report.Vacuities());
        Assert.StartsWith("z3 ", evidence.Solver);
        foreach (var kind in (SolverKind[])[SolverKind.Z3, SolverKind.Cvc5])
        {
            using var fresh = RealSolver.OrSkip(kind).Start(7, new SolverLimits(Seconds: 60), TestContext.Current.CancellationToken);
            Assert.Null(InstanceObligations.WhyNot(evidence.Obligations!, fresh, Known(instance.Model, property)));
        }
    }

    [Fact]
    public void A_proof_that_lost_its_lemmas_is_refused()
    {
        var (_, instance, property) = Of("VL-PERCPU-PT:I-USE");
        var z3 = RealSolver.OrSkip();
        var whole = new PdrEngine(z3).Decide(instance.Model, property, EngineOptions.Default).Evidence.Obligations!;
        var lemmas = whole.Split('\n').Where(line => line.StartsWith("    (or false", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lemmas);
        var without = string.Join('\n', whole.Split('\n').Select(line => lemmas.Contains(line) ? "true" + Closing(line) : line));
        using var fresh = z3.Start(1, new SolverLimits(Seconds: 60), TestContext.Current.CancellationToken);
        Assert.NotNull(InstanceObligations.WhyNot(without, fresh, Known(instance.Model, property)));
    }

    private static ControlRun Known(Model model, Property property) =>
        new ProofTask(model, property, EngineOptions.Default, RealSolver.OrSkip()).KnownRun;

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        var z3 = RealSolver.OrSkip();
        string Told(SymbolicEngine engine, string id)
        {
            var (_, instance, property) = Of(id);
            var verdict = engine.Decide(instance.Model, property, new EngineOptions(Budget.Unlimited, Seed: 5));
            var trace = ReductionLaws.TraceOf(verdict) is { } run ? Replay.Encode(new Interpreter(instance.Model), run) : "";
            return $"{verdict.Word} {trace} {verdict.Evidence.Certificate} {verdict.Evidence.Solver}\n{verdict.Evidence.Obligations}";
        }

        Assert.Equal(Told(new BmcEngine(z3), "VL-MARK:I-USE"), Told(new BmcEngine(z3), "VL-MARK:I-USE"));
        Assert.Equal(Told(new PdrEngine(z3), "VL-PERCPU-PT:I-USE"), Told(new PdrEngine(z3), "VL-PERCPU-PT:I-USE"));
    }

    [Fact]
    public void Induction_proves_what_follows_from_a_step()
    {
        var z3 = RealSolver.OrSkip();
        var model = new TlbShootdown().Build(Choices.Default.Size("cpu", 1).Size("page", 1).Size("frame", 1));
        var found = new KInductionEngine(z3).Decide(model, model.Property("I-ENTRY"), EngineOptions.Default);
        var evidence = Assert.IsType<Verdict.Proved>(found).Evidence;
        Assert.Contains("-induction over runs without repetition", evidence.Certificate, StringComparison.Ordinal);
        using var fresh = RealSolver.OrSkip(SolverKind.Cvc5).Start(1, new SolverLimits(Seconds: 60), TestContext.Current.CancellationToken);
        Assert.Null(InstanceObligations.WhyNot(evidence.Obligations!, fresh, Known(model, model.Property("I-ENTRY"))));
    }

    [Fact]
    public void Auto_searches_small_instances_and_reports_it()
    {
        var (_, instance, property) = Of("VL-PERCPU-PT:I-USE");
        var solver = RealSolver.OrSkip();
        var auto = new AutoEngine(new ExplicitEngine(), new BmcEngine(solver), new PdrEngine(solver));
        var found = Report.Decide(auto, instance, property, EngineOptions.Default);
        Assert.IsType<Verdict.Proved>(found.Verdict);
        Assert.Equal("explicit (the instance is small enough to be searched)", found.Verdict.Evidence.Selection);
    }

    private static string Closing(string line) => new(')', line.Count(letter => letter == ')') - line.Count(letter => letter == '('));

    private static (Claim, Instance, Property) Of(string id)
    {
        var claim = Assert.Single(Catalogue.Load().Find(id));
        var instance = new Instance(claim.Family, claim.Choices);
        return (claim, instance, instance.Model.Property(claim.Property));
    }
}
