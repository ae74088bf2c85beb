using System.Globalization;
using Verify.Engines;
using Verify.Solvers;
using Verify.Symbolic.Induction;
using Verify.Symbolic.Pdr;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic;

/// <summary>
/// Property-directed reachability (IC3): finds an inductive invariant by blocking states from which a violation can be
/// reached.
/// </summary>
/// <param name="solvers">The solver.</param>
/// <remarks>
/// Bradley, "SAT-based model checking without unrolling", VMCAI 2011; Eén, Mishchenko, Brayton, "Efficient
/// implementation of property directed reachability", FMCAD 2011. Two deviations: a literal gives the code of a leaf
/// rather than a bit; and a violation is found again by bounded search, so that its trace is a shortest one.
/// </remarks>
public sealed class PdrEngine(ISolverSource solvers) : SymbolicEngine(solvers)
{
    /// <inheritdoc/>
    public override string Name => "pdr";

    /// <inheritdoc/>
    public override string Summary => "finds an inductive invariant of the instance; shortest counterexamples";

    private protected override Verdict Decide(ProofTask task)
    {
        const string How = "property directed reachability";
        using var frames = new Frames(task);
        if (frames.FindBad(0) is not null)
        {
            return BoundedSearch.Refute(task, How);
        }

        for (task.DepthCovered = 0; task.DepthCovered < (task.Run.Budget.Depth ?? int.MaxValue); task.DepthCovered++)
        {
            task.Run.Progress?.Report(new Progress(0, 0, task.DepthCovered, 0));
            frames.AddFrame();
            while (frames.FindBad(frames.Last) is { } bad)
            {
                if (!new ProofObligations(frames).Block(bad))
                {
                    return BoundedSearch.Refute(task, How);
                }
            }

            if (Propagate(frames) is { } closed)
            {
                var lemmas = Enumerable.Range(closed, frames.Last - closed + 1).Sum(level => frames.Frame(level).Count);
                var invariant = frames.Invariant(closed);
                return InductiveProof.Check(task, InstanceObligations.OfInvariant(task, invariant), invariant,
                    string.Create(CultureInfo.InvariantCulture, $"{lemmas} lemmas"), frames.Last, How);
            }
        }

        return task.Cut(string.Create(CultureInfo.InvariantCulture, $"depth budget of {task.Run.Budget.Depth}"), How);
    }

    // Propagates blocked cubes to later frames. If a frame has no cube of its own left, the cubes of the later frames
    // form an invariant.
    private static int? Propagate(Frames frames)
    {
        for (var level = 1; level < frames.Last; level++)
        {
            foreach (var lemma in frames.Frame(level).ToList())
            {
                if (frames.Frame(level).Contains(lemma) && frames.IsInductiveRelativeTo(lemma, level, out _, out _))
                {
                    frames.Push(lemma, level);
                }
            }

            if (frames.Frame(level).Count == 0)
            {
                return level + 1;
            }
        }

        return null;
    }
}
