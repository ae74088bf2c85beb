using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Proofs;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Solvers;
using Verify.Tests.Cli;
using Verify.Tests.Explicit.Storage;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Parametric;

/// <summary>Stored proofs: each must be the one that the model gives, and every change is detected.</summary>
public sealed class CertificateTests
{
    private const string File = "TLB-SHOOTDOWN.smt2";
    private static readonly Lazy<string> Whole = new(() => Current("TLB-SHOOTDOWN").Text);

    private static CertificateLock Accepted => CertificateLock.Read(Repository.Text(ProofFiles.Lock), ProofFiles.Lock);

    public static TheoryData<string> Ids => StoredProofs.Ids;

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_model_gives_the_accepted_proof(string id)
    {
        var current = Current(id);
        Accepted.Check(current, ProofFiles.Lock);
        Assert.True(current.Obligations > 20);
        Certificate.Read(current.Text, File).CheckAgainst(current, File);
    }

    [Fact]
    public void A_lock_is_written_in_one_way()
    {
        var touched = Accepted.Text.Replace("obligations ", "obligations 0", StringComparison.Ordinal);
        var error = Assert.Throws<UserErrorException>(() => CertificateLock.Read(touched, ProofFiles.Lock));
        Assert.Equal(ErrorCodes.BadCertificate, error.Diagnostic.Code);
    }

    [Fact]
    public void Every_claim_with_an_invariant_and_no_other_is_accepted() =>
        Assert.Equal(StoredProofs.All.Select(pair => pair.Claim.Id).Order(StringComparer.Ordinal), Accepted.Claims);

    [Theory]
    [InlineData("VRF309", "a proof that was not accepted", "no proof of TLB-SHOOTDOWN")]
    [InlineData("VRF309", "another text", "do not give the text")]
    [InlineData("VRF309", "another number", "do not give the text")]
    [InlineData("VRF310", "another model", "has changed")]
    [InlineData("VRF309", "cut short", "truncated")]
    [InlineData("VRF309", "a claim twice", "damaged")]
    [InlineData("VRF309", "no digest", "damaged")]
    [InlineData("VRF309", "no solver", "damaged")]
    public void A_lock_that_was_touched_is_refused(string code, string how, string reason)
    {
        var text = Accepted.Text;
        var line = text.Split('\n').Single(line => line.StartsWith("TLB-SHOOTDOWN ", StringComparison.Ordinal));
        var words = line.Split(' ');
        string With(string changed) => text.Replace(line, changed, StringComparison.Ordinal);
        var touched = how switch
        {
            "a proof that was not accepted" => text.Replace(line + "\n", "", StringComparison.Ordinal),
            "another text" => With(line.Replace(words[4], new string('0', 64), StringComparison.Ordinal)),
            "another number" => With(line.Replace($"obligations {words[6]}", "obligations 1", StringComparison.Ordinal)),
            "another model" => With(line.Replace(words[2], new string('0', 12), StringComparison.Ordinal)),
            "cut short" => text[..^9],
            "a claim twice" => With($"{line}\n{line}"),
            "no digest" => With(line.Replace(words[4], "", StringComparison.Ordinal)),
            _ => With(line[..line.IndexOf("z3", StringComparison.Ordinal)]),
        };
        Assert.NotEqual(text, touched);

        var error = Assert.Throws<UserErrorException>(
            () => CertificateLock.Read(touched, ProofFiles.Lock).Check(Current("TLB-SHOOTDOWN"), ProofFiles.Lock));

        Assert.Equal(code, error.Diagnostic.Code.Id);
        Assert.Contains(reason, error.Diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal(ProofFiles.Lock, error.Diagnostic.Where?.File);
    }

    [Fact]
    public void A_lock_is_written_as_it_is_read_and_a_new_proof_takes_the_place_of_an_old_one()
    {
        Assert.Equal(Repository.Text(ProofFiles.Lock), Accepted.Text);
        var again = Accepted.With(Current("TLB-SHOOTDOWN"), ["z3 9.9", "cvc5 9.9"]);
        Assert.Equal(Accepted.Claims, again.Claims);
        Assert.Contains(" solvers z3 9.9, cvc5 9.9\n", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Certify_asks_both_solvers_about_what_it_wrote()
    {
        _ = (StoredProofs.Solver(SolverKind.Z3), StoredProofs.Solver(SolverKind.Cvc5));
        using var folder = new TestDirectory();
        var written = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", "--write", folder.Path);
        Assert.Equal((0, ""), (written.ExitCode, written.Error));
        Assert.Equal(StoredProofs.All.Length, Directory.GetFiles(folder.Path).Length);
        var run = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", Path.Combine(folder.Path, File));

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("ok  TLB-SHOOTDOWN  proved for every number of cpu, page, frame; looked at ", run.Out, StringComparison.Ordinal);
        Assert.Contains("z3 ", run.Out, StringComparison.Ordinal);
        Assert.Contains("cvc5 ", run.Out, StringComparison.Ordinal);
        Assert.Equal(3, ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", File, "--write", folder.Path).ExitCode);
    }

    [Theory]
    [InlineData("VRF309", "cut short")]
    [InlineData("VRF309", "one byte")]
    [InlineData("VRF309", "no header")]
    [InlineData("VRF309", "forged")]
    [InlineData("VRF309", "more behind the version")]
    [InlineData("VRF309", "an assertion more")]
    [InlineData("VRF309", "another logic")]
    [InlineData("VRF309", "a repeated query")]
    [InlineData("VRF309", "in another order")]
    [InlineData("VRF309", "a comment that looks like the header")]
    [InlineData("VRF309", "a header line twice")]
    [InlineData("VRF309", "of one instance")]
    [InlineData("VRF309", "another claim")]
    [InlineData("VRF310", "another model")]
    public void A_certificate_that_was_touched_is_refused(string code, string how)
    {
        var text = Whole.Value;
        var body = Certificate.Read(text, File).Proof;
        // A forger of a proof would also forge its digest and its count.
        string Forged(string proof, int times = 1) => text[..^body.Length]
            .Replace(Fingerprint.Of(body), Fingerprint.Of(proof), StringComparison.Ordinal)
            .Replace($"; obligations: {Count(body)}\n", $"; obligations: {Count(body) * times}\n", StringComparison.Ordinal) + proof;
        var touched = how switch
        {
            "cut short" => text[..(text.Length / 2)],
            "one byte" => text[..^40] + "#" + text[^39..],
            "no header" => body,
            "forged" => Forged(body.Replace("(assert (tlb? $cpu $page))", "(assert false)", StringComparison.Ordinal)
                .Replace("(not (flushing $cpu))", "false", StringComparison.Ordinal)),
            "an assertion more" => Forged(body.Replace("(push 1)\n", "(push 1)\n(assert false)\n", StringComparison.Ordinal)),
            "another logic" => Forged(body.Replace("(set-logic ALL)", "(set-logic QF_UF)", StringComparison.Ordinal)),
            "a repeated query" => Forged(body.Replace("(check-sat)\n", "(check-sat)\n(check-sat)\n", StringComparison.Ordinal), 2),
            "in another order" => Forged(Reversed(body)),
            "a comment that looks like the header" => Forged($"; tool: verify 1.0.0\n{body}"),
            "a header line twice" => text.Replace("; claim: ", "; claim: VL-FULL:I-USE\n; claim: ", StringComparison.Ordinal),
            "of one instance" => text.Replace("A proof by Verify.", "A proof by Verify, of one instance.", StringComparison.Ordinal),
            "more behind the version" => text.Replace("; tool: ", "; tool: \r(assert false) ; ", StringComparison.Ordinal),
            "another claim" => text.Replace("; claim: TLB-SHOOTDOWN", "; claim: VL-FULL:I-USE", StringComparison.Ordinal),
            _ => text.Replace(
                $"; model digest: {Current("TLB-SHOOTDOWN").ModelDigest}", "; model digest: 0123456789ab", StringComparison.Ordinal),
        };
        Assert.NotEqual(text, touched);

        var error = Assert.Throws<UserErrorException>(() => Certificate.Read(touched, File).CheckAgainst(Current("TLB-SHOOTDOWN"), File));

        Assert.Equal(code, error.Diagnostic.Code.Id);
        Assert.Equal(File, error.Diagnostic.Where?.File);
    }

    [Fact]
    public void A_certificate_under_another_name_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            (string, string)[] names =
                [("OTHER.smt2", "no claim"), ("VL-BOAZ.I-USE.smt2", "this is the certificate of TLB-SHOOTDOWN")];
            foreach (var (name, expected) in names)
            {
                var copy = Path.Combine(folder.FullName, name);
                System.IO.File.WriteAllText(copy, Whole.Value);
                var run = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", copy);
                Assert.Equal(3, run.ExitCode);
                Assert.Contains("error VRF309: " + expected, run.Error, StringComparison.Ordinal);
            }

            // A folder stands for all certificates in it and its subfolders.
            var all = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", folder.FullName);
            Assert.Equal(3, all.ExitCode);
            Assert.All(names, pair => Assert.Contains(pair.Item2, all.Error, StringComparison.Ordinal));
            var none = Path.Combine(folder.FullName, "none");
            Directory.CreateDirectory(none);
            var empty = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", none);
            Assert.Equal(3, empty.ExitCode);
            Assert.Contains("error VRF402: the folder ", empty.Error, StringComparison.Ordinal);

            var missing = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", Path.Combine(folder.FullName, "none.smt2"));
            Assert.Equal(3, missing.ExitCode);
            Assert.Contains("VRF402", missing.Error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // All obligations hold for a model in which no rule can fire; the witness detects this.
    [Fact]
    public void A_proof_about_nothing_is_flagged()
    {
        _ = StoredProofs.Solver(SolverKind.Z3);
        var claim = new Claim
        {
            Id = "ASLEEP",
            Sentence = "Nothing bad happens.",
            Family = new Asleep(),
            Choices = Choices.Default,
            Property = "quiet",
            Expected = new Expectation.Proved(),
            Sources = [],
        };
        var catalogue = new Catalogue(() => [], () => [claim], () => [new Quiet()]);

        var run = ToolRun.On(catalogue, new ExplicitEngine(), "prove", "ASLEEP", "--any-size");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("ASLEEP  not proved", run.Out, StringComparison.Ordinal);
        Assert.Contains("vacuous: rule 'work' never fires", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_without_an_invariant_is_not_proved()
    {
        _ = StoredProofs.Solver(SolverKind.Z3);
        var run = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "prove", "VL-MARK:I-USE", "--any-size");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("VRF308", run.Error, StringComparison.Ordinal);
        Assert.Contains("--find", run.Error, StringComparison.Ordinal);
    }

    private static string Reversed(string proof)
    {
        const string Start = "\n(push 1)\n";
        var groups = proof.Split(Start);
        return string.Join(Start, groups.Take(1).Concat(groups.Skip(1).Reverse()));
    }

    private static int Count(string proof) => proof.Split('\n').Count(line => line == "(check-sat)");

    private static Certificate Current(string id) => Certificate.Create(
        StoredProofs.ClaimOf(id), AnySizeProof.Create(StoredProofs.ClaimOf(id), StoredProofs.InvariantOf(id)), "verify 9.9.9");

    private sealed class Asleep : ModelFamily
    {
        public override string Name => "asleep";

        public override string Summary => "a model whose start-up was forgotten";

        public override ImmutableArray<SizeParameter> Sizes => [new("cpu", 2, 1, 4, "processors")];

        protected override void Describe(ModelBuilder m)
        {
            var cpu = m.Processors("cpu", m.Size("cpu"));
            var started = m.Var("started", Sort.Bool);
            var broken = m.Map("broken", cpu, Sort.Bool);
            m.Rule("work", cpu, (s, c) => s.When(started).Set(broken[c], true));
            m.Rule("rest", cpu, (s, c) => s.When(!started).Set(started, false));
            m.Always("quiet", ForAll(cpu, c => !broken[c]));
            m.Reachable("at rest", !started);
        }
    }

    private sealed class Quiet : Invariant
    {
        public override ImmutableArray<string> Claims => ["ASLEEP"];

        protected override void Describe(InvariantBuilder i)
        {
            i.Add("asleep", !i["started"]);
            i.Add("quiet", ForAll(i.Sort("cpu"), c => !i["broken"][c]));
        }
    }
}
