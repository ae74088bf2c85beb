using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Symbolic;

/// <summary>Models that a proof for every size must not pass, for what is violated lies beyond a small size or a habit.</summary>
public sealed class GenericSoundnessTests
{
    // Each pair is written by one update, and the pair turned round by the other.
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

    private static bool IsProved(Model model, string property, Action<InvariantBuilder> body)
    {
        try
        {
            var answer = Proofs.Ask(model, new Written(body), property);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", answer.Answers));
            return answer.IsProved;
        }
        catch (ModelException e) when (e.Diagnostic.Code == Codes.NotGeneric)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            return false;
        }
    }

    private sealed class Written(Action<InvariantBuilder> body) : Invariant
    {
        public override ImmutableArray<string> Claims => [];

        protected override void Describe(InvariantBuilder i) => body(i);
    }
}
