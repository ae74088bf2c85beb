using Verify.Claims;
using Verify.Cli.Options;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Core;

/// <summary>Small tests of seeds, digests, budgets, choices and trace texts.</summary>
public sealed class SmallThingsTests
{
    [Fact]
    public void SplitMix64_gives_its_published_sequence()
    {
        // Seed 1234567 is the reference output for implementations of this generator.
        var prng = new Prng(1234567);
        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => prng.Next()));
        Assert.Equal(0xe220a8397b1dcdafUL, new Prng(0).Next());
    }

    [Fact]
    public void A_bounded_draw_stays_in_its_bound_and_reaches_all_of_it()
    {
        var prng = new Prng(1);
        var drawn = Enumerable.Range(0, 1000).Select(_ => prng.Below(7)).ToHashSet();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], drawn.Order());
        Assert.Equal(0, prng.Below(1));
        Assert.InRange(prng.Below(int.MaxValue), 0, int.MaxValue - 1);
    }

    [Fact]
    public void A_fingerprint_is_the_head_of_a_SHA_256()
    {
        Assert.Equal("e3b0c44298fc", Fingerprint.Of(""));
        Assert.Equal("ba7816bf8f01", Fingerprint.Of("abc"));
    }

    [Fact]
    public void A_budget_is_read_as_it_is_written()
    {
        Assert.Equal(Budget.Unlimited, BudgetOption.Read([]));
        Assert.Equal(new Budget(States: 1_000_000, Seconds: 1.5), BudgetOption.Read(["states=1M, seconds=1.5"]));
        Assert.Equal(new Budget(Bytes: 2_000_000_000, Depth: 12), BudgetOption.Read(["bytes=2GB,depth=12"]));
        Assert.Equal(new Budget(States: 1500), BudgetOption.Read(["states=1.5k"]));
        Assert.Equal(new Budget(Seconds: 90, States: 2000), BudgetOption.Read(["seconds=1.5m", "states=2K"]));
    }

    [Theory]
    [Provokes("VRF202")]
    [InlineData("states")]
    [InlineData("states=")]
    [InlineData("states=0")]
    [InlineData("states=-3")]
    [InlineData("states=0.5")]
    [InlineData("states=k")]
    [InlineData("states=1e3")]
    [InlineData("states=1=2")]
    [InlineData("steps=3")]
    [InlineData("depth=3G")]
    [InlineData("depth=1.5")]
    [InlineData("bytes=10000000000G")]
    [InlineData("seconds=NaN")]
    [InlineData("bytes=1")]
    [InlineData("states=10,states=20")]
    [InlineData("states=10,,depth=3")]
    [InlineData("states=10,")]
    [InlineData("")]
    public void A_budget_that_cannot_be_read_is_refused(string text) =>
        Provoke.Anywhere(ErrorCodes.BadBudget, () => BudgetOption.Read([text]));

    [Fact]
    [Provokes("VRF302", "VRF303", "VRF113")]
    public void A_family_refuses_what_it_does_not_offer()
    {
        var family = new Switches();
        Assert.Contains("switches", Provoke.Anywhere(ErrorCodes.BadSize, () => family.Build(Choices.Default.Size("lights", 1))).Hint,
            StringComparison.Ordinal);
        Provoke.Anywhere(ErrorCodes.BadSize, () => family.Build(Choices.Default.Size("switches", 0)));
        Provoke.Anywhere(ErrorCodes.BadSize, () => family.Build(Choices.Default.Size("switches", 5)));
        Provoke.Anywhere(ErrorCodes.UnknownChoice, () => family.Build(Choices.Default.With(new Fault("broken", ""))));
        Provoke.Anywhere(ErrorCodes.UnknownChoice, () => family.Build(Choices.Default.Assume(new Assumption("calm", "", ""))));
        Provoke.Anywhere(ErrorCodes.UnknownChoice, () => family.Build(Choices.Default.On(new Profile("mips", ""))));
        Provoke.Anywhere(ErrorCodes.UnknownName, () => new Switches { AsksForFault = new Fault("other", "") }.Build(Choices.Default));
        Provoke.Anywhere(ErrorCodes.UnknownName, () => new Switches { AsksForSize = "lights" }.Build(Choices.Default));
        Provoke.Anywhere(ErrorCodes.UnknownName,
            () => new Switches { AsksForAssumption = new Assumption("other", "", "") }.Build(Choices.Default));
    }

    [Fact]
    public void What_a_family_offers_are_its_static_fields_in_their_order()
    {
        var family = new Switches();
        Assert.Equal([Switches.Lamp], family.Features);
        Assert.Equal([Switches.Stuck, Switches.Loose], family.Faults);
        Assert.Equal([Switches.Quiet], family.Assumptions);
        Assert.Equal(["feature lamp", "fault stuck", "fault loose"], family.AllSwitches.Select(one => $"{one.Kind} {one.Name}"));
    }

    [Fact]
    public void A_feature_that_is_taken_for_a_fault_is_named_and_the_other_way_round()
    {
        var family = new Switches();
        var met = Provoke.Anywhere(ErrorCodes.UnknownChoice, () => family.Build(Choices.Default.With(new Fault("lamp", ""))));
        Assert.Contains("'lamp' of 'switches' is a feature, no fault", met.Message, StringComparison.Ordinal);
        Assert.Contains("--feature lamp", met.Hint, StringComparison.Ordinal);
        met = Provoke.Anywhere(ErrorCodes.UnknownChoice, () => family.Build(Choices.Default.With(new Feature("stuck", ""))));
        Assert.Contains("--fault stuck", met.Hint, StringComparison.Ordinal);
        Assert.Equal("switches switches=2 feature:lamp fault:stuck",
            new Instance(family, Choices.Default.With(Switches.Stuck, Switches.Lamp)).ToString());
    }

    [Fact]
    public void A_part_that_is_published_is_found_by_its_type()
    {
        var family = new Switches();
        var model = family.Build(Choices.Default);
        Assert.Same(family, model.Published<Switches>());
        Provoke.Anywhere(ErrorCodes.UnknownName, () => model.Published<string>());
        Provoke.Anywhere(ErrorCodes.UnknownName, () => Trivial().Published<string>());
    }

    [Fact]
    public void An_instance_is_named_by_its_choices()
    {
        var family = new Switches();
        Assert.Equal("switches switches=2", new Instance(family, Choices.Default).ToString());
        var choices = Choices.Default.Size("switches", 3).With(Switches.Stuck).Assume(Switches.Quiet);
        Assert.Equal("switches switches=3 fault:stuck quiet", new Instance(family, choices).ToString());
        Assert.NotEqual(family.Build(Choices.Default).Digest, family.Build(choices).Digest);
        Assert.Equal(new Instance(family, Choices.Default).ToString(), new Instance(family, choices.Drop("quiet")).ToString()
            .Replace("3 fault:stuck", "2", StringComparison.Ordinal));
    }

    [Fact]
    [Provokes("VRF306")]
    public void A_trace_text_of_something_else_is_refused()
    {
        var interpreter = new Interpreter(new Switches().Build(Choices.Default));
        var initial = interpreter.InitialStates().First();
        var steps = interpreter.Enabled(initial).Take(1);
        var trace = Trace.Along(interpreter, initial, steps);
        var text = Replay.Encode(interpreter, trace);
        Assert.Equal($"{interpreter.Model.Digest}:0.0", text);
        Assert.Equal(trace.Last, Replay.Decode(interpreter, $" {text}\n").Last);
        var digest = interpreter.Model.Digest;
        string[] damaged =
        [
            "", digest, $"{digest}:", $"{digest}:x", $"{digest}:0.99", $"{digest}:9", $"{digest}:0.-1", $"{digest}:0..1",
            $"{digest}:0:1", $"{digest}:0.99999999999", "000000000000:0.0",
        ];
        Assert.All(damaged, bad => Provoke.Anywhere(ErrorCodes.BadTrace, () => Replay.Decode(interpreter, bad)));
    }

    [Fact]
    public void A_trace_that_is_not_a_run_does_not_replay()
    {
        var interpreter = new Interpreter(new Switches().Build(Choices.Default));
        var initial = interpreter.InitialStates().First();
        var step = interpreter.Enabled(initial).First();
        var next = interpreter.Successor(initial, step);
        Assert.Null(Replay.WhyNot(interpreter, new Trace([initial, next], [step])));
        Assert.Equal("its first state is not initial", Replay.WhyNot(interpreter, new Trace([next], [])));
        Assert.Equal("step 1, 'press', leads to another state",
            Replay.WhyNot(interpreter, new Trace([initial, initial], [step])));
        Assert.Equal("step 2, 'press', is not enabled",
            Replay.WhyNot(interpreter, new Trace([initial, next, next], [step, step])));
        Assert.Equal("its loop does not close", Replay.WhyNot(interpreter, new Trace([initial, next], [step], 0)));
    }

    [Fact]
    public void Every_code_has_a_number_of_its_own_and_a_hint()
    {
        Assert.Equal(ErrorCodes.All.Length, ErrorCodes.All.Select(code => code.Id).Distinct().Count());
        Assert.All(ErrorCodes.All, code =>
        {
            Assert.Matches("^VRF[1-49][0-9]{2}$", code.Id);
            Assert.NotEqual("", code.Title);
            Assert.NotEqual("", code.Hint);
        });
        var diagnostic = new Diagnostic(ErrorCodes.DoubleWrite, "message", new SourceLocation("a/b.cs", 7), "hint");
        Assert.Equal("a/b.cs(7): error VRF104: message", diagnostic.ToString());
        Assert.Equal("verify: error VRF104: message", (diagnostic with { Where = null }).ToString());
    }

    [Fact]
    public void Every_verdict_has_a_word_and_every_expectation_one_of_them()
    {
        Verdict[] verdicts =
        [
            new Verdict.Proved(Evidence.Nothing), new Verdict.HoldsUpTo(new ExplorationBound("", 0, 0), Evidence.Nothing),
            new Verdict.Refuted(null, Evidence.Nothing), new Verdict.Unknown("", Evidence.Nothing),
        ];
        Assert.Equal(
            typeof(Verdict).GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal),
            verdicts.Select(verdict => verdict.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal("proved holds-up-to refuted unknown", string.Join(' ', verdicts.Select(verdict => verdict.Word)));
        Assert.Equal("proved", new Expectation.Proved().Word);
        Assert.Equal("proved", new Expectation.ProvedIf().Word);
        Assert.Equal("refuted", new Expectation.Refuted().Word);
    }

    private static Model Trivial()
    {
        var m = new ModelBuilder("trivial");
        m.Rule("rest", s => s.When(true));
        m.Always("true", true);
        return m.Build();
    }

    /// <summary>A family with one of everything.</summary>
    private sealed class Switches() : ModelFamily("switches", "switches that are pressed once",
        new SizeParameter("switches", 2, 1, 4, "switches"))
    {
        public static readonly Feature Lamp = new("lamp", "there is a lamp");
        public static readonly Fault Stuck = new("stuck", "the first switch is stuck");
        public static readonly Fault Loose = new("loose", "the first switch is loose");
        public static readonly Assumption Quiet = new("quiet", "no press is repeated", "the house");

        public Fault AsksForFault { get; init; } = Stuck;

        public Assumption AsksForAssumption { get; init; } = Quiet;

        public string AsksForSize { get; init; } = "switches";

        protected override void Describe(ModelBuilder m)
        {
            var one = m.ScalarSet("switch", m.Size(AsksForSize));
            var on = m.Map("on", one, Sort.Bool, m.Has(AsksForFault));
            var lamp = m.Has(Lamp) ? m.Var("lamp", Sort.Bool) : false;
            m.Publish(this);
            m.Rule("press", one, (s, x) => s.When(!on[x] & !lamp).Set(on[x], true));
            m.Always("true", m.Assumes(AsksForAssumption) | true);
        }
    }
}
