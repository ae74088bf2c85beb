using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic.Induction;

/// <summary>Turns obligations into a verdict after a fresh solver has accepted them.</summary>
internal static class InductiveProof
{
    // Deep enough for the witnesses of the existing models, and fast.
    private const int DepthOfWitnesses = 20;

    private const double SecondsOfSecond = 10;

    /// <summary>
    /// The verdict if no run has as many steps as the search has covered: the states on shorter runs are all states.
    /// </summary>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public static Verdict OfEnd(ProofTask task, string how)
    {
        var length = task.DepthCovered;
        return Check(task, InstanceObligations.OfEnd(task, length), null,
            $"the states on runs of fewer than {Amount.Of(length, "step")}, as no run is longer", length - 1, how);
    }

    /// <summary>The verdict of a proof; "unknown" if its obligations do not hold.</summary>
    /// <param name="task">The property and its model.</param>
    /// <param name="obligations">The obligations.</param>
    /// <param name="invariant">The definition of the invariant; null for k-induction and for the end of all runs.</param>
    /// <param name="certificate">The basis of the proof, in a few words.</param>
    /// <param name="depth">The depth that the engine covered.</param>
    /// <param name="how">The method, in a few words.</param>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public static Verdict Check(
        ProofTask task, string obligations, string? invariant, string certificate, int depth, string how)
    {
        using (var fresh = task.Start())
        {
            if (InstanceObligations.WhyNot(obligations, fresh, task.KnownRun) is { } reason)
            {
                return task.Unknown($"the engine found a proof that does not hold: {reason}");
            }
        }

        var (second, denied) = SecondOpinion(task, obligations);
        if (denied is not null)
        {
            return task.Unknown(denied);
        }

        var evaluator = invariant is null ? null : InvariantEvaluator.TryParse(invariant);
        var walked = ReachableCheck.Run(task, evaluator);
        if (walked.Broken is { } broken)
        {
            return task.Unsound(broken);
        }

        var looked = invariant is not null && evaluator is null ? $"{walked}, for the property alone" : walked.ToString();
        var evidence = task.Evidence(EvidenceKind.Inductive, depth, $"{how}; checked by {task.Solver}{second}; {looked}") with
        {
            Certificate = certificate,
            Obligations = obligations,
        };
        evidence = WithWitnesses(task, evidence) with { RuleCounts = [.. task.Model.Rules.Select(rule => Count(task, rule))] };
        return task.Property is Property.Reachable ? new Verdict.Refuted(null, evidence) : new Verdict.Proved(evidence);
    }

    // Asks a solver of another kind, in case the first one is wrong. A timeout of the second solver does not affect the
    // proof.
    private static (string Said, string? Denied) SecondOpinion(ProofTask task, string obligations)
    {
        if (task.SecondSolver is not { } other)
        {
            return (" alone; no other solver is available", null);
        }

        try
        {
            using var solver = task.Start(other, SecondsOfSecond);
            return InstanceObligations.WhyNot(obligations, solver, task.KnownRun) switch
            {
                null => ($" and {other.Identity}", null),
                var reason when reason.EndsWith("unknown", StringComparison.Ordinal) =>
                    ($" alone, {other.Identity} answers 'unknown'", null),
                var reason => ("", $"{task.Solver} and {other.Identity} contradict each other: {reason}"),
            };
        }
        catch (SolverException e) when (e.Trouble != SolverFailure.Stopped)
        {
            return ($" alone ({e.Message})", null);
        }
    }

    // An invariant does not show what is reachable, so a bounded search looks for each witness near the initial states.
    private static Evidence WithWitnesses(ProofTask task, Evidence evidence)
    {
        var met = ImmutableArray.CreateBuilder<Witness>();
        var notLookedFor = ImmutableArray.CreateBuilder<string>();
        foreach (var witness in task.Model.Properties.OfType<Property.Reachable>())
        {
            if (witness == task.Property)
            {
                met.Add(new Witness(witness.Name, null));
            }
            else if (FindWitness(task.About(witness)) is { IsKnown: true, Depth: var depth })
            {
                met.Add(new Witness(witness.Name, depth));
            }
            else
            {
                notLookedFor.Add(witness.Name);
            }
        }

        return evidence with { Witnesses = met.ToImmutable(), NotLookedFor = notLookedFor.ToImmutable() };
    }

    // Rules are not counted. For a rule that is declared never to fire, a search looks for a state where it can fire.
    private static long Count(ProofTask task, Rule rule)
    {
        if (rule.Never is null)
        {
            return Evidence.NotCounted;
        }

        var fires = !rule.Parameters.Aggregate(!rule.Guard, Dsl.ForAllOver);
        return FindWitness(task.About(new Property.Reachable(rule.Name, "", rule.Where, fires))) switch
        {
            { IsKnown: false } => Evidence.NotCounted,
            { Depth: null } => 0,
            _ => 1,
        };
    }

    // If all runs have ended, a witness that none of them reached is unreachable.
    private static (bool IsKnown, int? Depth) FindWitness(ProofTask task)
    {
        try
        {
            using var search = new BoundedSearch(task);
            while (task.DepthCovered < DepthOfWitnesses && !search.HasEnded)
            {
                if (search.Deepen() is { } trace)
                {
                    return (true, trace.Length);
                }
            }

            return (search.HasEnded, null);
        }
        catch (SolverException)
        {
            // The proof stays valid. A witness that the rest of the budget did not suffice for is reported as not
            // searched.
        }

        return (false, null);
    }
}
