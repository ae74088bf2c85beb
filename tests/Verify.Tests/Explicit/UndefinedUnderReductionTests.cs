using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;
using Verify.Traces;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Explicit;

/// <summary>
/// A model that is defined only for some order of identities has no symmetry, whatever other reductions apply: with any
/// combination of reductions, an undefined model is never proved.
/// </summary>
public sealed class UndefinedUnderReductionTests
{
    public static TheoryData<Reductions> All =>
        [.. Enumerable.Range(0, 1 + (int)(Reductions.Symmetry | Reductions.ConeOfInfluence | Reductions.PartialOrder)).Cast<Reductions>()];

    [Theory]
    [Provokes("VRF203", "VRF120")]
    [MemberData(nameof(All))]
    public void In_a_guard(Reductions reductions) => IsRefused(reductions, m =>
    {
        var (cpu, gen) = Generations(m);
        var seen = m.Var("seen", Sort.Bool);
        m.Rule("look", s => s.When(Exists(cpu, c => gen[c].HasValue)).When(Exists(cpu, c => gen[c].Value == 4)).Set(seen, true));
        m.Always("any", seen | !seen);
    });

    [Theory]
    [MemberData(nameof(All))]
    public void In_a_value(Reductions reductions) => IsRefused(reductions, m =>
    {
        var (cpu, gen) = Generations(m);
        var seen = m.Var("seen", Sort.Bool);
        m.Rule("look", s => s.When(Exists(cpu, c => gen[c].HasValue)).Set(seen, Exists(cpu, c => gen[c].Value == 4)));
        m.Always("any", seen | !seen);
    });

    [Theory]
    [MemberData(nameof(All))]
    public void In_a_condition_of_an_update(Reductions reductions) => IsRefused(reductions, m =>
    {
        var (cpu, gen) = Generations(m);
        var (seen, other) = (m.Var("seen", Sort.Bool), m.Var("other", Sort.Bool));
        m.Rule("look", s => s.When(Exists(cpu, c => gen[c].HasValue))
            .SetIf(!ForAll(cpu, c => gen[c].Value != 4), seen, true).Set(other, !other));
        m.Always("any", other | !other);
    });

    [Theory]
    [MemberData(nameof(All))]
    public void In_the_property(Reductions reductions) => IsRefused(reductions, m =>
    {
        var (cpu, gen) = Generations(m);
        m.Always("any", Exists(cpu, c => gen[c].HasValue).Implies(Exists(cpu, c => gen[c].Value == 4)));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void In_a_witness_that_the_property_does_not_read(Reductions reductions) => IsRefused(reductions, m =>
    {
        var (cpu, gen) = Generations(m);
        var seen = m.Var("seen", Sort.Bool);
        m.Rule("look", s => s.Set(seen, true));
        m.Always("any", seen | !seen);
        m.Reachable("four", Exists(cpu, c => gen[c].HasValue) & Exists(cpu, c => gen[c].Value == 4));
    });

    private static (Sort Cpu, Expr Gen) Generations(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var gen = m.Map("gen", cpu, Sort.Option(Sort.Range(0, 8)));
        m.Rule("load", cpu, (s, c) => s.When(gen[c].IsNone).Set(gen[c], 4));
        return (cpu, gen);
    }

    // Either the engine finds the undefined state after one step, or it rejects the reduction.
    private static void IsRefused(Reductions reductions, Action<ModelBuilder> describe)
    {
        var m = new ModelBuilder("lucky");
        describe(m);
        var model = m.Build();
        void Decide() => new ExplicitEngine().Decide(
            model, model.Property("any"), new EngineOptions(Budget.Unlimited, Threads: 1, Reductions: reductions));
        if (reductions.HasFlag(Reductions.Symmetry))
        {
            Assert.Equal(ErrorCodes.BadReduction, Assert.Throws<UserErrorException>(Decide).Diagnostic.Code);
        }
        else
        {
            var met = Assert.Throws<UndefinedException>(Decide);
            Assert.Equal((ErrorCodes.NoValue, 1), (met.Diagnostic.Code, met.Run.Trace.Length));
        }
    }
}
