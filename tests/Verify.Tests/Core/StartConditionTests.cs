using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Parametric.Obligations;
using Verify.Parametric.Search;
using Verify.Scheduling;
using Verify.Semantics;
using Verify.Solvers.Smt;
using Verify.Tests.Formats;
using Verify.Tests.Laws.Lowering;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;
using static Verify.Tests.Provoke;

namespace Verify.Tests.Core;

/// <summary>Variables of any sort start with any value that the initial conditions allow. The numbers are worked out by hand.</summary>
public sealed class StartConditionTests
{
    private static readonly EngineOptions OneThread = new(Budget.Unlimited, Threads: 1);

    [Fact]
    public void A_map_a_record_and_an_option_start_with_any_value()
    {
        var interpreter = new Interpreter(Model(m =>
        {
            var cpu = m.ScalarSet("cpu", 2);
            var pair = m.Record("pair", new Field("on", Sort.Bool), new Field("at", Sort.Option(cpu)));
            m.AnyOf("map", Sort.Map(cpu, Sort.Range(1, 3)));
            m.AnyOf("record", pair);
            m.AnyOf("option", Sort.Option(pair));
        }));
        var all = interpreter.InitialStates().ToList();
        Assert.Equal(9 * 6 * 7, all.Count); // 3 for each of two entries, 2 * 3 pairs, and one option more
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal(all.Count, interpreter.InitialCount);
        Assert.Equal("[1, 1] (on=false, at=None) None", string.Join(' ', all[0].Values));
        Assert.Equal("[1, 1] (on=false, at=CPU0) (on=false, at=None)".Replace("CPU", "cpu"), string.Join(' ', all[7 + 1].Values));
        for (var i = 0; i < all.Count; i++)
        {
            Assert.Equal(all[i], StartNumber.StateOf(interpreter, i));
            Assert.Equal(i, StartNumber.Of(interpreter, all[i]));
        }

        Assert.Null(StartNumber.StateOf(interpreter, all.Count));
    }

    [Fact]
    public void Several_variables_are_equal_and_arbitrary()
    {
        var interpreter = new Interpreter(Model(m =>
        {
            var (a, b, c) = (m.AnyOf("a", Sort.Range(0, 4)), m.AnyOf("b", Sort.Range(0, 4)), m.AnyOf("c", Sort.Range(0, 4)));
            m.Initially(a == b);
            m.Initially(b == c);
        }));
        var numbers = interpreter.InitialStates().Select(state => (int)StartNumber.Of(interpreter, state)!.Value);
        Assert.Equal([0, 31, 62, 93, 124], numbers);
        Assert.Null(StartNumber.StateOf(interpreter, 1));
        Assert.Null(StartNumber.Of(interpreter, new State([.. Enumerable.Range(0, 3).Select(i => Value.Scalar(Sort.Range(0, 4), i))])));
    }

    // Each entry of the second map has one value of four: three tries fail for each of 64 first maps and three entries.
    [Fact]
    public void A_try_fails_as_early_as_it_can()
    {
        var tries = new Interpreter(Model(m =>
        {
            var page = m.ScalarSet("page", 3);
            var (x, y) = (m.AnyOf("x", Sort.Map(page, Sort.Range(0, 3))), m.AnyOf("y", Sort.Map(page, Sort.Range(0, 3))));
            m.Initially(ForAll(page, p => x[p] == y[p]));
        })).StartsAndTries().ToList();
        Assert.Equal((64, 64 * 9), (tries.Count(state => state is not null), tries.Count(state => state is null)));
    }

    // Of a page table entry there are five values that the first condition allows. Of their 25 pairs, nine hold each of
    // the two dirty ones, which the third variable may remember, if it is not empty.
    [Fact]
    public void Conditions_relate_maps_records_and_options() =>
        Assert.Equal(25 + 9 + 9, new Interpreter(SmallModels.Equal()).InitialStates().Count());

    [Fact]
    [Provokes("VRF117")]
    public void A_condition_is_defined_for_all_values()
    {
        Rejected((option, _, _) => option.Value);
        Rejected((option, _, _) => option.Value & option.HasValue);
        Rejected((option, _, _) => option.HasValue | option.Value);
        Rejected((option, _, _) => option.IsNone.Implies(option.Value));
        Rejected((option, _, _) => If(option.HasValue, true, option.Value));
        Rejected((_, map, _) => ForAll(map.Sort is Sort.Mapping sort ? sort.Key : Sort.Bool, a => ForAll(((Sort.Mapping)map.Sort).Key,
            b => map[a].HasValue.Implies(map[b].Value))));
        Rejected((_, map, number) => Fill(Sort.Map(Sort.Bool, Sort.Range(0, 3)), number) == Fill(Sort.Map(Sort.Bool, Sort.Range(0, 3)), 0));
        var narrow = Sort.Map(Sort.Range(0, 3), Sort.Bool);
        InModel(ErrorCodes.PartialStart, m => m.Initially(m.AnyOf("narrow", narrow)[m.AnyOf("key", Sort.Range(0, 4))]));

        Allowed((option, _, _) => option.HasValue & option.Value);
        Allowed((option, _, _) => option.IsNone | option.Value);
        Allowed((option, _, _) => option.HasValue.Implies(option.Value));
        Allowed((option, _, _) => If(option.IsNone, true, option.Value));
        Allowed((option, _, _) => (option == Some(true)) & option.Value);
        Allowed((_, map, _) => ForAll(((Sort.Mapping)map.Sort).Key, a => map[a].HasValue.Implies(map[a].Value)));
        Allowed((_, _, number) => Count(Sort.Range(0, 4), n => n == number) == 1);
    }

    [Fact]
    public void A_condition_reads_no_ghost_no_parameter_and_no_other_model()
    {
        InModel(ErrorCodes.GhostRead, m => m.Initially(m.Ghost("g", Sort.Bool)));
        InModel(ErrorCodes.Unbound, m => m.Initially(new Expr.BoundVariable(new Binder("b", Sort.Bool))));
        InModel(ErrorCodes.ForeignVariable, m => m.Initially(new ModelBuilder("other").AnyOf("x", Sort.Bool)));
        InModel(ErrorCodes.SortMismatch, m => m.Initially(3));
    }

    [Fact]
    [Provokes("VRF118")]
    public void A_model_without_initial_states_does_not_exist()
    {
        InModel(ErrorCodes.NoStart, m => m.Initially(false));
        InModel(ErrorCodes.NoStart, m => m.Initially(m.AnyOf("a", Sort.Range(0, 2)) == m.AnyOf("b", Sort.Range(3, 4))));
        InModel(ErrorCodes.NoStart, m => m.Initially(m.Var("a", Sort.Bool)));
        var (cpu, page) = (new ModelBuilder("x").ScalarSet("cpu", 3), new ModelBuilder("x").ScalarSet("page", 2));
        InModel(ErrorCodes.NoStart, m => m.Initially(m.AnyOf("at", Sort.Map(cpu, page)) is var at
            ? ForAll(cpu, cpu, (a, b) => (a == b) | (at[a] != at[b])) : true)); // three in two places, all apart
    }

    [Fact]
    [Provokes("VRF119")]
    public void A_search_that_takes_too_long_is_an_error()
    {
        var sort = Sort.Range(0, 511);
        InModel(ErrorCodes.HardStart, m => m.Initially(m.AnyOf("a", sort) + m.AnyOf("b", sort) + m.AnyOf("c", sort) == 1534));
        Assert.Single(new Interpreter(Model(m => m.Initially(m.AnyOf("a", sort) + m.AnyOf("b", sort) == 1022))).InitialStates());
    }

    [Fact]
    public void A_condition_is_part_of_the_digest_and_of_the_identity()
    {
        string[] texts = [.. new[] { 0, 1, 2 }.Select(i => ModelPrinter.Of(Model(m =>
        {
            var (a, b) = (m.AnyOf("a", Sort.Bool), m.AnyOf("b", Sort.Bool));
            if (i > 0)
            {
                m.Initially(i == 1 ? a == b : a | b);
            }
        })))];
        Assert.Equal(3, texts.Select(Fingerprint.Of).Distinct().Count());
        Assert.Contains("initially \"a\" == \"b\"", texts[1], StringComparison.Ordinal);
    }

    // Nothing else than the conditions ties the two together.
    private static Model Twins(bool isTied) => Model(m =>
    {
        var page = m.ScalarSet("page", 20);
        var sort = Sort.Map(page, Sort.Range(0, 3));
        var (x, y, moved) = (m.AnyOf("x", sort), m.AnyOf("y", sort), m.Map("moved", page, Sort.Bool));
        if (isTied)
        {
            m.Initially(ForAll(page, p => x[p] == y[p]));
        }

        m.Rule("move", page, (s, p) => s.When(!moved[p]).Set(x[p], 3 - x[p]).Set(y[p], 3 - y[p]).Set(moved[p], true));
        m.Always("same", ForAll(page, p => x[p] == y[p]));
    });

    // There are 4^20 initial states among 4^40 candidates.
    [Fact]
    public void Runs_start_only_in_initial_states()
    {
        var options = new EngineOptions(new Budget(Depth: 5), Threads: 1, Seed: 3);
        foreach (var engine in (IEngine[])[new RandomEngine(), new ScheduleEngine()])
        {
            var (tied, free) = (Twins(isTied: true), Twins(isTied: false));
            Assert.IsType<Verdict.HoldsUpTo>(engine.Decide(tied, tied.Property("same"), options));
            Assert.IsType<Verdict.Refuted>(engine.Decide(free, free.Property("same"), options));
        }

        var interpreter = new Interpreter(Twins(isTied: true));
        var walk = new ReachableWalk(interpreter, 100_000);
        Assert.All(walk.RandomWalks(1, 5), visit => Assert.Equal(visit.State.Values[0], visit.State.Values[1]));
        Assert.Empty(new ReachableWalk(interpreter, 100_000).NearestFirst());
        Assert.False(walk.IsWhole);
    }

    // The property is about one variable; the condition adds the variable that it compares with, and that adds the next.
    [Fact]
    public void A_cone_contains_what_conditions_tie_to_it()
    {
        var model = Model(m =>
        {
            var (a, b, c, d, e) = (m.AnyOf("a", Sort.Bool), m.AnyOf("b", Sort.Bool), m.AnyOf("c", Sort.Bool),
                m.AnyOf("d", Sort.Bool), m.AnyOf("e", Sort.Bool));
            m.Initially(a == b);
            m.Initially(b == c);
            m.Initially(d | e);
            m.Initially(!c);
            m.Always("off", !a);
        });
        var system = new TransitionSystem(model, model.Property("off"));
        Assert.Equal("abc", string.Concat(system.Variables.Select(leaf => leaf.Variable.Name)));
        Assert.Equal(3, system.StartConditions.Length);
        var found = new ExplicitEngine().Decide(model, model.Property("off"), OneThread with { Reductions = Reductions.ConeOfInfluence });
        Assert.Equal(1, Assert.IsType<Verdict.Proved>(found).Evidence.States);
        var whole = new ExplicitEngine().Decide(model, model.Property("off"), OneThread);
        Assert.Equal(3, Assert.IsType<Verdict.Proved>(whole).Evidence.States);
    }

    [Fact]
    public void A_proof_for_every_size_has_an_initial_state_at_every_size()
    {
        var solver = RealSolver.OrSkip();
        foreach (var (isTied, isOn, expected) in ((bool, bool, bool)[])[(true, false, true), (false, false, false), (true, true, false)])
        {
            var claim = FamilyLaws.ClaimOf(new TwinSets(isTied, isOn), "same");
            var proof = AnySizeProof.Create(claim, new FamilyLaws.Itself("same", true));
            var run = SolverCheck.Run(proof.Text, solver, 1, TestContext.Current.CancellationToken);
            var answers = string.Join(", ", run.Answers.Select(answer => $"{answer.Obligation} {answer.Answer}"));
            Assert.True(expected == run.IsProved, $"{isTied} {isOn}: {answers}");
            Assert.Equal(isOn, run.Answers.Any(answer => answer.Obligation == "starts: some state is initial"
                && answer.Answer != Verify.Solvers.Satisfiability.Unsat));
        }
    }

    // If some processor must be on, there are initial states at every size, but not the least one, so it is not proved.
    private sealed class TwinSets(bool isTied, bool isOn) : ModelFamily
    {
        public override string Name => "twin-sets";

        public override System.Collections.Immutable.ImmutableArray<SizeParameter> Sizes => [new("cpu", 2, 1, 4, "processors")];

        protected override void Describe(ModelBuilder m)
        {
            var cpu = m.Processors("cpu", m.Size("cpu"));
            var (x, y) = (m.AnyOf("x", Sort.Set(cpu)), m.AnyOf("y", Sort.Set(cpu)));
            if (isTied)
            {
                m.Initially(ForAll(cpu, c => x[c] == y[c]));
            }

            if (isOn)
            {
                m.Initially(Exists(cpu, c => x[c]));
            }

            m.Rule("turn", cpu, (s, c) => s.Set(x[c], !x[c]).Set(y[c], !y[c]));
            m.Always("same", ForAll(cpu, c => x[c] == y[c]));
        }
    }

    private static void Rejected(Func<Expr, Expr, Expr, Expr> condition) =>
        Assert.Equal(ErrorCodes.PartialStart, Assert.Throws<UserErrorException>(() => Built(condition)).Diagnostic.Code);

    private static void Allowed(Func<Expr, Expr, Expr, Expr> condition) =>
        Assert.NotEmpty(new Interpreter(Built(condition)).InitialStates());

    private static Model Built(Func<Expr, Expr, Expr, Expr> condition) => Model(m => m.Initially(condition(
        m.AnyOf("option", Sort.Option(Sort.Bool)),
        m.AnyOf("map", Sort.Map(m.ScalarSet("cpu", 2), Sort.Option(Sort.Bool))),
        m.AnyOf("number", Sort.Range(0, 4)))));

    private static Model Model(Action<ModelBuilder> describe)
    {
        var m = new ModelBuilder("starts");
        m.Rule("stay", s => s.When(true));
        m.Always("true", true);
        describe(m);
        return m.Build();
    }
}
