using System.Collections.Immutable;
using System.Text;
using Verify.Modelling;

namespace Verify.Formats.Tla;

/// <summary>Writes models for TLC: one operator per rule, and a configuration with the properties to check.</summary>
public sealed class TlaWriter : IModelWriter
{
    /// <inheritdoc/>
    public string Name => "tla";

    /// <inheritdoc/>
    public string Summary => "for TLC and the other tools of TLA+";

    /// <inheritdoc/>
    public string Extension => ".tla";

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property? property) => null;

    /// <inheritdoc/>
    /// <remarks>
    /// The configuration is the second file; the first file contains it too, after the end of the module.
    /// </remarks>
    public ImmutableArray<ExportFile> Export(
        Model model, Property? property, string? instance = null, string? name = null)
    {
        var module = new Identifiers(TlaText.Reserved).Take(name ?? model.Name);
        var (text, configuration) = new Text(model, property, instance, module).Write();
        return [new(module + Extension, text), new(module + ".cfg", configuration)];
    }

    private sealed class Text
    {
        private readonly StringBuilder text = new();
        private readonly Model model;
        private readonly Property? asked;
        private readonly string? instance;
        private readonly string module;
        private readonly Identifiers names = new(TlaText.Reserved);
        private readonly TlaText expressions;
        private readonly TlaSteps steps;
        private readonly List<string> constants = ["None"];
        private readonly List<(Rule Rule, string Name)> rules = [];
        private readonly List<(Property Property, string Name)> properties = [];
        private readonly Dictionary<string, string> negations = new(StringComparer.Ordinal);
        private string? turned; // a bit that each fair step flips, so that TLA+ counts steps that change nothing else

        public Text(Model model, Property? asked, string? instance, string module)
        {
            (this.model, this.asked, this.instance, this.module) = (model, asked, instance, module);
            _ = names.Take(module);
            expressions = new TlaText(names);
            steps = new TlaSteps(expressions);
        }

        private bool TurnsFairSteps => asked is Property.LeadsTo && model.Rules.Any(rule => rule.Fairness is not null);

        private bool AsksForRest => asked is Property.NoDeadlock deadlock && AskedProperty.NamesRest(deadlock);

        public (string Module, string Configuration) Write()
        {
            WriteDeclarations();
            WriteStart();
            foreach (var rule in model.Rules)
            {
                rules.Add((rule, names.Take(rule.Name, $"do_{rule.Name}")));
                WriteRule(rule, rules[^1].Name);
            }

            WriteNext();
            foreach (var property in AskedProperty.Properties(model, asked))
            {
                properties.Add((property, names.Take(property.Name, $"is_{property.Name}")));
                WriteProperty(property, properties[^1].Name);
            }

            text.Append("====\n");
            var configuration = Configuration();
            text.Append("The configuration, ").Append(module).Append(".cfg:\n\n").Append(configuration);
            return (text.ToString(), configuration);
        }

        private void WriteDeclarations()
        {
            text.Append($"---- MODULE {module} ----\n");
            foreach (var line in Heading.Lines(model, instance, "TLC", Usage()))
            {
                Comment(line);
            }

            text.Append("EXTENDS Integers, FiniteSets\n\n");
            foreach (var variable in model.Variables)
            {
                expressions.Declare(variable, names.Take(variable.Name, $"v_{variable.Name}"));
            }

            turned = TurnsFairSteps ? names.Take("turned") : null;
            var sets = ModelParts.Sorts(model).Where(sort => sort is Sort.ScalarSet or Sort.Enumeration).Select(expressions.Define).ToList();
            constants.AddRange(sets.SelectMany(set => set.Constants));
            text.Append($"CONSTANTS {string.Join(", ", constants)}\n\n");
            foreach (var (_, definition) in sets)
            {
                text.Append(definition).Append('\n');
            }

            text.Append("\nVARIABLES\n");
            for (var i = 0; i < model.Variables.Length; i++)
            {
                var variable = model.Variables[i];
                var isLast = i + 1 == model.Variables.Length && turned is null;
                text.Append($"  {expressions[variable]}{(isLast ? "" : ",")} \\* {Heading.Of(variable)}\n");
            }

            text.Append(turned is null
                ? ""
                : $"  {turned} \\* each fair step turns it: WF_vars does not count a step that changes nothing; there are up to twice the states\n");
            text.Append($"\nvars == <<{string.Join(", ", Names())}>>\n\n");
            text.Append("TypeOK ==\n");
            foreach (var variable in model.Variables)
            {
                text.Append($"  /\\ {expressions[variable]} \\in {expressions.SetOf(variable.Sort).Text}\n");
            }

            text.Append(turned is null ? "" : $"  /\\ {turned} \\in BOOLEAN\n");
        }

        private IEnumerable<string> Names() => model.Variables.Select(variable => expressions[variable]).Concat(turned is null ? [] : [turned]);

        private IEnumerable<string> Usage()
        {
            yield return "java -cp tla2tools.jar tlc2.TLC FILE, with the configuration beside it.";
            yield return TurnsFairSteps
                ? "Counts: none to compare; TLC finds states once for each value of the bit that fair steps turn."
                : "Counts: TLC finds the distinct states, and generates the transitions and the initial states.";
            yield return "TLC does not look whether numbers stay in their ranges, options are read where they hold a value, and a step writes a";
            yield return "place once; ./verify check does.";
            yield return "'= TRUE' behind a guard keeps TLC from taking a step once for each side of a disjunction.";
        }

        private void WriteStart()
        {
            text.Append("\nInit ==\n");
            foreach (var variable in model.Variables)
            {
                text.Append(variable.Initially is null
                    ? $"  /\\ {expressions[variable]} \\in {expressions.SetOf(variable.Sort).Text}\n"
                    : $"  /\\ {expressions[variable]} = {expressions.Of(variable.Initially).In(1)}\n");
            }

            foreach (var start in model.StartConditions)
            {
                text.Append($"  /\\ ({expressions.Of(start.Holds).Text}) = TRUE\n");
            }

            text.Append(turned is null ? "" : $"  /\\ {turned} = FALSE\n");
        }

        private void WriteRule(Rule rule, string name)
        {
            text.Append('\n');
            foreach (var line in Heading.Of(rule))
            {
                Comment(line);
            }

            var parameters = rule.Parameters.Select(names.Enter).ToList();
            for (var i = 0; i < parameters.Count; i++)
            {
                expressions.Bind(rule.Parameters[i], PrecedenceText.Of(parameters[i]));
            }

            text.Append(Applied(name, parameters)).Append(" ==\n");
            foreach (var part in AskedProperty.Conjuncts(rule.Guard))
            {
                var splits = part is Expr.Connective { Operator: LogicOperator.Or } or Expr.Quantified { Quantifier: Quantifier.Exists } or Expr.Conditional;
                text.Append(splits ? $"  /\\ ({expressions.Of(part).Text}) = TRUE\n" : $"  /\\ {expressions.Of(part).In(5)}\n");
            }

            var unchanged = new List<string>();
            foreach (var variable in model.Variables)
            {
                var updates = rule.Updates.Where(update => update.Variable == variable).ToList();
                if (updates.Count == 0)
                {
                    unchanged.Add(expressions[variable]);
                    continue;
                }

                text.Append($"  /\\ {expressions[variable]}' = {steps.After(variable, updates)}\n");
            }

            if (turned is not null && rule.Fairness is not null)
            {
                text.Append($"  /\\ {turned}' = ~{turned}\n");
            }
            else if (turned is not null)
            {
                unchanged.Add(turned);
            }

            text.Append(unchanged.Count == 0 ? "" : $"  /\\ UNCHANGED <<{string.Join(", ", unchanged)}>>\n");
            parameters.ForEach(names.Release);
        }

        private static string Applied(string name, List<string> parameters) =>
            parameters.Count == 0 ? name : $"{name}({string.Join(", ", parameters)})";

        // A rule for some choice of its parameters.
        private string Some(Rule rule, string name)
        {
            var parameters = rule.Parameters.Select(names.Enter).ToList();
            var over = rule.Parameters.Select((binder, i) => $"{parameters[i]} \\in {expressions.SetOf(binder.Sort).Text}");
            var result = parameters.Count == 0 ? name : $"\\E {string.Join(", ", over)} : {Applied(name, parameters)}";
            parameters.ForEach(names.Release);
            return result;
        }

        private void WriteNext()
        {
            text.Append("\nNext ==\n");
            foreach (var (rule, name) in rules)
            {
                text.Append($"  \\/ {Some(rule, name)}\n");
            }

            text.Append("\nSpec == Init /\\ [][Next]_vars\n");
            if (AskedProperty.Properties(model, asked).Any(p => p is Property.LeadsTo))
            {
                WriteFairness();
                text.Append("\nFairSpec == Spec /\\ Fairness\n");
            }

            if (AsksForRest)
            {
                text.Append("\n\\* Where the model may rest it turns on the spot, so that TLC does not report it.\n");
                text.Append($"Rest == {expressions.Of(((Property.NoDeadlock)asked!).MayRest).In(5)} /\\ UNCHANGED vars\n");
                text.Append("\nRestingSpec == Init /\\ [][Next \\/ Rest]_vars\n");
            }
        }

        private void WriteFairness()
        {
            text.Append("\n\\* Weak fairness of each thread, and of each step that is fair by itself.\n");
            text.Append(asked is Property.LeadsTo ? "" : "\\* A step that changes nothing does not count here; it does in the export of the property by its name.\n");
            text.Append("Fairness ==\n");
            var groups = rules.Where(rule => rule.Rule.Fairness is not null).GroupBy(rule => rule.Rule.Fairness!.Group).ToList();
            text.Append(groups.Count == 0 ? "  /\\ TRUE\n" : "");
            foreach (var group in groups)
            {
                // The parameters that distinguish members of the group have the same names in all its rules.
                var apart = group.First().Rule.Fairness!.Of;
                var shared = apart.Select(names.Enter).ToList();
                var over = apart.Select((binder, i) => $"{shared[i]} \\in {expressions.SetOf(binder.Sort).Text}");
                var actions = group.Select(rule => Any(rule.Rule, rule.Name, shared)).ToList();
                var steps = actions.Count == 1 ? actions[0] : string.Join(" \\/ ", actions.Select(action => $"({action})"));
                text.Append($"  /\\ {(shared.Count == 0 ? "" : $"\\A {string.Join(", ", over)} : ")}WF_vars({steps})\n");
                shared.ForEach(names.Release);
            }
        }

        // Some step of a rule, for given values of the parameters that distinguish members of its fairness group.
        private string Any(Rule rule, string name, List<string> shared)
        {
            var apart = rule.Fairness!.Of;
            var own = rule.Parameters.Where(binder => !apart.Contains(binder)).ToDictionary(binder => binder, names.Enter);
            var arguments = rule.Parameters.Select(binder => own.TryGetValue(binder, out var other) ? other : shared[apart.IndexOf(binder)]).ToList();
            var over = rule.Parameters.Where(own.ContainsKey).Select(binder => $"{own[binder]} \\in {expressions.SetOf(binder.Sort).Text}");
            own.Values.ToList().ForEach(names.Release);
            return own.Count == 0 ? Applied(name, arguments) : $"\\E {string.Join(", ", over)} : {Applied(name, arguments)}";
        }

        private void WriteProperty(Property property, string name)
        {
            text.Append('\n');
            Comment(Heading.Of(property));
            switch (property)
            {
                case Property.Always always:
                    WriteDefinition(name, always.Holds);
                    break;
                case Property.Reachable reachable:
                    Comment("As an invariant of its negation: an error is the run that reaches it.");
                    WriteDefinition(name, reachable.Holds);
                    text.Append($"{negations[property.Name] = names.Take($"no_{property.Name}")} == ~{name}\n");
                    break;
                case Property.NoDeadlock deadlock:
                    Comment(AskedProperty.NamesRest(deadlock) && !AsksForRest
                        ? "TLC's own deadlock detection; where the model may rest needs a specification of its own: export it by its name."
                        : "TLC's own deadlock detection.");
                    break;
                case Property.LeadsTo leads:
                    text.Append($"{name} == {expressions.Of(leads.From).In(5)} ~> {expressions.Of(leads.To).In(5)}\n");
                    break;
            }
        }

        private void WriteDefinition(string name, Expr holds)
        {
            text.Append($"{name} ==\n");
            foreach (var part in AskedProperty.Conjuncts(holds))
            {
                text.Append($"  /\\ {expressions.Of(part).In(5)}\n");
            }
        }

        private string Configuration()
        {
            var lines = new StringBuilder("CONSTANTS\n");
            foreach (var constant in constants)
            {
                lines.Append($"  {constant} = {constant}\n");
            }

            lines.Append($"SPECIFICATION {(asked is Property.LeadsTo ? "FairSpec" : AsksForRest ? "RestingSpec" : "Spec")}\n");
            var deadlock = properties.Any(p => p.Property is Property.NoDeadlock d && AskedProperty.IsActive(d, asked) && (asked is not null || !AskedProperty.NamesRest(d)));
            lines.Append($"CHECK_DEADLOCK {(deadlock ? "TRUE" : "FALSE")}\nINVARIANT TypeOK\n");
            foreach (var (property, name) in properties)
            {
                var line = property switch
                {
                    Property.Always => $"INVARIANT {name}",
                    Property.Reachable => $"INVARIANT {negations[property.Name]}",
                    Property.LeadsTo => $"PROPERTY {name}",
                    _ => null,
                };
                lines.Append(line is null ? "" : $"{(AskedProperty.IsActive(property, asked) ? "" : "\\* ")}{line}\n");
            }

            return lines.ToString();
        }

        private void Comment(string line) => text.Append("\\* ").Append(line).Append('\n');
    }
}
