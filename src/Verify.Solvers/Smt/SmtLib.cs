using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Verify.Lowering;

namespace Verify.Solvers.Smt;

/// <summary>
/// A transition system as SMT-LIB 2 text. Queries, exports and certificates define the same predicates and differ only
/// in the commands that use them.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>(shape s)</c>: s encodes a state.</item>
/// <item><c>(init s)</c>: s is initial.</item>
/// <item><c>(step s rule s')</c>: the rule can fire in s (enabled) and leads to s' (effect).</item>
/// <item><c>(undefined-question s)</c>, <c>(undefined-step s)</c>: the model is not well defined in s.</item>
/// <item><c>(met s)</c>: s violates the property or, for a <c>Reachable</c>, satisfies it.</item>
/// <item><c>(bad s)</c>: one of the last three.</item>
/// </list>
/// </remarks>
public sealed partial class SmtLib
{
    private readonly TransitionSystem system;
    private readonly SmtTerms terms;

    /// <summary>Writes the predicates.</summary>
    public SmtLib(TransitionSystem system)
    {
        this.system = system;
        terms = new SmtTerms(system.CodesOf, NameOf);
        HasChoice = system.Lowered.Rules.Length > 1;
        bodies = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["shape"] = terms.All(system.Shape, InRange("x")),
            ["init"] = terms.All(system.Initial, [.. InRange("x"), terms.All(system.Shape)]),
            ["enabled"] = terms.All(system.Enabled, ChoiceInRange()),
            ["effect"] = terms.All(system.Effect),
            ["undefined-question"] = terms.All([system.UndefinedQuestion]),
            ["undefined-step"] = terms.Any(system.UndefinedStep),
            ["met"] = terms.All(system.Goal),
        };
    }

    private readonly Dictionary<string, string> bodies;

    /// <summary>True if a step has an argument that selects the rule; with a single rule there is none.</summary>
    public bool HasChoice { get; }

    /// <summary>The sorts of the parts of a state, in order.</summary>
    public IEnumerable<string> Sorts => system.Variables.Select(leaf => SmtTerms.SortOf(leaf.Codes));

    /// <summary>The sort of the argument that selects the rule.</summary>
    public string ChoiceSort => SmtTerms.SortOf(system.Lowered.Rules.Length);

    /// <summary>The names of the parts of a state; the prefix identifies the state.</summary>
    public IEnumerable<string> Parts(string prefix) => system.Variables.Select(leaf => $"{prefix}{leaf.Index}");

    /// <summary>The parts of a state with their sorts, for a quantifier or a definition.</summary>
    public string Typed(string prefix) => string.Join(' ', Parts(prefix).Zip(Sorts, (part, sort) => $"({part} {sort})"));

    /// <summary>A declared predicate, applied to a state.</summary>
    public static string Apply(string predicate, string prefix) => $"{predicate}.{prefix}";

    /// <summary>A predicate with parameters, such as an invariant, applied to a state.</summary>
    public string Call(string predicate, string prefix) => system.Variables.IsEmpty
        ? predicate
        : $"({predicate} {string.Join(' ', Parts(prefix))})";

    /// <summary>The condition that a rule can fire in a state.</summary>
    public string Enabled(string from, string rule) => Written("enabled", from, rule, "y");

    /// <summary>The condition that a rule leads from one state to another.</summary>
    public string Effect(string from, string rule, string to) => Written("effect", from, rule, to);

    // The body of a predicate for certain states. Z3 4.8.12 hangs on some definitions with parameters, and on none
    // without.
    private string Written(string predicate, string from, string rule, string to) => PartOrRule().Replace(bodies[predicate],
        match => match.Value switch
        {
            "rule" => rule,
            ['x', .. var part] => from + part,
            ['y', .. var part] => to + part,
            _ => throw new System.Diagnostics.UnreachableException(),
        });

    [GeneratedRegex(@"\b(?:[xy][0-9]+|rule)\b")]
    private static partial Regex PartOrRule();

    private static string Together(params ReadOnlySpan<string> parts) =>
        string.Join(' ', parts.ToArray().Where(part => part.Length > 0));

    /// <summary>Declares a state and asserts its shape.</summary>
    public string Declare(string prefix) => $"{DeclareParts(prefix)}(assert {Apply("shape", prefix)})\n";

    /// <summary>Declares a state and defines its predicates.</summary>
    public string DeclareParts(string prefix) =>
        string.Concat(Parts(prefix).Zip(Sorts, (part, sort) => $"(declare-const {part} {sort})\n"))
        + string.Concat(OfOneState.Select(name =>
            $"(define-fun {Apply(name, prefix)} () Bool{Written(name, prefix, "rule", "y")})\n"))
        + $"(define-fun {Apply("bad", prefix)} () Bool\n  (or {string.Join(' ', Bad.Select(name => Apply(name, prefix)))}))\n";

    /// <summary>Declares the rule that fires and asserts a step.</summary>
    public string DeclareStep(string from, string rule, string to) =>
        (HasChoice ? $"(declare-const {rule} {ChoiceSort})\n" : "")
        + $"(assert {Enabled(from, rule)})\n(assert {Effect(from, rule, to)})\n";

    /// <summary>The condition that two states differ.</summary>
    public string Differ(string one, string other)
    {
        var pairs = Parts(one).Zip(Parts(other), (a, b) => $"(not (= {a} {b}))").ToList();
        return pairs.Count switch { 0 => "false", 1 => pairs[0], _ => $"(or {string.Join(' ', pairs)})" };
    }

    /// <summary>
    /// The property as Horn clauses about a predicate <c>inv</c>, with definitions. They are satisfiable exactly if no
    /// bad state is reachable; a solution for <c>inv</c> is an inductive invariant.
    /// </summary>
    public string HornClauses() => $"{Define()}(declare-fun inv ({string.Join(' ', Sorts)}) Bool)\n"
        + Clause(Typed("x"), Call("init", "x"), Call("inv", "x"))
        + Clause(Together(Typed("x"), HasChoice ? $"(rule {ChoiceSort})" : "", Typed("y")),
            $"(and {Call("inv", "x")} {Whole("step")})", Call("inv", "y"))
        + Clause(Typed("x"), $"(and {Call("inv", "x")} {Call("bad", "x")})", "false");

    private string Whole(string predicate)
    {
        var arguments = Together([.. Parts("x"), HasChoice ? "rule" : "", .. Parts("y")]);
        return arguments.Length == 0 ? predicate : $"({predicate} {arguments})";
    }

    private static string Clause(string variables, string premise, string conclusion) => string.IsNullOrWhiteSpace(variables)
        ? $"(assert (=> {premise} {conclusion}))\n"
        : $"(assert (forall ({variables.Trim()})\n  (=> {premise}\n    {conclusion})))\n";

    /// <summary>The condition that a part of a state has a code; for a truth value, the part or its negation.</summary>
    public static string Has(string part, int codes, int code) => codes != 2 ? $"(= {part} {SmtTerms.Literal(codes, code)})"
        : code == 1 ? part : $"(not {part})";

    /// <summary>The code in a value that a solver prints; null if it is malformed.</summary>
    public static int? CodeOf(string value) => value switch
    {
        "true" => 1,
        "false" => 0,
        ['#', 'b', .. var digits] when digits.Length is > 0 and < 32 && digits.All(digit => digit is '0' or '1') =>
            Convert.ToInt32(digits, 2),
        ['#', 'x', .. var digits] when digits.Length is > 0 and < 8
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) => code,
        _ => null,
    };

    /// <summary>The meaning of the parts of a state and of the rule numbers, as lines of comment.</summary>
    public string Legend()
    {
        var text = new StringBuilder();
        var paths = LeafPaths.Of(system.Lowered.Shape);
        foreach (var leaf in system.Variables)
        {
            text.Append(CultureInfo.InvariantCulture, $"; x{leaf.Index}  {OneLine.Of(paths[leaf.Index])} ({leaf.Codes} values)\n");
        }

        for (var i = 0; i < system.Lowered.Rules.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"; rule {i}  {system.NameOf(i)}\n");
        }

        return text.ToString();
    }

    private static readonly string[] Bad = ["undefined-question", "undefined-step", "met"];

    private static readonly string[] OfOneState = ["shape", "init", .. Bad];

    private string NameOf(int leaf) => leaf == system.RuleSelector ? "rule"
        : leaf < system.RuleSelector ? $"x{leaf}"
        : $"y{system.Before(leaf)}";

    // Defines the predicates with parameters, for clauses about all states.
    private string Define()
    {
        var text = new StringBuilder();
        void Add(string name, string parameters, string body) =>
            text.Append(CultureInfo.InvariantCulture, $"(define-fun {name} ({parameters}) Bool{body})\n");
        foreach (var name in OfOneState)
        {
            Add(name, Typed("x"), bodies[name]);
        }

        var rule = HasChoice ? $"(rule {ChoiceSort})" : "";
        Add("step", Together(Typed("x"), rule, Typed("y")), $"\n  (and {bodies["enabled"]}\n  {bodies["effect"]})");
        Add("bad", Typed("x"), $"\n  (or {string.Join(' ', Bad.Select(name => Call(name, "x")))})");
        return text.ToString();
    }

    private IEnumerable<string> InRange(string prefix) => system.Variables
        .Where(leaf => !int.IsPow2(leaf.Codes))
        .Select(leaf => $"(bvult {prefix}{leaf.Index} {SmtTerms.Literal(leaf.Codes, leaf.Codes)})");

    private IEnumerable<string> ChoiceInRange()
    {
        var rules = system.Lowered.Rules.Length;
        return HasChoice && !int.IsPow2(rules) ? [$"(bvult rule {SmtTerms.Literal(rules, rules)})"] : [];
    }
}
