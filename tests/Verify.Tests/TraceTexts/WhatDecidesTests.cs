using System.Text.RegularExpressions;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.TraceTexts;

/// <summary>A trace shows what decides: what a step reads, writes without a change, and why the last state is wrong.</summary>
public sealed class WhatDecidesTests
{
    /// <summary>The owners of a frame.</summary>
    public enum Holder
    {
        /// <summary>On the free list; a later allocation takes it.</summary>
        Free,

        /// <summary>The buffer of an application.</summary>
        AppBuf,
    }

    private static string Text(Action<ModelBuilder> describe, string property = "P", bool withSources = false, ModelFamily? family = null)
    {
        var m = new ModelBuilder("test");
        describe(m);
        var model = m.Build();
        var asked = model.Property(property);
        var trace = Bfs.Refute(model, property);
        var run = CheckedTrace.Check(new Interpreter(model), asked, trace, out _)!;
        return ColumnTrace.Of(run, new Caption("T", "test", []) { Family = family }, new TraceDetail(Sources: withSources));
    }

    // A line of the text, or of one of its columns.
    private static void Contains(string text, params string[] lines) =>
        Assert.All(lines, line => Assert.Matches($"(?m)(^|  ){Regex.Escape(line)}($|  )", text));

    // The bug of a flag that two contexts set: the second store changes nothing, and is the one that is lost.
    [Fact]
    public void A_store_that_changes_nothing_is_shown()
    {
        var text = Text(m =>
        {
            var (flag, count) = (m.Var("flag", Sort.Bool), m.Var("count", Sort.Range(0, 2)));
            m.Rule("mark", s => s.When(count < 2).Set(flag, true).Set(count, count + 1));
            m.Always("P", count < 2);
        });
        Contains(text, "flag = true", "flag = true (unchanged)", "false: count < 2", "where count = 2");
    }

    [Fact]
    public void A_branch_shows_its_way_and_what_it_read()
    {
        var text = Text(m =>
        {
            var cpu = m.Processors("cpu", 2);
            var mask = m.Var("mm_cpumask", Sort.Set(cpu));
            var stale = m.Map("stale", cpu, Sort.Bool);
            m.Rule("use", cpu, (s, c) => s.When(!mask[c]).Set(mask[c], true).Set(stale[c], true));
            var munmap = m.Thread("munmap", repeats: false, t =>
            {
                var seen = t.Local("seen", Sort.Set(cpu), Fill(Sort.Set(cpu), false));
                t.Step("cpumask_copy", s => s.Set(seen, mask));
                t.Branch("cpumask_any_but", Exists(cpu, c => seen[c]),
                    () => t.Step("flush", s => s.Each(cpu, c => s.SetIf(seen[c], stale[c], false))),
                    () => t.Step("skip", _ => { }));
                t.Step("free", _ => { });
            });
            m.Always("P", ForAll(cpu, c => !stale[c] | mask[c]) & !(Exists(cpu, c => stale[c]) & munmap.At("done")));
        });
        Contains(text, "cpumask_any_but -> no", "sees seen = {}");
    }

    [Fact]
    public void A_comparison_of_two_values_says_whether_they_were_equal()
    {
        var text = Text(m =>
        {
            var frame = m.ScalarSet("frame", 2, "f");
            var pte = m.Var("pte", Sort.Option(frame));
            var bad = m.Var("bad", Sort.Bool);
            m.Rule("map", frame, (s, f) => s.Set(pte, f).Shows(f));
            m.Thread("gup", repeats: false, t =>
            {
                var seen = t.Local("seen", frame);
                t.Step("read pte", s => s.When(pte.HasValue).Set(seen, pte));
                t.Branch("pte_val(pte) == pte_val(*ptep)", seen == pte,
                    () => t.Step("pin", _ => { }), () => t.Step("drop", s => s.Set(bad, true)));
            });
            m.Always("P", !bad);
        });
        Contains(text, "seen = f0", "pte_val(pte) == pte_val(*ptep) -> no", "sees seen = f0, pte = f1", "bad = true");
        Assert.DoesNotContain("seen = None", text, StringComparison.Ordinal); // the end of a thread resets its locals
    }

    [Fact]
    public void A_step_whose_condition_fails_shows_what_it_read()
    {
        var text = Text(m =>
        {
            var (refs, lost, seen) = (m.Var("refs", Sort.Range(0, 1)), m.Var("lost", Sort.Bool), m.Ghost("seen", Sort.Bool));
            m.Thread("get", repeats: false, t =>
            {
                t.Step("kref_get_unless_zero", s => s.If(refs > 0, () => s.Set(refs, refs - 1)).SetIf(lost, seen, true));
                t.Step("drop", s => s.Set(lost, true));
                t.Step("end", _ => { });
            });
            m.Always("P", !lost);
        });
        Contains(text, "sees refs = 0");
    }

    // A number that equals an argument need not be the argument.
    [Fact]
    public void A_local_is_shown_unless_it_notes_an_argument()
    {
        var text = Text(m =>
        {
            var bad = m.Var("bad", Sort.Bool);
            m.Thread("t", repeats: false, t =>
            {
                var (count, noted) = (t.Local("count", Sort.Range(0, 3), 2), t.Local("noted", Sort.Range(0, 3), 0));
                t.Step("drop", Sort.Range(1, 2), (s, n) => s.When(n == 1).Set(count, count - 1).Set(noted, n));
                t.Step("check", s => s.Set(bad, count == 1));
                t.Step("end", _ => { });
            });
            m.Always("P", !bad);
        });
        Contains(text, "drop(1)", "count = 1");
        Assert.DoesNotContain("noted", text, StringComparison.Ordinal);
    }

    // Two threads may have locals of one name.
    [Fact]
    public void A_local_that_a_rule_writes_names_its_thread_and_key()
    {
        var text = Text(m =>
        {
            var (cpu, frame) = (m.Processors("cpu", 2), m.ScalarSet("frame", 2, "f"));
            var bad = m.Var("bad", Sort.Bool);
            Expr seen = None;
            m.Thread("scan", frame, repeats: false, (t, f) =>
            {
                seen = t.Local("seen", Sort.Range(0, 2), 0);
                t.Step("wait", s => s.When(seen == 1).Set(bad, true));
                t.Step("end", _ => { });
            });
            var all = ((Expr.Index)seen).Map;
            m.Rule("notify", cpu, frame, (s, c, f) => s.By(c).Shows().When(all[f] == 0).Set(all[f], 1));
            m.Always("P", !bad);
        });
        Contains(text, "scan.seen[f0] = 1");
    }

    [Fact]
    public void An_option_that_holds_an_empty_one_does_not_look_empty()
    {
        var text = Text(m =>
        {
            var x = m.Var("x", Sort.Option(Sort.Option(Sort.Bool)));
            m.Rule("find nothing", s => s.When(x.IsNone).Set(x, Some(None)));
            m.Always("P", x.IsNone);
        });
        Contains(text, "x = Some(None)");
    }

    [Fact]
    public void The_last_step_shows_ghosts_and_the_instance_that_is_wrong()
    {
        var text = Text(m =>
        {
            var (cpu, frame) = (m.Processors("cpu", 2), m.ScalarSet("frame", 2, "f"));
            var owner = m.Map("owner", frame, Sort.Enum<Holder>());
            var tlb = m.Map("tlb", cpu, Sort.Option(frame));
            var hit = m.Ghost("hit", Sort.Bool);
            m.Rule("fill", cpu, frame, (s, c, f) => s.When(tlb[c].IsNone).Set(tlb[c], f).Set(owner[f], Holder.AppBuf).By(c));
            m.Rule("free", frame, (s, f) => s.When(owner[f] == Holder.AppBuf).Set(owner[f], Holder.Free).Set(hit, true));
            m.Always("P", ForAll(cpu, c => tlb[c].HasValue.Implies(owner[tlb[c].Value] == Holder.AppBuf)));
        });
        Contains(text, "hit = true", "where tlb[CPU0] = f0, owner[f0] = Free");
        Assert.Contains("false for cpu = CPU0: tlb[cpu].HasValue => owner[tlb[cpu].Value] == AppBuf",
            text.Replace("\n    ", " "), StringComparison.Ordinal);
        Assert.Contains("Free: on the free list", text.Replace("\n  ", " "), StringComparison.Ordinal);
        Assert.Contains("AppBuf: the buffer of an application", text.Replace("\n  ", " "), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bit_of_a_mask_names_its_processor_and_values_name_their_fields()
    {
        var text = Text(m =>
        {
            var cpu = m.Processors("cpu", 2);
            var (from, to) = (new Field("from", Sort.Range(0, 3)), new Field("to", Sort.Range(0, 3)));
            var range = m.Record("range", from, to);
            var mask = m.Map("mm_cpumask", cpu, Sort.Bool);
            var asked = m.Map("asked", cpu, Sort.Option(range));
            m.Rule("ask", cpu, cpu, (s, c, d) => s.When((c != d) & !mask[d]).Set(mask[d], true).Set(asked[d], New(range, 1, 3)).By(c));
            m.Always("P", !Exists(cpu, c => mask[c]));
        });
        Contains(text, "mm_cpumask[CPU1] = true", "asked = (from=1 to=3)");
    }

    [Fact]
    public void A_deadlock_says_where_each_thread_waits()
    {
        var text = Text(m =>
        {
            var (a, b) = (m.Var("a", Sort.Bool), m.Var("b", Sort.Bool));
            void Add(string name, Expr first, Expr second) => m.Thread(name, repeats: false, t =>
            {
                t.Step("lock", s => s.When(!first).Set(first, true));
                t.Step("lock again", s => s.When(!second).Set(second, true));
                t.Step("unlock", s => s.Set(a, false).Set(b, false));
            });
            Add("one", a, b);
            Add("other", b, a);
            m.NoDeadlock("P");
        });
        Contains(text, "waiting: one at lock again, other at lock again");
    }

    // A thread that has ended waits for nothing.
    [Fact]
    public void Only_threads_that_have_not_ended_wait()
    {
        var text = Text(m =>
        {
            var go = m.Var("go", Sort.Bool);
            m.Thread("one", repeats: false, t => t.Step("finish", _ => { }));
            m.Thread("other", repeats: false, t => t.Step("wait", s => s.When(go).Never("no signal comes")));
            m.NoDeadlock("P");
        });
        Contains(text, "waiting: other at wait");
    }

    // Each line keeps a value with its location; where that does not fit, actors are named in each line.
    [Fact]
    public void A_short_value_stays_with_its_location()
    {
        var text = Text(m =>
        {
            var task = m.ScalarSet("task", "ksmd", "gup_fast", "the store buffer");
            var exclusive = m.Map("page_is_exclusive", task, Sort.Bool);
            m.Rule("the oldest store becomes visible", task, (s, t) => s.When(!exclusive[t]).Set(exclusive[t], true).By(t));
            m.Always("P", !ForAll(task, t => exclusive[t]));
        });
        Assert.DoesNotMatch("=\n", text);
        Assert.DoesNotMatch("= *\n", text);
    }

    [Fact]
    public void No_word_breaks_in_columns_and_sources_stand_beside_steps()
    {
        static void Describe(ModelBuilder m)
        {
            var cpu = m.Processors("cpu", 4);
            var done = m.Map("done", cpu, Sort.Bool);
            m.Rule("flush_tlb_func_of_a_remote_processor", cpu, (s, c) => s.When(!done[c]).Set(done[c], true).By(c)
                .From(new Source("flush_tlb_func()", "arch/x86/mm/tlb.c, v6.18")));
            m.Always("P", !ForAll(cpu, c => done[c]));
        }

        Contains(Text(Describe), "CPU0: flush_tlb_func_of_a_remote_processor", "done[CPU0] = true");
        Contains(Text(Describe, withSources: true), "from flush_tlb_func(), arch/x86/mm/tlb.c, v6.18");
    }
}
