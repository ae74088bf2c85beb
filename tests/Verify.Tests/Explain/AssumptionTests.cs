using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explain.Asking;
using Verify.Explain.Assumptions;
using Verify.Explicit;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Explain;

/// <summary>The map of assumptions says of each set what its own model says.</summary>
public sealed class AssumptionTests
{
    private const long MaxStates = 300_000;

    /// <summary>Claims whose families declare three assumptions or more, one for each shape of their maps.</summary>
    public static TheoryData<string> Mapped => ["VL-BOAZ:I-USE", "VL-PERCPU-PT:I-USE", "VL-FULL:I-ENTRY"];

    [Theory]
    [MemberData(nameof(Mapped))]
    public void Every_set_has_the_verdict_of_its_own_model(string id)
    {
        var claim = Catalogue.Load().Find(id)[0];
        var cores = Of(claim)!;
        var all = claim.Family.Assumptions;
        for (var set = 0; set < 1 << all.Length; set++)
        {
            var chosen = all.Where((_, i) => (set & (1 << i)) != 0).ToArray();
            Model model;
            try
            {
                model = claim.Family.Build((claim.Choices with { Assumptions = claim.Choices.Assumptions.Clear() }).Assume(chosen));
            }
            catch (UserErrorException)
            {
                continue; // not offered
            }

            var verdict = new ExplicitEngine().Decide(model, model.Property(claim.Property), Options);
            var name = string.Join(", ", chosen.Select(one => one.Name));
            var holds = cores.Holding.Any(one => one.Assumptions.All(chosen.Contains))
                && !cores.Exceptions.Any(one => Same(one, chosen, cores));
            var fails = cores.Failing.Any(one => chosen.Except(cores.Idle).All(one.Assumptions.Contains));
            Assert.Equal((name, verdict is Verdict.Proved, verdict is Verdict.Refuted), (name, holds, fails));
        }

        Assert.Empty(cores.Open);
        Assert.True(cores.Decisions <= cores.Sets);
        Assert.All(cores.Failing.Where(one => one.Answer.Trace is not null), one =>
        {
            var model = claim.Family.Build(one.Choices);
            var found = (Verdict.Refuted)new ExplicitEngine().Decide(model, model.Property(claim.Property), Options);
            Assert.True(found.Trace!.LoopStart is not null || found.Trace.Length == one.Answer.Trace!.Trace.Length, "a shorter one exists");
        });
    }

    [Fact]
    public void A_claim_that_holds_under_assumptions_rests_on_these_or_on_fewer()
    {
        var compared = 0;
        foreach (var claim in Catalogue.Load().Claims.Where(claim => claim.Expected is Expectation.ProvedIf))
        {
            var stated = claim.Choices.Assumptions.Except(((Expectation.ProvedIf)claim.Expected).Superfluous);
            var cores = Of(claim);
            compared += cores is { Open.IsEmpty: true } ? 1 : 0;
            string[] found = [.. cores?.Holding.Select(set => string.Join(", ", set.Assumptions.Select(one => one.Name).Order())) ?? []];
            Assert.True(cores is not { Open.IsEmpty: true } || found.Contains(string.Join(", ", stated.Order())),
                $"{claim.Id}: {string.Join(" | ", found)}");
        }

        Assert.True(compared >= 20, $"{compared}");
    }

    [Fact]
    public void An_assumption_that_another_one_implies_is_named()
    {
        var family = new Migration();
        var questions = new Questions(new ExplicitEngine(), Options);
        var cores = AssumptionCores.Of(family, Choices.Default, "it stays", questions)!;
        Assert.Equal(["A-PIN", "A-1CPU"], cores.Holding.Select(set => Assert.Single(set.Assumptions).Name));
        Assert.Equal([new ImpliedAssumption(Migration.Pinned, Migration.OneCpu)],
            ImpliedAssumption.In(cores, questions));
        Assert.Equal([Migration.Quiet], cores.Idle);
    }

    // A proof without the assumption says nothing of a model that reads an empty option with it.
    [Fact]
    public void A_set_whose_model_is_undefined_is_not_covered_by_a_proof_for_fewer()
    {
        var cores = AssumptionCores.Of(new Unmapping(), Choices.Default, "few", new Questions(new ExplicitEngine(), Options))!;
        Assert.Equal([[]], cores.Holding.Select(set => set.Assumptions));
        var failing = Assert.Single(cores.Failing);
        Assert.Equal((AnswerKind.Undefined, Unmapping.Clean), (failing.Answer.Kind, Assert.Single(failing.Assumptions)));
        Assert.Single(cores.Exceptions);
    }

    private sealed class Unmapping() : ModelFamily("unmapping", "A page that goes")
    {
        public static readonly Assumption Clean = new("A-CLEAN", "no dirty page is freed", "writeback");
        public static readonly Assumption Mapped = new("A-MAPPED", "the page stays", "a reference");

        protected override void Describe(ModelBuilder m)
        {
            var page = m.Var("page", Sort.Option(Sort.Bool), Some(true));
            var freed = m.Var("freed", Sort.Bool, false);
            m.Rule("unmap", s => s.When(!m.Assumes(Mapped)).Set(page, None));
            m.Rule("free", s => s.When(!m.Assumes(Clean) | page.Value).Set(freed, true));
            m.Always("few", freed | !freed);
        }
    }

    // A thread moves to a CPU that is online, and sees there what it must not see.
    private sealed class Migration() : ModelFamily("migration", "A thread that moves")
    {
        public static readonly Assumption Pinned = new("A-PIN", "the thread stays", "affinity");
        public static readonly Assumption OneCpu = new("A-1CPU", "no other CPU goes online", "the command line of the kernel");
        public static readonly Assumption Quiet = new("A-QUIET", "nothing is printed", "the console");

        protected override void Describe(ModelBuilder m)
        {
            var online = m.Var("online", Sort.Bool, false);
            var moved = m.Var("moved", Sort.Bool, false);
            m.Rule("cpu_up", s => s.When(!m.Assumes(OneCpu)).When(!online).Set(online, true));
            m.Rule("migrate", s => s.When(!m.Assumes(Pinned)).When(online).Set(moved, true));
            m.Always("it stays", !moved);
        }
    }

    private static EngineOptions Options => EngineOptions.Default with { Budget = new Budget(States: MaxStates) };

    private static AssumptionCores? Of(Claim claim) =>
        AssumptionCores.Of(claim.Family, claim.Choices, claim.Property, new Questions(new ExplicitEngine(), Options));

    private static bool Same(AssumptionSet set, Assumption[] chosen, AssumptionCores cores) =>
        set.Assumptions.ToHashSet().SetEquals(chosen.Except(cores.Idle));
}
