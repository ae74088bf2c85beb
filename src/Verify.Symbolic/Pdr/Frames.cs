using System.Collections.Immutable;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic.Pdr;

/// <summary>
/// One step as a solver knows it, and what is known of the states before it: the lemmas of each level hold in all states
/// that can be reached in so many steps.
/// </summary>
internal sealed class Frames : IDisposable
{
    private const string Init = "is-init", Bad = "is-bad", Takes = "takes-effect", Can = "can-fire";
    private readonly ProofTask question;
    private readonly ISolver solver;
    private readonly Dictionary<string, (int Leaf, int Code)> literals = [];
    private readonly HashSet<string> declared = [];
    private readonly Dictionary<int, int> starts;
    private readonly List<List<Cube>> levels = [[]];
    private int temporaries;

    public Frames(ProofTask question)
    {
        this.question = question;
        var (text, before, after) = (question.Text, Unrolling.State(0), Unrolling.State(1));
        solver = question.Start();
        solver.Send($"""
            (set-option :produce-unsat-assumptions true)
            (set-logic QF_BV)
            {text.Declare(before)}{text.DeclareParts(after)}{(text.HasChoice ? $"(declare-const rule {text.ChoiceSort})" : "")}
            (declare-const {Init} Bool)
            (declare-const {Bad} Bool)
            (declare-const {Takes} Bool)
            (declare-const {Can} Bool)
            (assert (=> {Init} {SmtLib.Apply("init", before)}))
            (assert (= {Bad} {SmtLib.Apply("bad", before)}))
            (assert (=> {Takes} {text.Effect(before, "rule", after)}))
            (assert (= {Can} {text.Enabled(before, "rule")}))
            """);
        Control.Ask(solver, question.Known, 0, Init);
        Control.Ask(solver, question.Known, 1, Init, Can, Takes);
        starts = question.System.FixedStarts.ToDictionary(start => start.Leaf, start => start.Code);
    }

    /// <summary>The last level.</summary>
    public int Last => levels.Count - 1;

    /// <summary>The lemmas whose highest level is a certain one: no state of these is reached so soon.</summary>
    public IReadOnlyList<Cube> Level(int level) => levels[level];

    /// <summary>Begins a level, of which nothing is known.</summary>
    public void AddLevel()
    {
        levels.Add([]);
        solver.Send($"(declare-const level{Last} Bool)");
    }

    /// <summary>No state of a cube is reached within so many steps.</summary>
    public void Learn(Cube cube, int level)
    {
        for (var lower = 1; lower <= level; lower++)
        {
            levels[lower].RemoveAll(cube.Contains);
        }

        levels[level].Add(cube);
        solver.Send($"(assert (or (not level{level}) {Negation(cube, 0)}))");
    }

    /// <summary>Moves a lemma up by a level.</summary>
    public void Lift(Cube cube, int level)
    {
        levels[level].Remove(cube);
        Learn(cube, level + 1);
    }

    /// <summary>Whether a lemma says already that no state of a cube is reached within so many steps.</summary>
    public bool IsKnown(Cube cube, int level) => levels.Skip(level).Any(lemmas => lemmas.Any(lemma => lemma.Contains(cube)));

    /// <summary>Whether an initial state is in a cube.</summary>
    public bool IsInitial(Cube cube) => !cube.Literals.Any(RulesOutStart);

    /// <summary>Whether a leaf never starts with a code.</summary>
    public bool RulesOutStart((int Leaf, int Code) literal) => starts.TryGetValue(literal.Leaf, out var code) && code != literal.Code;

    /// <summary>A cube of bad states that are not ruled out at a level; null if there is none.</summary>
    public Cube? BadIn(int level)
    {
        if (!Ask([.. Below(level), Bad]))
        {
            return null;
        }

        var state = Read();
        return Smaller(state, [$"(not {Bad})"]);
    }

    /// <summary>
    /// Whether a step from a state that is not ruled out at the level below, and not in the cube, leads into a cube.
    /// </summary>
    /// <param name="cube">The cube.</param>
    /// <param name="level">The level of the states after the step.</param>
    /// <param name="before">If so, states that lead there.</param>
    /// <param name="core">If not, a larger cube of which the same is true.</param>
    public bool IsReached(Cube cube, int level, out Cube? before, out Cube core)
    {
        var outside = Temporary(Negation(cube, 0));
        var isReached = Ask([.. Below(level - 1), outside, Can, Takes, .. cube.Literals.Select(literal => Name(literal, 1))]);
        (before, core) = (null, cube);
        if (isReached)
        {
            var state = Read(out var rule);
            // Whatever else is true of them, they can take this step, and it leads there.
            var misses = Temporary($"(or (not {Can}) {Negation(cube, 1)})");
            before = Smaller(state, [Takes, misses, .. rule is { } fired ? [RuleName(fired)] : Array.Empty<string>()]);
            Retire(misses);
        }
        else
        {
            core = Core(cube);
        }

        Retire(outside);
        return isReached;
    }

    public void Dispose() => solver.Dispose();

    /// <summary>That a state is in no cube of the levels from one on, as the definition of a predicate.</summary>
    public string Invariant(int from)
    {
        var clauses = levels.Skip(from).SelectMany(level => level).Select(cube => NegationOf(cube, "x"))
            .Order(StringComparer.Ordinal).ToList();
        return $"(define-fun inv ({question.Text.Typed("x")}) Bool\n  (and true\n    {string.Join("\n    ", clauses)}))";
    }

    // Level 0 is the initial states; what is known of a level is known of all below.
    private IEnumerable<string> Below(int level) => level == 0
        ? [Init]
        : Enumerable.Range(level, levels.Count - level).Select(i => $"level{i}");

    // The part of a state that matters: with it alone, something still cannot be.
    private Cube Smaller(Cube state, IEnumerable<string> impossible) =>
        Ask([.. impossible, .. state.Literals.Select(literal => Name(literal, 0))]) ? state : Core(state);

    private bool Ask(IEnumerable<string> assumptions) => solver.CheckSat($"(check-sat-assuming ({string.Join(' ', assumptions)}))") switch
    {
        Satisfiability.Sat => true,
        Satisfiability.Unsat => false,
        _ => throw new SolverException(SolverFailure.GaveUp, $"{solver.Identity} gives up on a question (it answers 'unknown')"),
    };

    private Cube Core(Cube of)
    {
        var words = solver.Ask("(get-unsat-assumptions)").Items.Select(item => item.ToString())
            .Where(literals.ContainsKey).Select(item => literals[item]).ToHashSet();
        return new Cube([.. of.Literals.Where(words.Contains)]);
    }

    private Cube Read() => Read(out _);

    private Cube Read(out int? rule)
    {
        var hasChoice = question.Text.HasChoice;
        var codes = solver.CodesOf([.. question.Text.Parts(Unrolling.State(0)), .. hasChoice ? ["rule"] : Array.Empty<string>()]);
        rule = hasChoice ? codes[^1] : null;
        return new Cube([.. question.System.Variables.Select((leaf, i) => (leaf.Index, codes[i]))]);
    }

    // The word for a literal in one of the two states; solvers want words, not equations, to tell what they used.
    private string Name((int Leaf, int Code) literal, int state)
    {
        var (part, codes) = ($"{Unrolling.State(state)}{literal.Leaf}", question.System.CodesOf(literal.Leaf));
        var word = Word(part, codes, literal.Code);
        literals[word] = literal;
        return word;
    }

    private string RuleName(int rule) => Word("rule", question.System.CodesOf(question.System.RuleSelector), rule);

    private string Word(string part, int codes, int code)
    {
        if (codes == 2)
        {
            return SmtLib.Has(part, codes, code);
        }

        var word = $"{part}={code}";
        if (declared.Add(word))
        {
            solver.Send($"(declare-const {word} Bool)\n(assert (= {word} {SmtLib.Has(part, codes, code)}))");
        }

        return word;
    }

    private string Negation(Cube cube, int state) => NegationOf(cube, Unrolling.State(state));

    private string NegationOf(Cube cube, string prefix) => cube.Literals.IsEmpty
        ? "false"
        : $"(or false {string.Join(' ', cube.Literals.Select(literal =>
            $"(not {SmtLib.Has($"{prefix}{literal.Leaf}", question.System.CodesOf(literal.Leaf), literal.Code)})"))})";

    private string Temporary(string condition)
    {
        var word = $"temporary{temporaries++}";
        solver.Send($"(declare-const {word} Bool)\n(assert (=> {word} {condition}))");
        return word;
    }

    private void Retire(string temporary) => solver.Send($"(assert (not {temporary}))");
}
