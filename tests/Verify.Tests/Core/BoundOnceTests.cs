using Verify.Claims;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Semantics;
using static Verify.Modelling.Dsl;
using static Verify.Tests.Provoke;

namespace Verify.Tests.Core;

/// <summary>A parameter is bound only once in a scope; a quantifier that binds it again is rejected.</summary>
public sealed class BoundOnceTests
{
    [Fact]
    [Provokes("VRF115")]
    public void By_a_quantifier_in_a_rule_an_update_a_property_a_mark_or_an_initial_value()
    {
        InModel(ErrorCodes.BoundTwice, m => m.Rule("r", Sort.Bool, (s, p) => s.When(Again(p))));
        InModel(ErrorCodes.BoundTwice, m => Bit(m, x => m.Rule("r", Sort.Bool, (s, p) => s.Set(x, Again(p)))));
        InModel(ErrorCodes.BoundTwice, m => Bit(m, x => m.Rule("r", Sort.Bool, (s, p) => s.SetIf(Again(p), x, true))));
        InModel(ErrorCodes.BoundTwice, m => Bit(m, x => m.Rule("r", s => s.Each(Sort.Bool, p => s.Set(x, Again(p))))));
        InModel(ErrorCodes.BoundTwice, m => m.Rule("r", Sort.Bool, (s, p) => s.Shows(Again(p))));
        InModel(ErrorCodes.BoundTwice, m => m.Rule("r", Sort.Bool, (s, p) => s.By(Again(p))));
        InModel(ErrorCodes.BoundTwice, m => m.Always("p", ForAll(Sort.Bool, Again)));
        InModel(ErrorCodes.BoundTwice, m => m.LeadsTo("p", true, Exists(Sort.Bool, Again)));
        InModel(ErrorCodes.BoundTwice, m => m.NoDeadlock("p", Count(Sort.Bool, Again) == 1));
        InModel(ErrorCodes.BoundTwice, m => m.Var("x", Sort.Bool, ForAll(Sort.Bool, Again)));
        InModel(ErrorCodes.BoundTwice, m => Bit(m, x => m.Mark("mark", Sort.Bool, p => (x, Again(p)))));
    }

    [Fact]
    public void By_a_quantifier_in_a_conjunct_of_an_invariant() =>
        Assert.Equal(ErrorCodes.BoundTwice, Assert.Throws<UserErrorException>(() => new Rebinding().For(Small)).Diagnostic.Code);

    // Leaving the inner quantifier must not unbind the parameter of the outer one, nor allow it to be bound again.
    [Fact]
    public void Also_behind_another_quantifier() =>
        InModel(ErrorCodes.BoundTwice, m => m.Always("p", ForAll(Sort.Bool, p => Exists(Sort.Bool, q => p == q) & Again(p))));

    [Fact]
    public void One_quantifier_may_stand_in_several_places()
    {
        var m = new ModelBuilder("shared");
        var x = m.Var("x", Sort.Bool);
        var some = Exists(Sort.Bool, p => p == x);
        m.Rule("flip", s => s.When(some & (some | !some)).Set(x, !x));
        m.Always("p", some & ForAll(Sort.Bool, q => some | q));
        m.Build();
    }

    [Fact]
    [Provokes("VRF101")]
    public void A_binder_has_a_finite_list_of_values()
    {
        var map = Sort.Map(Sort.Bool, Sort.Bool);
        Here(ErrorCodes.SortMismatch, () => ForAllOver(false, new Binder("all", map)));
        InModel(ErrorCodes.SortMismatch, m => m.Mark("mark", map, p => (p, true)));
    }

    // No valid model contains this, but a direct evaluation of an expression restores the outer value after a
    // quantifier.
    [Fact]
    public void Behind_a_quantifier_a_parameter_is_what_it_was_before()
    {
        var x = new Expr.Read(Small.Variables[0]);
        var zero = ForAll(Sort.Range(0, 3), p => If(ForAllOver(
            ValueOf(((Expr.BoundVariable)p).Binder) <= 3, ((Expr.BoundVariable)p).Binder), p, 3) <= x);
        var interpreter = new Interpreter(Small);
        var state = interpreter.InitialStates().Single();
        Assert.False(interpreter.Holds(state, zero, Small.Variables[0].Where));
        Assert.False(new LoweredModel(Small).Lower(zero).Holds.IsTrue);
        var last = Exists(Sort.Range(0, 3), p => ForAllOver(true, ((Expr.BoundVariable)p).Binder) & (p == x));
        Assert.True(interpreter.Holds(state, last, Small.Variables[0].Where));
        Assert.False(new LoweredModel(Small).Lower(last).Holds.IsFalse);
    }

    private static Model Small { get; } = SmallModel();

    private static Expr Again(Expr parameter) => ForAllOver(parameter | !parameter, ((Expr.BoundVariable)parameter).Binder);

    private static void Bit(ModelBuilder m, Action<Expr> describe) => describe(m.Var("x", Sort.Bool));

    private static Model SmallModel()
    {
        var m = new ModelBuilder("small");
        var x = m.Var("x", Sort.Range(0, 3));
        m.Rule("up", s => s.When(x < 3).Set(x, x + 1));
        m.Always("in range", x <= 3);
        return m.Build();
    }

    private sealed class Rebinding : Invariant
    {
        public override System.Collections.Immutable.ImmutableArray<string> Claims => [];

        protected override void Describe(InvariantBuilder i) => i.Add("again", ForAll(Sort.Bool, Again));
    }
}
