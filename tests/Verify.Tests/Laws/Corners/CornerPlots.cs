using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Corners;

/// <summary>
/// Small situations that provoke mistakes which random models seldom provoke: a certain value of a certain member, an
/// evaluation in a certain order, a step that only seems independent. A model has at most one of them, in addition to
/// its other parts.
/// </summary>
internal sealed class CornerPlots(Prng random, Drawn drawn, ModelBuilder m, CornerExpr expr, CornerSorts sorts)
{
    /// <summary>Declares the parts of one situation.</summary>
    /// <returns>An expression for use in properties; null for no situation.</returns>
    public Expr? Declare() => random.Below(12) switch
    {
        0 or 1 => Order(),
        2 => Guarded(),
        3 => Aside(),
        4 => Turns(),
        5 => Rebound(),
        6 => Ways(),
        7 => Wide(),
        8 => Climb(),
        9 => Job(),
        _ => null,
    };

    // The first member whose option is full decides; reading later options may be undefined. The guard ensures that
    // some option is full.
    private Expr Order()
    {
        var who = sorts.Identity();
        var most = 1 + random.Below(8);
        var got = drawn.Say(() => m.Map("got", who, Sort.Option(Sort.Range(0, most))));
        var seen = drawn.Say(() => m.Var("seen", Sort.Bool));
        var number = random.OneIn(2) ? most / 2 : random.Below(most + 1);
        var over = random.Below(4) switch
        {
            0 => drawn.Say(() => Sort.Option(who)),
            _ => who,
        };
        Expr Is(Expr one) => one.Sort is Sort.Optional ? one.HasValue & Is(one.Value) : random.Below(3) switch
        {
            0 => got[one].Value != number,
            1 => got[one].Value >= number,
            _ => got[one].Value == number,
        };
        var looks = random.Below(4) switch
        {
            0 => drawn.Say(() => ForAll(over, one => !Is(one))),
            1 => drawn.Say(() => Count(over, Is) > 0),
            2 => drawn.Say(() => Exists(over, who, (one, other) => Is(one) & got[other].IsNone)),
            _ => drawn.Say(() => Exists(over, Is)),
        };
        var some = drawn.Say(() => Exists(who, one => got[one].HasValue));
        var value = random.OneIn(3) ? most - number : number;
        drawn.Do(() => m.Rule("fill", who, (s, one) => drawn.Do(() => s.When(got[one].IsNone).Set(got[one], value))));
        if (random.OneIn(3))
        {
            drawn.Do(() => m.Rule("drain", who, (s, one) => drawn.Do(() => s.When(got[one].HasValue & seen).Set(got[one], None))));
        }

        switch (random.Below(5))
        {
            case 0:
                drawn.Do(() => m.Rule("look", s => drawn.Do(() => s.When(some).SetIf(looks, seen, true))));
                break;
            case 1:
                drawn.Do(() => m.Rule("look", s => drawn.Do(() => s.When(some).Set(seen, looks))));
                break;
            case 2:
                drawn.Do(() => m.Always("looked", some.Implies(looks)));
                break;
            case 3:
                drawn.Do(() => m.Reachable("looked", some & looks));
                break;
            default:
                drawn.Do(() => m.Rule("look", s => drawn.Do(() => s.When(some).When(looks).Set(seen, !seen))));
                break;
        }

        expr.Declare(got);
        expr.Declare(seen);
        return seen;
    }

    // One branch is defined and the other is not; a variable selects the branch.
    private Expr Guarded()
    {
        var content = sorts.Scalars[random.Below(sorts.Scalars.Count)];
        var held = drawn.Say(() => m.Var("held", Sort.Option(content)));
        var isHeld = drawn.Say(() => m.Var("is held", Sort.Bool));
        drawn.Do(() => m.Rule("hold", content, (s, one) => drawn.Do(() => s.When(!isHeld).Set(held, one).Set(isHeld, true))));
        drawn.Do(() => m.Rule("drop", s =>
        {
            if (random.OneIn(3))
            {
                drawn.Do(() => s.When(isHeld).Set(held, None));
            }
            else
            {
                drawn.Do(() => s.When(isHeld).Set(held, None).Set(isHeld, false));
            }
        }));
        var use = drawn.Say(() => m.AnyOf("used", content));
        drawn.Do(() => m.Rule("use", s => drawn.Do(() => s.SetIf(isHeld, use, held.Value))));
        expr.Declare(isHeld);
        expr.Declare(held);
        return drawn.Say(() => isHeld.Implies(held.Value == use));
    }

    // Undefined, or written twice, in a part that no property reads.
    private Expr Aside()
    {
        var who = sorts.Identity();
        var noise = drawn.Say(() => m.Map("noise", who, who, Sort.Bool));
        var count = drawn.Say(() => m.Var("count", Sort.Range(0, 2)));
        drawn.Do(() => m.Rule("turn", who, who, (s, a, b) =>
        {
            if (random.OneIn(2))
            {
                drawn.Do(() => s.Set(noise[a, b], true).Set(noise[b, a], true));
            }
            else
            {
                drawn.Do(() => s.When(a != b).Set(noise[a, b], !noise[b, a]));
            }
        }));
        var next = random.OneIn(3) ? drawn.Say(() => count + 1) : drawn.Say(() => If(count < 2, count + 1, 0));
        drawn.Do(() => m.Rule("count", s => drawn.Do(() => s.If(count < 3, () => drawn.Do(() => s.Set(count, next))))));
        return count;
    }

    // Threads with few interactions.
    private Expr Turns()
    {
        var (lit, turn) = (drawn.Say(() => m.Var("lit", Sort.Bool)), drawn.Say(() => m.Var("turn", Sort.Range(0, 2))));
        foreach (var name in new[] { "one", "two" })
        {
            var own = drawn.Say(() => m.Var($"{name}.own", Sort.Range(0, 2)));
            drawn.Do(() => m.Thread(name, random.OneIn(3), t =>
            {
                drawn.Do(() => t.Step("work", s => drawn.Do(() => s.Set(own, random.Below(3)))));
                if (random.OneIn(2))
                {
                    drawn.Do(() => t.Wait("wait", turn == random.Below(3)));
                }

                drawn.Do(() => t.Step("give", s => drawn.Do(() => s.SetIf(own == random.Below(3), turn, random.Below(3)).Set(lit, !lit))));
            }));
            expr.Declare(own);
        }

        return random.OneIn(2) ? lit : drawn.Say(() => turn == 2);
    }

    // A quantifier over the rule's own parameter, and a use of the parameter after it.
    private Expr Rebound()
    {
        var who = sorts.Scalars[random.Below(sorts.Scalars.Count)];
        var on = drawn.Say(() => m.Map("on", who, Sort.Bool));
        drawn.Do(() => m.Rule("switch", who, (s, one) =>
        {
            var binder = random.OneIn(3) ? ((Expr.BoundVariable)one).Binder : drawn.Say(() => new Binder("one", who));
            var value = drawn.Say(() => ValueOf(binder));
            var all = drawn.Say(() => ForAllOver(on[value] | !on[value] | on[one], binder));
            drawn.Do(() => s.When(all).Set(on[one], !on[one] & ForAllOver(!on[value], binder)));
        }));
        expr.Declare(on);
        return drawn.Say(() => Exists(who, one => on[one]));
    }

    // One part is written under one of several conditions, with a different value for each.
    private Expr Ways()
    {
        var by = drawn.Say(() => m.Var("by", Sort.Range(0, 2)));
        var way = drawn.Say(() => m.Var("way", Sort.Range(0, 4)));
        Expr Value(int from) => random.OneIn(3) ? If(by == random.Below(3), from, random.Below(5)) : from;
        var (turns, values) = (random.OneIn(2), new[] { Value(1), Value(2), Value(3) });
        drawn.Do(() => m.Rule("go a way", s =>
        {
            drawn.Do(() => s.SetIf(by == 0, way, values[0]).SetIf(by == 1, way, values[1]).SetIf(by == 2, way, values[2]));
            if (turns)
            {
                drawn.Do(() => s.Set(by, If(by < 2, by + 1, 0)));
            }
        }));
        if (!turns)
        {
            drawn.Do(() => m.Rule("turn", Sort.Range(0, 2), (s, next) => drawn.Do(() => s.Set(by, next))));
        }

        expr.Declare(way);
        return drawn.Say(() => way == random.Below(5));
    }

    // A map that does not fit into one word, written at a variable index.
    private Expr Wide()
    {
        var most = 8 + random.Below(6);
        var places = Sort.Range(0, most);
        var wide = drawn.Say(() => m.Map("wide", places, Sort.Range(0, 100)));
        var at = drawn.Say(() => m.Var("at", places));
        var (one, other) = (1 + random.Below(100), random.Below(101));
        drawn.Do(() => m.Rule("write", s => drawn.Do(() => s.Set(wide[at], If(wide[at] == one, other, one)))));
        drawn.Do(() => m.Rule("move", s => drawn.Do(() => s.Set(at, If(at == 0, most, 0)))));
        return drawn.Say(() => (wide[0] == other) & (wide[most] == one));
    }

    // The order of members changes, and with it the first of several similar members in a state.
    private Expr Climb()
    {
        var who = sorts.Identity();
        var step = drawn.Say(() => m.Map("step", who, Sort.Range(0, 3)));
        var last = drawn.Say(() => m.Var("last", Sort.Option(who)));
        drawn.Do(() => m.Rule("climb", who, (s, one) =>
            drawn.Do(() => s.When(step[one] < 3).When(last.IsNone | (last != Some(one))).Set(step[one], step[one] + 1).Set(last, one))));
        return drawn.Say(() => Exists(who, one => step[one] == 2 + random.Below(2)) & last.HasValue);
    }

    // A member below an option: if the option is empty, the content is not a member.
    private Expr Job()
    {
        var who = sorts.Identity();
        Field by = new("by", who), on = new("on", random.OneIn(2) ? Sort.Bool : Sort.Option(who));
        var sort = drawn.Say(() => m.Record("job", by, on));
        var job = drawn.Say(() => m.Var("job", Sort.Option(sort)));
        var idle = on.Sort is Sort.Optional ? None : (Expr)false;
        drawn.Do(() => m.Rule("take", who, (s, one) => drawn.Do(() => s.When(job.IsNone).Set(job, Some(New(sort, one, idle))))));
        drawn.Do(() => m.Rule("leave", who, (s, one) => drawn.Do(() => s.When(job.HasValue & (job.Value[by] == one)).Set(job, None))));
        if (on.Sort is Sort.Optional)
        {
            drawn.Do(() => m.Rule("aim", who, (s, one) => drawn.Do(() => s.When(job.HasValue).Set(job.Value[on], Some(one)))));
        }

        expr.Declare(job);
        return drawn.Say(() => job.IsNone | (job.Value[on] == idle));
    }
}
