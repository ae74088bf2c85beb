using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Symmetry;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Reduced;

/// <summary>Symmetry reduction against the full search.</summary>
public sealed class SymmetryLaws
{
    private static readonly EngineOptions Plain = new(Budget.Unlimited, Threads: 1);
    private static readonly EngineOptions Reduced = Plain with { Reductions = Reductions.Symmetry };

    internal static readonly Law Keeps = new(
        typeof(SymmetryLaws), nameof(Symmetry_keeps_verdict_trace_length_and_switches_and_represents_every_state), 5, (sample, tally) =>
        {
            foreach (var (property, _) in sample.Decided)
            {
                if (Attempt(sample.Model, property) is not { } found)
                {
                    tally.Note("refused");
                    continue;
                }

                tally.Compare();
                Compare(sample.Interpreter, property, sample.Whole(property), found);
                tally.Note("fewer", found.Evidence.States < sample.Whole(property).Evidence.States);
                tally.Note("traces", TraceOf(found) is not null);
            }
        });

    internal static readonly Law SameOnThreads = new(
        typeof(SymmetryLaws), nameof(Symmetry_does_the_same_on_any_number_of_threads), 30, (sample, tally) =>
        {
            foreach (var (property, _) in sample.Decided)
            {
                if (Attempt(sample.Model, property) is not { } one)
                {
                    tally.Note("refused");
                    continue;
                }

                var two = new ExplicitEngine().Decide(sample.Model, property, Reduced with { Threads = 2 });
                Assert.Equal(one.Evidence.States, two.Evidence.States);
                Assert.Equal(one.Evidence.Transitions, two.Evidence.Transitions);
                Assert.Equal(TraceOf(one)?.Steps.AsEnumerable(), TraceOf(two)?.Steps.AsEnumerable());
                tally.Compare();
            }
        });

    [Fact]
    public void Symmetry_keeps_verdict_trace_length_and_switches_and_represents_every_state()
    {
        var tally = Law.Holds(Keeps, 600);
        Assert.True(Law.IsAlone || (tally["fewer"] > 50 && tally["traces"] > 50), $"{tally}");
    }

    [Fact]
    public void Symmetry_does_the_same_on_any_number_of_threads() => Law.Holds(SameOnThreads, 80);

    [Fact]
    [Provokes("VRF203")]
    public void An_initial_value_that_names_an_identity_is_refused()
    {
        var m = new ModelBuilder("turn");
        var cpu = m.Processors("cpu", 2);
        var turn = m.Var("turn", cpu);
        m.Rule("pass", cpu, (s, c) => s.Set(turn, c));
        m.Always("true", true);
        var model = m.Build();
        var error = Assert.Throws<UserErrorException>(() => new ExplicitEngine().Decide(model, model.Properties[0], Reduced));
        Assert.Equal("VRF203", error.Diagnostic.Code.Id);
    }

    // The order in which two CPUs are evaluated decides whether an empty option is read, so some states of an orbit are
    // undefined and others are not.
    [Theory]
    [InlineData(0, false, false)]
    [InlineData(4, false, false)]
    [InlineData(0, true, false)]
    [InlineData(4, true, false)]
    [InlineData(0, true, true)]
    [InlineData(4, true, true)]
    public void A_quantifier_whose_meaning_depends_on_the_order_of_identities_is_refused(int value, bool isOption, bool isNested)
    {
        var m = new ModelBuilder("order");
        var cpu = m.Processors("cpu", 2);
        var map = m.Map("m", cpu, Sort.Option(Sort.Range(0, 8)));
        var n = m.Var("n", Sort.Range(0, 3));
        var sort = isNested ? Sort.Option(Sort.Option(cpu)) : isOption ? Sort.Option(cpu) : cpu;
        Expr Is(Expr of) => of.Sort is Sort.Optional ? of.HasValue & Is(of.Value) : map[of].Value == value;
        m.Rule("set", cpu, (s, c) => s.When(map[c].IsNone).Set(map[c], value));
        m.Rule("n", s => s.When(n < 3 & Exists(cpu, c => map[c].HasValue)).When(Exists(sort, Is)).Set(n, n + 1));
        m.Always("P", n <= 3);
        var model = m.Build();
        var undefined = Assert.Throws<UndefinedException>(() =>
            new ExplicitEngine().Decide(model, model.Properties[0], EngineOptions.Default));
        Assert.Equal("VRF120", undefined.Diagnostic.Code.Id);
        Assert.Null(Attempt(model, model.Properties[0]));
    }

    [Fact]
    public void A_witness_that_names_a_member_is_found_by_a_search_without_symmetry()
    {
        var m = new ModelBuilder("named");
        var page = m.ScalarSet("page", 3);
        var used = m.Map("used", page, Sort.Bool);
        m.Rule("use", page, (s, p) => s.When(!used[p]).Set(used[p], true));
        m.Always("any", Exists(page, p => used[p]) | !Exists(page, p => used[p]));
        m.Reachable("the last alone", used[new Expr.Literal(page, 2)] & !used[new Expr.Literal(page, 0)]);
        m.Reachable("all", ForAll(page, p => used[p]));
        var model = m.Build();
        var found = Attempt(model, model.Property("any"));
        Assert.Equal([("the last alone", 1), ("all", 3)], found!.Evidence.Witnesses.Select(witness => (witness.Property, witness.Depth)));
        Assert.Equal((4, 8L), (found.Evidence.States, found.Evidence.StatesRepresented));
        Assert.Null(Attempt(model, model.Property("the last alone")));
    }

    private static Expr Named(Interpreter interpreter, string witness) =>
        ((Property.Reachable)interpreter.Model.Property(witness)).Holds;

    private static void Compare(Interpreter interpreter, Property property, Verdict expected, Verdict found)
    {
        Assert.Equal(expected.Word, found.Word);
        Assert.Equal(expected.Evidence.Depth, found.Evidence.Depth);
        // After a refutation nothing looks for the witnesses that name a member.
        var left = found.Evidence.NotLookedFor;
        Assert.All(left, name => Assert.True(TraceOf(found) is not null && SymmetryGroup.MemberIn(Named(interpreter, name)) is not null));
        Assert.Equal(expected.Evidence.Witnesses.Where(witness => !left.Contains(witness.Property)), found.Evidence.Witnesses);
        Assert.Equal(expected.Evidence.States, found.Evidence.StatesRepresented);
        if (TraceOf(found) is { } trace)
        {
            Assert.Null(Replay.WhyNot(interpreter, trace));
            Assert.True(Replay.Decides(interpreter, property, trace));
            Assert.Equal(TraceOf(expected)!.Length, trace.Length);
            Assert.Equal(Switches.Of(interpreter, TraceOf(expected)!), Switches.Of(interpreter, trace));
        }
    }

    private static Verdict? Attempt(Model model, Property property)
    {
        try
        {
            return new ExplicitEngine().Decide(model, property, Reduced);
        }
        catch (UserErrorException error) when (error.Diagnostic.Code == ErrorCodes.BadReduction)
        {
            return null;
        }
    }

    private static Traces.Trace? TraceOf(Verdict verdict) => verdict switch
    {
        Verdict.Refuted refuted => refuted.Trace,
        Verdict.Proved proved => proved.Witness,
        _ => null,
    };
}
