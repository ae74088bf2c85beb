using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Coyote;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Solvers;
using Verify.Symbolic;

namespace Verify.Tests.Cli;

/// <summary>The options of each command, their texts, and the engines that use them.</summary>
public sealed class OptionUseTests
{
    private static readonly SolverChoice Solvers = new([new LazySolver(SolverKind.Z3)]);

    private static readonly SolverChoice NoSolver = new([]);

    /// <summary>All engines of the tool, in the order of the page.</summary>
    private static readonly IEngine[] All = AllEngines();

    [Fact]
    public void The_page_of_options_has_the_engines_that_use_each()
    {
        var page = new System.Text.StringBuilder("""
            # Options and engines

            This page is generated from `OptionUse`. An option is refused by its name where no chosen engine uses it, and two that
            contradict each other are refused together; so is one that lacks what it needs. Numbers of things may have a unit
            (`10k`, `2M`), and so may times (`30s`, `5m`, `1h`) and sizes of memory (`256MB`, `2G`).


            """);
        page.Append($"| option | {string.Join(" | ", All.Select(engine => engine.Name))} |\n");
        page.Append($"|---|{string.Concat(All.Select(_ => ":---:|"))}\n");
        foreach (var use in OptionUse.All)
        {
            page.Append($"| `{use.Option}` | {string.Join(" | ", All.Select(engine => use.IsUsedBy(engine) ? "yes" : ""))} |\n");
        }

        page.Append("\n| option | not with | because |\n|---|---|---|\n");
        foreach (var pair in OptionUse.Contradictions)
        {
            page.Append($"| `{pair.Option}` | `{pair.Other}` | {pair.Why} |\n");
        }

        page.Append("\n| option | only with |\n|---|---|\n");
        foreach (var need in OptionUse.Needs)
        {
            page.Append($"| `{need.Option}` | `{need.Other}` |\n");
        }

        Verify.Tests.Snapshots.Snapshot.MatchesPage("src/docs/options.md", page.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void An_option_without_an_effect_is_refused_by_its_name()
    {
        using var folder = new Verify.Tests.Explicit.Storage.TestDirectory();
        foreach (var (use, engine) in OptionUse.All.SelectMany(use => All.Select(engine => (use, engine))).Where(pair =>
            !pair.use.IsUsedBy(pair.engine)))
        {
            string[] given = use.Option switch
            {
                "--budget states" => ["--budget", "seconds=9,states=5"],
                "--budget depth" => ["--budget", "depth=5"],
                "--checkpoint-every" => ["--checkpoint", folder.Path, "--checkpoint-every", "5m"],
                "--strategy" => [use.Option, "pct"],
                "--solver" => [use.Option, "z3"],
                "--memory" => [use.Option, "1G"],
                "--reduce" => [use.Option, "cone"],
                "--paranoid" or "--compact" => [use.Option],
                "--checkpoint" or "--spill" => [use.Option, folder.Path],
                _ => [use.Option, "3"],
            };
            var run = ToolRun.OnAll(TestClaims.Good, All, ["check", "SD-FULL", "--engine", engine.Name, .. given],
                TestContext.Current.CancellationToken);
            Assert.True(run.ExitCode == 3 && run.Error.StartsWith("verify: error VRF304: ", StringComparison.Ordinal)
                && run.Error.Contains(given[0], StringComparison.Ordinal), $"{engine.Name} {string.Join(' ', given)}: {run.Error}");
        }
    }

    [Theory]
    [InlineData("VRF304", "--full", "replay", "SD-LOCAL:I-ENTRY", "--trace", "x", "--full", "--json")]
    [InlineData("VRF304", "--sources", "check", "SD-LOCAL", "--sources", "--json")]
    [InlineData("VRF304", "--sources", "replay", "SD-LOCAL:I-ENTRY", "--trace", "x", "--sources", "--json")]
    [InlineData("VRF304", "--sizes", "check", "SD-FULL", "--sizes", "1s", "--random", "10")]
    [InlineData("VRF304", "--find needs --any-size", "prove", "SD-FULL", "--find")]
    [InlineData("VRF304", "--size is about one instance", "prove", "SD-FULL", "--any-size", "--size", "cpu=2")]
    [InlineData("VRF304", "--write", "certify", "--write", "somewhere", "--json")]
    [InlineData("VRF304", "--write", "certify", "--write", "somewhere", "--solver", "z3")]
    public void Two_options_that_contradict_each_other_are_refused(string code, string said, params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"verify: error {code}: {said}", run.Error);
    }

    [Theory]
    [InlineData("--engine", "schedules", "--schedules", "1k", "--steps", "1K")]
    [InlineData("--random", "2k", "--budget", "seconds=1m,bytes=1GB,states=1K")]
    [InlineData("--budget", "seconds=1m", "--budget", "bytes=500MB", "--memory", "1.5GiB")]
    public void Units_are_understood_everywhere(params string[] options)
    {
        var run = ToolRun.OnAll(TestClaims.Good, All, ["check", "SD-FULL", .. options], TestContext.Current.CancellationToken);
        Assert.Equal("", run.Error);
        Assert.InRange(run.ExitCode, 0, 2);
    }

    [Fact]
    public void A_checkpoint_of_a_question_about_endless_runs_is_refused_without_a_line_of_the_model()
    {
        using var folder = new Verify.Tests.Explicit.Storage.TestDirectory();
        var run = ToolRun.On(new Catalogue(() => [new Endless()], () => []), new ExplicitEngine(),
            "check", "endless", "--checkpoint", folder.Path);
        Assert.Contains("verify: error VRF304: ", run.Error);
        Assert.Contains("supports no checkpoints", run.Error);
        Assert.Equal(3, run.ExitCode);
    }

    private static IEngine[] AllEngines()
    {
        var search = new ExplicitEngine();
        IEngine[] symbolic = [new BmcEngine(NoSolver), new KInductionEngine(NoSolver), new PdrEngine(NoSolver), new SpacerEngine(NoSolver)];
        return
        [
            search, .. symbolic, new AutoEngine(search, symbolic[0], symbolic[2]), new PortfolioEngine([search, .. symbolic]),
            new RandomEngine(), new ScheduleEngine(), new CoyoteEngine(),
        ];
    }

    private sealed class Endless() : ModelFamily("endless", "a bit that turns")
    {
        protected override void Describe(ModelBuilder m)
        {
            var x = m.Var("x", Sort.Bool);
            m.Rule("turn", s => s.Set(x, !x).Fair());
            m.LeadsTo("turned", !x, x);
        }
    }

    [Theory]
    [InlineData("--solver", "bmc kinduction pdr spacer")]
    [InlineData("--memory", "explicit")]
    [InlineData("--spill", "explicit")]
    [InlineData("--checkpoint", "explicit")]
    [InlineData("--checkpoint-every", "explicit")]
    [InlineData("--reduce", "bmc explicit kinduction pdr spacer")]
    [InlineData("--paranoid", "explicit")]
    [InlineData("--compact", "explicit")]
    public void Each_engine_heeds_the_options_of_its_kind(string option, string engines)
    {
        IEngine[] all =
        [
            new ExplicitEngine(), new RandomEngine(), new ScheduleEngine(), new CoyoteEngine(), new BmcEngine(Solvers),
            new KInductionEngine(Solvers), new PdrEngine(Solvers), new SpacerEngine(Solvers),
        ];
        var use = Assert.Single(OptionUse.All, use => use.Option == option);
        Assert.Equal(engines, string.Join(' ', all.Where(use.Heeds).Select(engine => engine.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Each_option_of_the_table_is_one_of_the_command()
    {
        var help = ToolRun.Of("check", "--help").Out;
        Assert.All(OptionUse.All, use => Assert.Contains($"{use.Option.Split(' ')[0]} ", help));
    }

    [Theory]
    [InlineData("--compact proves nothing", "--paranoid", "--compact")]
    [InlineData("--compact stores hashes", "--compact", "--checkpoint", "there")]
    [InlineData("a search with --compact proves nothing", "--compact", "--sizes", "1s")]
    [InlineData("stays in memory", "--compact", "--spill", "there")]
    [InlineData("go to its directory", "--checkpoint", "there", "--spill", "there")]
    public void Contradictory_options_are_rejected(string why, params string[] options)
    {
        using var folder = new Verify.Tests.Explicit.Storage.TestDirectory();
        string[] given = [.. options.Select(option => option == "there" ? folder.Path : option)];
        var run = ToolRun.On(TestClaims.Good, new ExplicitEngine(), ["check", "SD-FULL", .. given]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("VRF304", run.Error);
        Assert.Contains(why, run.Error);
    }

    [Theory]
    [InlineData("list", "help")]
    [InlineData("--trace", "help", "replay")]
    [InlineData("verify ", "version")]
    [InlineData("verify ", "-V")]
    public void Help_and_version_work_as_commands_and_as_options(string said, params string[] arguments)
    {
        var run = ToolRun.Of(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains(said, run.Out);
    }

    [Fact]
    public void A_pattern_names_all_claims_that_it_fits()
    {
        var run = ToolRun.Of("check", "sd-fu*");
        Assert.Contains("SD-FULL:I-ENTRY  proved", run.Out);
        Assert.DoesNotContain("SD-LOCAL", run.Out);
    }

    [Fact]
    public void A_list_can_be_of_what_has_a_word_in_its_name()
    {
        var run = ToolRun.Of("list", "sd-full");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("SD-FULL:I-ENTRY", run.Out);
        Assert.DoesNotContain("SD-LOCAL", run.Out);
        Assert.DoesNotContain("ENGINES", run.Out);
        Assert.Contains("\"SD-FULL:I-ENTRY\"", ToolRun.Of("list", "sd-full", "--json").Out);
    }

    [Theory]
    [InlineData("I-ENTRY  proved", "SD-FULL", "--property", "i-entry")]
    [InlineData("two cached  proved", "shootdown", "--property", "two cached")]
    [InlineData("I-ENTRY  refuted", "shootdown", "--property", "I-ENTRY", "--fault", "local-flush")]
    public void A_question_can_name_its_property(string said, params string[] arguments) =>
        Assert.Contains(said, ToolRun.Of(["check", .. arguments]).Out);

    // The properties of a family are those of the instance that the options choose.
    [Fact]
    public void A_property_that_the_chosen_instance_lacks_is_not_asked_for()
    {
        var catalogue = new Catalogue(() => [new Changing()], () => []);
        Assert.Contains("changing:usual  proved", ToolRun.On(catalogue, new ExplicitEngine(), "check", "changing").Out);
        var run = ToolRun.On(catalogue, new ExplicitEngine(), "check", "changing", "--feature", "other");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("changing:another  proved", run.Out);
        Assert.DoesNotContain("usual", run.Out);
    }

    [Theory]
    [InlineData("check SD-L", "SD-LOCAL")]
    [InlineData("show shoot", "shootdown")]
    [InlineData("chec", "check")]
    [InlineData("check SD-FULL --fau", "--fault")]
    public void A_shell_can_complete_commands_options_and_claims(string line, string word) =>
        Assert.Contains(word, ToolRun.Of($"[suggest:{line.Length}]", line).Out.Split('\n'));

    private sealed class Changing() : ModelFamily("changing", "a bit that turns")
    {
        public static readonly Feature Other = new("other", "it has another property");

        protected override void Describe(ModelBuilder m)
        {
            var x = m.Var("x", Sort.Bool);
            m.Rule("turn", s => s.Set(x, !x));
            m.Always(m.Has(Other) ? "another" : "usual", x | !x);
            m.Reachable("turned", x);
        }
    }

    // TestClaims has a family with claims, whose properties can be checked directly as well.
    [Fact]
    public void A_family_can_be_checked_without_a_claim()
    {
        var run = ToolRun.Of("check", TestClaims.Family.Name);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"{TestClaims.Family.Name}:I-ENTRY  proved\n", run.Out);
        Assert.DoesNotContain("expect", run.Out);

        var other = ToolRun.Of("check", $"{TestClaims.Family.Name}:i-entry", "--fault", "local-flush");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains($"{TestClaims.Family.Name}:I-ENTRY  refuted\n", other.Out);
        var replay = other.Out.Split('\n').First(line => line.Contains("./verify replay", StringComparison.Ordinal));
        Assert.Contains($"{TestClaims.Family.Name}:I-ENTRY --fault local-flush", replay);
    }

    [Theory]
    [InlineData("Safe", 0)]
    [InlineData("safe", 1)]
    [InlineData("SAFE", 0)]
    public void A_property_is_found_by_its_exact_name(string name, int code)
    {
        var catalogue = new Catalogue(() => [new Cases()], () => []);
        var run = ToolRun.On(catalogue, new ExplicitEngine(), "check", $"cases:{name}");
        Assert.Equal(code, run.ExitCode);
        Assert.StartsWith($"cases:{(code == 0 ? "Safe  proved" : "safe  refuted")}", run.Out, StringComparison.Ordinal);
    }

    private sealed class Cases : ModelFamily
    {
        public override string Name => "cases";

        public override string Summary => "two names that differ in their case";

        protected override void Describe(ModelBuilder m)
        {
            var x = m.Var("x", Sort.Bool);
            m.Rule("turn", s => s.Set(x, !x));
            m.Always("Safe", x | !x);
            m.Always("safe", !x);
            m.Reachable("turned", x);
        }
    }

    [Fact]
    public void A_property_that_no_instance_has_is_reported_at_the_model()
    {
        var run = ToolRun.Of("check", $"{TestClaims.Family.Name}:I-NOTHING");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("VRF113", run.Error);
        Assert.DoesNotContain("Catalogue.cs", run.Error);
    }

    // The local flush suffices for one processor, but not for two.
    [Fact]
    public void A_violation_at_a_larger_size_is_shown()
    {
        var run = ToolRun.Of("check", "SD-LOCAL:I-ENTRY", "--size", "cpu=1", "--sizes", "60");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("SD-LOCAL:I-ENTRY  proved\n", run.Out);
        Assert.Matches(@"    - cpu=2,frame=1: refuted, see below\n", run.Out);
        Assert.Matches(@"    - cpu=1,frame=2: proved, [0-9,]+ states, [0-9.]+ s\n", run.Out);
        Assert.Contains("SD-LOCAL:I-ENTRY  refuted\n", run.Out);
        Assert.DoesNotContain("cpu=3", run.Out);
    }

    [Fact]
    public void Larger_sizes_are_results_in_JSON_too_and_zero_seconds_is_allowed()
    {
        var run = ToolRun.Of("check", "SD-FULL", "--sizes", "1ms", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var proved = ToolRun.Of("check", "SD-FULL", "--size", "cpu=7,frame=1", "--sizes", "60", "--json");
        Assert.Contains("cpu=8,frame=1", proved.Out);
    }
}
