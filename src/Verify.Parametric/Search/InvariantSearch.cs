using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>The result of a search for an invariant.</summary>
/// <param name="Invariant">The invariant; null if no conjunction of clauses suffices.</param>
/// <param name="Stuck">A step that no clause excludes; null if an invariant was found.</param>
/// <param name="Instance">The instance of that step.</param>
public sealed record FoundInvariant(ClauseInvariant? Invariant, CounterexampleToInduction? Stuck, Model Instance);

/// <summary>
/// Finds an inductive invariant that is a conjunction of universally quantified clauses. It guesses clauses from the
/// reachable states of small instances, one for each counterexample to induction, and drops clauses that are not
/// inductive.
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
    /// <param name="instances">The instances to use, the smallest first.</param>
    /// <param name="claim">The claim that it is for.</param>
    /// <param name="property">The property to prove.</param>
    /// <param name="solvers">The solver to use.</param>
    /// <param name="progress">Receives progress messages.</param>
    public InvariantSearch(
        ImmutableArray<Model> instances, string claim, string property, ISolverSource solvers, IProgress<string>? progress = null) =>
        (this.instances, this.claim, this.property, this.solvers, this.progress) = (instances, claim, property, solvers, progress);

    /// <summary>Runs the search.</summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    /// <exception cref="UserErrorException">VRF307: the model cannot be expressed for every size.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
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
                level = -1; // clauses whose proof used the removed clause
            }
        }

        var vocabulary = new AtomCatalogue(new Signature(instances[0]));
        var invariant = new ClauseInvariant(claim, [.. kept.Select(clause => ClauseIn(vocabulary, clause))]);
        return new FoundInvariant(invariant, null, instances[0]);
    }

    /// <summary>The clause of some literals, given by their indices.</summary>
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
            // Literals are identified by their indices, so a model with other literals cannot contribute.
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

    // Repeats until no step violates the clauses: excludes the state before the step, or drops the violated clause.
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
