using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Tests.Explicit.Storage;

namespace Verify.Tests.Cli;

/// <summary>The claims that a name identifies, and the errors for ambiguous names.</summary>
public sealed class CatalogueTests
{
    [Theory]
    [InlineData("plain:good", "a question")] // the family's property, as it is written
    [InlineData("PLAIN:GOOD", "a claim")]
    [InlineData("Plain:Good", "a claim")]
    [InlineData("plain", "a question")]
    [InlineData("PLAIN", "a claim")]
    [InlineData("PLAIN:other", "a question")]
    [InlineData("plain:GOOD", "a claim")] // no property is called so, and a claim is but for the case
    public void What_is_written_exactly_comes_first(string argument, string what)
    {
        var claim = ClaimOf("PLAIN:GOOD");
        var catalogue = new Catalogue(() => [new Plain()], () => [claim]);
        var found = catalogue.Find(argument);
        Assert.Equal(what == "a claim", found.Contains(claim));
        Assert.Equal(what == "a question", found.All(one => one.Expected is Expectation.Open));
    }

    [Fact]
    public void Two_families_of_one_name_are_told()
    {
        var claim = ClaimOf("ONE");
        var catalogue = new Catalogue(() => [new Plain(), new Twin()], () => [claim]);
        foreach (var arguments in (string[][])[["list"], ["gate"], ["check", "plain:good"]])
        {
            var run = ToolRun.On(catalogue, new ExplicitEngine(), arguments);
            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.Contains("VRF102: 2 families have the name 'plain': ", run.Error, StringComparison.Ordinal);
            Assert.Contains("CatalogueTests+Twin", run.Error, StringComparison.Ordinal);
        }

        // A claim has its family itself.
        Assert.Equal(ExitCode.AsExpected, ToolRun.On(catalogue, new ExplicitEngine(), "check", "ONE").ExitCode);
    }

    [Fact]
    public void No_proof_is_taken_for_one_of_two_claims_of_one_id()
    {
        Claim[] twice = [ClaimOf("TWICE"), ClaimOf("TWICE") with { Property = "other" }];
        Catalogue Of(params Claim[] claims) => new(() => [new Plain()], () => claims, () => [new Good()]);
        using var folder = new TestDirectory();
        Assert.Equal(ExitCode.AsExpected,
            ToolRun.On(Of(twice[0]), new ExplicitEngine(), "certify", "--write", folder.Path).ExitCode);

        foreach (var arguments in (string[][])[["certify", folder.Path], ["certify"], ["certify", "--write", folder.Path]])
        {
            var run = ToolRun.On(Of(twice), new ExplicitEngine(), arguments);
            Assert.Equal((ExitCode.BadInput, ""), (run.ExitCode, run.Out));
            Assert.Contains("VRF305: two claims have the identifier 'TWICE'", run.Error, StringComparison.Ordinal);
        }
    }

    private static Claim ClaimOf(string id) => new()
    {
        Id = id,
        Sentence = "All is good.",
        Family = new Plain(),
        Choices = Choices.Default,
        Property = "good",
        Expected = new Expectation.Proved(),
        Sources = [],
    };

    private class Plain : ModelFamily
    {
        public override string Name => "plain";

        public override string Summary => "a lamp";

        protected override void Describe(ModelBuilder m)
        {
            var on = m.Var("on", Sort.Bool);
            m.Rule("turn", s => s.Set(on, !on));
            m.Always("good", on | !on);
            m.Always("other", on | !on);
            m.Reachable("lit", on);
        }
    }

    private sealed class Twin : Plain;

    private sealed class Good : Invariant
    {
        public override ImmutableArray<string> Claims => ["TWICE"];

        protected override void Describe(InvariantBuilder i) => i.Add("good", i["on"] | !i["on"]);
    }
}
