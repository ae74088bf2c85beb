namespace Verify.Symbolic.Pdr;

/// <summary>
/// Blocks the states from which a violation can be reached, beginning with those nearest to the initial states.
/// </summary>
internal sealed class ProofObligations(Frames frames)
{
    private readonly PriorityQueue<(Cube Cube, int Level), (int Level, int Order)> waiting = new();
    private int order;

    /// <summary>Blocks a cube at the last frame.</summary>
    /// <returns>False if a state of the cube is reachable.</returns>
    public bool Block(Cube bad)
    {
        Enqueue(bad, frames.Last);
        while (waiting.TryDequeue(out var next, out _))
        {
            var (cube, level) = next;
            if (frames.IntersectsInitial(cube))
            {
                return false;
            }

            if (frames.IsBlocked(cube, level))
            {
                continue;
            }

            if (!frames.IsInductiveRelativeTo(cube, level - 1, out var predecessor, out var core))
            {
                if (level == 1)
                {
                    // The predecessor is an initial state.
                    return false;
                }

                Enqueue(predecessor!, level - 1);
                Enqueue(cube, level);
                continue;
            }

            var lemma = Generalize(DisjointFromInitial(core, cube), level);
            var highest = level;
            while (highest < frames.Last && frames.IsInductiveRelativeTo(lemma, highest, out _, out _))
            {
                highest++;
            }

            frames.AddBlockedCube(lemma, highest);
            if (highest < frames.Last)
            {
                // The cube may be reachable a little later, and it is better to find this now.
                Enqueue(cube, highest + 1);
            }
        }

        return true;
    }

    private void Enqueue(Cube cube, int level) => waiting.Enqueue((cube, level), (level, order++));

    // A larger cube blocks more states, so literals that are not needed are dropped one by one.
    private Cube Generalize(Cube cube, int level)
    {
        foreach (var literal in cube.Literals)
        {
            if (cube.Literals.Length == 1 || !cube.Literals.Contains(literal))
            {
                continue;
            }

            var larger = cube.Without(literal);
            if (!frames.IntersectsInitial(larger) && frames.IsInductiveRelativeTo(larger, level - 1, out _, out var core))
            {
                cube = DisjointFromInitial(core, larger);
            }
        }

        return cube;
    }

    // Initial states are reachable, so a blocked cube must not contain one.
    private Cube DisjointFromInitial(Cube core, Cube whole)
    {
        if (!frames.IntersectsInitial(core))
        {
            return core;
        }

        return new Cube([.. core.Literals.Union(frames.DisjointFromInitial(whole).Literals).Order()]);
    }
}
