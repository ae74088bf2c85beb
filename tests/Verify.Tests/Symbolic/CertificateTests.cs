using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Solving;
using Verify.Tests.Cli;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Symbolic;

/// <summary>Stored proofs: each is what the model gives today, and whoever touches one is found out.</summary>
public sealed class CertificateTests
{
    private const string File = "proofs/TlbShootdown/TLB-SHOOTDOWN.smt2";

    public static TheoryData<string> Ids => Proofs.Ids;

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_certificate_is_stored_and_is_what_the_model_gives(string id)
    {
        var file = Repository.Files.Single(path => Path.GetFileName(path) == Certificate.FileName(id));
        var stored = Certificate.Read(Repository.Text(file), file);

        stored.CheckAgainst(Current(id), file);

        Assert.True(stored.Obligations > 20);
    }

    [Fact]
    public void Certify_asks_both_solvers_again()
    {
        _ = (Proofs.Solver(SolverKind.Z3), Proofs.Solver(SolverKind.Cvc5));
        var run = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", Path.Combine(Repository.Root, File));

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("ok  TLB-SHOOTDOWN  proved for every number of cpu, page, frame; looked at ", run.Out, StringComparison.Ordinal);
        Assert.Contains("z3 ", run.Out, StringComparison.Ordinal);
        Assert.Contains("cvc5 ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VRF309", "cut short")]
    [InlineData("VRF309", "one byte")]
    [InlineData("VRF309", "no header")]
    [InlineData("VRF309", "forged")]
    [InlineData("VRF309", "more behind the version")]
    [InlineData("VRF309", "an assertion more")]
    [InlineData("VRF309", "another logic")]
    [InlineData("VRF309", "a question asked twice")]
    [InlineData("VRF309", "in another order")]
    [InlineData("VRF309", "a comment that looks like the header")]
    [InlineData("VRF309", "a header line twice")]
    [InlineData("VRF309", "of one instance")]
    [InlineData("VRF309", "another claim")]
    [InlineData("VRF310", "another model")]
    public void A_certificate_that_was_touched_is_refused(string code, string how)
    {
        var text = Repository.Text(File);
        var body = Certificate.Read(text, File).Proof;
        // Whoever forges a proof also forges its digest and its count.
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
            "a question asked twice" => Forged(body.Replace("(check-sat)\n", "(check-sat)\n(check-sat)\n", StringComparison.Ordinal), 2),
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

        var error = Assert.Throws<ModelException>(() => Certificate.Read(touched, File).CheckAgainst(Current("TLB-SHOOTDOWN"), File));

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
                System.IO.File.WriteAllText(copy, Repository.Text(File));
                var run = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", copy);
                Assert.Equal(3, run.ExitCode);
                Assert.Contains("error VRF309: " + expected, run.Error, StringComparison.Ordinal);
            }

            // A folder stands for the certificates in it and below.
            var all = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", folder.FullName);
            Assert.Equal(3, all.ExitCode);
            Assert.All(names, pair => Assert.Contains(pair.Item2, all.Error, StringComparison.Ordinal));
            var none = Path.Combine(folder.FullName, "none");
            Directory.CreateDirectory(none);
            var empty = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", none);
            Assert.Equal(3, empty.ExitCode);
            Assert.Contains("error VRF402: there is no certificate in ", empty.Error, StringComparison.Ordinal);

            var missing = ToolRun.On(Catalogue.Load(), new ExplicitEngine(), "certify", Path.Combine(folder.FullName, "none.smt2"));
            Assert.Equal(3, missing.ExitCode);
            Assert.Contains("VRF402", missing.Error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // All obligations hold of a model in which nothing can happen: that is what the witness is for.
    [Fact]
    public void A_proof_about_nothing_is_flagged()
    {
        _ = Proofs.Solver(SolverKind.Z3);
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
        _ = Proofs.Solver(SolverKind.Z3);
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

    private static Certificate Current(string id) => Certificate.Of(
        Proofs.ClaimOf(id), AnySizeProof.Of(Proofs.ClaimOf(id), Proofs.InvariantOf(id)), "verify 9.9.9");

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
