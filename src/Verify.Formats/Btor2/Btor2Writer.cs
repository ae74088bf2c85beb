using System.Collections.Immutable;
using System.Globalization;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Solvers.Smt;

namespace Verify.Formats.Btor2;

/// <summary>Writes BTOR2: the finite lowering as a circuit over bit-vectors, for hardware model checkers.</summary>
/// <remarks>
/// An input selects the rule. A rule that cannot fire changes nothing. A constraint cannot exclude it, because a
/// constraint has to hold in bad states too, and in a deadlock no rule can fire.
/// </remarks>
public sealed class Btor2Writer : IModelWriter
{
    private const string First = "first";

    /// <inheritdoc/>
    public string Name => "btor2";

    /// <inheritdoc/>
    public string Summary => "for model checkers of hardware: a circuit over bit-vectors";

    /// <inheritdoc/>
    public string Extension => ".btor2";

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property? property) => SingleState.WhyNot(property);

    /// <inheritdoc/>
    public ImmutableArray<ExportFile> Export(
        Model model, Property? property, string? instance = null, string? name = null)
    {
        var asked = SingleState.Of(property);
        var file = new Identifiers("").Take(name ?? model.Name) + Extension;
        var isBad = asked is Property.Reachable ? "such a state can be reached" : "it is violated";
        var system = new TransitionSystem(model, asked);
        var head = SingleState.Head(model, asked, instance, "model checkers of hardware",
        [
            $"Run: btormc {file}",
            $"sat: a bad state can be reached, that is {isBad}, or the model is not well defined there.",
            "unsat: no bad state can be reached.",
            "An input that names a rule which cannot fire, or none, changes nothing.",
            .. system.StartConditions.Take(1).Select(_ => $"'{First}' is 1 in the initial state only."),
        ]);
        return [new ExportFile(file, head + Text(system))];
    }

    private static string Text(TransitionSystem system)
    {
        var nodes = new Btor2Nodes();
        for (var rule = 0; rule < system.Lowered.Rules.Length; rule++)
        {
            nodes.Comment(string.Create(CultureInfo.InvariantCulture, $"rule {rule}  {system.NameOf(rule)}"));
        }

        States(system, nodes);
        if (system.Lowered.Rules.Length > 1)
        {
            nodes.Declare("input", system.RuleSelector, system.Lowered.Rules.Length, "rule");
        }

        nodes.Comment("these are the codes of a state");
        foreach (var leaf in system.Variables.Where(leaf => !int.IsPow2(leaf.Codes)))
        {
            nodes.Line($"constraint {nodes.Below(nodes.Leaf(leaf.Index), Btor2Nodes.BitsOf(leaf.Codes), leaf.Codes)}");
        }

        foreach (var term in system.Shape)
        {
            nodes.Line($"constraint {nodes.Truth(term)}");
        }

        StartConditions(system, nodes);

        Steps(system, nodes);
        nodes.Comment("a violation or a target, or a state that is not well defined");
        var met = nodes.All(system.Goal.Select(nodes.Truth));
        var bad = nodes.Any(system.UndefinedStep.Append(system.UndefinedQuestion).Where(term => !term.IsFalse).Select(nodes.Truth)
            .Append(met));
        nodes.Line($"bad {bad} {Symbol($"{system.Property.Kind}:{system.Property.Name}")}");
        return nodes.ToString();
    }

    // The initial value of a state must be declared before the state.
    private static void States(TransitionSystem system, Btor2Nodes nodes)
    {
        nodes.Comment("the state");
        var paths = LeafPaths.Of(system.Lowered.Shape);
        var starts = system.FixedStarts.ToDictionary(start => start.Leaf, start => start.Code);
        var taken = new HashSet<string>(["rule", .. system.StartConditions.Take(1).Select(_ => First)], StringComparer.Ordinal);
        foreach (var leaf in system.Variables)
        {
            var bits = Btor2Nodes.BitsOf(leaf.Codes);
            var start = starts.TryGetValue(leaf.Index, out var code) ? nodes.Constant(code, bits) : (int?)null;
            var state = nodes.Declare("state", leaf.Index, leaf.Codes, Untaken(Symbol(paths[leaf.Index]), taken));
            if (start is { } constant)
            {
                nodes.Line($"init {nodes.Sort(bits)} {state} {constant}");
            }
        }
    }

    // A bit that is set in the first state alone limits the conditions to it.
    private static void StartConditions(TransitionSystem system, Btor2Nodes nodes)
    {
        if (system.StartConditions.IsEmpty)
        {
            return;
        }

        nodes.Comment("the initial conditions");
        var (bit, yes, no) = (nodes.Sort(1), nodes.Constant(1, 1), nodes.Constant(0, 1));
        var isFirst = nodes.Line($"state {bit} {First}");
        nodes.Line($"init {bit} {isFirst} {yes}");
        nodes.Line($"next {bit} {isFirst} {no}");
        var isLater = nodes.Line($"not {bit} {isFirst}");
        foreach (var term in system.StartConditions)
        {
            nodes.Line($"constraint {nodes.Any([isLater, nodes.Truth(term)])}");
        }
    }

    private static void Steps(TransitionSystem system, Btor2Nodes nodes)
    {
        nodes.Comment("whether the rule can fire");
        var isEnabled = nodes.All(system.Enabled.Select(nodes.Truth));
        foreach (var leaf in system.Variables)
        {
            var (bits, state) = (Btor2Nodes.BitsOf(leaf.Codes), nodes.Leaf(leaf.Index));
            var value = nodes.Of(system.NextOf(leaf.Index), bits);
            var next = value == state ? state : nodes.Choice(bits, isEnabled, value, state);
            nodes.Line($"next {nodes.Sort(bits)} {state} {next}");
        }
    }

    // A variable may have the same name as a part of another one.
    private static string Untaken(string symbol, HashSet<string> taken)
    {
        var result = symbol;
        for (var i = 2; !taken.Add(result); i++)
        {
            result = string.Create(CultureInfo.InvariantCulture, $"{symbol}'{i}");
        }

        return result;
    }

    private static string Symbol(string name) => string.Concat(name.Select(c => char.IsWhiteSpace(c) || c == ';' ? '_' : c));
}
