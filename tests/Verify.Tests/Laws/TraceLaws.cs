using Verify.Explicit.Counterexamples;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using Verify.Traces;

namespace Verify.Tests.Laws;

/// <summary>
/// Runs drawn from the whole graph, valid and damaged: the checks that recognise them, and the length after shortening.
/// </summary>
public sealed class TraceLaws
{
    private const int Longest = 14; // steps; after shortening, every pair is tried

    internal static readonly Law Replays = new(typeof(TraceLaws), nameof(A_run_replays_and_what_is_none_does_not), 3, (sample, tally) =>
    {
        var random = RandomOf(sample);
        for (var i = 0; i < 6 && sample.Toy.Nodes.Count > 0; i++)
        {
            var run = Walk(sample, random);
            var trace = run.Trace;
            Assert.Null(Replay.WhyNot(sample.Interpreter, trace));
            tally.Compare();
            var at = random.Below(run.Nodes.Count);
            if (run.Nodes[at].Level > 0)
            {
                Assert.NotNull(Replay.WhyNot(sample.Interpreter, run.From(at)));
                tally.Note("begins elsewhere");
            }

            if (trace.LoopStart is null && !run.Nodes[at].State.Equals(trace.Last))
            {
                Assert.NotNull(Replay.WhyNot(sample.Interpreter, trace with { LoopStart = at }));
                tally.Note("does not close");
            }

            if (at < trace.Length)
            {
                var (other, step) = (sample.Toy.Nodes[random.Below(sample.Toy.Nodes.Count)], trace.Steps[at]);
                var isRun = run.Nodes[at].Next.Exists(next => next.To == other && next.Step.Equals(step))
                    && (at + 1 == trace.Length ? trace.LoopStart is null || other.State.Equals(trace.States[trace.LoopStart.Value])
                        : other.Next.Exists(next => next.To == run.Nodes[at + 2] && next.Step.Equals(trace.Steps[at + 1])));
                var changed = trace with { States = trace.States.SetItem(at + 1, other.State) };
                Assert.Equal(isRun, Replay.WhyNot(sample.Interpreter, changed) is null);
                tally.Note(isRun ? "the same" : "leads elsewhere");
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Lassos = new(typeof(TraceLaws), nameof(An_infinite_run_violates_a_leads_to), 3, (sample, tally) =>
    {
        var random = RandomOf(sample);
        foreach (var property in sample.Model.Properties.OfType<Property.LeadsTo>())
        {
            for (var i = 0; i < 12 && sample.Toy.Nodes.Count > 0; i++)
            {
                var run = Walk(sample, random);
                run = run with { Loop = run.Loop ?? run.Nodes.Count - 1 };
                if (IsDefined(sample, property, run))
                {
                    var expected = Violates(sample, property, run, run.Loop.Value);
                    Assert.Equal(expected, Replay.Decides(sample.Interpreter, property, run.Trace));
                    tally.Compare();
                    tally.Note(expected ? "violated" : "kept");
                }
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Shortens = new(
        typeof(TraceLaws), nameof(A_shortened_run_decides_the_same_and_misses_no_step), 3, (sample, tally) =>
    {
        var random = RandomOf(sample);
        foreach (var (property, oracle) in sample.Decided.Where(pair => pair.Oracle.Level is not null))
        {
            for (var i = 0; i < 4; i++)
            {
                var run = Walk(sample, random, until: node => Decides(sample, property, node)) with { Loop = null };
                if (!Decides(sample, property, run.Nodes[^1]))
                {
                    continue;
                }

                var shorter = Shorten.Apply(sample.Interpreter, property, run.Trace);
                Assert.Null(Replay.WhyNot(sample.Interpreter, shorter));
                Assert.True(Replay.Decides(sample.Interpreter, property, shorter));
                Assert.Equal(run.Trace.States[0], shorter.States[0]);
                Assert.InRange(shorter.Length, oracle.Level!.Value, run.Trace.Length);
                for (var (first, steps) = (0, shorter.Steps); first < steps.Length; first++)
                {
                    for (var second = first; second < steps.Length; second++)
                    {
                        Assert.False(IsEnough(sample, property, shorter, first, second), $"steps {first} and {second} can be dropped");
                    }
                }

                tally.Compare();
                tally.Note("shorter", shorter.Length < run.Trace.Length);
            }
        }
    })
    { IsOfUndefined = false };

    [Fact]
    public void A_run_replays_and_what_is_none_does_not()
    {
        var tally = Law.Holds(Replays, 300);
        Assert.True(Law.IsAlone || (tally["begins elsewhere"] > 100 && tally["does not close"] > 10
            && tally["leads elsewhere"] > 100 && tally["the same"] > 5), $"{tally}");
    }

    [Fact]
    public void An_infinite_run_violates_a_leads_to()
    {
        var tally = Law.Holds(Lassos, 500);
        Assert.True(Law.IsAlone || (tally["violated"] > 20 && tally["kept"] > 200), $"{tally}");
    }

    [Fact]
    public void A_shortened_run_decides_the_same_and_misses_no_step()
    {
        var tally = Law.Holds(Shortens, 300);
        Assert.True(Law.IsAlone || tally["shorter"] > 100, $"{tally}");
    }

    /// <summary>A path through the graph.</summary>
    private sealed record Way(List<Toy.Node> Nodes, List<Step> Steps, int? Loop)
    {
        public Trace Trace => new([.. Nodes.Select(node => node.State)], [.. Steps], Loop);

        public Trace From(int at) => new([.. Nodes.Skip(at).Select(node => node.State)], [.. Steps.Skip(at)]);
    }

    private static Prng RandomOf(Sample sample) => new(Convert.ToUInt64(sample.Model.Identity[..12], 16));

    // The path ends in a state without successors, where it can close a cycle, or when it is long enough.
    private static Way Walk(Sample sample, Prng random, Func<Toy.Node, bool>? until = null)
    {
        var starts = sample.Toy.Nodes.Where(node => node.Level == 0).ToList();
        var (node, steps) = (starts[random.Below(starts.Count)], new List<Step>());
        var nodes = new List<Toy.Node> { node };
        int? loop = null;
        while (steps.Count < Longest && loop is null && node.Next.Count > 0 && until?.Invoke(node) != true)
        {
            var next = node.Next[random.Below(node.Next.Count)];
            var known = nodes.IndexOf(next.To);
            loop = known >= 0 && until is null && random.OneIn(2) ? known : null;
            steps.Add(next.Step);
            nodes.Add(node = next.To);
        }

        return new Way(nodes, steps, loop);
    }

    private static bool Decides(Sample sample, Property property, Toy.Node node) => IsDefined(() => sample.Toy.Decides(property, node))
        && sample.Toy.Decides(property, node);

    private static bool IsDefined(Sample sample, Property.LeadsTo property, Way run) => IsDefined(() => run.Nodes.ForEach(node =>
    {
        sample.Interpreter.Holds(node.State, property.From, property.Where);
        sample.Interpreter.Holds(node.State, property.To, property.Where);
    }));

    private static bool IsDefined(Action ask) => Record.Exception(ask) is null;

    // True if the trigger occurs, the goal never follows, and every fair unit that stays enabled in the loop takes a
    // step in it.
    private static bool Violates(Sample sample, Property.LeadsTo property, Way run, int loop)
    {
        bool Has(Toy.Node node, Expr expr) => sample.Interpreter.Holds(node.State, expr, property.Where);
        // From any place in the loop on, the whole loop follows.
        var isTriggered = run.Nodes.Where((node, at) => Has(node, property.From)
            && !run.Nodes.Skip(Math.Min(at, loop)).Any(later => Has(later, property.To))).Any();
        PlainFairness.Thing? Fair(Step step) => PlainFairness.Of(sample.Model, step);
        var within = run.Nodes.Skip(loop).ToList();
        var possible = within[0].Next.Select(next => Fair(next.Step)).OfType<PlainFairness.Thing>()
            .Where(fair => within.TrueForAll(node => node.Next.Exists(next => fair.Equals(Fair(next.Step)))));
        return isTriggered && possible.All(fair => run.Steps.Skip(loop).Any(step => fair.Equals(Fair(step))));
    }

    // A step that is disabled without an omitted one is omitted too.
    private static bool IsEnough(Sample sample, Property property, Trace trace, int first, int second)
    {
        var node = sample.Toy.Nodes.Find(one => one.Level == 0 && one.State.Equals(trace.States[0]))!;
        for (var i = 0; i < trace.Length; i++)
        {
            if (Decides(sample, property, node) || !IsDefined(() => sample.Toy.Decides(property, node)))
            {
                return IsDefined(() => sample.Toy.Decides(property, node));
            }

            var next = i == first || i == second ? default : node.Next.Find(next => next.Step.Equals(trace.Steps[i]));
            node = next.To ?? node;
        }

        return Decides(sample, property, node);
    }
}
