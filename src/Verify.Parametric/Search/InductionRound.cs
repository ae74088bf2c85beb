using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Semantics;
using Verify.Solvers;

namespace Verify.Parametric.Search;

/// <summary>
/// One round of the search for an invariant on one instance: the current clauses and the steps that violate them.
/// </summary>
internal sealed class InductionRound : IDisposable
{
    private const int Tries = 8;

    private readonly ISolver solver;
    private readonly FirstOrderModel model;
    private readonly AtomCatalogue vocabulary;
    private readonly FiniteInstance universe;
    private readonly Interpreter interpreter;
    private readonly Dictionary<string, int> sizes;
    private readonly List<Candidate> kept = [];
    private readonly List<Question> fixedQuestions = [];
    private readonly ImmutableArray<(FirstOrderRule Rule, ImmutableArray<Value> Arguments, int Position)> steps;

    public InductionRound(Model instance, string property, ISolverSource solvers, CancellationToken cancellation)
    {
        model = new FirstOrderModel(instance);
        vocabulary = new AtomCatalogue(model.Signature);
        sizes = model.Signature.Scalars.ToDictionary(scalar => scalar.Name, scalar => scalar.ScalarCount);
        interpreter = new Interpreter(instance);
        solver = solvers.Start(1, new SolverLimits(SecondsPerAnswer: 60), cancellation);
        universe = new FiniteInstance(model, solver);
        steps = [.. model.Rules.SelectMany((rule, position) =>
            FiniteInstance.DistinctArguments(rule.Rule).Select(arguments => (rule, arguments, position)))];
        var always = (Property.Always)instance.Property(property);
        AddQuestion(null, Formula.Not(Formula.And(
            model.IsDefined(always.Holds, always.Where), model.Holds(always.Holds, always.Where))));
        foreach (var step in steps)
        {
            AddStepQuestion(step, Formula.Not(step.Rule.IsGuardDefined), isTaken: false);
            AddStepQuestion(step, Formula.Not(step.Rule.AreUpdatesDefined), isTaken: true);
        }
    }

    /// <summary>The sizes as text.</summary>
    public string Size => string.Join(", ", sizes.Select(size => $"{size.Key}={size.Value}"));

    /// <summary>A clause in C#.</summary>
    public string TextOf(ImmutableArray<int> clause) => InvariantSearch.ClauseIn(vocabulary, clause).Text;

    public void Dispose() => solver.Dispose();

    /// <summary>Adds a clause to the current ones.</summary>
    public void Add(ImmutableArray<int> clause) => kept.Add(CandidateFor(clause));

    /// <summary>Removes a clause.</summary>
    public void Remove(ImmutableArray<int> clause)
    {
        kept.RemoveAll(known => ClauseFinder.Key(known.Literals) == ClauseFinder.Key(clause));
        foreach (var question in fixedQuestions.Concat(kept.SelectMany(known => known.Questions)))
        {
            question.IsSettled = false;
        }
    }

    /// <summary>The literals that are false in a state, for each choice of identities.</summary>
    public IEnumerable<ulong[]> RowsOf(State state) =>
        SampleMatrix.Of(vocabulary, new StateImage(model.Signature, state), sizes).Select(row => (ulong[])row.Clone()).ToList();

    /// <summary>
    /// A step from the current clauses that violates one of them, or a state that violates the property; null if there
    /// is none.
    /// </summary>
    public (CounterexampleToInduction Step, ImmutableArray<int>? Clause)? FirstBroken()
    {
        foreach (var question in fixedQuestions)
        {
            if (Answer(question) is { } broken)
            {
                return (broken, null);
            }
        }

        foreach (var known in kept)
        {
            foreach (var question in known.Questions)
            {
                if (Answer(question) is { } broken)
                {
                    return (broken, known.Literals);
                }
            }
        }

        return null;
    }

    /// <summary>
    /// The first candidate that every step preserves, given the current clauses; if there is none, the first candidate.
    /// </summary>
    public ImmutableArray<int> MaxStable(ImmutableArray<ImmutableArray<int>> candidates)
    {
        foreach (var candidate in candidates.Take(Tries))
        {
            var known = CandidateFor(candidate);
            if (known.Questions.TrueForAll(question => universe.Find([.. KeptNames, known.Name, .. question.Conditions]) is null))
            {
                return candidate;
            }
        }

        return candidates[0];
    }

    /// <summary>The clauses that the property depends on, directly or through other clauses.</summary>
    public HashSet<string> Needed()
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var queue = new Queue<Question>(fixedQuestions);
        while (queue.TryDequeue(out var question))
        {
            var used = Used(question);
            foreach (var known in kept.Where(known => used.Contains(known.Name) && needed.Add(ClauseFinder.Key(known.Literals))))
            {
                known.Questions.ForEach(queue.Enqueue);
            }
        }

        return needed;
    }

    private IEnumerable<string> KeptNames => kept.Select(known => known.Name);

    private HashSet<string> Used(Question question)
    {
        if (universe.Find([.. KeptNames, .. question.Conditions]) is not null)
        {
            throw new System.Diagnostics.UnreachableException("an implication that was proved before no longer holds");
        }

        return [.. solver.Ask("(get-unsat-assumptions)").Items.Select(item => item.Text ?? "")];
    }

    private Candidate CandidateFor(ImmutableArray<int> literals)
    {
        var clause = InvariantSearch.ClauseIn(vocabulary, literals).Expression;
        var formula = model.Holds(clause, new SourceLocation("", 0));
        var questions = new List<Question>();
        var read = FormulaTraversal.Symbols([formula]).ToHashSet();
        foreach (var step in steps.Where(step => step.Rule.After.Values.Any(pair => read.Contains(pair.Leaf.Symbol))))
        {
            var after = Formula.Not(model.HoldsAfter(step.Rule, clause, new SourceLocation("", 0)));
            questions.Add(new Question(new Lazy<ImmutableArray<string>>(() =>
                [universe.NameStep(step.Rule, step.Arguments), universe.NameAfter(step.Rule, step.Arguments, after)]),
                new Step(step.Position, step.Arguments)));
        }

        return new Candidate(literals, universe.Name(formula), questions);
    }

    private void AddQuestion(Step? step, Formula condition)
    {
        if (!condition.IsFalse)
        {
            fixedQuestions.Add(new Question(new Lazy<ImmutableArray<string>>(() => [universe.Name(condition)]), step));
        }
    }

    private void AddStepQuestion((FirstOrderRule Rule, ImmutableArray<Value> Arguments, int Position) step, Formula condition, bool isTaken)
    {
        if (!condition.IsFalse)
        {
            fixedQuestions.Add(new Question(new Lazy<ImmutableArray<string>>(() => isTaken
                ? [universe.NameStep(step.Rule, step.Arguments), universe.NameAfter(step.Rule, step.Arguments, condition)]
                : [universe.NameAfter(step.Rule, step.Arguments, condition)]), new Step(step.Position, step.Arguments)));
        }
    }

    private CounterexampleToInduction? Answer(Question question)
    {
        if (question.IsSettled)
        {
            return null;
        }

        if (universe.Find([.. KeptNames, .. question.Conditions]) is not { } state)
        {
            question.IsSettled = true;
            return null;
        }

        return new CounterexampleToInduction(state, question.Step, After(state, question.Step));
    }

    private State? After(State state, Step? step)
    {
        try
        {
            return step is not null && interpreter.IsEnabled(state, step) ? interpreter.Successor(state, step) : null;
        }
        catch (UserErrorException)
        {
            return null; // the counterexample is that the successor is undefined
        }
    }

    private sealed record Candidate(ImmutableArray<int> Literals, string Name, List<Question> Questions);

    private sealed class Question(Lazy<ImmutableArray<string>> conditions, Step? step)
    {
        public ImmutableArray<string> Conditions => conditions.Value;

        public Step? Step { get; } = step;

        public bool IsSettled { get; set; }
    }
}
