using System.Text.Json;
using Verify.Cli.Hosting;
using Verify.Language;
using Verify.Modelling;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

/// <summary><c>verify show</c> and <c>verify explain</c>.</summary>
public sealed class ShowTests
{
    [Fact]
    public void A_claim_is_shown_with_every_part_of_its_model_and_where_it_is_written()
    {
        var run = ToolRun.Of("show", "SD-LOCAL");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var claim = TestClaims.Local;
        var model = new Instance(claim.Family, claim.Choices).Model;
        Assert.Contains($"\"{claim.Sentence}\"", run.Out.ReplaceLineEndings(" ").Replace(" // ", "", StringComparison.Ordinal));
        Assert.All(model.Variables, variable => Assert.Contains(variable.Role switch
        {
            VariableRole.ProgramCounter => $"\nthread {variable.Name[..^3]}",
            VariableRole.Local => $"\n  local {variable.Name[(variable.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]}",
            _ => $" {variable.Name}",
        }, run.Out));
        Assert.All(model.Rules, rule => Assert.Contains(rule.Thread is null ? $"\nrule {rule.Name}" : $"  step {rule.Step}", run.Out));
        Assert.All(model.Properties, property => Assert.Contains(property.Name, run.Out));
        Assert.All(model.Rules, rule => Assert.Contains($"  // {rule.Where}\n", run.Out));
        var file = ProtocolFile.Parse("shown.verify", run.Out);
        Assert.Equal(model.Digest, file.Family.Build(Choices.Default).Digest);
    }

    [Fact]
    public void A_model_is_shown_as_the_options_make_it()
    {
        var claim = TestClaims.Full;
        Assert.Contains("cpu=3", ToolRun.Of("show", "SD-FULL", "--size", "cpu=3").Out);
        using var shown = JsonDocument.Parse(ToolRun.Of("show", "SD-FULL", "--size", "cpu=3", "--json").Out);
        var model = new Instance(claim.Family, claim.Choices.Size("cpu", 3)).Model;
        Assert.Equal(model.Digest, shown.RootElement.GetProperty("digest").GetString());
        Assert.Equal(model.Rules.Select(rule => rule.Name),
            shown.RootElement.GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("name").GetString()));
    }

    [Fact]
    public void A_family_is_shown_without_a_claim()
    {
        var family = TestClaims.Good.Families[0];
        using var shown = JsonDocument.Parse(ToolRun.Of("show", family.Name, "--json").Out);
        Assert.Equal(0, shown.RootElement.GetProperty("claims").GetArrayLength());
        Assert.Equal(new Instance(family, Choices.Default).ToString(), shown.RootElement.GetProperty("instance").GetString());
    }

    [Fact]
    public void Every_claim_of_the_repository_can_be_shown()
    {
        var catalogue = Catalogue.Load();
        foreach (var claim in catalogue.Claims.DistinctBy(claim => Instance.Describe(claim.Family, claim.Choices)))
        {
            var run = ToolRun.On(catalogue, new Bfs(), "show", claim.Id);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Contains("\nalways ", run.Out);
        }
    }

    // A helper that makes claims hands on the line of its caller. The cells of a grid are made in a loop.
    [Fact]
    public void Every_claim_of_the_repository_has_a_line_of_its_own() => Assert.Empty(Catalogue.Load().Claims
        .Where(claim => claim.Where.File != "proofs/Shootdowns/DeferralCell.cs")
        .GroupBy(claim => claim.Where).Where(same => same.Skip(1).Any())
        .Select(same => $"{same.Key}: {string.Join(", ", same.Select(claim => claim.Id))}"));

    [Fact]
    public void Every_family_of_the_repository_has_a_line() => Assert.Empty(Catalogue.Load().Families
        .Where(family => family.Where is not { } where || !Repository.Lines(where.File)[where.Line - 1].Contains(family.GetType().Name,
            StringComparison.Ordinal))
        .Select(family => $"{family.Name}: {family.Where}"));

    [Theory]
    [InlineData("SD-LOCL", "VRF301", "did you mean SD-LOCAL")]
    [InlineData("SD-*", "VRF301", "choose from")]
    public void What_cannot_be_shown_is_an_error_with_a_hint(string name, string code, string hint)
    {
        var run = ToolRun.Of("show", name);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(code, run.Error);
        Assert.Contains(hint, run.Error);
    }

    [Fact]
    public void Every_error_code_is_explained()
    {
        foreach (var code in ErrorCodes.All)
        {
            var run = ToolRun.Of("explain", code.Id.ToLowerInvariant());
            Assert.Equal(0, run.ExitCode);
            Assert.Contains($"means      {code.Title}", run.Out);
            Assert.Contains($"exit code  {(code == ErrorCodes.Internal ? 4 : 3)}", run.Out);
        }
    }

    [Theory]
    [InlineData("VRF12", "did you mean VRF1")]
    [InlineData("segfault", "src/ERRORS.md")]
    public void An_unknown_error_code_is_an_error_with_a_hint(string code, string hint)
    {
        var run = ToolRun.Of("explain", code);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(hint, run.Error);
    }
}
