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
        Assert.All(OptionUse.All, use => Assert.Contains($"{use.Option} ", help));
    }

    [Theory]
    [InlineData("--compact proves nothing", "--paranoid", "--compact")]
    [InlineData("--compact stores hashes", "--compact", "--checkpoint", "there")]
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
