using Verify.Language;
using Verify.Language.Printing;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Language;

/// <summary>The text of every model reads back to the same model: the language is complete.</summary>
public sealed class RoundTripLaws
{
    internal static readonly Law ReadsBack = new(
        typeof(RoundTripLaws), nameof(A_generated_model_reads_back_from_its_text), 3, (sample, tally) =>
    {
        tally.Compare();
        AssertReadsBack(sample.Model);
    });

    [Theory]
    [InlineData("plain")]
    [InlineData("corners")]
    public void A_generated_model_reads_back_from_its_text(string source)
    {
        var tally = Law.Holds(ReadsBack, 300, ModelSource.All.Single(one => one.Name == source));
        Assert.True(Law.IsAlone || tally.Compared >= 100, $"{tally}");
    }

    [Fact]
    public void The_model_of_every_claim_reads_back_from_its_text()
    {
        var claims = Product.Claims.DistinctBy(claim => Instance.Describe(claim.Family, claim.Choices));
        Assert.All(claims, claim => AssertReadsBack(new Instance(claim.Family, claim.Choices).Model));
    }

    // Where a thread declares state between its steps, the order of variables is another than a text can have.
    [Fact]
    public void Most_threads_are_written_as_programs()
    {
        var threads = Product.Families.Select(family => new Instance(family, Choices.Default).Model)
            .Where(model => !model.Threads.IsEmpty).ToList();
        var programs = threads.Count(model => ModelWriter.Write(model).Contains("\nthread ", StringComparison.Ordinal));
        Assert.True(programs >= threads.Count * 9 / 10, $"{programs} of {threads.Count}");
        var walk = ModelWriter.Write(Product.Families.Single(family => family.Name == "lockless-walk").Build(Choices.Default));
        Assert.Contains("goto \"fall back\"", walk, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_of_every_family_reads_back_from_its_text() => Assert.All(
        Product.Families, family => AssertReadsBack(new Instance(family, Choices.Default).Model));

    private static void AssertReadsBack(Model model)
    {
        var text = ModelWriter.Write(model);
        var read = Read(text, model.Name);
        var canonical = ModelPrinter.WithActors(model);
        var found = ModelPrinter.WithActors(read);
        Assert.True(canonical == found, $"{text}\n--- is\n{FirstDifference(canonical, found)}");
        Assert.Equal(model.Identity, read.Identity);
        Assert.Equal(model.Rules.Select(Remarks), read.Rules.Select(Remarks));
        var again = ModelWriter.Write(read);
        Assert.True(text == again, $"{text}\n--- is written again as\n{again}");
        Assert.Equal(text, Formatter.Format("text.verify", text));
    }

    private static object Remarks(Rule rule) =>
        (rule.Thread, rule.Step, rule.Copy, rule.Never, rule.NoneShown, rule.Branch?.NeverTrue, rule.Branch?.NeverFalse, rule.Shown.Length);

    private static Model Read(string text, string name)
    {
        try
        {
            var file = ProtocolFile.Parse($"{name}.verify", text);
            file.Check([Choices.Default]);
            return file.Family.Build(Choices.Default);
        }
        catch (UserErrorException e)
        {
            throw new InvalidOperationException($"{string.Join('\n', e.All.Select(one => $"{one}\n{one.Excerpt}"))}\n{text}", e);
        }
    }

    private static string FirstDifference(string one, string other)
    {
        var pair = one.Split('\n').Zip(other.Split('\n')).FirstOrDefault(lines => lines.First != lines.Second);
        return $"{pair.First}\n--- and reads as\n{pair.Second}";
    }
}
