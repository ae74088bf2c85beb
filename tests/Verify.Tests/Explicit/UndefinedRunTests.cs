using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Scheduling;
using Verify.Semantics;
using Verify.Solvers;
using Verify.Symbolic;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Explicit;

/// <summary>An undefined state is reachable, and every engine that finds it shows a run to it.</summary>
public sealed class UndefinedRunTests
{
    private static readonly ExplicitEngine Engine = new();

    [Theory]
    [InlineData(Reductions.None, 1)]
    [InlineData(Reductions.None, 2)]
    [InlineData(Reductions.Symmetry, 1)]
    [InlineData(Reductions.ConeOfInfluence, 1)]
    [InlineData(Reductions.PartialOrder, 1)]
    public void A_search_tells_a_shortest_way_to_a_step_that_is_undefined(Reductions reductions, int threads)
    {
        var model = Free();
        var run = EngineOptions.Default with { Reductions = reductions, Threads = threads };
        Check(Met(() => Engine.Decide(model, model.Property("fine"), run)), "VRF120", 4);
    }

    [Fact]
    public void A_search_for_progress_tells_it_too()
    {
        var model = Free();
        Check(Met(() => Engine.Decide(model, model.Property("freed in the end"), EngineOptions.Default)), "VRF120", 4);
    }

    [Fact]
    public void Walks_and_schedules_tell_it_shortened()
    {
        var model = Free();
        foreach (var engine in (IEngine[])[new RandomEngine(1000), new ScheduleEngine()])
        {
            Check(Met(() => engine.Decide(model, model.Property("fine"), EngineOptions.Default)), "VRF120", 4);
        }
    }

    // The empty option of the quantifier is a constant, and so is its content, which no key is equal to.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_content_of_an_empty_constant_may_be_a_key(bool isRead)
    {
        var m = new ModelBuilder("keys");
        var frame = m.ScalarSet("frame", 2, "f");
        var (own, on) = (m.Map("own", frame, Sort.Bool), m.Var("on", Sort.Bool));
        var other = m.Var("other", Sort.Bool);
        m.Rule("go", s => s.Set(other, true).SetIf(isRead, on, true));
        m.Always("P", ForAll(Sort.Option(frame), q => on.Implies(!own[q.Value])));
        var model = m.Build();
        Verdict Decide() => Engine.Decide(model, model.Property("P"), EngineOptions.Default);
        if (isRead)
        {
            Assert.Equal("VRF120", Met(Decide).Diagnostic.Code.Id);
        }
        else
        {
            Assert.IsType<Verdict.Proved>(Decide());
        }
    }

    [Theory]
    [InlineData("explicit")]
    [InlineData("bmc")]
    public void A_property_that_is_undefined_is_named_after_the_way_to_it(string engine)
    {
        var m = new ModelBuilder("count");
        var (n, last) = (m.Var("n", Sort.Range(0, 3)), m.Var("last", Sort.Option(Sort.Bool), Some(true)));
        m.Rule("up", s => s.When(n < 3).Set(n, n + 1));
        m.Rule("forget", s => s.When(n == 2).Set(last, None));
        m.Always("P", last.Value);
        var model = m.Build();
        var solver = new LazySolver(SolverKind.Z3);
        Assert.SkipUnless(engine == "explicit" || solver.Unavailable is null, solver.Unavailable ?? "");
        IEngine asked = engine == "explicit" ? Engine : new BmcEngine(solver);
        var met = Met(() => asked.Decide(model, model.Property("P"), EngineOptions.Default));
        Assert.Equal(3, met.Run.Trace.Length);
        Assert.Equal("P", met.Run.Property?.Name);
        Assert.Null(met.Run.Step);
        Assert.EndsWith("in the property 'P' after 3 steps", met.Diagnostic.Message);
    }

    [Fact]
    public void A_number_that_leaves_its_range_is_reported_at_its_step()
    {
        var m = new ModelBuilder("count");
        var n = m.Var("n", Sort.Range(0, 3));
        m.Rule("up", s => s.Set(n, n + 1));
        m.Always("P", n <= 3);
        var model = m.Build();
        var met = Met(() => Engine.Decide(model, model.Property("P"), EngineOptions.Default));
        Assert.Equal(3, met.Run.Trace.Length);
        Assert.Equal("VRF121", met.Diagnostic.Code.Id);
        Assert.Equal("4 is assigned to a location of 0..3, in step 'up' of environment after 3 steps", met.Diagnostic.Message);
        Assert.Equal("4 is assigned to a location of 0..3", met.What);
    }

    [Fact]
    public void The_nearest_of_several_is_reported()
    {
        var m = new ModelBuilder("two");
        var (n, far) = (m.Var("n", Sort.Range(0, 9)), m.Var("far", Sort.Option(Sort.Bool), Some(true)));
        m.Rule("up", s => s.When(n < 9).Set(n, n + 1));
        m.Rule("forget", s => s.When(n == 1).Set(far, None));
        m.Rule("early", s => s.When((n == 1) & far.HasValue).Set(n, n + 9));
        m.Always("P", far.Value);
        var model = m.Build();
        var met = Met(() => Engine.Decide(model, model.Property("P"), EngineOptions.Default));
        Assert.Equal(1, met.Run.Trace.Length);
        Assert.Equal("VRF121", met.Diagnostic.Code.Id);
    }

    [Fact]
    public void Without_time_for_a_trace_the_violation_is_reported_without_one()
    {
        var m = new ModelBuilder("none");
        var none = m.Var("none", Sort.Option(Sort.Bool));
        m.Rule("idle", s => s.When(true));
        m.Always("P", none.Value);
        var model = m.Build();
        var engine = new ExplicitEngine { Grace = TimeSpan.Zero };
        var stopped = EngineOptions.Default with { Cancellation = new CancellationToken(canceled: true) };
        var met = Assert.Throws<UserErrorException>(() => engine.Decide(model, model.Property("P"), stopped));
        Assert.Equal("the value of 'none' is read, but it is empty here", met.Diagnostic.Message);
    }

    private static void Check(UndefinedException met, string code, int steps)
    {
        Assert.Equal(code, met.Diagnostic.Code.Id);
        Assert.Equal(steps, met.Run.Trace.Length);
        var interpreter = new Interpreter(met.Run.Model);
        Assert.Null(Replay.WhyNot(interpreter, met.Run.Trace));
        Assert.Throws<UserErrorException>(() => interpreter.Successor(met.Run.Trace.Last, met.Run.Step!));
        Assert.EndsWith($"in step 'free_page(?)' of CPU{Processor(met)} after {steps} steps", met.Diagnostic.Message);
    }

    private static int Processor(UndefinedException met) => met.Run.Step!.Arguments[0].Number;

    private static UndefinedException Met(Func<Verdict> decide) => Assert.Throws<UndefinedException>(decide);

    /// <summary>A page that another processor may have unmapped before it is freed.</summary>
    private static Model Free()
    {
        var m = new ModelBuilder("free");
        var cpu = m.Processors("cpu", 2);
        var page = m.Var("page", Sort.Option(Sort.Range(0, 1)));
        var freed = m.Map("freed", Sort.Range(0, 1), Sort.Bool);
        var noise = m.Var("noise", Sort.Range(0, 2));
        m.Rule("tick", s => s.When(noise < 2).Set(noise, noise + 1));
        m.Rule("map", s => s.When(page.IsNone & !freed[0]).Set(page, 0));
        m.Thread("free", cpu, repeats: false, (t, c) =>
        {
            t.Step("look", s => s.When(page.HasValue));
            t.Step("free_page", s => s.Shows(page.Value).Set(freed[page.Value], true).Set(page, None));
        });
        m.Always("fine", noise <= 2);
        m.LeadsTo("freed in the end", page.HasValue, page.IsNone);
        return m.Build();
    }
}
