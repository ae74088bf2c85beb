using System.Collections.Immutable;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Symbolic;
using Verify.Tests.Laws.Corners;
using Verify.Tests.Solvers;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Formats;

/// <summary>Exports keep their meaning for values at the limits of a word of 7, 8, 15, 16, 31 and 32 bits.</summary>
public sealed class BorderTests
{
    private const int Most = 1 << 30; // the largest number that a range may have
    private const double MaxBits = 9;
    private const int MaxSteps = 8;

    private static readonly Lazy<ImmutableArray<Conformance>> Compared = new(() => [.. Models().Select(model => new Conformance(model))]);

    [Fact]
    public void Spin_agrees_at_borders()
    {
        Assert.SkipWhen(ForeignChecker.SpinMissing is not null, ForeignChecker.SpinMissing ?? "");
        Assert.All(Compared.Value, one => one.WithSpin());
    }

    [Fact]
    public void Rumur_agrees_at_borders()
    {
        Assert.SkipWhen(ForeignChecker.RumurMissing is not null, ForeignChecker.RumurMissing ?? "");
        Assert.All(Compared.Value, one => one.WithRumur());
    }

    // The type invariant needs the set of all values, which TLC enumerates.
    [Fact]
    public void A_module_means_the_same_at_borders() => Assert.All(
        Compared.Value.Where(one => one.Model.Variables.All(variable => CornerModel.BitsOf(variable.Sort) <= MaxBits)), one => one.WithTla());

    [Fact]
    public void A_circuit_means_the_same_at_borders()
    {
        foreach (var model in Models())
        {
            var toy = new Toy(model);
            foreach (var property in model.Properties)
            {
                var reached = Btor2Tests.Circuit(model, property).Run(untilBad: true);
                Assert.Equal((model.Name, toy.Decisive(property)?.Level), (model.Name, reached.BadLevel));
                Assert.True(reached.BadLevel is not null || reached.States == toy.Nodes.Count, model.Name);
            }
        }
    }

    [Fact]
    public void Solvers_agree_at_borders()
    {
        var solver = RealSolver.OrSkip();
        foreach (var model in Models().Where((_, i) => i % 4 == 0))
        {
            var toy = new Toy(model);
            foreach (var property in model.Properties)
            {
                // An invariant of a wide range may take too long to find; what is said is so.
                var expected = new ExplicitEngine().Decide(model, property, EngineOptions.Default);
                var found = new PdrEngine(solver).Decide(model, property, new EngineOptions(new Budget(Seconds: 1)));
                Assert.Contains(found.Word, (string[])[expected.Word, "unknown"]);
                var shortest = new BmcEngine(solver).Decide(model, property, new EngineOptions(new Budget(Depth: MaxSteps)));
                var level = toy.Decisive(property)?.Level;
                Assert.Equal((model.Name, level <= MaxSteps ? level : null), (model.Name, (shortest switch
                {
                    Verdict.Refuted refuted => refuted.Trace,
                    Verdict.Proved proved => proved.Witness,
                    _ => null,
                })?.Length));
            }
        }
    }

    private static IEnumerable<Model> Models()
    {
        foreach (var high in (int[])[127, 128, 254, 255, 256, 32766, 32767, 32768, 65534, 65535, 65536, (1 << 24) - 1])
        {
            yield return Counting($"up to {high}", 0, high);
            yield return Counting($"around {high}", -high / 2, high - (high / 2));
            yield return Holding($"option up to {high}", 0, high);
        }

        foreach (var low in (int[])[-128, -129, -32768, -32769])
        {
            yield return Counting($"from {low}", low, low + 6);
            yield return Counting($"from {low} to its other end", low, -low - 1);
            yield return Holding($"option from {low}", low, low + 6);
        }

        yield return Counting("most", Most - 7, Most - 1); // one more than each can be said
        yield return Counting("least", -Most, -Most + 6);
        yield return Holding("option of most", Most - 6, Most);
        yield return Adding("sum", (Most / 2) - 3, Most / 2, -3);
        yield return Adding("sum of less", -Most / 2, (-Most / 2) + 2, 3);
        yield return Alike();
        foreach (var count in (int[])[127, 128, 129, 255, 256, 257])
        {
            yield return Named(count);
            yield return Keyed(count);
        }
    }

    // Names that differ only in characters that a format leaves out or replaces. Each property depends on all variables, so
    // that a circuit, which leaves out the others, has all states.
    private static Model Alike()
    {
        var m = new ModelBuilder("names that are alike");
        var colour = new Sort.Enumeration("colour", ["a\"", "a'", "a\\", "a/", "a'_2"]);
        var pair = m.Record("pair", new Field("at", Sort.Bool), new Field("at+", Sort.Bool), new Field("IF", colour), new Field("if", Sort.Bool));
        var x = m.Var("x", pair);
        var y = m.Var("x+", colour, MemberOf(colour, 4));
        Expr FieldOf(int i) => x[((Sort.Record)pair).Fields[i]];
        m.Rule("first", s => s.When(!FieldOf(0)).Set(FieldOf(0), true));
        m.Rule("second", s => s.When(FieldOf(0)).When(!FieldOf(1)).Set(FieldOf(1), true).Set(FieldOf(2), MemberOf(colour, 1)));
        m.Rule("third", s => s.When(FieldOf(2) == MemberOf(colour, 1)).Set(FieldOf(2), MemberOf(colour, 3)).Set(y, MemberOf(colour, 2)));
        m.Rule("fourth", s => s.When(y == MemberOf(colour, 2)).Set(y, MemberOf(colour, 0)).Set(FieldOf(3), true));
        m.Always("colours differ", FieldOf(2) != y | !FieldOf(1) | (FieldOf(3) & !FieldOf(0)));
        m.Always("one before the other", FieldOf(1).Implies(FieldOf(0)) & FieldOf(3).Implies(y == MemberOf(colour, 0)));
        m.Always("not equal", !FieldOf(1) | FieldOf(3) | FieldOf(2) != MemberOf(colour, 3));
        m.Reachable("the last", FieldOf(3) & (y == MemberOf(colour, 0)));
        return m.Build();
    }

    // A few steps around each end of a range, and from one to the other.
    private static Model Counting(string name, int low, int high)
    {
        var m = new ModelBuilder(name);
        var n = m.Var("n", Sort.Range(low, high), high - 2);
        var other = m.Var("other", Sort.Range(-3, 0));
        m.Rule("up", s => s.When(n < high).When(n > high - 3).Set(n, n + 1));
        m.Rule("over", s => s.When(n == high).Set(n, low));
        m.Rule("from", s => s.When(n < low + 2).Set(n, n + 1));
        m.Rule("back", s => s.When(n == low + 2).Set(n, high - 2).Set(other, If(other == -3, 0, other - 1)));
        m.Always("in", (n >= low) & (n <= high));
        m.Always("not at the end", n != low | other != -2);
        m.Reachable("both", (n == high) & (other == -3));
        m.Reachable("between", (n > low + 2) & (n < high - 2));
        return m.Build();
    }

    private static Model Holding(string name, int low, int high)
    {
        var m = new ModelBuilder(name);
        var n = m.Var("n", Sort.Option(Sort.Range(low, high)), Some(high - 1));
        m.Rule("up", s => s.When(n.HasValue).When(n.Value == high - 1).Set(n, Some(high)));
        m.Rule("drop", s => s.When(n == Some(high)).Set(n, None));
        m.Rule("take", s => s.When(n.IsNone).Set(n, Some(low)));
        m.Rule("over", s => s.When(n == Some(low)).Set(n, Some(high - 1)));
        m.Always("in", n.IsNone | ((n.Value >= low) & (n.Value <= high)));
        m.Always("never at the end", n != Some(high));
        m.Reachable("low", n.HasValue & (n.Value < high - 1));
        m.Reachable("none between", n.HasValue & (n.Value > low) & (n.Value < high - 1));
        return m.Build();
    }

    // The sum of two is beyond what any variable holds.
    private static Model Adding(string name, int low, int high, int small)
    {
        var m = new ModelBuilder(name);
        var (a, b) = (m.Var("a", Sort.Range(low, high)), m.Var("b", Sort.Range(low, high)));
        var c = m.Var("c", Sort.Range(Math.Min(small, 0), Math.Max(small, 0)));
        m.Rule("a", s => s.When(a < high).Set(a, a + 1));
        m.Rule("b", s => s.When(b < a).Set(b, b + 1));
        m.Rule("c", s => s.When(a + b == high + high).Set(c, small));
        m.Rule("again", s => s.When(c == small).Set(a, low).Set(b, low).Set(c, 0));
        m.Always("sum", a + b <= high + high);
        m.Always("not all", a + b != high + high);
        m.Reachable("small", c == small);
        return m.Build();
    }

    private static Model Named(int count)
    {
        var m = new ModelBuilder($"enum of {count}");
        var sort = new Sort.Enumeration("place", [.. Enumerable.Range(0, count).Select(i => $"p{i}")]);
        var (at, last) = (m.Var("at", sort, MemberOf(sort, count - 2)), m.Var("last", Sort.Option(sort)));
        m.Rule("on", s => s.When(at == MemberOf(sort, count - 2)).Set(at, MemberOf(sort, count - 1)).Set(last, Some(at)));
        m.Rule("over", s => s.When(at == MemberOf(sort, count - 1)).Set(at, MemberOf(sort, 0)).Set(last, Some(at)));
        m.Rule("back", s => s.When(at == MemberOf(sort, 0)).Set(at, MemberOf(sort, count - 2)).Set(last, None));
        m.Always("not last", last != Some(MemberOf(sort, count - 1)));
        m.Always("elsewhere", at != MemberOf(sort, 1));
        m.Reachable("last", last == Some(MemberOf(sort, count - 2)));
        return m.Build();
    }

    private static Model Keyed(int count)
    {
        var m = new ModelBuilder($"map of {count}");
        var key = m.ScalarSet("key", count);
        var number = Sort.Range(0, count - 1);
        var (set, at) = (m.Map("set", number, Sort.Bool), m.Var("at", Sort.Option(Sort.Option(key))));
        m.Rule("first", s => s.Set(set[0], true));
        m.Rule("last", s => s.When(set[0]).Set(set[count - 1], !set[count - 1]));
        m.Rule("none", s => s.When(set[count - 1]).Set(at, Some(None)));
        m.Rule("nothing", s => s.Set(at, None));
        m.Always("none", at.IsNone);
        m.Always("most", at.IsNone | set[0]);
        m.Reachable("both", set[0] & set[count - 1] & at.HasValue);
        return m.Build();
    }
}
