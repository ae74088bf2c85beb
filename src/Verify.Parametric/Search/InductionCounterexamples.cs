using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Parametric.Obligations;
using Verify.Semantics;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>Finds a counterexample to an obligation on an instance.</summary>
public static class InductionCounterexamples
{
    /// <summary>
    /// A state of the invariant in which an obligation fails, with the step that violates it; null if there is none.
    /// </summary>
    /// <param name="obligations">The proof, for an instance.</param>
    /// <param name="name">The name of the obligation.</param>
    /// <param name="program">The solver.</param>
    /// <param name="cancellation">Cancels the search.</param>
    /// <exception cref="SolverException">The solver gives no answer.</exception>
    public static CounterexampleToInduction? Find(InvariantObligations obligations, string name, ISolverSource program,
        CancellationToken cancellation)
    {
        var obligation = obligations.All.FirstOrDefault(o => o.Name == name);
        if (obligation is null || obligation.Kind == ObligationKind.Starts)
        {
            return null;
        }

        using var solver = program.Start(1, new SolverLimits(SecondsPerAnswer: 30), cancellation);
        var universe = new FiniteInstance(obligations.Model, solver);
        var known = obligations.Invariant.Select(universe.Name).ToList();
        if (obligation.Rule is not { } rule)
        {
            var state = universe.Find([.. known, universe.Name(Formula.Not(Wanted(obligations, obligation)))]);
            return state is null ? null : new CounterexampleToInduction(state, null, null);
        }

        var position = obligations.Model.Rules.IndexOf(rule);
        var goal = Goal(obligations, obligation, rule);
        foreach (var arguments in FiniteInstance.DistinctArguments(rule.Rule))
        {
            var isTaken = goal != rule.IsGuardDefined;
            IEnumerable<string> step = isTaken ? [universe.NameStep(rule, arguments)] : [];
            if (universe.Find([.. known, .. step, universe.NameAfter(rule, arguments, Formula.Not(goal))]) is { } before)
            {
                var taken = new Step(position, arguments);
                return new CounterexampleToInduction(before, taken, After(new Interpreter(obligations.Model.Model), before, taken));
            }
        }

        return null;
    }

    // The goal for every state of the invariant; a witness need not hold, but it must be defined.
    private static Formula Wanted(InvariantObligations obligations, Obligation obligation)
    {
        var (model, property) = (obligations.Model, obligations.Property);
        return obligation.Witness is { } witness
            ? model.IsDefined(witness.Holds, witness.Where)
            : Formula.And(model.IsDefined(property.Holds, property.Where), model.Holds(property.Holds, property.Where));
    }

    private static Formula Goal(InvariantObligations obligations, Obligation obligation, FirstOrderRule rule) => obligation switch
    {
        { Conjunct: { } conjunct } => obligations.Model.HoldsAfter(rule, conjunct.Holds, conjunct.Where),
        { Assumed: var assumed } when assumed.Contains(rule.Guard) => rule.AreUpdatesDefined,
        _ => rule.IsGuardDefined,
    };

    private static State? After(Interpreter interpreter, State before, Step step)
    {
        try
        {
            return interpreter.IsEnabled(before, step) ? interpreter.Successor(before, step) : null;
        }
        catch (UserErrorException)
        {
            return null; // the counterexample is that the successor is undefined
        }
    }
}
