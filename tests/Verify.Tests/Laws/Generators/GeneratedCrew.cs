using Verify.Modelling;

namespace Verify.Tests.Laws.Generators;

/// <summary>
/// Draws two or three threads with few interactions: sometimes they wait for each other or write what the others read.
/// Partial-order reduction applies to such models, and must not miss their interactions.
/// </summary>
internal sealed class GeneratedCrew
{
    private const int Most = 2;
    private readonly Prng random;
    private readonly ModelBuilder m;
    private readonly List<Expr> own = [];
    private readonly List<Expr> shared = [];

    private GeneratedCrew(int seed) => (random, m) = (new Prng((ulong)seed), new ModelBuilder($"crew {seed}"));

    public static Model From(int seed) => new GeneratedCrew(seed).Build();

    private Model Build()
    {
        for (var i = 1 + random.Below(2); i > 0; i--)
        {
            shared.Add(m.Var($"shared{i}", Sort.Range(0, Most)));
        }

        for (var i = 2 + random.Below(2); i > 0; i--)
        {
            AddThread($"thread{i}");
        }

        if (random.OneIn(4))
        {
            var wheel = m.Var("wheel", Sort.Bool);
            own.Add(wheel);
            m.Rule("turn", s => s.Set(wheel, !wheel));
        }

        m.Always("always", !(Fact() & Fact()));
        m.Always("seldom", !(Fact() & Fact() & Fact()));
        m.Always("quiet", true);
        m.Reachable("reachable", Fact() & Fact());
        m.NoDeadlock("no deadlock", random.OneIn(2) ? Fact() : !(Fact() & Fact()));
        return m.Build();
    }

    private void AddThread(string name)
    {
        var mine = m.Var($"{name}.own", Sort.Range(0, Most));
        own.Add(mine);
        m.Thread(name, repeats: random.OneIn(3), t =>
        {
            t.Label("again");
            for (var i = 1 + random.Below(3); i > 0; i--)
            {
                AddStep(t, $"step{i}", mine);
            }
        });
    }

    private void AddStep(ThreadBuilder t, string name, Expr mine)
    {
        var other = shared[random.Below(shared.Count)];
        var number = random.Below(Most + 1);
        switch (random.Below(8))
        {
            case 0:
                t.Wait(name, other == number);
                break;
            case 1:
                t.Branch(name, mine == number, () => t.Goto("again"));
                break;
            case 2:
                t.Step(name, s => s.Set(other, number));
                break;
            case 3:
                t.Step(name, s => s.SetIf(mine == number, other, mine));
                break;
            case 4:
                t.Step(name, s => s.Set(mine, other));
                break;
            case 5:
                t.Step(name, s => s.When(mine != number).Set(mine, number));
                break;
            default:
                t.Step(name, s => s.Set(mine, number));
                break;
        }
    }

    private Expr Fact()
    {
        var all = own.Concat(shared).ToList();
        var one = all[random.Below(all.Count)];
        return one.Sort is Sort.Boolean ? one : one == random.Below(Most + 1);
    }
}
