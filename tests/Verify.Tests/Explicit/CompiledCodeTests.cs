using Verify.Engines;
using Verify.Explicit;
using Verify.Explicit.Compilation;
using Verify.Explicit.Packing;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Tests.Laws.Oracles;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Explicit;

/// <summary>
/// Compiled code computes the same as its term. The JIT behind our emitter can be wrong too: .NET 10.0.12 folds a
/// branch on a value that joins two paths as if only one of them led there.
/// </summary>
public sealed class CompiledCodeTests
{
    private const int Leaves = 6;

    // Mutually exclusive conditions, a choice between two leaves by them, and a comparison of the leaves afterwards.
    [Fact]
    public void A_choice_that_is_never_made_decides_nothing()
    {
        var m = new ModelBuilder("choice");
        var (old, now) = (m.Var("old", Sort.Bool), m.Var("now", Sort.Bool));
        var any = m.Var("any", Sort.Range(2, 3), 2);
        m.Rule("set", s => s.Set(now, true));
        m.Always("differ", !((old == If(any == 3 & any == 2, now, old)) & (old == now) & now));
        var model = m.Build();
        foreach (var reductions in UndefinedUnderReductionTests.All)
        {
            var verdict = new ExplicitEngine().Decide(model, model.Properties[0], EngineOptions.Default with { Reductions = reductions });
            Assert.IsType<Verify.Engines.Verdict.Proved>(verdict);
        }
    }

    // A method can have 65,535 local variables, and a batch of rules more choices than that.
    [Fact]
    public void Choices_are_as_many_as_there_are()
    {
        const int Rules = 96, Choices = 700;
        var m = new ModelBuilder("choices");
        var at = Sort.Range(0, Choices - 1);
        var (a, b) = (m.Map("a", at, Sort.Bool), m.Map("b", at, Sort.Bool));
        var turn = m.Var("turn", Sort.Range(0, Rules));
        m.Rule("turn", Sort.Range(0, Rules - 1),
            (s, i) => s.When(turn == i).Set(turn, turn + 1).Each(at, p => s.SetIf(b[p], a[p], !a[p])));
        m.Always("none", !a[0]);
        m.Reachable("all", turn == Rules);
        var model = m.Build();
        var verdict = new ExplicitEngine().Decide(model, model.Property("none"), EngineOptions.Default);
        Assert.Equal(Rules + 1, Assert.IsType<Verify.Engines.Verdict.Proved>(verdict).Evidence.States);
    }

    [Fact]
    public void Compiled_code_agrees_with_its_term()
    {
        var random = new Random(1);
        var compared = 0;
        for (var round = 0; round < 1500; round++)
        {
            var widths = Enumerable.Range(0, Leaves).Select(leaf => leaf < 4 ? 2 : random.Next(2, 5)).ToArray();
            var lowered = new LoweredModel(ModelOf(widths, isWide: round % 3 == 0));
            var terms = Enumerable.Range(0, 8).Select(_ => new Draw(random, lowered.Pool, widths).Truth(5)).ToList();
            compared += Compare(lowered, terms);
        }

        Assert.True(compared > 500_000, $"only {compared} were compared");
    }

    private static unsafe int Compare(LoweredModel lowered, List<Term> terms)
    {
        var layout = new StateLayout(lowered.Shape);
        var check = TransitionCompiler.Compile(
            [.. terms.Select(term => new LoweredPredicate(term, lowered.Pool.True, DependsOnOrder: false))], layout);
        var compared = 0;
        foreach (var codes in States(lowered.Shape))
        {
            var value = new TermValue(leaf => codes[leaf]);
            var expected = terms.Select((term, i) => value.Holds(term) ? 1L << i : 0).Sum();
            fixed (ulong* words = layout.Pack(lowered.Shape.Decode(codes)))
            {
                Assert.Equal(expected, check(words).Bits);
            }

            compared += terms.Count;
        }

        return compared;
    }

    // All codes of the leaves that terms read; leaves that only fill words keep theirs.
    private static IEnumerable<int[]> States(StateShape shape)
    {
        var codes = new int[shape.Leaves.Length];
        do
        {
            yield return codes;
        }
        while (Next(codes, shape));
    }

    private static bool Next(int[] codes, StateShape shape)
    {
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            if (++codes[leaf] < shape.Leaves[leaf].Codes)
            {
                return true;
            }

            codes[leaf] = 0;
        }

        return false;
    }

    private static Model ModelOf(int[] codes, bool isWide)
    {
        var m = new ModelBuilder("terms");
        for (var leaf = 0; leaf < codes.Length; leaf++)
        {
            m.Var($"v{leaf}", Sort.Range(0, codes[leaf] - 1));
        }

        // Each leaf leaves three bits of a word unused.
        for (var word = 0; isWide && word < 4; word++)
        {
            m.Map($"fill{word}", m.ScalarSet($"slot{word}", 6), Sort.Range(0, 1000));
        }

        m.Rule("rest", s => { });
        m.NoDeadlock("any");
        return m.Build();
    }

    private sealed class Draw(Random random, TermPool pool, int[] codes)
    {
        public Term Truth(int depth)
        {
            if (depth == 0)
            {
                return pool.Leaf(random.Next(4), 2);
            }

            return random.Next(8) switch
            {
                0 => pool.Not(Truth(depth - 1)),
                1 or 2 => pool.And(Truth(depth - 1), Truth(depth - 1)),
                3 => pool.Or(Truth(depth - 1), Truth(depth - 1)),
                4 => pool.Less(Number(depth - 1), Number(depth - 1)),
                5 => pool.Choice(Truth(depth - 1), Truth(depth - 1), Truth(depth - 1)),
                6 => pool.Equal(Number(0), pool.Constant(random.Next(3))),
                _ => pool.Equal(Number(depth - 1), Number(depth - 1)),
            };
        }

        private Term Number(int depth)
        {
            if (depth == 0)
            {
                var leaf = random.Next(codes.Length);
                return random.Next(5) == 0 ? pool.Constant(random.Next(3)) : pool.Leaf(leaf, codes[leaf]);
            }

            return random.Next(8) switch
            {
                0 => pool.Select([0, 1, 2, 3], pool.Leaf(0, 2), 2),
                1 => pool.Select([3, 1], pool.Leaf(2, 2), 2),
                2 => pool.Add(Number(depth - 1), Number(depth - 1)),
                3 => pool.Subtract(Number(depth - 1), Number(depth - 1)),
                4 => pool.Scale(Number(depth - 1), 2),
                5 => Number(0),
                _ => pool.Choice(Truth(depth - 1), Number(depth - 1), Number(depth - 1)),
            };
        }
    }
}
