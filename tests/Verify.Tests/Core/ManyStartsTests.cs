using Verify.Claims;
using Verify.Engines;
using Verify.Formats.Promela;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Semantics;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Tasks;
using Verify.Tests.Formats;
using Verify.Traces;

namespace Verify.Tests.Core;

/// <summary>A walk of a model with millions of initial states respects its limit and does not list them.</summary>
public sealed class ManyStartsTests
{
    private const int Starts = 1 << 22;
    private static readonly Model Model = Described();

    [Fact]
    public void A_sample_is_drawn_from_all_of_them_without_a_list()
    {
        var property = Model.Properties.OfType<Property.Always>().Single();
        var evidence = new Evidence
        {
            Kind = EvidenceKind.Exhaustive,
            States = 2 * Starts,
            Transitions = 2 * Starts,
            Depth = 1,
            RuleCounts = [2 * Starts],
            Witnesses = [new Witness("on", 1)],
        };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var walked = SearchCheck.Check(Model, property, evidence, new EngineOptions(Budget.Unlimited), new Everything())!;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
        Assert.False(walked.IsWhole);
        Assert.InRange(walked.States, 1000, Scrutiny.Brief.Work);
    }

    [Fact]
    public void Each_of_them_can_be_made_alone()
    {
        var m = new ModelBuilder("starts");
        var cpu = m.ScalarSet("cpu", 2);
        m.AnyOf("a", Sort.Option(Sort.Option(cpu)));
        var b = m.Var("b", Sort.Range(3, 5), 4);
        m.AnyOf("c", Sort.Range(-2, 1));
        m.Rule("stay", s => s.Set(b, b));
        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        var all = interpreter.InitialStates().ToList();
        Assert.Equal(16, interpreter.InitialCount);
        Assert.Equal(all.Count, interpreter.InitialCount);
        for (var i = 0; i < all.Count; i++)
        {
            var choices = new Queue<int>([i / 4, i % 4]);
            Assert.Equal(all[i], interpreter.InitialState(bound =>
            {
                Assert.Equal(4, bound);
                return choices.Dequeue();
            }));
        }
    }

    // There are 2^44: a list for one variable takes 200 MB, and a list of all would never end.
    [Fact]
    public void Whoever_needs_one_of_them_makes_one()
    {
        var m = new ModelBuilder("many");
        var first = m.AnyOf("first", Sort.Range(0, Starts - 1));
        m.AnyOf("second", Sort.Option(Sort.Range(1, Starts - 1)));
        var on = m.Var("on", Sort.Bool);
        m.Rule("turn", s => s.Set(on, !on));
        m.Always("any", first < Starts);
        m.NoDeadlock("goes on", false);
        var model = m.Build();
        var interpreter = new Interpreter(model);
        var start = interpreter.InitialState(bound => bound - 1);
        var trace = Traces.Trace.Along(interpreter, start, [new Step(0, [])]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(Replay.WhyNot(interpreter, trace));
        var text = Replay.Encode(interpreter, trace);
        Assert.EndsWith(":17592186044415.0", text, StringComparison.Ordinal);
        Assert.Equal(trace.States.AsEnumerable(), Replay.Decode(interpreter, text).States);
        foreach (var property in model.Properties)
        {
            var system = new TransitionSystem(model, property);
            Assert.All(system.FixedStarts, one => Assert.Equal("on", system.Lowered.Shape.Leaves[one.Leaf].Variable.Name));
            Assert.Equal(0, system.TraceOf(system.Variables.ToDictionary(leaf => leaf.Index, _ => 0), []).Length);
            var nobody = new SolverProgram(SolverKind.Z3, "z3", "0", null);
            Assert.True(new ControlRun(new ProofTask(model, property, EngineOptions.Default, nobody)).Has(0));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void A_position_names_an_initial_state_and_nothing_else()
    {
        var m = new ModelBuilder("starts");
        var cpu = m.ScalarSet("cpu", 2);
        m.AnyOf("a", Sort.Option(Sort.Option(cpu)));
        var b = m.Var("b", Sort.Range(3, 5), 4);
        m.AnyOf("c", Sort.Range(-2, 1));
        m.Rule("set", s => s.Set(b, 5));
        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        var all = interpreter.InitialStates().ToList();
        for (var i = 0; i < all.Count; i++)
        {
            Assert.Equal(all[i], StartNumber.StateOf(interpreter, i));
            Assert.Equal(i, StartNumber.Of(interpreter, all[i]));
        }

        Assert.Null(StartNumber.StateOf(interpreter, all.Count));
        Assert.Null(StartNumber.Of(interpreter, interpreter.Successor(all[0], new Step(0, []))));
    }

    // 2^44 of them again: each run draws the one that it begins with, and what is met at the start is met there.
    [Fact]
    public void Runs_begin_in_one_that_is_drawn()
    {
        var m = new ModelBuilder("many");
        var first = m.AnyOf("first", Sort.Range(0, Starts - 1));
        var second = m.AnyOf("second", Sort.Option(Sort.Range(1, Starts - 1)));
        var on = m.Var("on", Sort.Bool);
        m.Rule("turn", s => s.Set(on, !on));
        m.Always("either", !on | (first < Starts / 2)); // half of them violate it, all of those looked at one by one do not
        m.Always("neither", second.IsNone | second.HasValue);
        m.Reachable("large", on & (first > Starts / 2));
        var model = m.Build();
        var run = new EngineOptions(new Budget(Depth: 5), Seed: 7, Threads: 1);
        IEngine[] engines = [new RandomEngine(200), new ScheduleEngine("random", 200)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var engine in engines)
        {
            var refuted = Assert.IsType<Verdict.Refuted>(engine.Decide(model, model.Property("either"), run));
            Assert.Null(Replay.WhyNot(new Interpreter(model), refuted.Trace!));
            Assert.IsType<Verdict.HoldsUpTo>(engine.Decide(model, model.Property("neither"), run));
            Assert.IsType<Verdict.Proved>(engine.Decide(model, model.Property("large"), run));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000_000);
    }

    [Fact]
    public void Another_scheduler_is_told_how_many_there_are_and_begins_in_any()
    {
        var m = new ModelBuilder("many");
        var first = m.AnyOf("first", Sort.Range(0, Starts - 1));
        m.AnyOf("second", Sort.Option(Sort.Range(1, Starts - 1)));
        m.Rule("stay", s => s.Set(first, first));
        m.Always("small", first < Starts - 4);
        var model = m.Build();
        using var controlled = new ControlledModel(model, model.Properties[0], new EngineOptions(new Budget(Depth: 2)));
        Assert.Equal(int.MaxValue, controlled.StartCount);
        Assert.False(controlled.IsFoundAtStart());
        controlled.Begin(controlled.StartCount - 1);
        Assert.True(controlled.IsFound);
        Assert.Null(Replay.WhyNot(new Interpreter(model), controlled.ShortenedTrace()));
    }

    [Fact]
    public void Spin_is_not_given_an_alternative_for_each_of_millions()
    {
        Assert.Contains("4,194,304", new PromelaWriter().WhyNot(Model, Model.Properties[0]), StringComparison.Ordinal);
        Assert.Null(new PromelaWriter().WhyNot(SmallModels.All.First(), null));
    }

    private static Model Described()
    {
        var m = new ModelBuilder("many");
        m.AnyOf("start", Sort.Range(0, Starts - 1));
        var on = m.Var("on", Sort.Bool);
        m.Rule("turn", s => s.Set(on, !on));
        m.Always("any", on | !on);
        m.Reachable("on", on);
        return m.Build();
    }

    private sealed class Everything : IStateSet
    {
        public bool StandsForAll => true;

        public long? Find(State state) => state.Values[0].Number;
    }
}
