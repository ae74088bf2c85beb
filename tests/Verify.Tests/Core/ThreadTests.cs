using Verify.Modelling;
using Verify.Rendering;
using Verify.Semantics;
using static Verify.Modelling.Dsl;

// Long because each word of a program has its test beside the others.
namespace Verify.Tests.Core;

/// <summary>The rules that a program of named steps becomes, and the runs that they allow.</summary>
public sealed class ThreadTests
{
    private readonly ModelBuilder m = new("test");

    [Fact]
    public void Steps_follow_each_other_and_the_program_ends()
    {
        m.Thread("t", false, t => Steps(t, "a", "b"));
        Assert.Equal(["a b"], Runs(m, 5));
        Assert.Equal("enum t.pc { a, b, done }", Pc().Text);
    }

    [Fact]
    public void A_step_called_done_is_not_the_end()
    {
        var thread = m.Thread("t", false, t => Steps(t, "done", "done"));
        Assert.Equal("enum t.pc { done'2, done'3, done }", Pc().Text);
        Assert.Equal("t.pc == done", thread.At("done").ToString());
    }

    [Fact]
    public void The_end_is_done_even_where_a_label_names_it()
    {
        var thread = m.Thread("t", false, t =>
        {
            Steps(t, "a");
            t.Label("out");
        });
        Assert.Equal("t.pc == out", thread.At("done").ToString());
    }

    [Fact]
    public void A_thread_that_repeats_starts_again()
    {
        m.Thread("t", true, t => Steps(t, "a", "b"));
        Assert.Equal(["a b a b a"], Runs(m, 5));
        Assert.Equal("enum t.pc { a, b }", Pc().Text);
    }

    [Fact]
    public void Threads_interleave()
    {
        var cpu = m.Processors("cpu", 2);
        m.Thread("t", cpu, false, (t, _) => Steps(t, "a", "b"));
        Assert.Equal(6, Runs(m, 9).Count);
        var rule = m.Build().Rules[0];
        Assert.Equal(("t.a", "a", "t"), (rule.Name, rule.Step, rule.Thread));
        Assert.Equal(rule.Parameters[0], Assert.IsType<Expr.BoundVariable>(rule.Actor.Processor).Binder);
        Assert.Empty(rule.Shown);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_branch_that_leads_to_one_place_reads_its_condition_all_the_same(bool isLast)
    {
        var o = m.Var("o", Sort.Option(Sort.Bool));
        m.Thread("t", isLast, t =>
        {
            t.Branch("test", o.Value, () => { });
            if (!isLast)
            {
                Steps(t, "after");
            }
        });
        m.Always("true", true);
        var interpreter = new Interpreter(m.Build());
        var start = interpreter.InitialStates().Single();
        var met = Assert.Throws<UserErrorException>(() => interpreter.Successor(start, interpreter.Enabled(start).Single()));
        Assert.Equal(ErrorCodes.NoValue, met.Diagnostic.Code);
    }

    [Fact]
    public void A_branch_is_a_step_that_reads_what_others_may_change()
    {
        var x = m.AnyOf("x", Sort.Bool);
        m.Thread("t", false, t =>
        {
            t.Branch("test", x, () => Steps(t, "yes"), () => Steps(t, "no"));
            Steps(t, "after");
        });
        Assert.Equal(["test no after", "test yes after"], Runs(m, 5));
    }

    [Fact]
    public void A_branch_may_change_something_and_leave()
    {
        var x = m.AnyOf("x", Sort.Bool);
        m.Thread("t", false, t =>
        {
            t.Branch("test", x, () => t.Return(), also: s => s.Set(x, !x));
            Steps(t, "after");
        });
        Assert.Equal(["test", "test after"], Runs(m, 5));
    }

    [Fact]
    public void A_test_of_locals_costs_no_step()
    {
        m.Thread("t", false, t =>
        {
            var again = t.Local("again", Sort.Bool, true);
            t.Step("pick", Sort.Bool, (s, b) => s.Set(again, b));
            t.If(again, () => Steps(t, "yes"), () => Steps(t, "no"));
            t.If(!again, () => Steps(t, "also no"));
            Steps(t, "after");
        });
        Assert.Equal(["pick no also no after", "pick yes after"], Runs(m, 9));
    }

    [Fact]
    public void A_loop_turns_while_its_locals_say_so()
    {
        m.Thread("t", false, t =>
        {
            var left = t.Local("left", Sort.Range(0, 2), 2);
            t.While(left > 0, () => t.Step("turn", s => s.Set(left, left - 1)));
            Steps(t, "after");
        });
        Assert.Equal(["turn turn after"], Runs(m, 9));
    }

    [Fact]
    public void Either_way_may_be_taken()
    {
        m.Thread("t", false, t =>
        {
            t.Either(() => Steps(t, "a", "b"), () => Steps(t, "c"), () => { });
            Steps(t, "after");
        });
        Assert.Equal(["a b after", "after", "c after"], Runs(m, 9));
    }

    [Fact]
    public void A_label_can_be_gone_back_to()
    {
        var x = m.Var("x", Sort.Range(0, 2));
        m.Thread("t", false, t =>
        {
            t.Label("again");
            t.Step("count", s => s.Set(x, x + 1));
            t.Branch("enough", x < 2, () => t.Goto("again"));
            Steps(t, "after");
        });
        Assert.Equal(["count enough count enough after"], Runs(m, 9));
    }

    [Fact]
    public void A_jump_leaves_any_number_of_blocks()
    {
        m.Thread("t", false, t =>
        {
            var go = t.Local("go", Sort.Bool, true);
            t.While(go, () => t.Either(
                () => Steps(t, "stay"),
                () =>
                {
                    Steps(t, "leave");
                    t.Goto("out");
                }));
            t.Label("out");
            Steps(t, "after");
        });
        Assert.Equal(["leave after", "stay leave after", "stay stay leave", "stay stay stay"], Runs(m, 3));
    }

    [Fact]
    public void A_wait_blocks_until_its_condition_holds()
    {
        var open = m.Var("open", Sort.Bool);
        m.Thread("t", false, t =>
        {
            t.Wait("wait", open);
            Steps(t, "after");
        });
        m.Rule("unlock", s => s.When(!open).Set(open, true));
        Assert.Equal(["unlock wait after"], Runs(m, 9));
    }

    [Fact]
    public void Locals_are_reset_when_the_program_is_left()
    {
        var cpu = m.Processors("cpu", 2);
        m.Thread("t", cpu, true, (t, c) =>
        {
            var found = t.Local("found", Sort.Bool);
            var kept = t.Local("kept", Sort.Range(0, 3), 1);
            t.Step("set", s => s.Set(found, true).Set(kept, 3));
            t.Branch("leave early", found.Value, () => t.Return());
            t.Step("last", s => s.When(true));
        });
        m.Always("kept with found", ForAll(cpu, c => true));
        var toy = new Toy(Finished(m));
        Assert.Equal(4, toy.Nodes.Count);
        Assert.All(toy.Nodes, node => Assert.Contains(
            string.Join(' ', node.State.Values),
            new[]
            {
                "[None, None] [1, 1] [set, set]", "[true, None] [3, 1] [leave early, set]",
                "[None, true] [1, 3] [set, leave early]", "[true, true] [3, 3] [leave early, leave early]",
            }));
    }

    [Fact]
    public void Steps_of_one_name_and_steps_with_two_entries_become_rules_of_their_own()
    {
        m.Thread("t", false, t =>
        {
            var b = t.Local("b", Sort.Bool, true);
            Steps(t, "a", "a");
            t.If(b, () => Steps(t, "c"));
            Steps(t, "after");
        });
        var model = Finished(m);
        Assert.Equal(["t.a", "t.a'2", "t.c", "t.after", "t.after'2"], model.Rules.Select(rule => rule.Name));
        Assert.Equal(["a", "a", "c", "after", "after"], model.Rules.Select(rule => rule.Step));
        Assert.Equal(["a a c after"], Runs(m, 9));
    }

    [Fact]
    public void A_thread_of_something_else_can_run_on_a_processor()
    {
        var cpu = m.Processors("cpu", 2);
        var task = m.ScalarSet("task", 2);
        m.Thread("t", task, false, (t, k) =>
        {
            var where = t.Local("where", cpu);
            t.Step("start", cpu, (s, c) => s.Set(where, c).By(c));
            t.RunsOn(where.Value);
            t.Step("work", cpu, (s, d) => s.When(d != where.Value));
        });
        var rules = Finished(m).Rules;
        Assert.IsType<Expr.BoundVariable>(rules[0].Actor.Processor);
        Assert.IsType<Expr.ValueOf>(rules[1].Actor.Processor);
        Assert.Equal(["cpu"], rules[1].Shown.Select(shown => shown.ToString()));
        Assert.Empty(rules[0].Shown);
    }

    [Fact]
    public void A_thread_of_an_identity_is_an_actor_by_its_name_and_another_by_that_of_the_thread()
    {
        m.Processors("cpu", 2);
        var vcpu = m.ScalarSet("vcpu", 2, "vCPU");
        m.Thread("guest", vcpu, false, (t, _) => Steps(t, "a"));
        m.Thread("numbered", Sort.Range(0, 1), false, (t, _) => Steps(t, "b"));
        var model = Finished(m);
        var interpreter = new Interpreter(model);
        var start = interpreter.InitialStates().Single();
        Assert.Equal(["vCPU0 False a", "vCPU1 False a", "numbered False b", "numbered False b"], interpreter.Enabled(start)
            .Select(step => StepName.Of(interpreter, start, step)).Select(step => $"{step.Actor} {step.IsProcessor} {step.Name}"));
    }

    [Fact]
    public void An_argument_that_is_not_there_is_called_as_the_rule_says()
    {
        var page = m.ScalarSet("page", 1);
        var address = m.Var("address", Sort.Option(page));
        m.Rule("flush", s => s.Shows(address, true).ShowsNoneAs("everything"));
        m.Rule("plain", s => s.Shows(address));
        var model = Finished(m);
        var interpreter = new Interpreter(model);
        var start = interpreter.InitialStates().Single();
        Assert.Equal(["flush(everything, true)", "plain(None)"],
            interpreter.Enabled(start).Select(step => StepName.Of(interpreter, start, step).Name));
    }

    [Fact]
    public void A_rule_shows_the_processors_that_do_not_act()
    {
        var cpu = m.Processors("cpu", 2);
        var page = m.ScalarSet("page", 2);
        m.Rule("one", cpu, page, (s, c, p) => s.When(true));
        m.Rule("two", cpu, cpu, (s, c, d) => s.By(d));
        m.Rule("none", cpu, (s, c) => s.By("device"));
        m.Rule("said", cpu, page, (s, c, p) => s.Shows(c, p));
        m.Thread("t", cpu, false, (t, c) => t.Step("send", cpu, (s, d) => s.When(c != d)));
        string[] expected = ["one page", "two cpu", "none cpu", "said cpu page", "t.send cpu"];
        Assert.Equal(expected, Finished(m).Rules.Select(rule => $"{rule.Name} {string.Join(' ', rule.Shown)}"));
    }

    [Fact]
    public void A_point_is_called_as_its_label_or_as_what_stands_there()
    {
        m.Thread("t", false, t =>
        {
            var b = t.Local("b", Sort.Bool, true);
            t.Label("start");
            Steps(t, "a", "c");
            t.If(b, () => Steps(t, "left"), () => Steps(t, "right"));
            t.Label("choice");
            t.Label("also choice");
            t.Either(() => Steps(t, "left"), () => Steps(t, "right"));
            t.Either(() => Steps(t, "1"), () => Steps(t, "2"), () => Steps(t, "3"), () => Steps(t, "4"));
            t.Label("behind");
        });
        Assert.Equal("enum t.pc { start, c, left or right, choice, 1 or 2 or 2 others, behind }", Pc().Text);
    }

    [Fact]
    public void A_point_can_be_asked_for_by_every_label_that_it_has()
    {
        var cpu = m.Processors("cpu", 2);
        var thread = m.Thread("t", cpu, true, (t, _) =>
        {
            t.Label("one");
            t.Label("the same");
            Steps(t, "a", "b");
            t.Label("end");
        });
        var single = m.Thread("u", false, t => Steps(t, "a"));
        m.Always("labels", ForAll(cpu, c => thread.At(c, "one") == thread.At(c, "the same")));
        m.Always("end is start", ForAll(cpu, c => thread.At(c, "end").Implies(thread.At(c, "one"))));
        m.Always("somewhere", ForAll(cpu, c => thread.At(c, "one", "b")) & single.At("a", "done"));
        m.Reachable("far", Exists(cpu, c => thread.At(c, "b")) & single.At("done"));
        m.NoDeadlock("rests", single.At("done"));
        var model = m.Build();
        Assert.Equal("t u", string.Join(' ', model.Threads.Select(one => one.Name)));
        Assert.All(new Toy(model).Nodes, node => Assert.All(model.Properties.OfType<Property.Always>(),
            property => Assert.True(new Interpreter(model).Holds(node.State, property.Holds, property.Where))));
    }

    [Fact]
    [Provokes("VRF113")]
    public void A_point_that_a_program_does_not_have_is_an_error_with_the_nearest_name()
    {
        var thread = m.Thread("t", false, t =>
        {
            t.Label("serving");
            Steps(t, "a");
        });
        var met = Provoke.Anywhere(ErrorCodes.UnknownName, () => thread.At("servign"));
        Assert.Equal("did you mean serving?", met.Hint);
        met = Provoke.Anywhere(ErrorCodes.UnknownName, () => thread.At("somewhere else"));
        Assert.Equal("choose from 'serving', 'done'", met.Hint);
    }

    [Fact]
    public void A_thread_is_asked_with_a_key_where_it_has_one()
    {
        var one = m.Thread("one", false, t => Steps(t, "a"));
        var each = m.Thread("each", Sort.Bool, false, (t, _) => Steps(t, "a"));
        Provoke.Anywhere(ErrorCodes.SortMismatch, () => one.At(true, "a"));
        Provoke.Anywhere(ErrorCodes.SortMismatch, () => each.At("a"));
    }

    [Fact]
    public void A_way_behind_a_constant_condition_is_left_out()
    {
        var thread = m.Thread("t", false, t =>
        {
            t.If(false, () => Steps(t, "never"), () => Steps(t, "a"));
            t.Branch("test", true, () => Steps(t, "b"), () =>
            {
                t.Label("absent");
                Steps(t, "not this");
            });
            t.While(false, () => Steps(t, "nor this"));
            var local = t.Local("local", Sort.Bool, true);
            t.If(local, () => t.If(true, () => Steps(t, "c"), () => Steps(t, "nor that")), () => Steps(t, "c"));
        });
        m.Always("nowhere", !thread.At("absent"));
        Assert.Equal(["a test b c"], Runs(m, 9));
        var model = m.Build();
        Assert.Equal(["t.a", "t.test", "t.b", "t.c", "t.c'2"], model.Rules.Select(rule => rule.Name));
        Assert.Equal("false", thread.At("absent").ToString());
    }

    private static void Steps(ThreadBuilder thread, params string[] names)
    {
        foreach (var name in names)
        {
            thread.Step(name, step => step.When(true));
        }
    }

    private Sort Pc() => Finished(m).Variables.Single(variable => variable.Role == VariableRole.ProgramCounter).Sort;

    private static Model Finished(ModelBuilder m)
    {
        m.Always("true", true);
        return m.Build();
    }

    // All maximal runs, or runs of a given length, as labels of their steps.
    private static List<string> Runs(ModelBuilder m, int most)
    {
        m.Always("always true", true);
        var interpreter = new Interpreter(m.Build());
        var found = new List<string>();
        foreach (var initial in interpreter.InitialStates())
        {
            Follow(initial, []);
        }

        return [.. found.Order(StringComparer.Ordinal)];

        void Follow(State state, string[] labels)
        {
            var steps = labels.Length == most ? [] : interpreter.Enabled(state).ToList();
            if (steps.Count == 0)
            {
                found.Add(string.Join(' ', labels));
            }

            foreach (var step in steps)
            {
                Follow(interpreter.Successor(state, step), [.. labels, interpreter.Model.Rules[step.Rule].Step]);
            }
        }
    }
}
