using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>Steps that only go forward: no circle of states consists of them alone.</summary>
/// <remarks>
/// <para>
/// Kurshan, Levin, Minea, Peled, Yenigün, "Static partial order reduction", 1998, find before the search a set of steps
/// that every circle must contain one of. Here the others are found, those that go forward, by a ranking: the codes of a
/// group of leaves, a program counter, say, are put in an order that as many steps as possible go up and the others do
/// not go down. Those that go up are done with; for the rest the same is done with another group, and so on. A step that
/// goes down in a group when it is chosen is given up. In an infinite run of the steps that were kept, those of the first
/// group could come but finitely often, since the ranks are bounded, then those of the second, and so on.
/// </para>
/// <para>
/// It needs nothing of the search, so that it means the same in every order and on any number of threads. The ranks are
/// added up over the leaves of a group, and the members of a scalar set share one: they do not change when identities
/// are permuted.
/// </para>
/// </remarks>
internal sealed class ProgressRanking
{
    private readonly IReadOnlyList<RuleEffect> steps;
    private readonly StateShape shape;
    private readonly Func<int, int, int> classOf;
    private readonly List<int> open;

    private ProgressRanking(StateShape shape, IReadOnlyList<RuleEffect> steps, IEnumerable<int> wanted, Func<int, int, int> classOf) =>
        (this.shape, this.steps, this.classOf, open) = (shape, steps, classOf, [.. wanted]);

    /// <summary>For each step whether it goes forward.</summary>
    /// <param name="shape">The leaves.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="wanted">Those that it is of interest for.</param>
    /// <param name="classOf">What a code of a leaf counts as; the least of the codes that must have one rank.</param>
    public static bool[] Forward(StateShape shape, IReadOnlyList<RuleEffect> steps, IEnumerable<int> wanted, Func<int, int, int> classOf)
    {
        var forward = new bool[steps.Count];
        var order = new ProgressRanking(shape, steps, wanted, classOf);
        while (order.Best() is { } best)
        {
            best.Up.ForEach(step => forward[step] = true);
            order.open.RemoveAll(step => best.Up.Contains(step) || best.Down.Contains(step));
        }

        return forward;
    }

    private sealed record Ranking(List<int> Up, List<int> Down);

    private Ranking? Best()
    {
        Ranking? best = null;
        foreach (var group in shape.Leaves.Where(leaf => leaf.Codes is > 1 and <= RuleEffect.MaxCodes).GroupBy(leaf => leaf.Group))
        {
            int[] leaves = [.. group.Select(leaf => leaf.Index)];
            var writers = open.Where(step => leaves.Any(steps[step].CanWrite)).ToList();
            if (writers.Count == 0)
            {
                continue;
            }

            var ranks = Ranks(leaves, writers, group.First().Codes);
            foreach (var some in new[] { ranks, [.. ranks.Select(rank => -rank)] })
            {
                var ranking = Sort(leaves, writers, some);
                if (ranking.Up.Count > 0 && (best is null || Worth(ranking) > Worth(best)))
                {
                    best = ranking;
                }
            }
        }

        return best;
    }

    // What costs nothing comes first: a step that is given up is given up for good.
    private static int Worth(Ranking ranking) => ranking.Up.Count - ranking.Down.Count + (ranking.Down.Count == 0 ? 1 << 20 : 0);

    private Ranking Sort(int[] leaves, List<int> writers, int[] ranks)
    {
        var ranking = new Ranking([], []);
        foreach (var step in writers)
        {
            var (goesUp, goesDown) = (false, false);
            foreach (var leaf in leaves.Where(steps[step].CanWrite))
            {
                var (least, any) = (int.MaxValue, false);
                ForEachMove(step, leaf, (from, to) => (least, any) = (Math.Min(least, ranks[to] - ranks[from]), true));
                goesDown |= any && least < 0;
                goesUp |= any && least > 0;
            }

            (goesDown ? ranking.Down : goesUp ? ranking.Up : []).Add(step);
        }

        return ranking;
    }

    // The order in which a depth-first walk leaves the codes, backwards: all moves go up but those that close a circle.
    private int[] Ranks(int[] leaves, List<int> writers, int codes)
    {
        var next = new SortedSet<int>[codes];
        for (var code = 0; code < codes; code++)
        {
            next[code] = [];
        }

        foreach (var step in writers)
        {
            foreach (var leaf in leaves.Where(steps[step].CanWrite))
            {
                ForEachMove(step, leaf, (from, to) => next[from].Add(to));
            }
        }

        var ranks = new int[codes];
        var seen = new bool[codes];
        var left = codes;
        void Visit(int code)
        {
            seen[code] = true;
            foreach (var to in next[code])
            {
                if (!seen[to])
                {
                    Visit(to);
                }
            }

            ranks[code] = --left;
        }

        for (var code = 0; code < codes; code++)
        {
            if (!seen[code])
            {
                Visit(code);
            }
        }

        return ranks;
    }

    private void ForEachMove(int step, int leaf, Action<int, int> visit)
    {
        var moves = steps[step].Moves(leaf)!;
        for (var from = 0; from < moves.Length; from++)
        {
            for (var to = 0; to < moves.Length; to++)
            {
                if ((moves[from] >> to & 1) != 0)
                {
                    visit(classOf(leaf, from), classOf(leaf, to));
                }
            }
        }
    }
}
