using Verify.Lowering;

namespace Verify.Explicit.PartialOrder;

/// <summary>Finds the forward steps: no cycle of states consists of forward steps alone.</summary>
/// <remarks>
/// <para>
/// Kurshan, Levin, Minea, Peled, Yenigün, "Static partial order reduction", 1998, compute before the search a set of
/// steps such that every cycle contains one of them. This class computes the complement, the forward steps, by a
/// ranking. It orders the codes of a group of leaves, such as a program counter, so that as many steps as possible
/// increase the rank and few decrease it. The steps that increase it are forward; the procedure repeats with another
/// group for the remaining steps. If a step decreases the rank of the chosen group, it is not forward. Consider an
/// infinite run of forward steps: those of the first group occur only finitely often, because ranks are bounded, then
/// the same holds for those of the second group, and so on. So there is no such run.
/// </para>
/// <para>
/// The ranking does not depend on the search, so it is valid for every order and any number of threads. The rank of a
/// group is the sum over its leaves, and the members of a scalar set share one rank, so permutations of identities do
/// not change it.
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

    /// <summary>For each step, true if it is a forward step.</summary>
    /// <param name="shape">The leaves.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="wanted">The steps of interest.</param>
    /// <param name="classOf">Maps a code of a leaf to the least code with which it must share a rank.</param>
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

    // A ranking that loses no step comes first, because a step that was given up stays so.
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

    // The reverse postorder of a depth-first walk over the codes: every move goes up except for those that close a
    // cycle.
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
