using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Core;

/// <summary>Constant expressions are folded where they are written, without losing partial ones.</summary>
public sealed class FoldingTests
{
    private readonly ModelBuilder m = new("test");

    [Fact]
    public void Constants_disappear()
    {
        var (cpu, x) = (m.ScalarSet("cpu", 2), m.Var("x", Sort.Bool));
        var on = m.Map("on", cpu, Sort.Option(cpu));
        Expr two = 2;
        var nowhere = Fill(on.Sort, None);
        Is("true", two == 2);
        Is("false", (Expr)DayOfWeek.Monday == DayOfWeek.Friday);
        Is("true", (Expr)DayOfWeek.Monday != DayOfWeek.Friday);
        Is("true", Some(two) == 2);
        Is("false", Some(DayOfWeek.Monday) == DayOfWeek.Friday);
        Is("true", None == None);
        Is("false", None == two);
        Is("false", two == None);
        Is("false", None.HasValue);
        Is("x", If(two == 2, x, !x));
        Is("!x", If(two == 3, x, !x));
        Is("true", ForAll(cpu, c => nowhere[c].IsNone));
        Is("false", Exists(cpu, c => Exists(cpu, d => nowhere[c] == d)));
        Is("Exists cpu: cpu. Some(cpu) == on[cpu]", Exists(cpu, c => If(nowhere[c].HasValue, nowhere[c].Value, c) == on[c]));
    }

    [Fact]
    public void What_may_be_undefined_stays()
    {
        var empty = m.Var("empty", Sort.Option(Sort.Range(0, 3)));
        var wide = m.Var("wide", Sort.Range(0, 9));
        var all = Fill(Sort.Map(Sort.Range(0, 3), Sort.Bool), true);
        Is("empty.Value == empty.Value", empty.Value == empty.Value);
        Is("Some(empty.Value).HasValue", Some(empty.Value).HasValue);
        Is("(all true)[empty.Value]", all[empty.Value]);
        Is("(all true)[wide]", all[wide]);
        Is("empty.Value == 1 => true", (empty.Value == 1).Implies(true));
        Is("Count i: 0..3. true", Count(Sort.Range(0, 3), _ => true));
    }

    private static void Is(string text, Expr expr) => Assert.Equal(text, expr.ToString());
}
