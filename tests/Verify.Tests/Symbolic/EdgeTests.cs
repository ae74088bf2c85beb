using Verify.Engines;
using Verify.Modelling;
using Verify.Symbolic;
using Verify.Tests.Solvers;
using Verify.Tests.TraceTexts;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Symbolic;

/// <summary>Unusual models on which every symbolic engine must agree with the search.</summary>
public sealed class EdgeTests
{
    private static readonly Dictionary<string, Action<ModelBuilder>> OfSets = new()
    {
        ["one of everything"] = m =>
        {
            var one = m.ScalarSet("one", 1);
            var (at, on) = (m.Var("at", Sort.Option(one)), m.Map("on", one, Sort.Bool));
            m.Rule("go", one, (s, x) => s.When(at.IsNone).Set(at, x));
            m.Rule("mark", one, (s, x) => s.When(at == x).Set(on[x], true));
            m.Always("p", ForAll(one, x => on[x].Implies(at == x)));
        },
        ["nothing in it"] = m =>
        {
            var c = m.ScalarSet("c", 2);
            var o = m.Var("o", Sort.Option(c));
            var seen = m.Var("seen", Sort.Bool);
            m.Rule("see", s => s.Set(seen, true));
            m.Always("p", !seen | o.Value == o.Value);
        },
        ["nothing in it, and no reads"] = m =>
        {
            var c = m.ScalarSet("c", 2);
            var o = m.Var("o", Sort.Option(c));
            m.Rule("fill", c, (s, x) => s.When(o.IsNone).Set(o, x));
            m.Rule("empty", s => s.When(o.HasValue).Set(o, None));
            m.Always("p", o.IsNone | o.Value == o.Value);
        },
        ["written twice"] = m =>
        {
            var c = m.ScalarSet("c", 2);
            var on = m.Map("on", c, Sort.Bool);
            m.Rule("both", c, c, (s, x, y) => s.Set(on[x], true).Set(on[y], false));
            m.Always("p", true);
        },
        ["written twice, never"] = m =>
        {
            var c = m.ScalarSet("c", 2);
            var on = m.Map("on", c, Sort.Bool);
            m.Rule("both", c, c, (s, x, y) => s.When(x != y).Set(on[x], true).Set(on[y], false));
            m.Always("p", !ForAll(c, x => on[x]));
        },
        ["records in options"] = m =>
        {
            var c = m.ScalarSet("c", 2);
            var (who, how) = (new Field("who", c), new Field("how", Sort.Range(0, 2)));
            var record = m.Record("r", who, how);
            var o = m.Map("o", c, Sort.Option(record));
            m.Rule("make", c, c, (s, x, y) => s.When(o[x].IsNone).Set(o[x], New(record, y, 0)));
            m.Rule("more", c, (s, x) => s.When(o[x].HasValue & o[x].Value[how] < 2).Set(o[x].Value[how], o[x].Value[how] + 1));
            m.Rule("drop", c, (s, x) => s.When(o[x].HasValue).Set(o[x], None));
            m.Always("p", ForAll(c, x => ForAll(c, y => (x != y & o[x].HasValue & o[y].HasValue).Implies(o[x] != o[y]))));
        },
    };

    private static readonly Dictionary<string, Action<ModelBuilder>> OfNumbers = new()
    {
        ["one value"] = m =>
        {
            var n = m.Var("n", Sort.Range(3, 3), 3);
            var b = m.Var("b", Sort.Bool);
            m.Rule("turn", s => s.When(n == 3).Set(b, !b).Set(n, n));
            m.Always("p", n == 3);
        },
        ["one step too far"] = m =>
        {
            var n = m.Var("n", Sort.Range(0, 3), 0);
            m.Rule("more", s => s.Set(n, n + 1));
            m.Always("p", n <= 3);
        },
        ["below the range"] = m =>
        {
            var n = m.Var("n", Sort.Range(-2, 2), 0);
            m.Rule("less", s => s.When(n > -2).Set(n, n - 1));
            m.Rule("more", s => s.When(n < 2).Set(n, n + 1));
            m.Always("p", n >= -2 & n <= 2 & (n - 1) < n);
        },
        ["up to the lower end"] = m =>
        {
            var n = m.Var("n", Sort.Range(-2, 2), 0);
            m.Rule("less", s => s.When(n > -2).Set(n, n - 1));
            m.Always("p", n > -2);
        },
        ["never"] = m =>
        {
            var b = m.Var("b", Sort.Bool);
            m.Rule("work", s => s.When(b & !b).Set(b, true));
            m.Always("p", !b);
            m.Reachable("r", b);
        },
        ["any start"] = m =>
        {
            var n = m.AnyOf("n", Sort.Range(0, 4));
            var b = m.Var("b", Sort.Bool);
            m.Rule("set", s => s.When(n == 4).Set(b, true));
            m.Always("p", !b);
        },
        ["all at rest"] = m =>
        {
            var n = m.Var("n", Sort.Range(0, 2), 0);
            m.Rule("more", s => s.When(n < 2).Set(n, n + 1));
            m.NoDeadlock("p", n == 2);
        },
        ["stuck"] = m =>
        {
            var n = m.Var("n", Sort.Range(0, 2), 0);
            m.Rule("more", s => s.When(n < 2).Set(n, n + 1));
            m.NoDeadlock("p", n == 1);
        },
        ["out of reach"] = m =>
        {
            var n = m.Var("n", Sort.Range(0, 6), 0);
            m.Rule("more", s => s.When(n < 5).Set(n, n + 2));
            m.Reachable("p", n == 3);
        },
    };

    private static readonly Dictionary<string, Action<ModelBuilder>> OfStarts = new()
    {
        ["equal at any start"] = m =>
        {
            var (a, b, c) = (m.AnyOf("a", Sort.Range(0, 4)), m.AnyOf("b", Sort.Range(0, 4)), m.AnyOf("c", Sort.Range(0, 4)));
            m.Initially((a == b) & (b == c));
            m.Rule("more", s => s.When(a < 4).Set(a, a + 1).Set(b, b + 1));
            m.Rule("less", s => s.When(c > 0).Set(a, c - 1).Set(b, c - 1));
            m.Always("p", a == b);
        },
        ["equal at any start, and not for long"] = m =>
        {
            var (a, b) = (m.AnyOf("a", Sort.Range(0, 4)), m.AnyOf("b", Sort.Range(0, 4)));
            m.Initially((a == b) & (a > 1));
            m.Rule("less", s => s.When(a > 0).Set(a, a - 1));
            m.Always("p", (a != 0) | (b < 3));
        },
        ["unequal at any start"] = m =>
        {
            var c = m.ScalarSet("c", 2);
            var (o, on) = (m.AnyOf("o", Sort.Map(c, Sort.Option(c))), m.Map("on", c, Sort.Bool));
            m.Initially(ForAll(c, x => o[x].HasValue & o[x].Value != x));
            m.Rule("on", c, (s, x) => s.Set(on[o[x].Value], true));
            m.Rule("swap", c, c, (s, x, y) => s.When(x != y).Set(o[x], o[y]).Set(o[y], o[x]).Set(on[x], false));
            m.Always("p", ForAll(c, x => ForAll(c, y => (x == y) | (o[x] != o[y]))));
        },
    };

    public static TheoryData<string> Names => [.. OfSets.Keys, .. OfNumbers.Keys, .. OfStarts.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Engines_say_what_the_search_says(string name)
    {
        var m = new ModelBuilder(name);
        (OfSets.GetValueOrDefault(name) ?? OfNumbers.GetValueOrDefault(name) ?? OfStarts[name])(m);
        var model = m.Build();
        var expected = Said(new Bfs(), model);
        foreach (var engine in EngineTroubleTests.Engines(RealSolver.OrSkip()))
        {
            var said = Said(engine, model);
            var isOpen = engine is BmcEngine && said is "holds-up-to" or "unknown";
            Assert.True(said == expected || isOpen, $"{engine.Name} says {said}, not {expected}");
        }
    }

    private static string Said(IEngine engine, Model model)
    {
        try
        {
            var property = model.Property("p");
            return engine.Decide(model, property, new EngineOptions(new Budget(Seconds: 30))).Word;
        }
        catch (UserErrorException e)
        {
            return e.Diagnostic.Code.Id;
        }
    }
}
