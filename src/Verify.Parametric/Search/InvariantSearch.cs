using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>What a search for an invariant came to.</summary>
/// <param name="Invariant">The invariant; null when there is none in the language of clauses.</param>
/// <param name="Stuck">A step that no clause excludes; null when an invariant was found.</param>
/// <param name="Instance">The instance of that step.</param>
public sealed record FoundInvariant(ClauseInvariant? Invariant, CounterexampleToInduction? Stuck, Model Instance);

/// <summary>
/// Finds an inductive invariant of universally quantified clauses. Clauses are guessed from the reachable states of
/// small instances, one for each step that leads out of what is known so far; a clause that cannot be kept is dropped.
/// </summary>
public sealed class InvariantSearch
{
    private readonly ImmutableArray<Model> instances;
    private readonly string claim;
    private readonly string property;
    private readonly ISolverSource solvers;
    private readonly IProgress<string>? progress;
    private readonly List<ImmutableArray<int>> kept = [];
    private readonly HashSet<string> banned = new(StringComparer.Ordinal);

    /// <summary>Prepares a search.</summary>
    /// <param name="instances">The instances that are looked at, the smallest first.</param>
    /// <param name="claim">The claim that it is for.</param>
    /// <param name="property">What is to be proved.</param>
    /// <param name="solvers">The solver to use.</param>
    /// <param name="progress">Told what it does.</param>
    public InvariantSearch(
        ImmutableArray<Model> instances, string claim, string property, ISolverSource solvers, IProgress<string>? progress = null) =>
        (this.instances, this.claim, this.property, this.solvers, this.progress) = (instances, claim, property, solvers, progress);

    /// <summary>Searches.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    /// <exception cref="UserErrorException">VRF307: the model cannot be told for every size.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public FoundInvariant Find(int maxStates, CancellationToken cancellation)
    {
        var finder = Sample(maxStates, cancellation);
        for (var level = 0; level < instances.Length; level++)
        {
            using var round = new InductionRound(instances[level], property, solvers, cancellation);
            var hasLost = false;
            if (Repair(round, finder, ref hasLost, cancellation) is { } stuck)
            {
                return new FoundInvariant(null, stuck, instances[level]);
            }

            progress?.Report($"{round.Size}: {kept.Count} conjuncts are kept by every step");
            if (level == instances.Length - 1)
            {
                var needed = round.Needed();
                kept.RemoveAll(clause => !needed.Contains(ClauseFinder.Key(clause)));
            }
            else if (hasLost && level > 0)
            {
                level = -1; // what was shown with the help of a clause that is gone
            }
        }

        var vocabulary = new AtomCatalogue(new Signature(instances[0]));
        var invariant = new ClauseInvariant(claim, [.. kept.Select(clause => ClauseIn(vocabulary, clause))]);
        return new FoundInvariant(invariant, null, instances[0]);
    }

    /// <summary>A clause by the numbers of its literals.</summary>
    internal static Clause ClauseIn(AtomCatalogue vocabulary, ImmutableArray<int> literals)
    {
        var used = literals.SelectMany(literal => vocabulary.Literals[literal].Over).Distinct()
            .OrderBy(vocabulary.Variables.IndexOf).ToImmutableArray();
        return new Clause([.. literals.Select(literal => vocabulary.Literals[literal])], used);
    }

    private ClauseFinder Sample(int maxStates, CancellationToken cancellation)
    {
        var vocabulary = new AtomCatalogue(new Signature(instances[0]));
        var rows = new SampleMatrix(vocabulary);
        for (var level = 0; level < instances.Length; level++)
        {
            var signature = new Signature(instances[level]);
            var own = new AtomCatalogue(signature);
            // Statements go by their numbers: of a model that has others nothing is learnt.
            if (!own.Literals.Select(literal => literal.Text).SequenceEqual(vocabulary.Literals.Select(literal => literal.Text)))
            {
                continue;
            }

            var sizes = signature.Scalars.ToDictionary(scalar => scalar.Name, scalar => scalar.ScalarCount);
            var states = new ReachableStates(instances[level]).Take(maxStates);
            foreach (var state in states)
            {
                cancellation.ThrowIfCancellationRequested();
                rows.Add(own, new StateImage(signature, state), sizes);
            }

            var size = string.Join(", ", sizes.Select(s => $"{s.Key}={s.Value}"));
            progress?.Report($"{size}: {states.Count} reachable states, {rows.Count} rows");
        }

        rows.Finish();
        return new ClauseFinder(vocabulary, rows, cancellation);
    }

    // Until no step leads out: excludes where it comes from, or gives up what it breaks.
    private CounterexampleToInduction? Repair(InductionRound round, ClauseFinder finder, ref bool hasLost, CancellationToken cancellation)
    {
        foreach (var clause in kept)
        {
            round.Add(clause);
        }

        while (round.FirstBroken() is { } broken)
        {
            cancellation.ThrowIfCancellationRequested();
            var candidates = finder.Excluding(round.RowsOf(broken.Step.Before), clause => banned.Contains(ClauseFinder.Key(clause)));
            if (!candidates.IsEmpty)
            {
                var best = round.MaxStable(candidates);
                kept.Add(best);
                round.Add(best);
                progress?.Report($"  + {round.TextOf(best)}");
            }
            else if (broken.Clause is { } lost)
            {
                hasLost = true;
                banned.Add(ClauseFinder.Key(lost));
                kept.RemoveAll(clause => ClauseFinder.Key(clause) == ClauseFinder.Key(lost));
                round.Remove(lost);
                progress?.Report($"  - {round.TextOf(lost)}");
            }
            else
            {
                return broken.Step;
            }
        }

        return null;
    }
}
