using System.Collections.Immutable;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic.Pdr;

/// <summary>
/// One step as a solver knows it, and what is known of the states before it: the blocked cubes of each frame hold no state
/// that is reached within so many steps.
/// </summary>
internal sealed class Frames : IDisposable
{
    private const string Init = "is-init", Bad = "is-bad", Takes = "takes-effect", Can = "can-fire";
    private readonly ProofTask task;
    private readonly ISolver solver;
    private readonly Dictionary<string, (int Leaf, int Code)> literals = [];
    private readonly HashSet<string> declared = [];
    private readonly Dictionary<int, int> starts;
    private readonly List<List<Cube>> frames = [[]];
    private int activationLiterals;

    public Frames(ProofTask task)
    {
        this.task = task;
        var (text, before, after) = (task.Text, Unrolling.State(0), Unrolling.State(1));
        solver = task.Start();
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
        Control.Ask(solver, task.KnownRun, 0, Init);
        Control.Ask(solver, task.KnownRun, 1, Init, Can, Takes);
        starts = task.System.FixedStarts.ToDictionary(start => start.Leaf, start => start.Code);
    }

    /// <summary>The last frame.</summary>
    public int Last => frames.Count - 1;

    /// <summary>The cubes that are blocked at this frame and not at the next.</summary>
    public IReadOnlyList<Cube> Frame(int level) => frames[level];

    /// <summary>Begins a frame that blocks nothing.</summary>
    public void AddFrame()
    {
        frames.Add([]);
        solver.Send($"(declare-const level{Last} Bool)");
    }

    /// <summary>Blocks a cube up to a frame: no state of it is reached within so many steps.</summary>
    public void AddBlockedCube(Cube cube, int level)
    {
        for (var lower = 1; lower <= level; lower++)
        {
            frames[lower].RemoveAll(cube.Contains);
        }

        frames[level].Add(cube);
        solver.Send($"(assert (or (not level{level}) {Negation(cube, 0)}))");
    }

    /// <summary>Pushes a blocked cube to the next frame.</summary>
    public void Push(Cube cube, int level)
    {
        frames[level].Remove(cube);
        AddBlockedCube(cube, level + 1);
    }

    /// <summary>Looks for a blocked cube of a frame that contains a cube.</summary>
    public bool IsBlocked(Cube cube, int level) => frames.Skip(level).Any(lemmas => lemmas.Any(lemma => lemma.Contains(cube)));

    /// <summary>Looks for an initial state in a cube.</summary>
    public bool IntersectsInitial(Cube cube) => !cube.Literals.Any(ExcludesInitial)
        && (task.System.StartConditions.IsEmpty || Ask([Init, .. cube.Literals.Select(literal => LiteralName(literal, 0))]));

    /// <summary>A larger cube without initial states, for a cube without initial states.</summary>
    public Cube DisjointFromInitial(Cube cube)
    {
        foreach (var literal in cube.Literals.Where(ExcludesInitial))
        {
            return new Cube([literal]);
        }

        return IntersectsInitial(cube) ? cube : UnsatCore(cube);
    }

    // True when no initial state gives a leaf this code.
    private bool ExcludesInitial((int Leaf, int Code) literal) => starts.TryGetValue(literal.Leaf, out var code) && code != literal.Code;

    /// <summary>A cube of bad states that a frame does not block; null if there is none.</summary>
    public Cube? FindBad(int level)
    {
        if (!Ask([.. FrameLiterals(level), Bad]))
        {
            return null;
        }

        var state = ReadState();
        return Generalize(state, [$"(not {Bad})"]);
    }

    /// <summary>True when no step leads into a cube from a state of a frame outside the cube.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="level">The frame of the states before the step.</param>
    /// <param name="predecessor">States from which a step leads into the cube; null when there are none.</param>
    /// <param name="core">A larger cube into which no step leads either; the cube itself when a step leads into it.</param>
    public bool IsInductiveRelativeTo(Cube cube, int level, out Cube? predecessor, out Cube core)
    {
        var outside = ActivationLiteral(Negation(cube, 0));
        var isReached = Ask(
            [.. FrameLiterals(level), outside, Can, Takes, .. cube.Literals.Select(literal => LiteralName(literal, 1))]);
        (predecessor, core) = (null, cube);
        if (isReached)
        {
            var state = ReadState(out var rule);
            // The other literals may vary: these states can take this step, and it leads into the cube.
            var misses = ActivationLiteral($"(or (not {Can}) {Negation(cube, 1)})");
            predecessor = Generalize(state, [Takes, misses, .. rule is { } fired ? [RuleName(fired)] : Array.Empty<string>()]);
            Release(misses);
        }
        else
        {
            core = UnsatCore(cube);
        }

        Release(outside);
        return !isReached;
    }

    public void Dispose() => solver.Dispose();

    /// <summary>That a state is in no blocked cube of the frames from one on, as the definition of a predicate.</summary>
    public string Invariant(int from)
    {
        var clauses = frames.Skip(from).SelectMany(level => level).Select(cube => NegationOf(cube, "x"))
            .Order(StringComparer.Ordinal).ToList();
        return $"(define-fun inv ({task.Text.Typed("x")}) Bool\n  (and true\n    {string.Join("\n    ", clauses)}))";
    }

    // Frame 0 is the initial states; what a frame blocks, all below block.
    private IEnumerable<string> FrameLiterals(int level) => level == 0
        ? [Init]
        : Enumerable.Range(level, frames.Count - level).Select(i => $"level{i}");

    // The part of a state that matters: with it alone, something still cannot be.
    private Cube Generalize(Cube state, IEnumerable<string> impossible) =>
        Ask([.. impossible, .. state.Literals.Select(literal => LiteralName(literal, 0))]) ? state : UnsatCore(state);

    private bool Ask(IEnumerable<string> assumptions) => solver.CheckSat($"(check-sat-assuming ({string.Join(' ', assumptions)}))") switch
    {
        Satisfiability.Sat => true,
        Satisfiability.Unsat => false,
        _ => throw new SolverException(SolverFailure.GaveUp, $"{solver.Identity} answers 'unknown'"),
    };

    private Cube UnsatCore(Cube of)
    {
        var words = solver.Ask("(get-unsat-assumptions)").Items.Select(item => item.ToString())
            .Where(literals.ContainsKey).Select(item => literals[item]).ToHashSet();
        return new Cube([.. of.Literals.Where(words.Contains)]);
    }

    private Cube ReadState() => ReadState(out _);

    private Cube ReadState(out int? rule)
    {
        var hasChoice = task.Text.HasChoice;
        var codes = solver.CodesOf([.. task.Text.Parts(Unrolling.State(0)), .. hasChoice ? ["rule"] : Array.Empty<string>()]);
        rule = hasChoice ? codes[^1] : null;
        return new Cube([.. task.System.Variables.Select((leaf, i) => (leaf.Index, codes[i]))]);
    }

    // The word for a literal in one of the two states; solvers want words, not equations, to tell what they used.
    private string LiteralName((int Leaf, int Code) literal, int state)
    {
        var (part, codes) = ($"{Unrolling.State(state)}{literal.Leaf}", task.System.CodesOf(literal.Leaf));
        var word = Word(part, codes, literal.Code);
        literals[word] = literal;
        return word;
    }

    private string RuleName(int rule) => Word("rule", task.System.CodesOf(task.System.RuleSelector), rule);

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
            $"(not {SmtLib.Has($"{prefix}{literal.Leaf}", task.System.CodesOf(literal.Leaf), literal.Code)})"))})";

    private string ActivationLiteral(string condition)
    {
        var word = $"temporary{activationLiterals++}";
        solver.Send($"(declare-const {word} Bool)\n(assert (=> {word} {condition}))");
        return word;
    }

    private void Release(string temporary) => solver.Send($"(assert (not {temporary}))");
}
