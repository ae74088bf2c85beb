using System.Collections.Immutable;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic.Pdr;

/// <summary>
/// The frames of the search, each an over-approximation of the states that are reachable within a number of steps,
/// together with one step in a solver.
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

    /// <summary>The index of the last frame.</summary>
    public int Last => levels.Count - 1;

    /// <summary>The cubes that are blocked at a frame and not at the next one.</summary>
    public IReadOnlyList<Cube> Level(int level) => levels[level];

    /// <summary>Adds a frame without blocked cubes.</summary>
    public void AddLevel()
    {
        levels.Add([]);
        solver.Send($"(declare-const level{Last} Bool)");
    }

    /// <summary>Blocks a cube: no state of it is reachable within the given number of steps.</summary>
    public void Learn(Cube cube, int level)
    {
        for (var lower = 1; lower <= level; lower++)
        {
            levels[lower].RemoveAll(cube.Contains);
        }

        levels[level].Add(cube);
        solver.Send($"(assert (or (not level{level}) {Negation(cube, 0)}))");
    }

    /// <summary>Moves a blocked cube to the next frame.</summary>
    public void Lift(Cube cube, int level)
    {
        levels[level].Remove(cube);
        Learn(cube, level + 1);
    }

    /// <summary>True if a cube that is blocked at a frame contains the given cube.</summary>
    public bool IsKnown(Cube cube, int level) => levels.Skip(level).Any(lemmas => lemmas.Any(lemma => lemma.Contains(cube)));

    /// <summary>True if a cube contains an initial state.</summary>
    public bool IsInitial(Cube cube) => !cube.Literals.Any(RulesOutStart);

    /// <summary>True if a leaf never starts with a code.</summary>
    public bool RulesOutStart((int Leaf, int Code) literal) => starts.TryGetValue(literal.Leaf, out var code) && code != literal.Code;

    /// <summary>A cube of bad states that a frame does not block; null if there is none.</summary>
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
    /// True if a step from a state of the previous frame outside of the cube leads into the cube; the cube is then not
    /// inductive relative to that frame.
    /// </summary>
    /// <param name="cube">The cube.</param>
    /// <param name="level">The frame of the states after the step.</param>
    /// <param name="before">If true, a cube of predecessors.</param>
    /// <param name="core">If false, a larger cube for which the same holds.</param>
    public bool IsReached(Cube cube, int level, out Cube? before, out Cube core)
    {
        var outside = Temporary(Negation(cube, 0));
        var isReached = Ask([.. Below(level - 1), outside, Can, Takes, .. cube.Literals.Select(literal => Name(literal, 1))]);
        (before, core) = (null, cube);
        if (isReached)
        {
            var state = Read(out var rule);
            // Every state of the cube can take this step, and the step leads there.
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

    /// <summary>The invariant that blocks the cubes from a frame on, as the definition of a predicate.</summary>
    public string Invariant(int from)
    {
        var clauses = levels.Skip(from).SelectMany(level => level).Select(cube => NegationOf(cube, "x"))
            .Order(StringComparer.Ordinal).ToList();
        return $"(define-fun inv ({question.Text.Typed("x")}) Bool\n  (and true\n    {string.Join("\n    ", clauses)}))";
    }

    // Frame 0 is the set of initial states; a cube that is blocked at a frame is blocked at all earlier ones.
    private IEnumerable<string> Below(int level) => level == 0
        ? [Init]
        : Enumerable.Range(level, levels.Count - level).Select(i => $"level{i}");

    // Generalizes a state to the literals that are needed for an impossibility.
    private Cube Smaller(Cube state, IEnumerable<string> impossible) =>
        Ask([.. impossible, .. state.Literals.Select(literal => Name(literal, 0))]) ? state : Core(state);

    private bool Ask(IEnumerable<string> assumptions) => solver.CheckSat($"(check-sat-assuming ({string.Join(' ', assumptions)}))") switch
    {
        Satisfiability.Sat => true,
        Satisfiability.Unsat => false,
        _ => throw new SolverException(SolverFailure.GaveUp, $"{solver.Identity} answers 'unknown'"),
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

    // The Boolean constant for a literal in one of the two states; unsat cores need constants rather than equations.
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
