using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Textbook;

/// <summary>Peterson's mutual exclusion for two processors, step by step.</summary>
public sealed class Peterson() : ModelFamily("peterson",
    "Peterson's mutual exclusion of two processors on sequentially consistent memory")
{
    /// <summary>The turn is set before the flag.</summary>
    public static readonly Fault TurnFirst = new("turn-first",
        "a processor gives the turn away before it raises its flag");

    public override ImmutableArray<Limit> NotModelled => ["store buffers: on real hardware it needs a fence"];

    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 2);
        var flag = m.Map("flag", cpu, Sort.Bool);
        var turn = m.AnyOf("turn", cpu);
        var inside = m.Map("inside", cpu, Sort.Bool);

        m.Thread("process", cpu, repeats: true, (t, c) =>
        {
            void RaiseFlag() => t.Step("flag = true", s => s.Set(flag[c], true));
            void GiveTurn() => t.Step("turn = other", cpu, (s, d) => s.When(d != c).Set(turn, d));

            if (m.Has(TurnFirst))
            {
                GiveTurn();
                RaiseFlag();
            }
            else
            {
                RaiseFlag();
                GiveTurn();
            }

            t.Step("enter", s => s
                .When(ForAll(cpu, d => d == c | !flag[d] | turn != d))
                .Set(inside[c], true));
            t.Step("leave", s => s.Set(inside[c], false).Set(flag[c], false));
        });

        m.Always("mutual exclusion", Count(cpu, c => inside[c]) <= 1, "at most one processor is inside");
        m.Reachable("a processor is inside", Exists(cpu, c => inside[c]));
        m.Reachable("both want to enter", ForAll(cpu, c => flag[c]));
        m.NoDeadlock("no deadlock");
    }
}
