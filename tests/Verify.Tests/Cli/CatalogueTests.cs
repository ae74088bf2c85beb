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

    [Fact]
    public void The_claims_of_protocol_files_stand_behind_those_of_code()
    {
        var catalogue = WithFiles(("b.verify", Lamp("lamp-b", "B-ON")), ("a.verify", Lamp("lamp-a", "A-ON")));
        Assert.Equal(["PLAIN:GOOD", "B-ON", "A-ON"], catalogue.Claims.Select(claim => claim.Id));
        Assert.Equal(["lamp-a", "lamp-b", "plain"], catalogue.Families.Select(family => family.Name));
        foreach (var arguments in (string[][])[["check", "A-ON"], ["check", "a-on"], ["check", "*-ON"], ["check", "lamp-b:lit"],
            ["show", "A-ON"], ["compare", "A-ON", "--engines", "explicit"], ["gate"], ["gate", "--shard", "3/3"], ["list"]])
        {
            var run = ToolRun.On(catalogue, new ExplicitEngine(), arguments);
            Assert.Equal((ExitCode.AsExpected, ""), (run.ExitCode, run.Error));
        }
    }

    [Fact]
    public void A_broken_protocol_file_is_reported_and_leaves_the_others_working()
    {
        var bad = Lamp("lamp-a", "A-ON") + "var x: nothing\nvar : bool";
        var catalogue = WithFiles(("bad.verify", bad), ("b.verify", Lamp("lamp-b", "B-ON")));
        Assert.Equal(ExitCode.AsExpected, ToolRun.On(catalogue, new ExplicitEngine(), "check", "B-ON", "PLAIN:GOOD").ExitCode);
        foreach (var command in (string[])["list", "gate"])
        {
            var run = ToolRun.On(catalogue, new ExplicitEngine(), command);
            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.Contains("B-ON", run.Out, StringComparison.Ordinal);
            Assert.DoesNotContain("A-ON", run.Out, StringComparison.Ordinal);
            Assert.Contains("bad.verify(10,5): error VRF130", run.Error, StringComparison.Ordinal);
        }

        var asked = ToolRun.On(catalogue, new ExplicitEngine(), "check", "A-ON");
        Assert.Equal(ExitCode.BadInput, asked.ExitCode);
        Assert.Contains("error VRF301: there is no claim 'A-ON'\nhint: a protocol file has mistakes: bad.verify(10,5)", asked.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_of_a_file_with_the_identifier_of_one_in_code_is_told()
    {
        var catalogue = WithFiles(("a.verify", Lamp("plain", "PLAIN:GOOD")));
        foreach (var arguments in (string[][])[["check", "PLAIN:GOOD"], ["gate"], ["list"]])
        {
            var run = ToolRun.On(catalogue, new ExplicitEngine(), arguments);
            Assert.Equal(ExitCode.BadInput, run.ExitCode);
            Assert.Contains(": error VRF305: ", run.Error, StringComparison.Ordinal);
            Assert.Contains("two claims have the identifier 'PLAIN:GOOD'; the other is at a.verify(8)", run.Error,
                StringComparison.Ordinal);
        }

        Assert.Contains("VRF102: 2 families have the name 'plain': Verify.Tests.Cli.CatalogueTests+Plain, a.verify",
            ToolRun.On(catalogue, new ExplicitEngine(), "list").Error, StringComparison.Ordinal);
    }

    private static Catalogue WithFiles(params (string Path, string Text)[] files) => Catalogue.Of(
        () => [new Plain()], () => [new Own()], null,
        new RepositoryProtocols(() => files.Select(file => (file.Path, file.Text, (Diagnostic?)null))));

    private static string Lamp(string name, string claim) => $$"""
        model {{name}} "a lamp"

        var on: bool
        rule turn { on = !on }
        always lit: on || !on
        reachable "it is on": on

        claim {{claim}} "A lamp is on or off." expect lit proved

        """.ReplaceLineEndings("\n");

    private sealed class Own : ClaimList
    {
        public override IEnumerable<Claim> Claims => [ClaimOf("PLAIN:GOOD")];
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
