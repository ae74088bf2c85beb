using Verify.Cli.Hosting;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Proofs.Objections;

namespace Verify.Tests.Docs;

/// <summary>Each sentence of a mail names the claims that decide it, and its answer follows from their verdicts.</summary>
public sealed class ObjectionTests
{
    private static readonly Catalogue Catalogue = Catalogue.Load();

    [Fact]
    public void Every_sentence_is_decided_by_claims_that_exist()
    {
        Assert.Equal(5, ObjectionTable.Mails.Count);
        Assert.All(ObjectionTable.Mails, mail => Assert.NotEmpty(mail.Objections));
        Assert.Empty(ObjectionTable.Mistakes(ObjectionTable.Mails, Catalogue.Claims.Select(claim => claim.Id).ToHashSet()));
    }

    [Fact]
    public void A_sentence_about_a_claim_that_is_gone_is_named()
    {
        var mail = new OneSentence(new Objection("a reviewer", "It is safe.", true, ["VL-FULL:I-ENTRY", "VL-GONE:I-ENTRY"]));
        var silent = new OneSentence(new Objection("a reviewer", "It is not.", false, []));
        Assert.Equal(
            ["OneSentence: 'It is safe.' is decided by VL-GONE:I-ENTRY, which does not exist",
                "OneSentence: 'It is not.' is decided by no claim, which does not exist"],
            ObjectionTable.Mistakes([mail, silent], new HashSet<string> { "VL-FULL:I-ENTRY" }));
    }

    [Fact]
    public void No_sentence_is_there_twice() => Assert.All(ObjectionTable.Mails, mail =>
        Assert.Equal(mail.Objections.Count(), mail.Objections.Select(one => one.Says).Distinct(StringComparer.Ordinal).Count()));

    [Theory]
    [InlineData(true, "right", "RW-RAREMM:I-RO")]
    [InlineData(false, "wrong", "RW-RAREMM:I-RO")]
    [InlineData(false, "right", "RW-UNPROTECTED:I-RO")]
    [InlineData(true, "wrong", "RW-UNPROTECTED:I-RO")]
    [InlineData(true, "right in part", "RW-RAREMM:I-RO", "RW-UNPROTECTED:I-RO")]
    [InlineData(true, "right, under assumptions", "VL-BOAZ:I-USE")]
    public void An_answer_follows_from_the_verdicts(bool saysSafe, string answer, params string[] ids)
    {
        var reports = ids.Select(id => ClaimReport.Decide(
            Catalogue.Claims.Single(claim => claim.Id == id), new ExplicitEngine(), EngineOptions.Default)).ToList();
        Assert.Equal(answer, ObjectionTable.Answer(new Objection("a reviewer", "It is so.", saysSafe, [.. ids]), reports));
    }

    private sealed class OneSentence(Objection objection) : ObjectionList
    {
        public override Source Mail => Source.Mail("a reviewer", "in a review", "message id");

        public override IEnumerable<Objection> Objections => [objection];
    }
}
