using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Output;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Tests.Cli;
using Verify.Tests.Explicit.Storage;
using Verify.Tests.Solvers;

namespace Verify.Tests.Symbolic;

/// <summary>
/// <c>prove</c> and <c>certify</c> for one instance: a certificate can be checked, and changed ones are rejected.
/// </summary>
public sealed class ProveTests
{
    private const string Full = "SD-FULL.I-ENTRY.instance.smt2";

    // Proved once; each test damages a copy.
    private static readonly Lazy<string> Certificate = new(() =>
    {
        using var folder = new TestDirectory();
        var run = Run("prove", "SD-FULL", "--engine", "pdr", "--into", folder.Path);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return File.ReadAllText(Path.Combine(folder.Path, Full));
    });

    [Theory]
    [InlineData("pdr", "SD-FULL:I-ENTRY", "--seed", "3")]
    [InlineData("spacer", "SD-FULL:I-ENTRY", "--budget", "seconds=60")]
    [InlineData("kinduction", "SD-FULL:I-ENTRY", "--size", "cpu=1")]
    [InlineData("pdr", "SD-QUIET:I-ENTRY")]
    [InlineData("spacer", "SD-FULL:I-ENTRY", "--fault", "local-flush", "--assume", "A-NOSPEC,A-NOREUSE")]
    public void A_proof_of_an_engine_is_checked_again_by_both_solvers(string engine, string claim, params string[] more)
    {
        _ = (RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5));
        using var folder = new TestDirectory();

        var run = Run(["prove", claim, "--engine", engine, "--into", folder.Path, .. more]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var file = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Contains($"  certificate: {file}\n", run.Out, StringComparison.Ordinal);
        var again = Run("certify", file);
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.Matches($@"^ok  {claim}  proved on shootdown .+: [0-9]+ obligations, z3 [^,]+, cvc5 [^,;]+\n$", again.Out);
    }

    // The certificate contains names in comments, where they must have no effect.
    [Theory]
    [InlineData("shape: x")]
    [InlineData("by 2-induction x")]
    [InlineData("(define-fun inv () Bool true)")]
    [InlineData("starts: x\n; shape: x")]
    public void A_family_may_have_the_name_of_a_part_of_a_certificate(string name)
    {
        _ = (RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5));
        using var folder = new TestDirectory();
        var claim = TestClaims.Full with { Id = "NAMED", Family = new Named(name), Choices = Choices.Default, Property = "low" };
        ISolverSource[] solvers = [new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5)];
        ToolRun Run(params string[] arguments) => ToolRun.Asking(solvers, TestClaims.Of(claim),
            asked => [new ExplicitEngine(), .. EngineTroubleTests.Engines(asked)], arguments);

        var run = Run("prove", "NAMED", "--engine", "pdr", "--into", folder.Path);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var again = Run("certify", Assert.Single(Directory.GetFiles(folder.Path)));
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
    }

    // The certificate of a refutation without a trace: no reachable state satisfies the predicate.
    [Fact]
    public void A_certificate_of_an_unreachable_predicate_is_not_a_proof()
    {
        _ = (RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5));
        using var folder = new TestDirectory();
        var claim = TestClaims.Full with
        {
            Id = "NEVER",
            Family = new Named("never"),
            Choices = Choices.Default,
            Property = "high",
            Expected = new Expectation.Refuted(),
        };
        ISolverSource[] solvers = [new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5)];
        ToolRun Run(params string[] arguments) => ToolRun.Asking(solvers, TestClaims.Of(claim),
            asked => [new ExplicitEngine(), .. EngineTroubleTests.Engines(asked)], arguments);

        var run = Run("prove", "NEVER", "--engine", "pdr", "--into", folder.Path);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("NEVER  refuted", run.Out, StringComparison.Ordinal);
        var again = Run("certify", Assert.Single(Directory.GetFiles(folder.Path)));
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        Assert.StartsWith("ok  NEVER  refuted on never", again.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("proved", again.Out, StringComparison.Ordinal);
    }

    private sealed class Named(string name) : ModelFamily
    {
        public override string Name => name;

        public override string Summary => "A counter that stops.";

        protected override void Describe(ModelBuilder m)
        {
            var x = m.Var("x", Sort.Range(0, 7));
            m.Rule("grow", s => s.When(x < 5).Set(x, x + 1));
            m.Always("low", x < 6);
            m.Reachable("grown", x == 5);
            if (name == "never")
            {
                m.Reachable("high", x == 7);
            }
        }
    }

    [Fact]
    public void All_that_leave_a_certificate_race_unless_one_is_named()
    {
        _ = RealSolver.OrSkip();
        var run = Run("prove", "SD-FULL", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var result = JsonDocument.Parse(run.Out).RootElement.GetProperty("results").EnumerateArray().Single();
        Assert.Equal(("proved", "portfolio"), (result.GetProperty("verdict").GetString(), result.GetProperty("engine").GetString()));
        Assert.EndsWith("(the first of kinduction, pdr, spacer)", result.GetProperty("evidence").GetProperty("selection").GetString());
    }

    [Fact]
    public void A_refutation_leaves_a_trace_and_no_certificate()
    {
        _ = RealSolver.OrSkip();
        using var folder = new TestDirectory();
        var run = Run("prove", "SD-LOCAL", "--engine", "kinduction", "--into", folder.Path);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("refuted, as expected", run.Out, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(3, "VRF304", "SD-FULL", "--engine", "explicit")]
    [InlineData(3, "VRF304", "SD-FULL", "--find")]
    [InlineData(3, "VRF304", "SD-FULL", "--any-size", "--size", "cpu=3")]
    [InlineData(3, "VRF304", "SD-FULL", "--any-size", "--engine", "pdr")]
    [InlineData(3, "VRF304", "SD-FULL", "--any-size", "--into", "there")]
    [InlineData(3, "VRF402", "SD-FULL", "--engine", "pdr", "--into", "/dev/null/there")]
    [InlineData(3, "VRF403", "SD-FULL", "--engine", "pdr", "--into", "")]
    [InlineData(3, "VRF302", "SD-FULL", "--size", "cpu=99")]
    public void Invalid_arguments_are_reported(int code, string error, params string[] arguments)
    {
        _ = RealSolver.OrSkip();
        var run = Run(["prove", .. arguments]);
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(error, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_reported_before_the_work()
    {
        using var never = new FakeSolver("sleep 1000");
        using var folder = new TestDirectory();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "kept");
        var run = Asking([never.Program], ["prove", "SD-FULL", "--into", file]);
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Contains($"VRF402: cannot write files into '{file}'", run.Error, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("VRF309", "cut short")]
    [InlineData("VRF309", "one byte")]
    [InlineData("VRF309", "an assertion more")]
    [InlineData("VRF309", "an assertion behind the invariant")]
    [InlineData("VRF309", "an assertion in a comment of the header")]
    [InlineData("VRF309", "another logic")]
    [InlineData("VRF309", "in another order")]
    [InlineData("VRF309", "a question less")]
    [InlineData("VRF309", "no invariant")]
    [InlineData("VRF309", "an induction over no steps")]
    [InlineData("VRF309", "another verdict")]
    [InlineData("VRF309", "no such claim")]
    [InlineData("VRF309", "another claim")]
    [InlineData("VRF310", "a larger instance")]
    [InlineData("VRF310", "a fault more")]
    [InlineData("VRF310", "an assumption less")]
    [InlineData("VRF310", "another model")]
    [InlineData("VRF302", "no such size")]
    public void A_certificate_that_was_touched_is_refused(string code, string how)
    {
        _ = RealSolver.OrSkip();
        var text = Certificate.Value;
        var touched = how switch
        {
            "cut short" => text[..(text.Length / 2)],
            "one byte" => text[..^40] + "#" + text[^39..],
            "an assertion more" =>
                Forged(text.Replace("(set-logic QF_BV)\n", "(set-logic QF_BV)\n(assert false)\n", StringComparison.Ordinal)),
            "an assertion behind the invariant" =>
                Forged(text.Replace("\n; shape: ", "\n(assert false)\n; shape: ", StringComparison.Ordinal)),
            "an assertion in a comment of the header" =>
                text.Replace("; found by: ", "; found by: \r(assert false) ;", StringComparison.Ordinal),
            "another logic" => Forged(text.Replace("QF_BV", "ALL", StringComparison.Ordinal)),
            "in another order" => Forged(Swapped(text)),
            "a question less" => Forged(text[..text.LastIndexOf("; suffices", StringComparison.Ordinal)]),
            "no invariant" => Forged(text.Replace("(define-fun inv ", "(define-fun lemma ", StringComparison.Ordinal)),
            "an induction over no steps" =>
                Forged(text.Replace("; by an inductive invariant", "; by 0-induction over", StringComparison.Ordinal)),
            "another verdict" => text.Replace("; verdict: proved: it holds in every", "; verdict: refuted: no", StringComparison.Ordinal),
            "no such claim" => text.Replace("; claim: SD-FULL:I-ENTRY", "; claim: SD-NONE", StringComparison.Ordinal),
            "another claim" => text.Replace("; claim: SD-FULL:I-ENTRY", "; claim: SD-LOCAL:I-ENTRY", StringComparison.Ordinal),
            "a larger instance" => text.Replace("sizes: cpu=2", "sizes: cpu=3", StringComparison.Ordinal),
            "a fault more" => text.Replace("faults: none", "faults: local-flush", StringComparison.Ordinal),
            "an assumption less" => text.Replace("assumptions: none", "assumptions: A-NOSPEC", StringComparison.Ordinal),
            "no such size" => text.Replace("sizes: cpu=2", "sizes: core=2", StringComparison.Ordinal),
            _ => text.Replace("; model digest: ", "; model digest: 0", StringComparison.Ordinal),
        };
        Assert.NotEqual(text, touched);

        var run = Certify(touched);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"error {code}: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ok", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("(or x0 (not x0))")]
    [InlineData("(forall ((x Bool)) x)")]
    [InlineData("(check-sat)")]
    [InlineData("(! true :named bad)")]
    [InlineData("(! (= #b0 #b1) :named true)")]
    [InlineData("(let ((y (! (= #b0 #b1) :named false))) y)")]
    [InlineData("(exists ((y Bool)) y)")]
    [InlineData("(as true Bool)")]
    [InlineData("(let ((! true)) (! true :named bad))")]
    [InlineData("someone-else")]
    public void A_predicate_that_is_not_inductive_is_not_a_proof(string body)
    {
        _ = RealSolver.OrSkip();
        var text = Certificate.Value;
        var from = text.IndexOf("(define-fun inv ", StringComparison.Ordinal);
        var head = text[from..(text.IndexOf(") Bool", from, StringComparison.Ordinal) + ") Bool".Length)];
        var spoiled = Forged($"{text[..from]}{head} {body})\n{text[(text.IndexOf("\n; shape: ", StringComparison.Ordinal) + 1)..]}");

        var run = Certify(spoiled);

        Assert.Contains(run.ExitCode, (int[])[ExitCode.Otherwise, ExitCode.Undecided, ExitCode.BadInput]);
        Assert.DoesNotContain("ok", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_under_another_name_is_refused()
    {
        _ = RealSolver.OrSkip();
        var run = Certify(Certificate.Value, "SD-LOCAL.I-ENTRY.instance.smt2");
        Assert.Equal(3, run.ExitCode);
        Assert.Matches($"error VRF309: this is the certificate of SD-FULL:I-ENTRY on shootdown .+; its name has to be {Full}", run.Error);
    }

    [Fact]
    public void Instances_of_one_claim_have_certificates_of_their_own()
    {
        _ = (RealSolver.OrSkip(), RealSolver.OrSkip(SolverKind.Cvc5));
        using var folder = new TestDirectory();
        string[] prove = ["prove", "SD-FULL", "--engine", "pdr", "--into", folder.Path];
        foreach (var more in (string[][])[[], ["--size", "cpu=1"], ["--fault", "local-flush", "--assume", "A-NOSPEC,A-NOREUSE"]])
        {
            Assert.Equal(0, Run([.. prove, .. more]).ExitCode);
        }

        string[] names = [Full, "SD-FULL.I-ENTRY@cpu=1.instance.smt2",
            "SD-FULL.I-ENTRY@fault-local-flush,assume-A-NOREUSE,assume-A-NOSPEC.instance.smt2"];
        Assert.Equal(names.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var run = Run("certify", folder.Path);
        Assert.Equal((0, 3), (run.ExitCode, run.Out.Split('\n').Count(line => line.StartsWith("ok  ", StringComparison.Ordinal))));

        // The proof of one instance must not be accepted for another.
        File.Move(Path.Combine(folder.Path, names[1]), Path.Combine(folder.Path, Full), overwrite: true);
        Assert.Contains($"its name has to be {names[1]}", Run("certify", Path.Combine(folder.Path, Full)).Error);
    }

    [Fact]
    public void One_solver_alone_is_said_to_be_alone()
    {
        var z3 = RealSolver.OrSkip();
        var missing = SolverProgram.At(SolverKind.Cvc5, "no/such/cvc5");
        var run = Certify(Certificate.Value, Full, z3, missing);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(
            @"^ok  SD-FULL:I-ENTRY  proved on .+: 4 obligations, z3 [0-9.]+ alone [0-9.]+ s; no second opinion: .*no/such/cvc5", run.Out);
        var data = Certify(Certificate.Value, Full, z3, missing, "--json");
        Assert.Single(JsonDocument.Parse(data.Out).RootElement.GetProperty("certificates")[0].GetProperty("solvers").EnumerateArray());
    }

    [Fact]
    public void Without_any_solver_nothing_is_checked()
    {
        _ = RealSolver.OrSkip();
        var run = Certify(Certificate.Value, Full,
            SolverProgram.At(SolverKind.Z3, "no/such/z3"), SolverProgram.At(SolverKind.Cvc5, "no/such/cvc5"));
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("skipped  SD-FULL:I-ENTRY  not checked", run.Out);
    }

    [Fact]
    public void Why_certificates_are_skipped_is_printed_once()
    {
        _ = RealSolver.OrSkip();
        using var one = new TestDirectory();
        using var other = new TestDirectory();
        string[] files = [Path.Combine(one.Path, Full), Path.Combine(other.Path, Full)];
        foreach (var file in files)
        {
            File.WriteAllText(file, Certificate.Value);
        }

        var run = Asking([SolverProgram.At(SolverKind.Z3, "no/such/z3")], ["certify", .. files]);
        Assert.Equal(2, run.Out.Split("skipped  SD-FULL:I-ENTRY  not checked").Length - 1);
        Assert.Equal(1, run.Out.Split("no/such/z3").Length - 1);
    }

    // A wrong or unparseable answer of one solver invalidates the other's. Before the proof each solver gets three
    // control queries with the answers 'sat', 'sat' and 'unsat'; a solver that fails them is ignored when it
    // contradicts.
    [Theory]
    [InlineData(2, "echo sat")]
    [InlineData(2, "n=$((n+1)); if [ $n = 2 ]; then echo unsat; else echo sat; fi")]
    [InlineData(1, "n=$((n+1)); if [ $n = 3 ]; then echo unsat; else echo sat; fi")]
    [InlineData(2, "echo unknown")]
    [InlineData(2, "echo unsat; echo '(error \"no\")'")]
    [InlineData(2, "echo unsat; echo garbage")]
    [InlineData(2, "echo unsat; echo unsat")]
    [InlineData(2, "echo '((unsat))'")]
    [InlineData(2, "kill -9 $$")]
    public void Two_solvers_have_to_say_the_same(int code, string reply)
    {
        var z3 = RealSolver.OrSkip(SolverKind.Cvc5);
        using var fake = new FakeSolver(FakeSolver.Answering(reply));
        foreach (var solvers in (ISolverSource[][])[[z3, fake.Program], [fake.Program, z3]])
        {
            var run = Certify(Certificate.Value, Full, solvers[0], solvers[1]);
            Assert.Equal(code, run.ExitCode);
            Assert.StartsWith("PROBLEM  SD-FULL:I-ENTRY  not proved", run.Out);
        }
    }

    private static string Forged(string text)
    {
        var body = text[text.IndexOf("\n\n", StringComparison.Ordinal)..][1..];
        var header = text[..^body.Length].Split('\n').Select(line =>
            line.StartsWith("; proof digest: ", StringComparison.Ordinal) ? $"; proof digest: {Fingerprint.Of(body)}"
            : line.StartsWith("; obligations: ", StringComparison.Ordinal)
                ? $"; obligations: {body.Split('\n').Count(one => one == "(check-sat)")}"
            : line);
        return string.Join('\n', header) + body;
    }

    private static string Swapped(string text)
    {
        var (starts, stays, suffices) = (At("\n; starts"), At("\n; stays"), At("\n; suffices"));
        return text[..starts] + text[stays..suffices] + text[starts..stays] + text[suffices..];
        int At(string word) => text.IndexOf(word, StringComparison.Ordinal);
    }

    private static ToolRun Certify(string text, string name = Full, ISolverSource? first = null, ISolverSource? second = null,
        params string[] more)
    {
        using var folder = new TestDirectory();
        var file = Path.Combine(folder.Path, name);
        File.WriteAllText(file, text);
        ISolverSource[] solvers = second is null ? [first ?? RealSolver.OrSkip()] : [first ?? RealSolver.OrSkip(), second];
        return Asking(solvers, ["certify", file, .. more]);
    }

    private static ToolRun Run(params string[] arguments) =>
        Asking([new LazySolver(SolverKind.Z3), new LazySolver(SolverKind.Cvc5)], arguments);

    private static ToolRun Asking(IReadOnlyList<ISolverSource> solvers, string[] arguments) => ToolRun.Asking(solvers, TestClaims.Good,
        asked => [new ExplicitEngine(), .. EngineTroubleTests.Engines(asked)], arguments);
}
