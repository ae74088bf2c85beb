using Verify.Cli.Hosting;
using Verify.Cli.Proofs;
using Verify.Engines;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Solvers;
using Verify.Tests.TraceTexts;

namespace Verify.Tests.Cli;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("VRF301", "did you mean SD-LOCAL", "check", "SD-LOCA:I-ENTRY")]
    [InlineData("VRF301", "did you mean SD-FULL", "check", "SD-FUL")]
    [InlineData("VRF301", "verify list", "check", "something quite different")]
    [InlineData("VRF302", "from 1 to 8", "check", "SD-FULL", "--size", "cpu=9")]
    [InlineData("VRF302", "choose from cpu, frame", "check", "SD-FULL", "--size", "page=2")]
    [InlineData("VRF302", "--size cpu=3", "check", "SD-FULL", "--size", "cpu")]
    [InlineData("VRF302", "--size cpu=3", "check", "SD-FULL", "--size", "cpu=many")]
    [InlineData("VRF303", "choose from A-NOSPEC, A-NOREUSE", "check", "SD-FULL", "--assume", "A-NOTHING")]
    [InlineData("VRF303", "did you mean local-flush", "check", "SD-FULL", "--fault", "lokal-flush")]
    [InlineData("VRF303", "did you mean local-flush", "check", "SD-FULL", "SD-LOCAL", "--fault", "lokal-flush")]
    [InlineData("VRF303", "say --fault local-flush", "check", "SD-FULL", "--feature", "local-flush")]
    [InlineData("VRF303", "did you mean --fault local-flush?", "check", "SD-FULL", "--assume", "lokal-flush")]
    [InlineData("VRF303", "did you mean --assume A-NOSPEC", "check", "SD-FULL", "--fault", "A-NOSPEC")]
    [InlineData("VRF302", "did you mean --fault local-flush?", "check", "SD-FULL", "--size", "local-flush=1")]
    [InlineData("VRF113", "did you mean I-ENTRY?", "check", "SD-FULL", "--property", "I-ENTYR")]
    [InlineData("VRF113", "two cached", "check", "shootdown", "--property", "nothing like it")]
    [InlineData("VRF303", "it has no feature", "check", "SD-FULL", "--feature", "quantum-flush")]
    [InlineData("VRF302", "did you mean cpu", "check", "SD-FULL", "--size", "cpus=2")]
    [InlineData("VRF403", "use --size NAME=N", "check", "SD-FULL", "--size", "cpu=2,,frame=1")]
    [InlineData("VRF403", "use --fault F", "check", "SD-FULL", "--fault", "")]
    [InlineData("VRF403", "--size cpu=3", "check", "SD-FULL", "--sizes", "cpu=2")]
    [InlineData("VRF403", "did you mean --size", "check", "SD-FULL", "--sise", "cpu=2")]
    [InlineData("VRF403", "verify check --help", "check", "SD-FULL", "--colour-of-the-sky")]
    [InlineData("VRF403", "--write DIR", "certify", "--write", "")]
    [InlineData("VRF403", "--page FILE", "compare", "SD-FULL", "--engines", "bfs", "--page", "")]
    [InlineData("VRF402", "permissions", "compare", "SD-FULL", "--engines", "bfs", "--page", "/proc/none")]
    [InlineData("VRF304", "name each engine once", "compare", "SD-FULL", "--engines", "bfs,BFS")]
    [InlineData("VRF301", "did you mean SD-FULL", "list", "SD-FULLL")]
    [InlineData("VRF202", "--budget bytes=256MB", "check", "SD-FULL", "--budget", "bytes=1")]
    [InlineData("VRF202", "states=N", "check", "SD-FULL", "--budget", "states=10", "--budget", "states=20")]
    [InlineData("VRF304", "explicit, auto or portfolio", "check", "SD-FULL", "--random", "10", "--reduce", "symmetry")]
    [InlineData("VRF304", "explicit, auto or portfolio", "check", "SD-FULL", "--random", "10", "--memory", "1GB")]
    [InlineData("VRF303", "choose from x86", "check", "SD-FULL", "--profile", "vax")]
    [InlineData("VRF303", "did you mean A-NOSPEC", "check", "SD-QUIET", "--drop", "A-NOSPAC")]
    [InlineData("VRF304", "the claim has no assumptions", "check", "SD-FULL", "--drop", "A-NOSPEC")]
    [InlineData("VRF304", "omit one", "check", "SD-QUIET", "--assume", "A-NOSPEC", "--drop", "A-NOSPEC")]
    [InlineData("VRF304", "omit one", "check", "SD-FULL", "--size", "cpu=2,cpu=3")]
    [InlineData("VRF304", "omit one", "check", "SD-FULL", "--size", "cpu=2", "--size", "cpu=3")]
    [InlineData("VRF304", "--shard 1/4", "gate", "--shard", "3/2")]
    [InlineData("VRF304", "--shard 1/4", "gate", "--shard", "0/2")]
    [InlineData("VRF403", "--shard 1/4", "gate", "--shard", "half")]
    [InlineData("VRF304", "explicit, auto or portfolio", "check", "SD-FULL", "--engine", "bfs", "--paranoid")]
    [InlineData("VRF304", "explicit, auto or portfolio", "gate", "--engine", "bfs", "--paranoid")]
    [InlineData("VRF304", "explicit, auto or portfolio", "compare", "SD-FULL", "--engines", "bfs", "--paranoid")]
    [InlineData("VRF304", "choose explicit", "check", "SD-FULL", "--engine", "bfs", "--compact")]
    [InlineData("VRF304", "choose explicit", "gate", "--random", "10", "--compact")]
    [InlineData("VRF201", "did you mean bfs", "check", "SD-FULL", "--engine", "bfx")]
    [InlineData("VRF201", "choose from bfs", "check", "SD-FULL", "--engine", "quantum")]
    [InlineData("VRF202", "states=N", "check", "SD-FULL", "--budget", "states=few")]
    [InlineData("VRF202", "states=N", "gate", "--budget", "hours=3")]
    [InlineData("VRF202", "states=N", "check", "SD-FULL", "--budget", "")]
    [InlineData("VRF202", "states=N", "prove", "SD-FULL", "--budget", "")]
    [InlineData("VRF306", "replay line", "replay", "SD-LOCAL:I-ENTRY", "--trace", "000000000000:0.1")]
    [InlineData("VRF306", "replay line", "replay", "SD-LOCAL:I-ENTRY", "--trace", "nonsense")]
    [InlineData("VRF403", "verify replay --help", "replay", "SD-LOCAL:I-ENTRY")]
    [InlineData("VRF403", "verify check --help", "check")]
    [InlineData("VRF403", "verify check --help", "check", "SD-FULL", "--seed", "later")]
    [InlineData("VRF202", "seconds=N", "compare", "SD-FULL", "--engines", "bfs", "--budget", "")]
    [InlineData("VRF403", "from 0 to 1024", "check", "SD-FULL", "--threads", "-1")]
    [InlineData("VRF403", "one of cone, partial-order, symmetry", "gate", "--reduce", "fat")]
    [InlineData("VRF403", "--random 1000", "check", "SD-FULL", "--random", "0")]
    [InlineData("VRF304", "omit one", "check", "SD-FULL", "--random", "10", "--engine", "bfs")]
    [InlineData("VRF304", "explicit, auto", "check", "SD-FULL", "--random", "10", "--checkpoint", "/dev/shm")]
    [InlineData("VRF304", "--engine schedules", "check", "SD-FULL", "--schedules", "10")]
    [InlineData("VRF304", "--engine schedules", "gate", "--strategy", "pct")]
    [InlineData("VRF304", "omit one", "check", "SD-FULL", "--engine", "schedules", "--steps", "9", "--budget", "depth=10")]
    [InlineData("VRF304", "explicit, auto", "check", "SD-FULL", "--engine", "schedules", "--checkpoint", "/dev/shm")]
    [InlineData("VRF403", "portfolio, random, pct", "check", "SD-FULL", "--engine", "schedules", "--strategy", "luck")]
    [InlineData("VRF403", "--schedules 1000", "check", "SD-FULL", "--engine", "schedules", "--schedules", "0")]
    [InlineData("VRF304", "add --checkpoint DIR", "check", "SD-FULL", "--checkpoint-every", "5m")]
    [InlineData("VRF402", "permissions", "check", "SD-FULL", "--checkpoint", "/proc")]
    [InlineData("VRF402", "permissions", "gate", "--spill", "/proc/version/states")]
    [InlineData("VRF403", "--memory 256MB", "check", "SD-FULL", "--memory", "much")]
    [InlineData("VRF403", "--memory 256MB", "check", "SD-FULL", "--memory", "0GB")]
    [InlineData("VRF403", "--memory 256MB", "check", "SD-FULL", "--memory", "1.5XB")]
    [InlineData("VRF403", "--memory 256MB", "gate", "--memory", "-1")]
    [InlineData("VRF403", "--memory 256MB", "check", "SD-FULL", "--memory", "1")]
    [InlineData("VRF403", "--memory 256MB", "gate", "--memory", "999KB")]
    [InlineData("VRF403", "--checkpoint-every 30s", "check", "SD-FULL", "--checkpoint", "/dev/shm", "--checkpoint-every", "often")]
    [InlineData("VRF405", "choose from btor2, murphi, promela", "export", "SD-FULL", "--to", "smv")]
    [InlineData("VRF402", "permissions", "export", "SD-FULL", "--to", "murphi", "--into", "/proc/nowhere")]
    [InlineData("VRF403", "verify export --help", "export", "SD-FULL")]
    [InlineData("VRF403", "did you mean check", "chekc", "SD-FULL")]
    [InlineData("VRF403", "verify --help")]
    [InlineData("VRF403", "./verify test", "test", "--filter", "x")]
    public void Is_one_line_with_a_hint_and_exit_code_3(string code, string hint, params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"verify: error {code}: ", lines[0]);
        Assert.StartsWith("hint: ", lines[1]);
        Assert.Contains(hint, lines[1]);
        Assert.Equal("", run.Out);
        Assert.Equal(3, run.ExitCode);
    }

    [Theory]
    [InlineData("--seed", "-1", "--seed takes a whole number from 0, not '-1'")]
    [InlineData("--threads", "x", "--threads takes a whole number, not 'x'")]
    [InlineData("--steps", "99999999999", "--schedules must be at least 1, and --steps 1 to 2,147,483,647", "--engine", "schedules")]
    [InlineData("--random", "1e3", "--random takes a whole number such as 1500 or 10k, not '1e3'")]
    public void A_malformed_number_is_reported_without_type_names(string option, string value, string said, params string[] more) =>
        Assert.StartsWith($"verify: error VRF403: {said}\n", ToolRun.Of(["check", "SD-FULL", option, value, .. more]).Error);

    [Theory]
    [InlineData("VRF403: a command is missing")]
    [InlineData("VRF403: 'check' needs a CLAIM", "check")]
    [InlineData("VRF403: --size needs a value: NAME=N,…", "check", "SD-FULL", "--size")]
    [InlineData("VRF403: --property needs a value: P", "check", "SD-FULL", "--property")]
    [InlineData("VRF403: 'export' needs --to FORMAT", "export", "SD-FULL")]
    [InlineData("VRF403: 'export' needs --to FORMAT", "export", "SD-FULL", "--to")]
    [InlineData("VRF403: 'replay' needs --trace T", "replay", "SD-FULL")]
    [InlineData("VRF403: the command 'CHECK' does not exist", "CHECK", "SD-FULL")]
    public void What_is_missing_is_said_in_the_words_of_the_help(string said, params string[] arguments) =>
        Assert.StartsWith($"verify: error {said}\n", ToolRun.Of(arguments).Error);

    [Fact]
    public void A_property_that_a_family_lacks_is_not_shown()
    {
        var run = ToolRun.Of("show", "shootdown:I-NOTHING");
        Assert.Contains("VRF113", run.Error);
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
    }

    [Fact]
    public void A_damaged_trace_is_distinguished_from_one_of_another_model()
    {
        var digest = new Shootdown().Build(TestClaims.Local.Choices).Digest;
        Assert.Contains("is not a number", ToolRun.Of("replay", "SD-LOCAL:I-ENTRY", "--trace", $"{digest}:0.x").Error);
        Assert.Contains("steps are enabled", ToolRun.Of("replay", "SD-LOCAL:I-ENTRY", "--trace", $"{digest}:0.99").Error);
        Assert.Contains("no initial state", ToolRun.Of("replay", "SD-LOCAL:I-ENTRY", "--trace", $"{digest}:7").Error);
        Assert.Contains("is of model", ToolRun.Of("replay", "SD-FULL:I-ENTRY", "--trace", $"{digest}:0").Error);
    }

    [Fact]
    public void A_solver_that_does_not_exist_is_refused_with_the_nearest_name()
    {
        var run = ToolRun.Of("check", "SD-FULL", "--solver", "cvc4");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("the solver 'cvc4' does not exist", run.Error, StringComparison.Ordinal);
        Assert.Contains("cvc5", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Provokes("VRF305")]
    public void Two_claims_of_one_id_or_one_certificate_are_refused()
    {
        Assert.Contains("VRF305", ToolRun.On(TestClaims.Of(TestClaims.Full, TestClaims.Full), new Bfs(), "list").Error);
        Assert.Contains("the claims 'SD-FULL:I-ENTRY' and 'SD-FULL/I-ENTRY' would share the certificate SD-FULL.I-ENTRY.smt2",
            ToolRun.On(TestClaims.Of(TestClaims.Full, TestClaims.Full with { Id = "SD-FULL/I-ENTRY" }), new Bfs(), "list").Error);
        Assert.Contains("'SD-FULL@cpu=1' is not a valid identifier of a claim",
            ToolRun.On(TestClaims.Of(TestClaims.Full with { Id = "SD-FULL@cpu=1" }), new Bfs(), "list").Error);
    }

    [Theory]
    [InlineData("SD\ngate: all as expected")]
    [InlineData("SD FULL")]
    [InlineData("SD\tFULL")]
    public void An_id_that_would_break_a_line_of_a_report_is_refused(string id)
    {
        var list = ToolRun.On(TestClaims.Of(TestClaims.Full with { Id = id }), new Bfs(), "list");
        Assert.Contains("VRF305", list.Error);
        Assert.Contains("is not a valid identifier of a claim", list.Error);
        Assert.DoesNotContain("\ngate:", list.Error);
        Assert.Equal(3, list.ExitCode);
    }

    [Fact]
    public void A_damaged_lock_of_certificates_is_one_refused_certificate_and_not_the_end_of_a_gate()
    {
        var session = new Session([], [], new(() => TestClaims.Good), new SolverChoice([]),
            Terminal.Plain(TextWriter.Null, TextWriter.Null), default);
        var check = new CertificateCheck(session, () => CertificateLock.Read("# something else\n", ProofFiles.Lock));
        var refused = Assert.Single(check.Of([TestClaims.Full]));
        Assert.Equal((ProofFiles.Lock, "refused", 3), (refused.File, refused.Line, refused.ExitCode));
        Assert.Equal("VRF309", refused.Failure?.Code.Id);
    }

    [Fact]
    public void A_property_that_the_model_lacks_is_the_claims_mistake()
    {
        var run = ToolRun.On(TestClaims.Of(TestClaims.Full with { Property = "I-NONE" }), new Bfs(), "check", "SD-FULL");
        Assert.Contains("VRF113", run.Error);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void A_mistake_of_ours_is_one_line_and_exit_code_4()
    {
        var run = ToolRun.On(TestClaims.Good, new Broken(), "check", "SD-FULL");
        Assert.StartsWith("verify: error VRF901: ", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Equal(4, run.ExitCode);
    }

    [Fact]
    public void One_bad_claim_does_not_lose_the_others_of_a_gate()
    {
        var bad = TestClaims.Full with { Id = "SD-BAD", Property = "I-NONE" };
        var run = ToolRun.On(TestClaims.Of(bad, TestClaims.Local), new Bfs(), "gate");
        Assert.Contains("SD-LOCAL:I-ENTRY  refuted", run.Out);
        Assert.Contains("VRF113", run.Error);
        Assert.Equal(3, run.ExitCode);
    }

    [Theory]
    [InlineData("--full")]
    [InlineData("--json")]
    public void An_unsupported_claim_is_reported_and_the_others_are_decided(string output)
    {
        var run = ToolRun.On(TestClaims.Good, new Picky(), "check", "SD-FULL", "SD-LOCAL", output);
        Assert.Contains(": error VRF203: SD-FULL", run.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("refuted", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("interrupted", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void The_states_covered_before_memory_ran_out_are_reported()
    {
        var run = ToolRun.On(TestClaims.Good, new Forgetful(), "check", "SD-FULL");
        Assert.Contains("memory ran out", run.Out, StringComparison.Ordinal);
        Assert.Contains("1,234 states", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, run.ExitCode);
    }

    /// <summary>An engine that does not support the properties of the first model.</summary>
    private sealed class Picky : IEngine
    {
        private readonly Bfs inner = new();
        private Model? first;

        public string Name => "picky";

        public string Summary => "does not like what it meets first";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => null;

        public Verdict Decide(Model model, Property property, EngineOptions run) => (first ??= model) == model
            ? throw UserErrorException.At(property.Where, ErrorCodes.BadReduction, "not this one")
            : inner.Decide(model, property, run);
    }

    /// <summary>An engine that runs out of memory.</summary>
    private sealed class Forgetful : IEngine
    {
        public string Name => "forgetful";

        public string Summary => "fails after a while";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => null;

        public Verdict Decide(Model model, Property property, EngineOptions run)
        {
            run.Progress!.Report(new Progress(1_234, 5_678, 9, 100));
            throw new InsufficientMemoryException();
        }
    }

    /// <summary>An engine with an internal error.</summary>
    private sealed class Broken : IEngine
    {
        public string Name => "broken";

        public string Summary => "fails";

        public string? Unavailable => null;

        public string? WhyNot(Model model, Property property) => null;

        public Verdict Decide(Model model, Property property, EngineOptions run) =>
            throw new System.Diagnostics.UnreachableException("two and two is five");
    }
}
