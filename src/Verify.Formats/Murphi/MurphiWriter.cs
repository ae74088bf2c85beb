using System.Collections.Immutable;
using System.Text;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Formats.Murphi;

/// <summary>Writes models for Rumur and CMurphi, with the rules and quantifiers of the source.</summary>
/// <remarks>
/// Scalar sets become enums or numbers rather than Murphi's scalarsets, which would count states up to symmetry.
/// </remarks>
public sealed class MurphiWriter : IModelWriter
{
    private const int MaxStarts = 1000;
    private const int MaxTries = 1_000_000;

    /// <inheritdoc/>
    public string Name => "murphi";

    /// <inheritdoc/>
    public string Summary => "for Rumur and CMurphi";

    /// <inheritdoc/>
    public string Extension => ".m";

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property? property) => property is Property.LeadsTo
        ? "Murphi has no LeadsTo: its 'liveness' says that a state can be reached, not that it must be"
        : HasListedStarts(model) && new Interpreter(model).InitialStates(MaxStarts, MaxTries) is null
            ? $"the text has a start state for each initial state, and {MaxStarts} is the most"
            : null;

    // A parameter of a start state is scalar and takes all its values.
    private static bool HasListedStarts(Model model) =>
        !model.StartConditions.IsEmpty || model.Variables.Any(variable => variable is { Initially: null, Sort.IsScalar: false });

    /// <inheritdoc/>
    public ImmutableArray<ExportFile> Export(
        Model model, Property? property, string? instance = null, string? name = null) =>
        [new(new Identifiers("").Take(name ?? model.Name) + Extension, new Text(model, property, instance).Write())];

    private sealed class Text
    {
        private readonly StringBuilder text = new();
        private readonly Model model;
        private readonly Property? asked;
        private readonly string? instance;
        private readonly MurphiSorts sorts;
        private readonly MurphiText expressions;
        private readonly MurphiSteps steps;
        private readonly List<(Property Property, string Switch)> properties;

        public Text(Model model, Property? asked, string? instance)
        {
            (this.model, this.asked, this.instance) = (model, asked, instance);
            var names = new Identifiers(MurphiSorts.Reserved, ignoresCase: true);
            var declared = model.Variables.Select(variable => names.Take(variable.Name, $"v_{variable.Name}")).ToList();
            sorts = new MurphiSorts(model, names);
            expressions = new MurphiText(sorts);
            steps = new MurphiSteps(expressions);
            for (var i = 0; i < declared.Count; i++)
            {
                expressions.Declare(model.Variables[i], declared[i]);
            }

            properties = [.. AskedProperty.Properties(model, asked).Select(p => (p, sorts.Names.Take($"check_{p.Name}")))];
        }

        public string Write()
        {
            // The body is written first, because it determines which types are needed.
            var variables = Variables();
            WriteStart();
            foreach (var rule in model.Rules)
            {
                WriteRule(rule);
            }

            foreach (var (property, check) in properties)
            {
                WriteProperty(property, check);
            }

            var head = new StringBuilder();
            foreach (var line in Heading.Lines(model, instance, "Rumur", Usage()))
            {
                head.Append($"-- {line}\n");
            }

            var (constants, types) = sorts.Declarations;
            head.Append("\nconst\n  none: 0; -- an empty option of a scalar; one that holds it is 1 more than its position\n").Append(constants);
            foreach (var (property, check) in properties.Where(p => p.Property is not Property.LeadsTo))
            {
                head.Append($"  {check}: {(AskedProperty.IsActive(property, asked) ? "true" : "false")}; -- {property.Kind}: set it to switch the check on or off\n");
            }

            head.Append(types.Length == 0 ? "" : $"\ntype\n{types}").Append(variables);
            return head.Append(text).ToString();
        }

        private IEnumerable<string> Usage()
        {
            var deadlocks = properties.Select(p => p.Property).OfType<Property.NoDeadlock>().Where(p => AskedProperty.IsActive(p, asked)).ToList();
            var rests = deadlocks.Count(AskedProperty.NamesRest);
            yield return $"rumur --deadlock-detection {(deadlocks.Count > 0 ? "stuck" : "off")} --output model.c FILE; gcc -std=c11 -O3 -march=native -o model model.c -lpthread; ./model";
            yield return $"Counts: Rumur finds the states and, as rules fired, the transitions of the model{(rests == 0 ? "." : ",")}";
            if (rests > 0)
            {
                yield return $"and {(rests == 1 ? "one" : $"{rests}")} more for each state where it may rest, because it turns on the spot there.";
            }

            yield return "Rumur stops at a number out of its range. It need not stop where the value of an empty option is read or where a step";
            yield return "writes one place twice; ./verify check looks for all three.";
        }

        private string Variables()
        {
            var lines = model.Variables.Select(variable =>
                $"  {expressions.Target(new(variable.Sort, variable, []))}: {sorts.TypeOf(variable.Sort)};{(variable.IsGhost ? " -- ghost" : "")}\n");
            return $"\nvar\n{string.Concat(lines)}";
        }

        private void WriteStart()
        {
            if (HasListedStarts(model))
            {
                foreach (var (i, start) in new Interpreter(model).InitialStates().Index())
                {
                    text.Append($"\nstartstate \"initial {i + 1}\"\nbegin\n");
                    Lines(model.Variables.Zip(start.Values, steps.Initially).SelectMany(lines => lines));
                    text.Append("end;\n");
                }

                return;
            }

            var any = model.Variables.Where(variable => variable.Initially is null).ToList();
            var names = any.Select(variable => sorts.Names.Enter(new Binder(variable.Name, variable.Sort))).ToList();
            var parameters = any.Select((variable, i) => $"{names[i]}: {sorts.TypeOf(variable.Sort)}").ToList();
            text.Append(parameters.Count == 0 ? "\n" : $"\nruleset {string.Join("; ", parameters)} do\n");
            text.Append("startstate \"initial\"\nbegin\n");
            foreach (var variable in model.Variables)
            {
                Lines(variable.Initially is null
                    ? [$"{expressions.Target(new(variable.Sort, variable, []))} := {names[any.IndexOf(variable)]};"]
                    : steps.Initially(variable, expressions.Of(variable.Initially)));
            }

            text.Append(parameters.Count == 0 ? "end;\n" : "end;\nend;\n");
            names.ForEach(sorts.Names.Release);
        }

        private void WriteRule(Rule rule)
        {
            text.Append('\n');
            foreach (var line in Heading.Of(rule))
            {
                text.Append($"-- {line}\n");
            }

            var names = rule.Parameters.Select(sorts.Names.Enter).ToList();
            var parameters = rule.Parameters.Select((binder, i) => $"{names[i]}: {sorts.TypeOf(binder.Sort)}").ToList();
            for (var i = 0; i < names.Count; i++)
            {
                expressions.Bind(rule.Parameters[i], PrecedenceText.Of(names[i]));
            }

            text.Append(parameters.Count == 0 ? "" : $"ruleset {string.Join("; ", parameters)} do\n");
            var guard = string.Join("\n  & ", AskedProperty.Conjuncts(rule.Guard).Select(part => expressions.Truth(part).In(MurphiText.And)));
            text.Append($"rule \"{Quoted(rule.Name)}\"\n  {guard}\n==>\n");
            var (statements, copies) = steps.Of(rule.Updates);
            foreach (var (variable, copy) in copies)
            {
                text.Append($"var {copy}: {sorts.TypeOf(variable.Sort)};\n");
            }

            text.Append("begin\n");
            Lines([.. copies.Select(c => $"{c.Copy} := {expressions.Target(new(c.Variable.Sort, c.Variable, []))};"), .. statements]);
            text.Append(parameters.Count == 0 ? "end;\n" : "end;\nend;\n");
            names.ForEach(sorts.Names.Release);
        }

        private void WriteProperty(Property property, string check)
        {
            text.Append($"\n-- {Heading.Of(property)}\n");
            var name = Quoted(property.Name);
            switch (property)
            {
                case Property.Always always:
                    text.Append($"invariant \"{name}\"\n  {check} -> {Truth(always.Holds)};\n");
                    break;
                case Property.Reachable reachable:
                    text.Append("-- An error is the run that reaches it.\n");
                    text.Append($"invariant \"not reached: {name}\"\n  {check} -> !{Truth(reachable.Holds)};\n");
                    break;
                case Property.NoDeadlock deadlock when AskedProperty.NamesRest(deadlock):
                    text.Append("-- By --deadlock-detection stuck; where the model may rest it turns on the spot, one rule fired more.\n");
                    text.Append($"rule \"may rest: {name}\"\n  {check} & {Truth(deadlock.MayRest)}\n==>\nbegin\nend;\n");
                    break;
                case Property.NoDeadlock:
                    text.Append("-- By --deadlock-detection stuck.\n");
                    break;
                case Property.LeadsTo:
                    text.Append("-- Not expressed: Murphi has no property of that kind.\n");
                    break;
            }
        }

        private string Truth(Expr holds)
        {
            var parts = AskedProperty.Conjuncts(holds).Select(part => expressions.Truth(part).In(MurphiText.And));
            return $"({string.Join("\n    & ", parts)})";
        }

        private void Lines(IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                text.Append("  ").Append(line).Append('\n');
            }
        }

        private static string Quoted(string name) => OneLine.Of(name).Replace('"', '\'');
    }
}
