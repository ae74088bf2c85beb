using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Disk;
using Verify.Modelling;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Explicit;

/// <summary>
/// With the cone of influence, the vacuity of a proof is determined as without it, or reported as open.
/// </summary>
public sealed class LeftOutByConeTests
{
    private static readonly EngineOptions Reduced = new(Budget.Unlimited, Threads: 1, Reductions: Reductions.ConeOfInfluence);

    [Theory]
    [InlineData(Reductions.None)]
    [InlineData(Reductions.ConeOfInfluence)]
    [InlineData(Reductions.ConeOfInfluence | Reductions.Symmetry)]
    [InlineData(Reductions.ConeOfInfluence | Reductions.PartialOrder)]
    [InlineData(Reductions.ConeOfInfluence | Reductions.PartialOrder | Reductions.Symmetry)]
    public void A_claim_has_the_same_problems(Reductions reductions) => Assert.Equal(
        ["vacuous: 'both' is not reachable", "vacuous: rule 'never' never fires"],
        ClaimReport.Decide(ClaimOf(steps: 30), new ExplicitEngine(), Reduced with { Reductions = reductions }).Problems);

    [Fact]
    public void A_reached_property_is_a_witness_with_its_depth()
    {
        var report = Assert.IsType<Report>(ClaimReport.Decide(ClaimOf(steps: 30), new ExplicitEngine(), Reduced).Main);
        Assert.Equal(2, report.Verdict.Evidence.States);
        Assert.Equal([new Witness("far", 30), new Witness("both", null)], report.Verdict.Evidence.Witnesses);
        Assert.Empty(report.Verdict.Evidence.NotLookedFor);
        Assert.Equal(0, report.Verdict.Evidence.RuleCounts[^1]);
        Assert.True(report.Verdict.Evidence.StatesForTheRest >= 124);
    }

    [Fact]
    public void A_claim_that_a_budget_leaves_open_is_not_a_success()
    {
        var claim = ClaimOf(steps: 30);
        var run = Reduced with { Budget = new Budget(States: 20) };
        var decision = ClaimReport.Decide(claim, claim.Choices, new ExplicitEngine(), run);
        Assert.IsType<Verdict.Proved>(decision.Main!.Verdict);
        Assert.Equal(
            ["may be vacuous: not looked for: 'far', 'both'", "may be vacuous: not counted: 'never'"], decision.Problems);
        Assert.True(decision.IsUndecided);
        Assert.Equal(ExitCode.Undecided, ExitCode.Of(decision));
    }

    [Fact]
    public void Searches_for_targets_continue_on_disk()
    {
        using var directory = new TestDirectory();
        var (family, spilled) = (new Aside(steps: 30, lamps: 4), 0);
        var model = family.Build(Choices.Default);
        var tuning = new StorageTuning { MaxHeld = 9, MinCapacity = 64, BeforeChange = _ => spilled++ };
        var onDisk = new ExplicitEngine { Tuning = tuning };
        var run = Reduced with { SpillDirectory = directory.Path };
        Assert.Equal(
            Verdicts.TextOf(model, new ExplicitEngine().Decide(model, model.Property("either"), run)),
            Verdicts.TextOf(model, onDisk.Decide(model, model.Property("either"), run)));
        Assert.True(spilled > 30, $"the disk was used {spilled} times");
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public void A_claim_that_a_full_disk_leaves_open_is_reported()
    {
        var tuning = new StorageTuning { MaxHeld = 9, MinCapacity = 64, BeforeChange = _ => throw new IOException("No space left") };
        var report = ClaimReport.Decide(ClaimOf(steps: 30, lamps: 4), new ExplicitEngine { Tuning = tuning }, Reduced);
        Assert.IsType<Verdict.Proved>(report.Main!.Verdict);
        Assert.Equal(["may be vacuous: not looked for: 'far', 'both'", "may be vacuous: not counted: 'never'"], report.Problems);
    }

    // The gate decides claims with a small budget first, then decides open ones with the whole budget.
    [Fact]
    public void A_gate_looks_again()
    {
        var terminal = Terminal.Plain(TextWriter.Null, TextWriter.Null);
        var row = Assert.Single(new Batch(new CachingEngine(new ExplicitEngine()), Reduced)
            .Decide(terminal, [ClaimOf(steps: 3, lamps: 16)], _ => { }));
        Assert.Equal(["vacuous: 'both' is not reachable", "vacuous: rule 'never' never fires"], row.Report!.Problems);
    }

    private static Claim ClaimOf(int steps, int lamps = 1) => new()
    {
        Id = "ASIDE",
        Sentence = "A switch is on or off.",
        Family = new Aside(steps, lamps),
        Choices = Choices.Default,
        Property = "either",
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    private sealed class Aside(int steps, int lamps) : ModelFamily
    {
        public override string Name => "aside";

        public override string Summary => "A switch, and a count and lamps beside it.";

        protected override void Describe(ModelBuilder m)
        {
            var (on, off) = (m.Var("on", Sort.Bool), m.Var("off", Sort.Bool, true));
            var count = m.Var("count", Sort.Range(0, steps));
            m.Rule("turn", s => s.Set(on, !on).Set(off, !off));
            var (lamp, lit) = (Sort.Range(1, lamps), m.Map("lit", Sort.Range(1, lamps), Sort.Bool));
            m.Rule("light", lamp, (s, l) => s.Set(lit[l], !lit[l]));
            m.Rule("step", Sort.Range(0, steps - 1), (s, i) => s.When(count == i).Set(count, i + 1));
            m.Rule("never", s => s.When((count == 1) & (count == 2)).Set(count, 0));
            m.Always("either", on != off);
            m.Reachable("far", count == steps);
            m.Reachable("both", (count == 1) & (count == 3));
        }
    }
}
