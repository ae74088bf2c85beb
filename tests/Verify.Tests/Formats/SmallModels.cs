using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Formats;

/// <summary>Small models that together use every sort, every kind of expression and every form of update.</summary>
internal static class SmallModels
{
    public static IEnumerable<Model> All =>
        [Swaps(), Options(), Nested(), Records(), Locks(), Starts(), Equal(), Uneven(), Fair(), Wide(),
            Shootdown(2, 2, 2), Shootdown(2, 1, 2, isBroken: true)];

    /// <summary>Negative values, and more values than a signed byte has.</summary>
    public static Model Wide()
    {
        var m = new ModelBuilder("wide");
        var below = Sort.Range(-1, 0);
        var x = m.Var("x", Sort.Range(-1, 2), -1);
        var y = m.Var("y", Sort.Range(0, 127), 0);
        var seen = m.Map("seen", below, Sort.Bool);
        m.Rule("up", s => s.When(x < 2).Set(x, x + 1));
        m.Rule("far", s => s.When(y == 0).Set(y, 127));
        m.Rule("see", below, (s, at) => s.When(x == at).Set(seen[at], true));
        m.Always("low", x != 2);
        m.Always("near", x <= y + 2);
        m.Reachable("both", seen[-1] & seen[0]);
        return m.Build();
    }

    public enum Mode { Idle, Busy, Done }

    public enum Light { Red, Green }

    /// <summary>Updates that read each other's targets, negative ranges, steps that change nothing.</summary>
    public static Model Swaps()
    {
        var m = new ModelBuilder("swaps");
        var cpu = m.ScalarSet("cpu", 3);
        var low = Sort.Range(-2, 1);
        var x = m.Var("x", low);
        var y = m.Var("y", low, 0);
        var ring = m.Map("ring", Sort.Range(1, 3), Sort.Range(0, 2), 0);
        var flag = m.Map("flag", cpu, Sort.Bool);
        var mode = m.Var("mode", Sort.Enum<Mode>());
        var pick = m.Var("pick", cpu);
        m.Rule("swap", r => r.When(x < y).Set(x, y).Set(y, x));
        m.Rule("wrap", r => r.When(x == y).Set(x, If(x == 1, -2, x + 1)));
        m.Rule("turn", r => r.When(mode == Mode.Busy)
            .Each(Sort.Range(1, 3), i => r.Set(ring[i], ring[If(i == 3, 1, i + 1)])));
        m.Rule("mark", Sort.Range(1, 3), (r, i) => r.When(mode == Mode.Idle & ring[i] < 2)
            .Set(ring[i], ring[i] + 1).Set(mode, Mode.Busy));
        m.Rule("flip", cpu, (r, c) => r
            .Set(flag[c], !flag[c]).Set(pick, c).SetIf(flag[pick] & pick != c, flag[pick], false));
        m.Rule("all", r => r.When(mode == Mode.Busy & ForAll(cpu, c => flag[c]))
            .Each(cpu, c => r.SetIf(c != pick, flag[c], flag[pick] & x < 0)).Set(mode, Mode.Done));
        m.Rule("again", r => r.When(mode == Mode.Done).Set(mode, Mode.Idle));
        m.Rule("calm", r => r.When(Exists(cpu, c => flag[c])).Each(cpu, c => r.SetIf(c == pick & flag[c], x, -2)));
        m.Rule("nothing", cpu, (r, c) => r.When(flag[c]));
        m.Always("in order", x <= y | x - y < 4);
        m.Reachable("all set", ForAll(cpu, c => flag[c]) & x == 0);
        m.Reachable("never", x == 1 & y == -2);
        m.NoDeadlock("goes on");
        return m.Build();
    }

    /// <summary>Options of scalars and of records, with reads and writes of their content.</summary>
    public static Model Options()
    {
        var m = new ModelBuilder("options");
        var frame = m.ScalarSet("frame", 2);
        var number = Sort.Range(-1, 1);
        var at = new Field("at", frame);
        var age = new Field("age", number);
        var entry = m.Record("entry", at, age);
        var slot = m.Map("slot", frame, Sort.Option(entry));
        var hand = m.Var("hand", Sort.Option(frame));
        var level = m.Var("level", Sort.Option(number));
        m.Rule("take", frame, (r, f) => r.When(hand.IsNone).Set(hand, f));
        m.Rule("put", r => r.When(hand.HasValue & slot[hand.Value].IsNone)
            .Set(slot[hand.Value], New(entry, hand.Value, 0)).Set(hand, None));
        m.Rule("age", frame, (r, f) => r.When(slot[f].HasValue & slot[f].Value[age] < 1)
            .Set(slot[f].Value[age], slot[f].Value[age] + 1));
        m.Rule("drop", frame, (r, f) => r.When(slot[f].HasValue & slot[f].Value[age] == 1).Set(slot[f], None)
            .Set(level, Some(slot[f].Value[age] - 1)));
        m.Rule("copy", frame, frame, (r, f, g) => r.When(f != g & slot[f].HasValue & level.IsNone)
            .Set(slot[g], slot[f]).Set(level, -1));
        m.Rule("sink", r => r.When(level.HasValue)
            .SetIf(level.Value > -1, level, level.Value - 1).SetIf(level.Value == -1, level, None));
        m.Rule("stamp", r => r.When(hand.HasValue & level.HasValue)
            .SetIf(slot[hand.Value].HasValue, slot[hand.Value].Value[age], level.Value));
        m.Always("ages fit", ForAll(frame, f => slot[f].HasValue.Implies(slot[f].Value[age] >= 0)));
        m.Always("never two alike", !ForAll(frame, frame, (f, g) => slot[f] == slot[g] & slot[f].HasValue));
        m.Reachable("level", level == 0 & hand.HasValue);
        m.NoDeadlock("goes on");
        return m.Build();
    }

    /// <summary>Options of options and of maps, and maps whose keys are options.</summary>
    public static Model Nested()
    {
        var m = new ModelBuilder("nested");
        var frame = m.ScalarSet("frame", 2);
        var hand = m.Var("hand", Sort.Option(frame));
        var deep = m.Var("deep", Sort.Option(Sort.Option(Sort.Bool)));
        var table = m.Var("table", Sort.Option(Sort.Map(frame, Sort.Bool)));
        var by = m.Map("by", Sort.Option(frame), Sort.Bool);
        m.Rule("take", frame, (r, f) => r.When(hand.IsNone).Set(hand, f));
        m.Rule("leave", r => r.When(hand.HasValue & by[hand]).Set(hand, None));
        m.Rule("deepen", Sort.Option(Sort.Bool), (r, o) => r.When(deep.IsNone).Set(deep, Some(o)));
        // Sets of options within sets of options, and a parameter with the name of their members.
        m.Rule("shown", Sort.Option(Sort.Option(Sort.Bool)), (r, o) => r.When(deep == o)
            .When(Exists(Sort.Option(Sort.Option(Sort.Option(Sort.Bool))), more => more == Some(o))));
        m.Rule("flip", r => r.When(deep.HasValue & deep.Value.HasValue).Set(deep.Value.Value, !deep.Value.Value));
        m.Rule("shut", r => r.When(deep.HasValue & (deep.Value.IsNone | deep.Value.Value == true)).Set(deep, None));
        m.Rule("open", r => r.When(table.IsNone & hand.HasValue)
            .Set(table, Some(Fill(Sort.Map(frame, Sort.Bool), true))).Set(by[hand], !by[hand]));
        m.Rule("clear", frame, (r, f) => r.When(table.HasValue & table.Value[f]).Set(table.Value[f], false)
            .Set(by[Some(f)], by[hand]));
        m.Rule("close", r => r.When(table.HasValue & !Exists(frame, f => table.Value[f])).Set(table, None));
        m.Always("not both", !(by[hand] & by[None]) | hand.HasValue);
        m.Reachable("deep", deep == Some(Some(true)) & table.HasValue);
        m.NoDeadlock("goes on");
        return m.Build();
    }

    /// <summary>Records in nested maps, copied, filled, compared and selected as a whole.</summary>
    public static Model Records()
    {
        var m = new ModelBuilder("records");
        var side = m.ScalarSet("side", "left", "right");
        var on = new Field("on", Sort.Bool);
        var mode = new Field("mode", Sort.Enum<Light>());
        var cell = m.Record("cell", on, mode);
        var row = Sort.Map(Sort.Bool, cell);
        var grid = m.Map("grid", side, Sort.Bool, cell, New(cell, false, Light.Red));
        var spare = m.Var("spare", cell);
        var seen = m.Ghost("seen", Sort.Range(0, 1), 0);
        m.Rule("toggle", side, Sort.Bool, (r, s, b) => r.Set(grid[s, b], grid[s, b].With(on, !grid[s, b][on])));
        m.Rule("cross", r => r.When(spare[on]).Set(spare, New(cell, spare[mode] == Light.Red, If(spare[on], Light.Green, Light.Red))));
        m.Rule("exchange", side, (r, s) => r.When(grid[s][true] != spare).Set(spare, grid[s][true]).Set(grid[s][true], spare));
        m.Rule("mirror", r => r.When(ForAll(side, s => grid[s][false][on]))
            .Each(side, s => r.Set(grid[s], If(Exists(side, t => s != t & grid[t][true][on]), Fill(row, spare), grid[s]))));
        m.Rule("advance", side, (r, s) => r.When(grid[s][false][mode] != Light.Green)
            .Set(grid[s][false][mode], If(grid[s][true][on], Light.Red, Light.Green))
            .SetIf(Count(side, t => grid[t][true][on]) == 2, seen, If(seen < 1, seen + 1, 1)));
        m.Rule("same", side, side, (r, s, t) => r.When(s != t & grid[s] == grid[t]).Set(grid[t][true], spare));
        m.Always("sides", ForAll(side, s => !grid[s][true][on] | grid[s][true][mode] != Light.Red | spare != grid[s][false]));
        m.Always("counted", Count(side, s => grid[s][true][on]) <= 2);
        return m.Build();
    }

    /// <summary>Threads with branches, loops and waits, which come to rest.</summary>
    public static Model Locks()
    {
        var m = new ModelBuilder("locks");
        var cpu = m.Processors("cpu", 2);
        var page = m.ScalarSet("page", 2);
        var owner = m.Var("owner", Sort.Option(cpu));
        var dirty = m.Map("dirty", page, Sort.Bool);
        m.Thread("writer", cpu, repeats: false, (t, c) =>
        {
            var which = t.Local("which", page);
            var tries = t.Local("tries", Sort.Range(0, 2), 0);
            t.Step("pick", page, (s, p) => s.Set(which, p));
            t.While(tries < 2, () =>
            {
                t.Step("lock", s => s.When(owner.IsNone).Set(owner, c).Set(tries, tries + 1));
                t.Branch("test", dirty[which.Value], () => t.Step("clean", s => s.Set(dirty[which.Value], false)),
                    () => t.Step("write", s => s.Set(dirty[which.Value], true)));
                t.Step("unlock", s => s.Set(owner, None));
            });
            t.Wait("settle", owner.IsNone);
        });
        m.Rule("writeback", page, (r, p) => r.When(dirty[p] & owner.IsNone).Set(dirty[p], false));
        m.Always("one owner", owner.HasValue.Implies(ForAll(page, p => dirty[p] | !dirty[p])));
        m.Reachable("both dirty", ForAll(page, p => dirty[p]));
        m.NoDeadlock("ends well", owner.IsNone & ForAll(page, p => !dirty[p]));
        m.LeadsTo("cleaned", ForAll(page, p => dirty[p]), Exists(page, p => !dirty[p]));
        return m.Build();
    }

    /// <summary>Several initial states, unread variables, and a state without successors.</summary>
    public static Model Starts()
    {
        var m = new ModelBuilder("starts");
        var cpu = m.ScalarSet("cpu", 2);
        var level = m.AnyOf("level", Sort.Range(-1, 2));
        var who = m.AnyOf("who", Sort.Option(cpu));
        var log = m.Ghost("log", Sort.Map(cpu, Sort.Range(0, 300)), 0);
        var idle = m.Var("int", Sort.Bool);
        m.Rule("down", cpu, (r, c) => r.When(level > -1 & Exists(cpu, d => d != c & who == d)).Set(level, level - 1)
            .SetIf(level == 2, log[c], 300));
        m.Rule("hand over", cpu, (r, c) => r.When(who.HasValue & who.Value != c & level == 2).Set(who, c).Set(idle, true));
        m.Always("bounded", level >= -1 & level <= 2);
        m.Always("started low", level < 2, "refuted at the start");
        m.Reachable("top", level == 2 & who.IsNone);
        m.NoDeadlock("goes on");
        return m.Build();
    }

    /// <summary>Maps, records and options that start with any value, as far as conditions allow.</summary>
    public static Model Equal()
    {
        var m = new ModelBuilder("equal");
        var (page, frame) = (m.ScalarSet("page", 2), m.ScalarSet("frame", 2));
        var entry = m.Record("entry", new Field("frame", Sort.Option(frame)), new Field("dirty", Sort.Bool));
        var pte = m.AnyOf("pte", Sort.Map(page, entry));
        var refs = m.AnyOf("refs", Sort.Map(frame, Sort.Range(0, 2)));
        var last = m.AnyOf("last", Sort.Option(entry));
        var (at, dirty) = (((Sort.Record)entry).Fields[0], ((Sort.Record)entry).Fields[1]);
        m.Initially(ForAll(page, p => pte[p][at].HasValue | !pte[p][dirty]));
        m.Initially(ForAll(frame, f => refs[f] == Count(page, p => pte[p][at] == f)));
        m.Initially(last.HasValue.Implies(last.Value[dirty] & Exists(page, p => pte[p] == last.Value)));
        m.Rule("unmap", page, frame, (r, p, f) => r.When(pte[p][at] == f)
            .Set(refs[f], refs[f] - 1).Set(last, pte[p]).Set(pte[p], New(entry, None, false)));
        m.Always("counted", ForAll(frame, f => refs[f] == Count(page, p => pte[p][at] == f)));
        m.Always("clean", ForAll(page, p => !pte[p][dirty]), "refuted at the start");
        m.Reachable("both", ForAll(frame, f => refs[f] == 1));
        m.Reachable("none left", last.HasValue & ForAll(frame, f => refs[f] == 0));
        m.NoDeadlock("goes on", ForAll(page, p => pte[p][at].IsNone));
        return m.Build();
    }

    /// <summary>One initial state, in which a map has two values.</summary>
    public static Model Uneven()
    {
        var m = new ModelBuilder("uneven");
        var seat = Sort.Range(0, 2);
        var right = m.AnyOf("right", Sort.Set(seat));
        m.Initially(!right[0] & right[1] & !right[2]);
        m.Rule("pass", seat, (r, p) => r.When(right[p] & p < 2).Set(right[p], false).Set(right[p + 1], true));
        m.Always("one", Count(seat, p => right[p]) == 1);
        m.Reachable("at the end", right[2]);
        m.NoDeadlock("goes on", right[2]);
        return m.Build();
    }

    /// <summary>A LeadsTo that holds under fairness, and one that does not.</summary>
    public static Model Fair()
    {
        var m = new ModelBuilder("fair");
        var cpu = m.ScalarSet("cpu", 2);
        var turn = m.AnyOf("turn", cpu);
        var count = m.Map("count", cpu, Sort.Range(0, 2), 0);
        var noise = m.Var("noise", Sort.Bool);
        m.Rule("count", cpu, (r, c) => r.When(count[c] < 2).Set(count[c], count[c] + 1)).Fair();
        m.Rule("pass", cpu, (r, c) => r.When(turn != c).Set(turn, c)).Fair();
        m.Rule("hum", r => r.Set(noise, !noise));
        m.Rule("reset", cpu, (r, c) => r.When(turn == c & count[c] == 2 & noise).Set(count[c], 0)).Fair();
        m.LeadsTo("counts", ForAll(cpu, c => count[c] == 0), Exists(cpu, c => count[c] == 1));
        m.LeadsTo("counts up", ForAll(cpu, c => count[c] == 0), ForAll(cpu, c => count[c] == 2));
        m.LeadsTo("passes", Exists(cpu, c => turn == c & count[c] == 1), Exists(cpu, c => count[c] == 2));
        m.LeadsTo("resets", ForAll(cpu, c => count[c] == 2), Exists(cpu, c => count[c] == 0));
        return m.Build();
    }

    /// <summary>A TLB shootdown; the broken version skips the other processors.</summary>
    public static Model Shootdown(int cpus, int pages, int frames, bool isBroken = false)
    {
        var m = new ModelBuilder(isBroken ? "shootdown-local" : "shootdown");
        var cpu = m.Processors("cpu", cpus);
        var page = m.ScalarSet("page", pages);
        var frame = m.ScalarSet("frame", frames);
        var pte = m.Map("pte", page, Sort.Option(frame));
        var tlb = m.Map("tlb", cpu, page, Sort.Option(frame));
        var own = m.Map("own", frame, Sort.Enum<Owner>());
        var pc = m.Map("pc", cpu, Sort.Bool);
        var pp = m.Map("pp", cpu, Sort.Option(page));
        var pf = m.Map("pf", cpu, Sort.Option(frame));
        var ack = m.Map("ack", cpu, cpu, Sort.Bool);
        m.Rule("map", cpu, page, frame, (r, c, p, f) => r.When(!pc[c] & own[f] == Owner.Free & pte[p].IsNone)
            .Set(pte[p], f).Set(own[f], Owner.User)).From(Source.Recalled("set_pte_at", "mm/memory.c"));
        m.Rule("zap", cpu, page, (r, c, p) => r.When(!pc[c] & pte[p].HasValue)
            .Set(pf[c], pte[p]).Set(pp[c], p).Set(pte[p], None).Set(pc[c], true));
        m.Rule("flush", cpu, cpu, (r, c, d) => r.When(pc[c] & !ack[c, d])
            .Set(tlb[d, pp[c].Value], None).Set(ack[c, d], true));
        m.Rule("free", cpu, (r, c) => r
            .When(pc[c] & (isBroken ? ack[c, c] : ForAll(cpu, d => ack[c, d])))
            .Set(own[pf[c].Value], Owner.Free).Set(pc[c], false).Set(pp[c], None).Set(pf[c], None)
            .Each(cpu, d => r.Set(ack[c, d], false)));
        m.Rule("kalloc", frame, (r, f) => r.When(own[f] == Owner.Free).Set(own[f], Owner.Kernel));
        m.Rule("kfree", frame, (r, f) => r.When(own[f] == Owner.Kernel).Set(own[f], Owner.Free));
        m.Rule("fill", cpu, page, (r, c, p) => r.When(pte[p].HasValue & tlb[c, p] != pte[p]).Set(tlb[c, p], pte[p]));
        m.Rule("evict", cpu, page, (r, c, p) => r.When(tlb[c, p].HasValue).Set(tlb[c, p], None));
        m.Always("no stale entry", ForAll(cpu, page, (c, p) => tlb[c, p].IsNone | own[tlb[c, p].Value] == Owner.User),
            "no TLB entry names a frame that is not the user's");
        return m.Build();
    }

    public enum Owner { Free, User, Kernel }
}
