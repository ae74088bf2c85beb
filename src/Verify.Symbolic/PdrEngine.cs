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

    private protected override Verdict Decide(ProofTask question)
    {
        const string How = "property directed reachability";
        using var frames = new Frames(question);
        if (frames.BadIn(0) is not null)
        {
            return BoundedSearch.Refute(question, How);
        }

        for (question.Looked = 0; question.Looked < (question.Run.Budget.Depth ?? int.MaxValue); question.Looked++)
        {
            question.Run.Progress?.Report(new Progress(0, 0, question.Looked, 0));
            frames.AddLevel();
            while (frames.BadIn(frames.Last) is { } bad)
            {
                if (!new ProofObligations(frames).Block(bad))
                {
                    return BoundedSearch.Refute(question, How);
                }
            }

            if (Spread(frames) is { } closed)
            {
                var lemmas = Enumerable.Range(closed, frames.Last - closed + 1).Sum(level => frames.Level(level).Count);
                var invariant = frames.Invariant(closed);
                return InductiveProof.Of(question, InstanceObligations.OfInvariant(question, invariant), invariant,
                    string.Create(CultureInfo.InvariantCulture, $"{lemmas} lemmas"), frames.Last, How);
            }
        }

        return question.Cut(string.Create(CultureInfo.InvariantCulture, $"depth budget of {question.Run.Budget.Depth}"), How);
    }

    // Propagates blocked cubes to later frames. If a frame has no cube of its own left, the cubes of the later frames
    // form an invariant.
    private static int? Spread(Frames frames)
    {
        for (var level = 1; level < frames.Last; level++)
        {
            foreach (var lemma in frames.Level(level).ToList())
            {
                if (frames.Level(level).Contains(lemma) && !frames.IsReached(lemma, level + 1, out _, out _))
                {
                    frames.Lift(lemma, level);
                }
            }

            if (frames.Level(level).Count == 0)
            {
                return level + 1;
            }
        }

        return null;
    }
}
