using Verify.Engines;
using Verify.Explicit.Compilation;
using Verify.Explicit.Exploration;
using Verify.Explicit.PartialOrder;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws;

/// <summary>Compiled steps against interpreted ones, state by state. Look here first when a count differs.</summary>
public sealed class StepLaws
{
    internal static readonly Law Packs = new(typeof(StepLaws), nameof(A_packed_state_is_the_state), 20, (sample, tally) =>
    {
        var layout = new CompiledModel(sample.Model, sample.Model.Properties[0], Reductions.None).Layout;
        foreach (var node in sample.Toy.Nodes)
        {
            Assert.Equal(node.State, layout.Unpack(layout.Pack(node.State)));
        }

        var packed = sample.Toy.Nodes.Select(node => string.Join(' ', layout.Pack(node.State))).Distinct().Count();
        Assert.Equal(sample.Toy.Nodes.Count, packed);
        tally.Compare(packed);
    });

    internal static readonly Law Steps = new(typeof(StepLaws), nameof(A_compiled_step_does_what_the_interpreter_does), 5, (sample, tally) =>
    {
        var (toy, model) = (sample.Toy, sample.Model);
        var compiled = new CompiledModel(model, model.Properties[0], Reductions.None);
        var expand = compiled.ExpandWithRules();
        foreach (var node in toy.Nodes.Where(node => toy.Errors.TrueForAll(error => error.Level > node.Level)))
        {
            var expected = node.Next.Select(next => $"{Named(model, next.Step)} {Text(next.To.State)}");
            Assert.Equal(expected.Order(StringComparer.Ordinal), Successors(compiled, expand, node.State).Order(StringComparer.Ordinal));
            tally.Compare(node.Next.Count);
        }
    });

    internal static readonly Law Effects = new(typeof(StepLaws), nameof(A_step_does_no_more_than_is_known_of_it), 8, (sample, tally) =>
    {
        var lowered = new LoweredModel(sample.Model);
        foreach (var rule in lowered.Rules)
        {
            var effect = new RuleEffect(lowered, rule);
            var step = new Step(rule.Rule, lowered.ArgumentsOf(rule));
            // The leaves that a rule does not read do not affect it.
            var enabled = new Dictionary<string, bool>();
            foreach (var node in sample.Toy.Nodes)
            {
                var before = lowered.Shape.Encode(node.State);
                var to = node.Next.Find(next => next.Step.Equals(step)).To;
                var read = string.Join(' ', effect.Reads.Order().Select(leaf => before[leaf]));
                Assert.Equal(enabled.TryGetValue(read, out var known) ? known : to is not null, to is not null);
                enabled[read] = to is not null;
                if (to is not null)
                {
                    CompareEffect(effect, before, lowered.Shape.Encode(to.State));
                    tally.Compare();
                }
            }
        }
    })
    { IsOfUndefined = false, MaxStates = 200 };

    [Fact]
    public void A_step_does_no_more_than_is_known_of_it()
    {
        var tally = Law.Holds(Effects, 200);
        Assert.True(Law.IsAlone || tally.Compared > 5000, $"{tally}");
    }

    [Fact]
    public void A_packed_state_is_the_state() => Law.Holds(Packs, 150);

    [Fact]
    public void A_compiled_step_does_what_the_interpreter_does() => Law.Holds(Steps, 150);

    private static void CompareEffect(RuleEffect effect, int[] before, int[] after)
    {
        for (var leaf = 0; leaf < before.Length; leaf++)
        {
            if (!effect.CanWrite(leaf))
            {
                Assert.Equal(before[leaf], after[leaf]);
                continue;
            }

            Assert.True(effect.Moves(leaf) is not { } moves || (moves[before[leaf]] >> after[leaf] & 1) == 1,
                $"leaf {leaf} goes from {before[leaf]} to {after[leaf]}");
            Assert.True(before[leaf] == after[leaf] || effect.OnlyCode(leaf) is not { } only || only == after[leaf]);
        }
    }

    private static unsafe List<string> Successors(
        CompiledModel compiled, IEnumerable<ExpandState> expand, State state)
    {
        var words = compiled.Layout.WordCount;
        var into = GC.AllocateArray<ulong>(compiled.MaxSuccessors * words, pinned: true);
        var rules = GC.AllocateArray<int>(compiled.MaxSuccessors, pinned: true);
        var counts = GC.AllocateArray<long>(compiled.Model.Rules.Length, pinned: true);
        var found = new List<string>();
        fixed (ulong* from = compiled.Layout.Pack(state), to = into)
        fixed (long* fired = counts)
        fixed (int* which = rules)
        {
            foreach (var method in expand)
            {
                var made = method(from, to, fired, which);
                for (var i = 0; i < made; i++)
                {
                    var lowered = compiled.Lowered.Rules[rules[i]];
                    var step = new Step(lowered.Rule, compiled.Lowered.ArgumentsOf(lowered));
                    found.Add($"{Named(compiled.Model, step)} {Text(compiled.Layout.Unpack(into.AsSpan(i * words, words)))}");
                }
            }
        }

        return found;
    }

    private static string Named(Model model, Step step) => $"{model.Rules[step.Rule].Name}({string.Join(", ", step.Arguments)})";

    private static string Text(State state) => string.Join(' ', state.Values);
}
