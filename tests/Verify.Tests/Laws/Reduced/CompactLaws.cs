using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Exploration;
using Verify.Modelling;

namespace Verify.Tests.Laws.Reduced;

/// <summary>Compact mode gives the same counts, because no hashes collide here, and never a proof.</summary>
public sealed class CompactLaws
{
    private static readonly string[] Wide = ["VL-FULL:I-ENTRY", "VL-1CPU-AFTER:I-USE", "VL-BOAZ-TABLES:I-USE", "B-SWITCHWIN:I-USE"];

    public static TheoryData<string> Claims => [.. Wide];

    [Theory]
    [MemberData(nameof(Claims))]
    public void Hashes_find_what_states_find_and_prove_nothing(string id)
    {
        var claim = Verify.Cli.Hosting.Catalogue.Load().Claims.Single(claim => claim.Id == id);
        var model = new Instance(claim.Family, claim.Choices).Model;
        Assert.True(new CompiledModel(model, model.Property(claim.Property), Reductions.None).Layout.WordCount > 1);
        foreach (var reductions in new[] { Reductions.None, Reductions.Symmetry })
        {
            var run = new EngineOptions(Budget.Unlimited, Threads: 2, Reductions: reductions);
            var exact = new ExplicitEngine().Decide(model, model.Property(claim.Property), run);
            var hashed = new ExplicitEngine().Decide(model, model.Property(claim.Property), run with { IsCompact = true });
            Assert.Equal((exact.Evidence.States, exact.Evidence.Transitions, exact.Evidence.Depth),
                (hashed.Evidence.States, hashed.Evidence.Transitions, hashed.Evidence.Depth));
            Assert.Equal(exact is Verdict.Proved ? "holds-up-to" : "refuted", hashed.Word);
            Assert.DoesNotContain("exact", hashed.Evidence.Identity, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_property_that_a_compact_search_does_not_reach_is_not_reported_as_unreachable()
    {
        var claim = Verify.Cli.Hosting.Catalogue.Load().Claims.Single(claim => claim.Id == "VL-FULL:I-ENTRY");
        var model = new Instance(claim.Family, claim.Choices).Model;
        var never = new Property.Reachable("never", "", new SourceLocation("test", 1), (Expr)false);
        Assert.Equal("unknown", new ExplicitEngine().Decide(model, never, EngineOptions.Default with { IsCompact = true }).Word);
        Assert.Equal("refuted", new ExplicitEngine().Decide(model, never, EngineOptions.Default).Word);
    }

    [Fact]
    public void A_state_of_one_word_is_kept_whole_and_still_proves()
    {
        var model = new Instance(new Verify.Models.Textbook.TwoPhaseCommit(), Choices.Default).Model;
        var verdict = new ExplicitEngine().Decide(model, model.Property("consistent"), EngineOptions.Default with { IsCompact = true });
        Assert.IsType<Verdict.Proved>(verdict);
        Assert.Equal(288, verdict.Evidence.States);
    }
}
