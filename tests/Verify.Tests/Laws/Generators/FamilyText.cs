using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

// Long because what is drawn of one part may speak of every other.
namespace Verify.Tests.Laws.Generators;

/// <summary>One instance of a drawn family, by draws that do not depend on its sizes.</summary>
/// <param name="m">The model.</param>
/// <param name="random">Where draws come from.</param>
/// <param name="sizes">The sizes of the family.</param>
/// <param name="isOpen">True if maps, options and numbers may start with any value, as far as conditions allow.</param>
internal sealed class FamilyText(ModelBuilder m, Prng random, ImmutableArray<string> sizes, bool isOpen)
{
    // Names that also have a meaning for a solver, or that collide with each other.
    private static readonly ImmutableArray<string> Odd =
        ["v", "x+", "x-", "x?", "$cpu", "$w1", "$x1", "$e1", "?k1", "a|b", "a/b", "a\\b", "size.n", "cpu", "Phase.On", "let", "x!2", "v.f"];

    private readonly List<Expr> bits = [];
    private readonly List<Expr> numbers = [];
    private readonly List<(Sort Key, Func<Expr, Expr> At)> sets = [];
    private readonly List<(Sort Key, Sort Of, Func<Expr, Expr> At)> kept = [];
    private readonly List<(Expr Option, Sort Of)> options = [];
    private readonly List<Expr> folders = [];
    private readonly List<Sort> scalars = [];
    private Expr bit = false;
    private (Sort Sort, Field At, Field Number, Field On, Sort Of)? entry;

    private enum Phase
    {
        Off,
        On,
    }

    public void Write()
    {
        DeclareSorts();
        for (var i = 2 + random.Below(3); i > 0; i--)
        {
            Declare(random.OneIn(5) ? Odd[random.Below(Odd.Length)] : $"x{i}");
        }

        bits.Add(bit = m.Var("bit", Sort.Bool));
        for (var i = isOpen ? random.Below(3) : 0; i > 0; i--)
        {
            AtSomeSizes(AddStartCondition);
        }

        for (var i = 1 + random.Below(3); i > 0; i--)
        {
            AtSomeSizes(() => Rule($"rule{i}"));
        }

        if (random.OneIn(3))
        {
            AtSomeSizes(() => Thread("thread"));
        }

        m.Always("first", Fact());
        m.Always("second", Fact() | Fact());
        m.Always("third", Starts());
        m.Always("mixed", random.OneIn(3) ? Careless() : Fact() | Told());
        for (var i = random.Below(4); i > 0; i--)
        {
            m.Reachable($"reachable {i}", Witness());
        }

        if (random.OneIn(4))
        {
            m.NoDeadlock("no deadlock", random.OneIn(2) ? Fact() : Careless());
        }

        if (sets.Count > 0 && random.OneIn(2))
        {
            var (key, at) = sets[random.Below(sets.Count)];
            m.Mark("marked", key, one => (at(one), at(one) & Careless()));
        }
    }

    // ---- draws ----

    // What is there at some sizes only is drawn from numbers of its own: the rest is the same whether it is there or not.
    private void AtSomeSizes(Action say)
    {
        var isThere = !random.OneIn(5) || m.Size(Size()) > random.Below(3);
        var (own, others) = (new Prng((ulong)random.Below(int.MaxValue)), random);
        random = own;
        if (isThere)
        {
            say();
        }

        random = others;
    }

    private string Size() => sizes[random.Below(sizes.Length)];

    private string Pick(params ReadOnlySpan<string> from) => from[random.Below(from.Length)];

    private T Pick<T>(List<T> from) => from[random.Below(from.Count)];

    private Sort Scalar() => Pick(scalars);

    // A number, possibly a size or a number that depends on one.
    private int Number() => random.Below(4) switch
    {
        0 => m.Size(Size()),
        1 => Math.Max(0, m.Size(Size()) - 1),
        _ => random.Below(3),
    };

    private int Most() => random.OneIn(3) ? m.Size(Size()) + random.Below(2) : 2 + random.Below(6);

    // ---- what there is ----

    private void DeclareSorts()
    {
        scalars.Add(random.OneIn(2) ? m.Processors("cpu", m.Size("cpu")) : m.ScalarSet("cpu", m.Size("cpu")));
        if (sizes.Contains("page"))
        {
            scalars.Add(m.ScalarSet("page", m.Size("page")));
        }

        if (random.OneIn(3))
        {
            var elsewhere = new ModelBuilder("elsewhere");
            scalars.Add(elsewhere.ScalarSet(Pick("cpu", "page", "cpu|", "cpu/"), random.OneIn(2) ? 2 : m.Size(Size())));
        }

        if (random.OneIn(2))
        {
            var of = Scalar();
            // An identity outside of an option starts with a named member, which no formula for every size can express.
            var at = new Field("at", random.OneIn(8) ? of : Sort.Option(of));
            var number = new Field("n", Sort.Range(0, 1 + random.Below(3)));
            var on = new Field(Pick("on", "at+", "n?"), Sort.Bool);
            entry = (m.Record(Pick("entry", "v", "let"), at, number, on), at, number, on, of);
        }
    }

    private void Declare(string name)
    {
        switch (random.Below(entry is null ? 8 : 11))
        {
            case 0:
                bits.Add(random.OneIn(3) ? m.AnyOf(name, Sort.Bool) : m.Var(name, Sort.Bool, random.OneIn(3)));
                break;
            case 1 or 2:
                var (most, first) = (Sort.Range(0, Most()), Number());
                numbers.Add(isOpen && random.OneIn(3) ? m.AnyOf(name, most) : m.Var(name, most, first));
                break;
            case 3 or 4:
                var (key, set) = (Scalar(), Scalar());
                var map = isOpen && random.OneIn(2) ? m.AnyOf(name, Sort.Set(key)) : m.Map(name, key, Sort.Bool);
                sets.Add((key, one => map[one]));
                break;
            case 5:
                var of = Scalar();
                options.Add((isOpen && random.OneIn(2) ? m.AnyOf(name, Sort.Option(of)) : m.Var(name, Sort.Option(of)), of));
                break;
            case 6:
                var (from, to) = (Scalar(), Scalar());
                var owners = isOpen && random.OneIn(3)
                    ? m.AnyOf(name, Sort.Map(from, Sort.Option(to)))
                    : m.Map(name, from, Sort.Option(to));
                kept.Add((from, to, one => owners[one]));
                break;
            case 7:
                bits.Add(m.Var(name, Sort.Enum<Phase>()) == Phase.On);
                break;
            default:
                DeclareRecords(name);
                break;
        }
    }

    private void DeclareRecords(string name)
    {
        var (sort, at, number, on, of) = entry!.Value;
        switch (random.Below(3))
        {
            case 0:
                folders.Add(isOpen && random.OneIn(3) ? m.AnyOf(name, Sort.Option(sort)) : m.Var(name, Sort.Option(sort)));
                break;
            case 1:
                var key = Scalar();
                var map = m.Map(name, key, sort);
                sets.Add((key, one => map[one][on]));
                if (at.Sort is Sort.Optional)
                {
                    kept.Add((key, of, one => map[one][at]));
                }

                break;
            default:
                var record = m.Var(name, sort);
                numbers.Add(record[number]);
                bits.Add(record[on]);
                if (at.Sort is Sort.Optional)
                {
                    options.Add((record[at], of));
                }

                break;
        }
    }

    // Most are satisfied by the least start; some by no start at some sizes.
    private void AddStartCondition()
    {
        for (var tries = 0; tries < 6; tries++)
        {
            var holds = random.OneIn(3) ? Fact() : Fact() | Fact();
            if (TotalCheck.WhatMayFail(holds, []) is null)
            {
                m.Initially(holds);
                return;
            }
        }
    }

    // ---- what is said of states ----

    private Expr Fact()
    {
        switch (random.Below(9))
        {
            case 0 when numbers.Count > 0:
                var number = Pick(numbers);
                return random.OneIn(2) ? number <= Number() : number == Number();
            case 1 when sets.Count > 0:
                var (key, at) = Pick(sets);
                return random.OneIn(2) ? ForAll(key, one => !at(one)) : Exists(key, one => at(one));
            case 2 when options.Count > 0:
                return Pick(options).Option.IsNone;
            case 3:
                var sort = Scalar();
                return random.OneIn(2)
                    ? ForAll(sort, sort, (a, b) => a == b)
                    : ForAll(sort, sort, sort, (a, b, c) => (a == b) | (b == c) | (a == c));
            case 4 when kept.Count > 0:
                var (from, _, owner) = Pick(kept);
                return random.OneIn(2) ? Exists(from, one => owner(one).HasValue)
                    : ForAll(from, from, (a, b) => (a == b) | owner(a).IsNone | (owner(a) != owner(b)));
            case 5 when options.Count + kept.Count + folders.Count > 0:
                return Told();
            default:
                return random.OneIn(2) ? Pick(bits) : !Pick(bits);
        }
    }

    // About what an option holds, where it holds something.
    private Expr Told()
    {
        var (has, of) = Content();
        return random.OneIn(2) ? has & of : !has | of;
    }

    // The same, but no property uses it.
    private Expr Careless() => random.Below(3) switch
    {
        0 => Content().Of,
        1 => Fact() | Content().Of,
        _ => Fact() & Content().Of,
    };

    private Expr Witness() => random.Below(4) switch
    {
        0 => Told(),
        1 => Careless(),
        2 => Fact() & Fact(),
        _ => Fact(),
    };

    private (Expr Has, Expr Of) Content()
    {
        if (folders.Count > 0 && random.OneIn(2))
        {
            var folder = Pick(folders);
            var (_, _, number, on, _) = entry!.Value;
            return (folder.HasValue, random.OneIn(2) ? folder.Value[on] : folder.Value[number] <= random.Below(3));
        }

        if (kept.Count > 0 && random.OneIn(2))
        {
            var (key, of, at) = Pick(kept);
            var own = sets.Where(set => set.Key.Equals(of)).ToList();
            var set = own.Count > 0 ? Pick(own).At : null;
            Expr OfOne(Expr one) => set is null ? Exists(of, other => at(one).Value == other) : set(at(one).Value);
            return (ForAll(key, one => at(one).HasValue), ForAll(key, OfOne));
        }

        if (options.Count > 0)
        {
            var (option, of) = Pick(options);
            var own = sets.Where(set => set.Key.Equals(of)).ToList();
            return (option.HasValue, own.Count > 0 ? Pick(own).At(option.Value) : ForAll(of, other => option.Value == other));
        }

        return (bit, Pick(bits));
    }

    // A predicate that is likely to be invariant: one set is a subset of another, or a number is in half of its range.
    private Expr Starts() => numbers.Count > 0 && random.OneIn(2)
        ? Pick(numbers) <= ((Sort.Interval)numbers[0].Sort).High
        : sets.Count > 0
            ? ForAll(sets[0].Key, one => !sets[0].At(one) | bit | !bit)
            : !bit | Fact();

    // ---- what happens ----

    private void Rule(string name)
    {
        var over = Scalar();
        m.Rule(name, over, (step, one) =>
        {
            if (!random.OneIn(3))
            {
                step.When(random.OneIn(8) ? Careless() : Fact());
            }

            Change(step, over, one);
            if (random.OneIn(12))
            {
                step.Never("it is said so");
            }
        });
    }

    private void Thread(string name)
    {
        var (repeats, over) = (random.OneIn(2), Scalar());
        if (random.OneIn(3))
        {
            m.Thread(name, repeats, t => Program(t, null, null));
        }
        else
        {
            m.Thread(name, over, repeats, (t, one) => Program(t, over, one));
        }
    }

    private void Program(ThreadBuilder t, Sort? over, Expr? one)
    {
        var flag = t.Local("flag", Sort.Bool, random.OneIn(2));
        void Step(string name) => t.Step(name, step =>
        {
            if (random.OneIn(3))
            {
                step.When(Fact());
            }

            Change(step, over, one);
            if (random.OneIn(2))
            {
                step.Set(flag, Fact());
            }
        });

        t.Label("again");
        Step("first");
        switch (random.Below(7))
        {
            case 0:
                t.Wait("wait", Fact());
                break;
            case 1:
                t.Branch("branch", Fact(), () => Step("then"), () => Step("otherwise"));
                break;
            case 2:
                t.Branch("back", Fact(), () => t.Goto("again"));
                break;
            case 3:
                t.If(flag, () => Step("then"), () => Step("otherwise"));
                break;
            case 4:
                t.While(!flag, () => Step("then"));
                break;
            case 5:
                t.Either(() => Step("then"), () => Step("otherwise"));
                break;
        }

        Step("last");
    }

    // What a step writes. Of several things that there may be of a kind, one is drawn whether there is any or not.
    private void Change(StepBuilder step, Sort? over, Expr? one)
    {
        var (value, kind, place) = (random.OneIn(2), random.Below(8), random.Below(100));
        var mine = sets.Where(set => set.Key.Equals(over)).ToList();
        var own = options.Where(option => option.Of.Equals(over)).ToList();
        var owners = kept.Where(map => map.Key.Equals(over)).ToList();
        switch (kind)
        {
            case 0 when mine.Count > 0:
                step.Set(mine[place % mine.Count].At(one!), value);
                break;
            case 1 when own.Count > 0:
                step.Set(own[place % own.Count].Option, value ? Some(one!) : None);
                break;
            case 2 when numbers.Count > 0:
                Count(step, Pick(numbers));
                break;
            case 3 when sets.Count > 0:
                var (key, at) = Pick(sets);
                var isOver = Fact();
                step.Each(key, each => step.SetIf(isOver, at(each), value));
                break;
            case 4 when owners.Count > 0:
                var (_, to, owner) = owners[place % owners.Count];
                step.Set(owner(one!), to.Equals(over) && value ? Some(one!) : None);
                break;
            case 5 when folders.Count > 0:
                Fold(step, Pick(folders), value);
                break;
            case 6 when options.Exists(option => sets.Exists(set => set.Key.Equals(option.Of))):
                Follow(step, over, one, value);
                break;
            default:
                step.Set(bit, value);
                break;
        }
    }

    private void Count(StepBuilder step, Expr number)
    {
        var (more, most) = (Number(), ((Sort.Interval)number.Sort).High);
        _ = random.OneIn(4) ? step.Set(number, more) : step.When(number < most).Set(number, number + 1);
    }

    // A record in an option is put there, taken away, or changed in part.
    private void Fold(StepBuilder step, Expr folder, bool value)
    {
        var (sort, at, number, on, _) = entry!.Value;
        if (random.OneIn(2) || at.Sort is not Sort.Optional)
        {
            _ = (random.OneIn(4) ? step : step.When(folder.HasValue)).Set(folder.Value[on], value);
        }
        else
        {
            step.Set(folder, random.OneIn(3) ? None : Some(New(sort, None, random.Below(2), value)));
        }
    }

    // What an option holds is a key; it may be the key that is written beside.
    private void Follow(StepBuilder step, Sort? over, Expr? one, bool value)
    {
        var (option, of) = Pick(options.Where(option => sets.Exists(set => set.Key.Equals(option.Of))).ToList());
        var at = Pick(sets.Where(set => set.Key.Equals(of)).ToList()).At;
        _ = random.OneIn(4) ? step : step.When(option.HasValue);
        step.Set(at(option.Value), value);
        if (of.Equals(over) && random.OneIn(2))
        {
            _ = random.OneIn(3) ? step : step.When(option != Some(one!));
            step.Set(at(one!), !value);
        }
    }
}
