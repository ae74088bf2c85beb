using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Solvers;
using Verify.Tests.Laws.Oracles;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Parametric;

/// <summary>
/// Models that must not be proved for every size, because they are violated beyond small sizes or in unusual cases.
/// </summary>
public sealed class GenericSoundnessTests
{
    // owner stays empty, so it is equal to no waiter; the content of an empty option is not an identity.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_option_is_not_what_another_holds(bool isThroughMap)
    {
        var m = new ModelBuilder("owner");
        var cpu = m.ScalarSet("cpu", 2);
        var owner = m.Var("owner", Sort.Option(cpu));
        var waiter = m.Var("waiter", Sort.Option(cpu));
        var next = m.Map("next", cpu, Sort.Option(cpu));
        m.Rule("wait", cpu, (s, c) => s.Set(waiter, c).Set(next[c], c));
        var known = isThroughMap ? waiter.HasValue & next[waiter.Value].HasValue : waiter.HasValue;
        m.Always("owned", known.Implies(owner == (isThroughMap ? next[waiter.Value].Value : waiter.Value)));

        Assert.False(IsProved(m.Build(), "owned", i => i.Add("not owned", i["owner"].IsNone)));
    }

    // The variable of a quantifier over a set named k must not be confused with the key of the written entry.
    [Fact]
    public void A_set_may_have_the_name_of_keys()
    {
        var m = new ModelBuilder("keys");
        var k = m.ScalarSet("k", 2);
        var edge = m.Map("edge", k, k, Sort.Bool);
        var linked = m.Map("linked", k, Sort.Bool);
        m.Rule("link", k, k, (s, a, b) => s.When(a != b).Set(edge[a][b], true));
        m.Rule("note", s => s.Each(k, a => s.Set(linked[a], Exists(k, b => edge[a][b]))));
        m.Always("never linked", ForAll(k, a => !linked[a]));

        Assert.False(IsProved(m.Build(), "never linked", i =>
        {
            i.Add("no loop", ForAll(i.Sort("k"), a => !i["edge"][a][a]));
            i.Add("never linked", ForAll(i.Sort("k"), a => !i["linked"][a]));
        }));
    }

    // Three identities are possible, although there are only two truth values.
    [Fact]
    public void A_set_may_have_the_name_of_truth_values()
    {
        var m = new ModelBuilder("three");
        var set = m.ScalarSet("Bool", 2);
        var seen = m.Map("seen", set, Sort.Bool);
        m.Rule("see", set, (s, a) => s.Set(seen[a], true));
        m.Always("two at most", ForAll(set, set, set, (a, b, c) => (a == b) | (b == c) | (a == c)));

        Assert.False(IsProved(m.Build(), "two at most", i => i.Add("none", true)));
    }

    // Names appear in comments and must stay inside of them.
    [Theory]
    [InlineData("see (check-sat)")]
    [InlineData("see\n(check-sat)\n(check-sat)")]
    [InlineData("see\n(assert false)")]
    public void A_name_asks_nothing_and_asserts_nothing(string name)
    {
        var m = new ModelBuilder("names");
        var cpu = m.ScalarSet("cpu", 2);
        var seen = m.Map("seen", cpu, Sort.Bool);
        m.Rule(name, cpu, (s, c) => s.Set(seen[c], true));
        m.Always("any", ForAll(cpu, c => seen[c] | !seen[c]));
        m.Always("none", ForAll(cpu, c => !seen[c]));
        var model = m.Build();

        Assert.True(IsProved(model, "any", i => i.Add("one", true)));
        Assert.False(IsProved(model, "none", i => i.Add("none seen", ForAll(i.Sort("cpu"), c => !i["seen"][c]))));
    }

    // With three CPUs the witness is undefined after a step; the model is then undefined, so nothing is proved for
    // every size.
    [Fact]
    public void A_witness_has_to_be_defined_at_every_size()
    {
        var m = new ModelBuilder("witness");
        var cpu = m.ScalarSet("cpu", 2);
        var (x, y) = (m.Var("x", Sort.Option(Sort.Bool), Some(true)), m.Map("y", cpu, Sort.Bool));
        m.Rule("r", cpu, cpu, (s, a, b) => s.SetIf(Exists(cpu, d => (a != b) & (d != a) & (d != b)), x, None));
        m.Always("P", ForAll(cpu, a => !y[a]));
        m.Reachable("W", x.Value);

        Assert.False(IsProved(m.Build(), "P", i => i.Add("none", ForAll(i.Sort("cpu"), a => !i["y"][a]))));
    }

    // One member of one set has seen, and the other set has two members; if both sets were one universe, all members
    // that have seen would be equal.
    [Fact]
    public void Two_sets_of_one_name_are_not_one()
    {
        var m = new ModelBuilder("two sets");
        var cpu = m.ScalarSet("cpu", 1);
        var other = new ModelBuilder("elsewhere").ScalarSet("cpu", 2);
        var seen = m.Map("seen", cpu, Sort.Bool);
        m.Rule("see", cpu, (s, c) => s.Set(seen[c], true));
        m.Always("as many", ForAll(cpu, cpu, (a, b) => a == b).Implies(ForAll(other, other, (a, b) => a == b)));

        AssertOneName(m.Build(), "as many");
    }

    // Each pair would become one symbol or one sort of the text.
    [Theory]
    [InlineData("a|b", "a/b")]
    [InlineData("a\\b", "a/b")]
    [InlineData("a#007cb", "a|b")]
    [InlineData("a\nb", "a b")]
    public void Names_that_have_to_be_quoted_stay_different(string one, string other)
    {
        Assert.NotEqual(SmtText.Quoted(one), SmtText.Quoted(other));
        var m = new ModelBuilder("quoted");
        var (first, second) = (m.ScalarSet(one, 1), m.ScalarSet(other, 2));
        var (x, y) = (m.Map("x", first, Sort.Bool), m.Map("y", second, Sort.Bool));
        m.Rule("see", first, second, (s, a, b) => s.Set(x[a], true).Set(y[b], true));
        m.Always("as many", ForAll(first, first, (a, b) => a == b).Implies(ForAll(second, second, (a, b) => a == b)));

        Assert.False(IsProved(m.Build(), "as many", i => i.Add("nothing", true)));
    }

    // A leaf and the next value of another leaf; a parameter; a size; a member of an enum.
    [Theory]
    [InlineData("x+")]
    [InlineData("x-")]
    [InlineData("x?")]
    [InlineData("$cpu")]
    [InlineData("$w1")]
    [InlineData("$x1")]
    [InlineData("?k1")]
    [InlineData("let")]
    [InlineData("size.credits")]
    [InlineData("is-StateSymbolKind.Data")]
    [InlineData("StateSymbolKind.Data")]
    public void A_variable_may_have_the_name_of_anything(string name)
    {
        var m = new ModelBuilder("names");
        var cpu = m.ScalarSet("cpu", 2);
        var odd = m.Var(name, Sort.Bool);
        var x = m.Var("x", Sort.Option(cpu));
        var kind = m.Map("kind", cpu, Sort.Enum<StateSymbolKind>());
        m.Rule("see", cpu, (s, c) => s.When(!odd).Set(x, c).Set(kind[c], StateSymbolKind.Data));
        m.Always("odd", !odd);
        var model = m.Build();

        Expr itself = ((Property.Always)model.Property("odd")).Holds;
        if (name == "StateSymbolKind.Data")
        {
            AssertOneName(model, "odd");
        }
        else
        {
            Assert.True(IsProved(model, "odd", i => i.Add("itself", itself)));
        }
    }

    // For Z3 a function of this name and sort recognises a member of an enum. Here it is a map with a changing entry,
    // and the property is violated if there are three keys.
    [Fact]
    public void A_variable_is_not_what_tells_members_apart()
    {
        var m = new ModelBuilder("recognizer");
        var cpu = m.ScalarSet("cpu", 3);
        var seen = m.Map("is-StateSymbolKind.Data", Sort.Enum<StateSymbolKind>(), Sort.Bool);
        var broken = m.Var("broken", Sort.Bool);
        m.Rule("see", s => s.Set(seen[StateSymbolKind.Truth], true));
        m.Rule("break", cpu, cpu, cpu, (s, a, b, c) => s.When(seen[StateSymbolKind.Truth]).Set(broken, (a != b) & (b != c) & (a != c)));
        m.Always("whole", !broken);

        Assert.False(IsProved(m.Build(), "whole", i => i.Add("whole", !i["broken"])));
    }

    // The "x" of one enum, and the symbol that Z3 calls "y" for the other.
    [Fact]
    public void A_member_is_not_what_tells_members_apart()
    {
        var m = new ModelBuilder("recognizers");
        var (one, other) = (new Sort.Enumeration("is-state", ["idle", "busy"]), new Sort.Enumeration("state", ["idle", "busy"]));
        var (x, y) = (m.Var("x", one, MemberOf(one, 0)), m.Var("y", other, MemberOf(other, 0)));
        m.Rule("see", s => s.Set(x, MemberOf(one, 1)).Set(y, MemberOf(other, 1)));
        m.Always("idle", x == MemberOf(one, 0));

        AssertOneName(m.Build(), "idle");
    }

    private static void AssertOneName(Model model, string property)
    {
        var refused = Assert.Throws<UserErrorException>(() => StoredProofs.Ask(model, new Written(i => i.Add("nothing", true)), property));
        Assert.Equal(ErrorCodes.NotGeneric, refused.Diagnostic.Code);
        Assert.Contains("have the name", refused.Message, StringComparison.Ordinal);
    }

    // The parameter has its own value again after a quantifier over its binder.
    [Fact]
    public void A_parameter_may_be_quantified()
    {
        var m = new ModelBuilder("shadow");
        var cpu = m.ScalarSet("cpu", 2);
        var (seen, owner) = (m.Map("seen", cpu, Sort.Bool), m.Map("owner", cpu, Sort.Bool));
        m.Rule("see", cpu, (s, c) => s
            .When(ForAllOver(owner[c] | !owner[c], ((Expr.BoundVariable)c).Binder) & !owner[c]).Set(seen[c], true));
        m.Rule("own", cpu, (s, c) => s.When(!seen[c]).Set(owner[c], true));
        m.Always("not both", ForAll(cpu, c => !(seen[c] & owner[c])));
        Assert.True(TryBuild(m) is not { } model || IsProved(model, "not both", i =>
            i.Add("itself", ((Property.Always)i.Model.Property("not both")).Holds)));

        static Model? TryBuild(ModelBuilder m)
        {
            try
            {
                return m.Build();
            }
            catch (UserErrorException)
            {
                return null; // a rejected model is not proved either
            }
        }
    }

    // One update writes each pair, another one its reverse.
    [Fact]
    public void Two_updates_for_each_pair_may_meet()
    {
        var m = new ModelBuilder("pairs");
        var cpu = m.ScalarSet("cpu", 2);
        var pair = m.Map("pair", cpu, cpu, Sort.Bool);
        m.Rule("write", s => s.Each(cpu, a => s.Each(cpu, b => s.If(a != b, () => s.Set(pair[a][b], false).Set(pair[b][a], false)))));
        m.Always("none", ForAll(cpu, cpu, (a, b) => !pair[a][b]));

        Assert.False(IsProved(m.Build(), "none", i => i.Add("none", ForAll(i.Sort("cpu"), i.Sort("cpu"), (a, b) => !i["pair"][a][b]))));
    }

    // A property that an instance violates has no proof for every size, neither alone nor together with all other
    // properties.
    [Fact]
    public void No_violated_property_of_a_generated_model_is_proved()
    {
        _ = StoredProofs.Solver(SolverKind.Z3);
        var asked = 0;
        Law.Holds(400, toy =>
        {
            var model = toy.Interpreter.Model;
            var all = model.Properties.OfType<Property.Always>().ToList();
            foreach (var property in all.Where(property =>
                IsGeneric(model, property) && Oracle.Of(toy, property, isAlone: true).Level is not null))
            {
                Assert.False(IsProved(model, property.Name, i => i.Add("itself", property.Holds)), property.Name);
                Assert.False(IsProved(model, property.Name, i =>
                    all.Where(one => IsGeneric(model, one)).ToList().ForEach(one => i.Add(one.Name, one.Holds))), property.Name);
                asked++;
            }
        });
        Assert.True(Law.IsAlone || asked > 10, $"{asked} were tried");
    }

    private static bool IsProved(Model model, string property, Action<InvariantBuilder> body)
    {
        try
        {
            var answer = StoredProofs.Ask(model, new Written(body), property);
            return answer.IsProved;
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NotGeneric)
        {
            return false;
        }
    }

    private static bool IsGeneric(Model model, Property.Always property)
    {
        try
        {
            return new FirstOrderModel(model).Holds(property.Holds, property.Where) is not null;
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NotGeneric)
        {
            return false;
        }
    }

    private sealed class Written(Action<InvariantBuilder> body) : Invariant
    {
        public override ImmutableArray<string> Claims => [];

        protected override void Describe(InvariantBuilder i) => body(i);
    }
}
