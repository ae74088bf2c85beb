using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Solvers.Smt;

/// <summary>
/// A model and a property as terms: the initial states, the steps and the bad states. Queries, exports and certificates
/// are all about this system.
/// </summary>
/// <remarks>
/// For <c>Always</c> and <c>Reachable</c> it contains only the cone of influence of the property and of the conditions
/// under which the witnesses of the model are defined. A step uses three sets of leaves: those of the state before, one
/// that selects the rule, and those of the state after.
/// </remarks>
public sealed class TransitionSystem
{
    private readonly TermPool pool;
    private readonly ConeOfInfluence? cone;

    /// <summary>Lowers a model for a property.</summary>
    /// <exception cref="UserErrorException">VRF122: a state has too many leaves.</exception>
    /// <exception cref="NotSupportedException">The property is a <c>LeadsTo</c>.</exception>
    public TransitionSystem(Model model, Property property)
    {
        (Model, Property) = (model, property);
        var lowered = new LoweredModel(model);
        var question = lowered.Lower(Question(property));
        // A search evaluates the witnesses of the model too, so the property counts as undefined where a witness is.
        question = question with
        {
            IsDefined = model.Properties.OfType<Property.Reachable>().Select(witness => lowered.Lower(witness.Holds).IsDefined)
                .Aggregate(question.IsDefined, lowered.Pool.And),
        };
        if (property is not Property.NoDeadlock)
        {
            cone = new ConeOfInfluence(lowered, [question]);
            lowered = cone.Model;
        }

        (Lowered, pool) = (lowered, lowered.Pool);
        Variables = [.. lowered.Shape.Leaves.Where(leaf => leaf.Codes > 1 && cone?.Has(leaf.Index) != false)];
        FixedStarts = StartsOf();
        StartConditions =
            [.. lowered.StartConditions.Where(term => !term.IsTrue && Term.LeavesOf(term).All(leaf => cone?.Has(leaf) != false))];
        Initial =
        [
            .. FixedStarts.Select(start => pool.Equal(pool.Leaf(start.Leaf, CodesOf(start.Leaf)), pool.Constant(start.Code))),
            .. StartConditions,
        ];
        Shape = [.. lowered.Shape.Variables.SelectMany(Canonical)];
        (Enabled, Effect) = (GuardsOf(), EffectsOf());
        UndefinedStep = [.. lowered.Rules.SelectMany(UndefinedIn).Where(term => !term.IsFalse).Distinct()];
        UndefinedQuestion = pool.Not(question.IsDefined);
        Goal = property is Property.NoDeadlock
            ? [.. lowered.Rules.Select(rule => pool.Not(rule.Guard)).Append(pool.Not(question.Holds))
                .Where(term => !term.IsTrue).Distinct()]
            : [question.Holds];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The property.</summary>
    public Property Property { get; }

    /// <summary>The rules, restricted to the writes that the property can depend on.</summary>
    public LoweredModel Lowered { get; }

    /// <summary>The leaves of a state; each has at least two codes.</summary>
    public ImmutableArray<Leaf> Variables { get; }

    /// <summary>The leaf that selects one of <see cref="LoweredModel.Rules"/>.</summary>
    public int RuleSelector => Lowered.Shape.Leaves.Length;

    /// <summary>The number of codes of a leaf, of the rule selector, or of a leaf of the state after a step.</summary>
    public int CodesOf(int leaf) => leaf == RuleSelector
        ? Lowered.Rules.Length
        : Lowered.Shape.Leaves[leaf < RuleSelector ? leaf : Before(leaf)].Codes;

    /// <summary>The leaf of the state after a step for a given leaf.</summary>
    public int After(int leaf) => RuleSelector + 1 + leaf;

    /// <summary>The leaf of the state before a step for a given leaf of the state after it.</summary>
    public int Before(int leaf) => leaf - RuleSelector - 1;

    /// <summary>
    /// The leaves with a single initial code, and that code; the others may start with any code that the conditions allow.
    /// </summary>
    public ImmutableArray<(int Leaf, int Code)> FixedStarts { get; }

    /// <summary>The further conditions of an initial state; all must hold.</summary>
    public ImmutableArray<Term> StartConditions { get; }

    /// <summary>The conditions of an initial state; all must hold.</summary>
    public ImmutableArray<Term> Initial { get; }

    /// <summary>
    /// The conditions under which codes in range encode a state; all must hold. They say that the content of an empty
    /// option is 0.
    /// </summary>
    public ImmutableArray<Term> Shape { get; }

    /// <summary>The conditions under which a rule can fire; all must hold.</summary>
    public ImmutableArray<Term> Enabled { get; }

    /// <summary>
    /// The conditions under which a rule leads from one state to the other; all must hold. If the step is defined, they
    /// determine the other state.
    /// </summary>
    public ImmutableArray<Term> Effect { get; }

    /// <summary>The conditions under which a step from a state is undefined; one suffices.</summary>
    public ImmutableArray<Term> UndefinedStep { get; }

    /// <summary>The condition under which the property or a witness of the model is undefined.</summary>
    public Term UndefinedQuestion { get; }

    /// <summary>
    /// The conditions under which a state violates the property or, for a <c>Reachable</c>, satisfies it; all must
    /// hold.
    /// </summary>
    public ImmutableArray<Term> Goal { get; }

    /// <summary>
    /// The share of the state that the system contains, in a few words; null if it is the whole state.
    /// </summary>
    public string? Part => cone is null || cone.LeafCount == Lowered.Shape.Leaves.Length
        ? null
        : $"{cone.LeafCount} of {Lowered.Shape.Leaves.Length} parts (cone of influence)";

    /// <summary>A rule with its arguments, in one line.</summary>
    public string NameOf(int rule)
    {
        var arguments = Lowered.ArgumentsOf(Lowered.Rules[rule]);
        var given = arguments.IsEmpty ? "" : $"({string.Join(", ", arguments)})";
        return OneLine.Of(Model.Rules[Lowered.Rules[rule].Rule].Name + given);
    }

    /// <summary>The new value of a leaf as a function of the state before and of the rule.</summary>
    public Term NextOf(int leaf)
    {
        var value = pool.Leaf(leaf, CodesOf(leaf));
        foreach (var (when, written) in WritesTo(leaf).AsEnumerable().Reverse())
        {
            value = pool.Choice(when, written, value);
        }

        return value;
    }

    /// <summary>The trace with the given initial codes and rules, computed by the interpreter.</summary>
    public Traces.Trace TraceOf(IReadOnlyDictionary<int, int> initial, IEnumerable<int> rules)
    {
        var interpreter = new Interpreter(Model);
        var codes = Lowered.Shape.Encode(interpreter.InitialStates().First());
        foreach (var leaf in Variables)
        {
            codes[leaf.Index] = initial[leaf.Index];
        }

        var steps = rules.Select(rule => new Step(Lowered.Rules[rule].Rule, Lowered.ArgumentsOf(Lowered.Rules[rule])));
        return Traces.Trace.Along(interpreter, Lowered.Shape.Decode(codes), steps);
    }

    private static Expr Question(Property property) => property switch
    {
        Property.Always always => !always.Holds,
        Property.Reachable reachable => reachable.Holds,
        Property.NoDeadlock deadlock => deadlock.MayRest,
        Property.LeadsTo => throw new NotSupportedException("a LeadsTo property is about infinite runs, not about single states"),
        _ => throw new UnreachableException(),
    };

    private ImmutableArray<(int Leaf, int Code)> StartsOf()
    {
        var codes = Lowered.Shape.Encode(new Interpreter(Model).InitialStates().First());
        return [.. Variables.Where(leaf => leaf.Variable.Initially is not null).Select(leaf => (leaf.Index, codes[leaf.Index]))];
    }

    private IEnumerable<Term> Canonical(SortLayout storage) => storage switch
    {
        SortLayout.Group group => group.Items.SelectMany(Canonical),
        SortLayout.Flagged flagged => LeavesOf(flagged.Content).Where(leaf => Variables.Contains(leaf))
            .Select(leaf => pool.Or(
                pool.Leaf(flagged.Flag.Index, 2),
                pool.Equal(pool.Leaf(leaf.Index, leaf.Codes), pool.Constant(0))))
            .Concat(Canonical(flagged.Content)),
        _ => [],
    };

    private static IEnumerable<Leaf> LeavesOf(SortLayout storage) => storage switch
    {
        SortLayout.Single single => [single.Leaf],
        SortLayout.Flagged flagged => LeavesOf(flagged.Content).Prepend(flagged.Flag),
        SortLayout.Group group => group.Items.SelectMany(LeavesOf),
        _ => throw new UnreachableException(),
    };

    private Term Fires(int rule) => Lowered.Rules.Length == 1
        ? pool.True
        : pool.Equal(pool.Leaf(RuleSelector, Lowered.Rules.Length), pool.Constant(rule));

    private ImmutableArray<Term> GuardsOf() => Lowered.Rules.IsEmpty
        ? [pool.False]
        : [.. Lowered.Rules.Select((rule, i) => pool.Or(pool.Not(Fires(i)), rule.Guard)).Where(term => !term.IsTrue)];

    private ImmutableArray<Term> EffectsOf()
    {
        var terms = ImmutableArray.CreateBuilder<Term>();
        foreach (var leaf in Variables)
        {
            var after = pool.Leaf(After(leaf.Index), leaf.Codes);
            var kept = new List<Term>();
            foreach (var (when, written) in WritesTo(leaf.Index))
            {
                terms.Add(pool.Or(pool.Not(when), pool.Equal(after, written)));
                kept.Add(pool.Not(when));
            }

            terms.Add(pool.Or(pool.Not(pool.All(kept)), pool.Equal(after, pool.Leaf(leaf.Index, leaf.Codes))));
        }

        return [.. terms.Where(term => !term.IsTrue)];
    }

    private List<(Term When, Term Value)> WritesTo(int leaf)
    {
        if (writes is null)
        {
            writes = [];
            for (var rule = 0; rule < Lowered.Rules.Length; rule++)
            {
                foreach (var write in Lowered.Rules[rule].Writes)
                {
                    Note(rule, write);
                }
            }
        }

        return writes.TryGetValue(leaf, out var found) ? found : [];
    }

    private Dictionary<int, List<(Term When, Term Value)>>? writes;

    private void Note(int rule, LeafWrite write)
    {
        for (var i = 0; i < write.Leaves.Length; i++)
        {
            var when = pool.And(pool.And(Fires(rule), write.When), pool.Equal(write.Index, pool.Constant(i)));
            if (when.IsFalse)
            {
                continue;
            }

            if (!writes!.TryGetValue(write.Leaves[i], out var list))
            {
                writes[write.Leaves[i]] = list = [];
            }

            list.Add((when, write.Value));
        }
    }

    private IEnumerable<Term> UndefinedIn(LoweredRule rule) =>
        [pool.Not(rule.IsGuardDefined), pool.And(rule.Guard, pool.Not(rule.AreUpdatesDefined))];
}
