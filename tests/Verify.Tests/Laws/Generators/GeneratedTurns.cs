using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Generators;

/// <summary>
/// A model drawn from a seed in which fairness decides: threads for each of a sort and alone, that wait, choose and go in
/// circles, steps of theirs that may be put off, and rules beside them that may or may not.
/// </summary>
internal sealed class GeneratedTurns
{
    private const int Most = 2;
    private readonly Prng random;
    private readonly ModelBuilder m;
    private readonly Sort cpu;
    private readonly List<Expr> numbers = [];
    private readonly Expr seen;
    private readonly bool isCrowded;
    private readonly HashSet<string> putOff = new(StringComparer.Ordinal);

    private GeneratedTurns(int seed)
    {
        (random, m) = (new Prng((ulong)seed), new ModelBuilder($"turns {seed}"));
        cpu = m.Processors("cpu", 1 + random.Below(2));
        isCrowded = random.OneIn(3);
        for (var i = isCrowded ? 1 : 1 + random.Below(2); i > 0; i--)
        {
            numbers.Add(m.Var($"n{i}", Sort.Range(0, Most)));
        }

        seen = m.Map("seen", cpu, Sort.Bool);
    }

    public static Model From(int seed) => WithFairness(seed).Model;

    /// <summary>The model, and the names of the rules without fairness, as the generator declared them.</summary>
    public static (Model Model, IReadOnlySet<string> PutOff) WithFairness(int seed)
    {
        var made = new GeneratedTurns(seed);
        return (made.Build(), made.putOff);
    }

    private Model Build()
    {
        AddThread("thread", random.Below(3));
        if (isCrowded)
        {
            AddThread("rule", 0); // as the groups of rules are called
        }

        for (var i = random.Below(3); i > 0; i--)
        {
            AddRule(random.OneIn(4) ? $"thread thread{i}" : $"rule{i}");
        }

        m.Always("always", true);
        for (var i = 4; i > 0; i--)
        {
            m.LeadsTo($"leads to {i}", random.OneIn(3) ? true : Fact(), Fact());
        }

        return m.Build();
    }

    private void AddThread(string name, int kind)
    {
        var repeats = !random.OneIn(3);
        switch (kind)
        {
            case 0:
                m.Thread(name, repeats, t => Program(t, name, null));
                break;
            case 1:
                m.Thread(name, cpu, repeats, (t, c) => Program(t, name, c));
                break;
            default:
                m.Thread(name, Sort.Bool, repeats, (t, _) => Program(t, name, null));
                break;
        }
    }

    private void Program(ThreadBuilder t, string name, Expr? me)
    {
        var flag = random.OneIn(2) ? t.Local("flag", Sort.Bool, random.OneIn(2)) : null;
        void Step(string step)
        {
            var isPutOff = IsPutOff(name, step);
            void Body(StepBuilder s) => Change(isPutOff ? s.Fair(false) : s, me, flag);
            if (random.OneIn(4))
            {
                t.Step(step, cpu, (s, c) => Change(isPutOff ? s.Fair(false) : s, c, flag));
            }
            else
            {
                t.Step(step, Body);
            }
        }

        // A run that stays at one place forever, where each of several steps stays enabled: it is enough that one of
        // them is.
        if (random.OneIn(4))
        {
            t.Either(() => Step("one"), () => Step("other"));
            return;
        }

        t.Label("again");
        Step("first");
        for (var i = 1 + random.Below(2); i > 0; i--)
        {
            switch (random.Below(7))
            {
                case 0:
                    t.Wait($"wait{i}", Fact());
                    break;
                case 1:
                    var isPutOff = IsPutOff(name, $"branch{i}");
                    t.Branch($"branch{i}", Fact(), () => Step($"then{i}"), also: s => s.Fair(!isPutOff));
                    break;
                case 2:
                    t.Branch($"back{i}", Fact(), () => t.Goto("again"));
                    break;
                case 3 when flag is not null:
                    t.While(flag, () => Step($"turn{i}"));
                    break;
                case 4:
                    t.Either(() => Step($"one{i}"), () => Step($"other{i}"));
                    break;
                case 5:
                    t.Branch($"leave{i}", Fact(), () => t.Return());
                    break;
                default:
                    Step($"step{i}");
                    break;
            }
        }

        // Behind a loop or a choice there is a step, and so there is one at the end.
        Step("last");
    }

    private void AddRule(string name)
    {
        var isPutOff = random.OneIn(2);
        if (isPutOff)
        {
            putOff.Add(name);
        }

        // What is said last counts.
        var fair = !isPutOff;
        _ = random.Below(3) switch
        {
            0 => m.Rule(name, s => Change(fair || random.OneIn(2) ? s.Fair(fair) : s, null, null)),
            1 => m.Rule(name, cpu, (s, c) => Change(s.Fair(!fair).Fair(fair), c, null)),
            _ => m.Rule(name, Sort.Range(0, Most), cpu, (s, n, c) =>
                Change(s.Fair(fair).When(numbers[0] != n).Set(numbers[0], n), c, null, numbers[0])),
        };
    }

    private bool IsPutOff(string thread, string step)
    {
        var isSo = random.OneIn(5);
        if (isSo)
        {
            putOff.Add($"{thread}.{step}");
        }

        return isSo;
    }

    private void Change(StepBuilder step, Expr? me, Expr? flag, Expr? written = null)
    {
        if (random.OneIn(3))
        {
            step.When(Fact());
        }

        if (flag is not null && random.OneIn(3))
        {
            step.Set(flag, Fact());
        }

        var number = numbers[random.Below(numbers.Count)];
        switch (random.Below(4))
        {
            case 0 when me is not null:
                step.Set(seen[me], random.OneIn(2) ? true : !seen[me]);
                break;
            case 1 when !Equals(number, written):
                step.Set(number, random.Below(Most + 1));
                break;
            case 2 when !Equals(number, written):
                step.Set(number, If(number < Most, number + 1, 0));
                break;
        }
    }

    private Expr Fact()
    {
        var number = numbers[random.Below(numbers.Count)];
        return random.Below(5) switch
        {
            0 => Exists(cpu, c => seen[c]),
            1 => ForAll(cpu, c => seen[c]),
            2 => number != random.Below(Most + 1),
            _ => number == random.Below(Most + 1),
        };
    }
}
