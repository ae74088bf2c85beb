using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Language;
using Verify.Language.Printing;
using Verify.Modelling;
using Verify.Models.Parts;
using Verify.Models.Shootdowns;

namespace Verify.Tests.Language;

/// <summary>The protocol files of the repository mean what their claims expect, and are laid out.</summary>
public sealed class ProtocolTests
{
    private const string Shootdown = "proofs/Protocols/shootdown.verify";

    public static TheoryData<string> Files => [.. Repository.FilesWith(ProtocolFile.Ending)];

    [Fact]
    public void The_shootdown_in_text_is_the_one_in_code()
    {
        // A digest knows the name of the family.
        var text = ProtocolFile.Parse(Shootdown,
            Repository.Text(Shootdown).Replace("model shootdown ", "model tlb-shootdown ", StringComparison.Ordinal)).Family;
        var code = new TlbShootdown();
        foreach (var choices in new[] { Choices.Default, Choices.Default.With(TlbShootdown.LocalOnly).Size("cpu", 2) })
        {
            Assert.Equal(code.Build(choices).Identity, text.Build(choices).Identity);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_right_in_every_instance_that_it_offers(string path)
    {
        var file = Load(path);
        Assert.Empty(file.Mistakes);
        Assert.All(file.Claims.Select(claim => claim.Choices).Append(Choices.Default), choices => Assert.Empty(file.MistakesOf(choices)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_claims_of_a_file_are_as_they_expect(string path) => Assert.All(Load(path).Claims, claim =>
        Assert.Empty(ClaimReport.Decide(claim, new ExplicitEngine(), EngineOptions.Default).Problems));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_laid_out(string path) =>
        Assert.Equal(Repository.Text(path), Formatter.Format(path, Repository.Text(path)));

    private static ProtocolFile Load(string path) => ProtocolFile.Parse(path, Repository.Text(path), () => HardwareParts.All);
}
