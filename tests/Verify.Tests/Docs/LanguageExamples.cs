using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Docs;

/// <summary>
/// The examples of the reference of the language, one method each: the comment is what the page says, the body is what it
/// shows, and each property comes to what its name says.
/// </summary>
internal static class LanguageExamples
{
    // Variables and rules. A rule stands for one atomic step. It can fire whenever its guard holds, on any value of its parameters,
    // and need not fire. All its expressions read the state before the step, so this rule swaps two variables. A variable starts
    // with the first value of its sort (false, the low end of a range, an empty option) or with the given one; `AnyOf` may start
    // with any value, and `Initially` says which of them go together. `Always` is about every reachable state, and `Reachable`
    // about one.
    internal static void Variables(ModelBuilder m)
    {
        var x = m.Var("x", Sort.Range(0, 3));
        var y = m.Var("y", Sort.Range(0, 3), 3);
        var isEven = m.AnyOf("is_even", Sort.Bool);
        var isOdd = m.AnyOf("is_odd", Sort.Bool);
        m.Initially(isEven != isOdd);
        m.Rule("count", s => s.When(x < 3 & isEven).Set(x, x + 1));
        m.Rule("swap", s => s.Set(x, y).Set(y, x));
        m.Always("proved: in range", x <= 3 & y - x >= -3);
        m.Always("proved: one of the two", isEven | isOdd);
        m.Always("refuted: never both full", !(x == 3 & y == 3));
        m.Reachable("proved: swapped", x == 3 & y == 0);
    }

    // Identities and maps. The members of `Processors` and `ScalarSet` can be compared and nothing else, which is what makes
    // symmetry and proofs for every size possible. A map has a value for each key; a map of several keys is indexed by all of them.
    // A rule with parameters fires for any one value of each; `Each` writes for all values in one step.
    internal static void Maps(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var page = m.ScalarSet("page", 2, "p");
        var tlb = m.Map("tlb", cpu, page, Sort.Bool);
        var mapped = m.Var("mapped", Sort.Map(page, Sort.Bool), Fill(Sort.Map(page, Sort.Bool), true));
        m.Rule("walk", cpu, page, (s, c, p) => s.When(mapped[p]).Set(tlb[c, p], true));
        m.Rule("unmap and flush", page, (s, p) => s.Set(mapped[p], false).Each(cpu, c => s.Set(tlb[c, p], false)));
        m.Always("proved: no stale entry", ForAll(cpu, page, (c, p) => tlb[c, p].Implies(mapped[p])));
        m.Reachable("proved: cached twice", Exists(page, p => Count(cpu, c => tlb[c, p]) == 2));
    }

    // Options. An option holds a value or is empty. Reading `.Value` of an empty one is an error of the model (VRF120), shown with
    // the run that leads there; `&`, `|`, `Implies` and `If` read their right sides only if the left ones leave the answer open. A plain
    // value is lifted by itself where an option is expected.
    internal static void Options(ModelBuilder m)
    {
        var frame = m.ScalarSet("frame", 2, "f");
        var pte = m.Var("pte", Sort.Option(frame));
        var last = m.Var("last", Sort.Option(frame));
        m.Rule("map", frame, (s, f) => s.When(pte.IsNone).Set(pte, f));
        m.Rule("unmap", s => s.When(pte.HasValue).Set(pte, None).Set(last, Some(pte.Value)));
        m.Always("refuted: always the same frame", (pte.HasValue & last.HasValue).Implies(pte.Value == last.Value));
        m.Always("proved: a frame stays", If(last.HasValue, last != None, true));
    }

    // Records, enums and sets. A record has fields; `New` makes one, `With` copies it with another value in one field, and a field
    // can be assigned by itself. A set is a map to truth values. An enum of C# is a sort; its members can be compared.
    internal static void Records(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var (dirty, owner) = (new Field("dirty", Sort.Bool), new Field("owner", Sort.Option(cpu)));
        var line = m.Record("line", dirty, owner);
        var cache = m.Var("cache", line, New(line, false, None));
        var mode = m.Var("mode", Sort.Enum<Mode>(), Mode.Idle);
        var waiting = m.Var("waiting", Sort.Set(cpu));
        m.Rule("write", cpu, (s, c) => s.Set(cache, cache.With(dirty, true).With(owner, c)).Set(mode, Mode.Busy).Set(waiting[c], true));
        m.Rule("clean", s => s.When(cache[dirty]).Set(cache[dirty], false).Set(waiting, Fill(Sort.Set(cpu), false)));
        m.Always("proved: dirty lines have an owner", cache[dirty].Implies(cache[owner].HasValue & mode == Mode.Busy));
        m.Reachable("proved: the last mode", mode == MemberOf((Sort.Enumeration)Sort.Enum<Mode>(), 1) & ForAll(cpu, c => waiting[c]));
    }

    // The parts of a step. `SetIf` and `If` decide about single updates; the step happens either way. `By` sets the column of a trace,
    // `Shows` the arguments that it prints, and `From` the place that the step is modelled on. `Never` declares that a step cannot
    // fire in this instance: a proof is not vacuous for it, and if it fires, the claim is not as expected.
    internal static void Steps(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var page = m.Var("page", Sort.Option(cpu));
        var writes = m.Var("writes", Sort.Range(0, 2));
        m.Rule("write", cpu, (s, c) => s.Shows(page, c).ShowsNoneAs("no owner").By(c).From(Source.Manual("a store", "section 8.1"))
            .If(writes < 2, () => s.Set(writes, writes + 1))
            .SetIf(page.IsNone, page, c));
        m.Rule("device", s => s.By("dma").When(writes == 2).Set(writes, 0).Set(page, None));
        m.Rule("fault", s => s.When(writes > 2).Set(writes, 0).Never("the range ends at 2"));
        m.Always("proved: a written page has an owner", writes == 0 | page.HasValue);
    }

    // Threads. A thread is a program of atomic steps; others can act between any two. A step waits until its guard holds (`Wait` does
    // nothing else). `Branch` is a step that reads shared state and chooses; `also` adds a guard or updates to that step. `Label` names
    // a point, `Goto` goes there, `Return` leaves the program. If a thread repeats, it starts again at its end; otherwise
    // its end is the point "done". `At` asks where a thread is. A step without updates is one that only takes time.
    internal static void Threads(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var locked = m.Var("locked", Sort.Bool);
        var work = m.Map("work", cpu, Sort.Range(0, 2), 2);
        var worker = m.Thread("worker", cpu, repeats: false, (t, c) =>
        {
            t.RunsOn(c);
            t.Label("again");
            t.Step("spin_lock", s => s.When(!locked).Set(locked, true));
            t.Label("critical");
            t.Step("work", s => s.Set(work[c], work[c] - 1));
            t.Step("spin_unlock", s => s.Set(locked, false));
            t.Branch("check", work[c] == 0, () => t.Return(), () => t.Step("cond_resched", _ => { }), s => s.When(!locked));
            t.Goto("again");
        });
        var waiter = m.Thread("waiter", repeats: false, t => t.Wait("wait_for_completion", ForAll(cpu, c => worker.At(c, "done"))));
        m.Always("proved: one at a time", Count(cpu, c => worker.At(c, "critical")) <= 1);
        m.Always("proved: nothing is left", waiter.At("done").Implies(ForAll(cpu, c => work[c] == 0)));
        m.NoDeadlock("proved: no deadlock");
    }

    // Locals and branches that take no step. `Local` is a variable of one thread, empty until it is set, or with an initial value. The step
    // that leaves the program sets it back, so that values which are not read any more do not multiply the states. `If` and `While` read
    // locals only and take no step: what the thread knows cannot change under it. `Either` continues in any of several ways.
    internal static void Locals(ModelBuilder m)
    {
        var shared = m.Var("shared", Sort.Range(0, 2));
        m.Thread("reader", repeats: true, t =>
        {
            var seen = t.Local("seen", Sort.Range(0, 2));
            var tries = t.Local("tries", Sort.Range(0, 2), 2);
            t.Step("READ_ONCE", s => s.Set(seen, shared));
            t.If(seen == 0, () => t.Step("set", s => s.Set(shared, 1)));
            t.While(tries > 0, () => t.Either(
                () => t.Step("retry", s => s.Set(tries, tries - 1)),
                () =>
                {
                    t.Never("a single thread does not race", isSo: true);
                    t.Step("raced", s => s.When(shared == 2).Set(tries, 0));
                }));
            t.Step("cpu_relax", _ => { });
        });
        m.Always("proved: never two", shared <= 1);
    }

    // Progress. `LeadsTo` says that something comes later. Steps of threads are weakly fair: a thread that can act all the time acts
    // in the end. A rule is not, unless it says `Fair`: hardware may do something, and need not. A step that changes nothing counts as
    // acting. A rule may stay enabled without ever firing; what is sure to come has to be fair.
    internal static void Progress(ModelBuilder m)
    {
        var pending = m.Var("pending", Sort.Bool);
        var noise = m.Var("noise", Sort.Bool);
        m.Rule("interrupt arrives", s => s.When(!pending).Set(pending, true));
        m.Rule("handler", s => s.When(pending).Set(pending, false).Fair());
        m.Rule("noise", s => s.Set(noise, !noise));
        m.LeadsTo("proved: it is handled", pending, !pending);
        m.LeadsTo("refuted: another comes", !pending, pending);
    }

    // What observers see. A ghost is a note of the author, written by steps and read by properties; guards may not read it (VRF105). A mark
    // points at a value in traces, as `<- stale`. `Publish` hands a part of a model to the invariants of its proofs for every size, where
    // `ForAllOver` quantifies over a binder that the invariant names with `ValueOf`.
    internal static void Observers(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var page = m.ScalarSet("page", 2);
        var free = m.Var("free", Sort.Set(page));
        var tlb = m.Map("tlb", cpu, page, Sort.Bool);
        var walks = m.Ghost("walks", Sort.Range(0, 1));
        m.Rule("walk", cpu, page, (s, c, p) => s.When(!free[p]).Set(tlb[c, p], true).Set(walks, 1));
        m.Rule("free", page, (s, p) => s.Set(free[p], true));
        m.Mark("stale", cpu, page, (c, p) => (tlb[c, p], tlb[c, p] & free[p]));
        m.Mark("gone", page, p => (free[p], free[p]));
        m.Publish(tlb);
        var any = new Binder("any", page);
        m.Always("refuted: no stale entry", ForAllOver(ForAll(cpu, c => !(tlb[c, ValueOf(any)] & free[ValueOf(any)])), any));
        m.Always("proved: a walk is noted", Exists(cpu, page, (c, p) => tlb[c, p]).Implies(walks == 1));
    }

    // Families. A class that derives from `ModelFamily` describes all variants of a mechanism in one text. Sizes, features, faults,
    // assumptions and profiles are options of the command line; faults, features and assumptions are found as static fields.
    internal sealed class Choosing() : ModelFamily("choosing", "a counter", new SizeParameter("max", 2, 1, 4, "the largest number"))
    {
        public static readonly Fault Overflow = new("overflow", "the counter is not reset at its end");
        public static readonly Feature Down = new("down", "it also counts down");
        public static readonly Assumption Still = new("A-STILL", "it does not count", "the caller");
        private static readonly Profile Small = new("small", "a counter of one bit");
        private static readonly Profile Large = new("large", "a counter of several bits");

        public override System.Collections.Immutable.ImmutableArray<Profile> Profiles => [Large, Small];

        protected override void Describe(ModelBuilder m)
        {
            var max = m.Is(Small) ? 1 : m.Size("max");
            var x = m.Var("x", Sort.Range(0, max));
            if (!m.Assumes(Still))
            {
                m.Rule("up", s => s.Set(x, m.Has(Overflow) ? x + 1 : If(x == max, 0, x + 1)));
            }

            if (m.Has(Down))
            {
                m.Rule("down", s => s.When(x > 0).Set(x, x - 1));
            }

            m.Always("proved: in range", x <= max);
            m.Reachable("proved: full", x == max);
        }
    }

    private enum Mode
    {
        Idle,
        Busy,
    }
}
