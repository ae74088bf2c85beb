using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

// Long because one text is written from top to bottom: head, state, properties, rules.
namespace Verify.Formats.Promela;

/// <summary>
/// Writes models for Spin: one process whose loop has an alternative for each rule and choice of its parameters.
/// </summary>
/// <remarks>
/// A property is an alternative as well. It is enabled only where the property is violated, so that it is evaluated
/// once per state and adds neither states nor transitions. A <c>LeadsTo</c> needs Spin's weak fairness between
/// processes, hence one process per fairness unit, and one for all other rules that may do nothing.
/// </remarks>
public sealed class PromelaWriter : IModelWriter
{
    /// <summary>Spin has at most 255 processes; one starts the others, one is not fair, one is the property.</summary>
    private const int MaxProcesses = 252;

    /// <summary>
    /// The maximum number of initial states; each is an alternative of its own, so that Spin counts it.
    /// </summary>
    private const int MaxStarts = 1 << 14;

    /// <inheritdoc/>
    public string Name => "promela";

    /// <inheritdoc/>
    public string Summary => "for Spin";

    /// <inheritdoc/>
    public string Extension => ".pml";

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property? property)
    {
        var interpreter = new Interpreter(model);
        if (interpreter.InitialStates(MaxStarts, 64 * MaxStarts) is null)
        {
            var starts = model.StartConditions.IsEmpty ? $"{interpreter.InitialCount:N0} of them" : "too many of them";
            return string.Create(CultureInfo.InvariantCulture,
                $"the text has an alternative for each initial state: {starts}, and {MaxStarts:N0} is the most");
        }

        var processes = property is Property.LeadsTo
            ? new LoweredModel(model) is var lowered ? lowered.Rules.Select(rule => FairnessOf(lowered, rule)).OfType<FairSteps>().Distinct().Count() : 0
            : 0;
        return processes <= MaxProcesses
            ? null
            : $"weak fairness takes a process for each of {processes} threads and fair steps, and Spin runs {MaxProcesses}";
    }

    /// <inheritdoc/>
    public ImmutableArray<ExportFile> Export(
        Model model, Property? property, string? instance = null, string? name = null) =>
        [new(new Identifiers("").Take(name ?? model.Name) + Extension, new Text(model, property, instance).Write())];

    private static FairSteps? FairnessOf(LoweredModel model, LoweredRule rule) =>
        FairSteps.OfStep(model.Model, new Step(rule.Rule, model.ArgumentsOf(rule)));

    private sealed class Text
    {
        // Above all operators, so that what is negated stands in parentheses if it has to.
        private const int Negated = 9;

        private readonly StringBuilder text = new();
        private readonly Property? asked;
        private readonly string? instance;
        private readonly LoweredModel model;
        private readonly PromelaState state;
        private readonly PromelaTerms terms;
        private readonly PromelaSteps steps;
        private readonly ImmutableArray<int[]> starts;
        private readonly bool choosesStart;
        private readonly List<(Property Property, string Name)> properties;
        private readonly HashSet<int> read = [];
        private readonly string started;
        private readonly string sure;

        public Text(Model model, Property? asked, string? instance)
        {
            (this.asked, this.instance) = (asked, instance);
            this.model = new LoweredModel(model);
            state = new PromelaState(this.model.Shape);
            terms = new PromelaTerms(state);
            steps = new PromelaSteps(state, terms);
            starts = [.. new Interpreter(model).InitialStates().Select(this.model.Shape.Encode)];
            choosesStart = starts.Length > 1 || Assignments(starts[0]).Any();
            started = state.Names.Take("started");
            sure = state.Names.Take("sure");
            properties = [.. AskedProperty.Properties(model, asked).Select(p => (p, state.Names.Take(p.Name, $"is_{p.Name}")))];
        }

        /// <summary>True if a guard, an update or a property may be undefined in some state.</summary>
        private bool IsPartial => model.Rules.Any(rule => !rule.IsGuardDefined.IsTrue || !rule.AreUpdatesDefined.IsTrue)
            || properties.Any(p => p.Property.Predicates.Any(holds => !model.Lower(holds).IsDefined.IsTrue));

        /// <summary>
        /// A prefix of guards: if there are several initial states and other processes, the initial state must have
        /// been chosen.
        /// </summary>
        private string Given => asked is Property.LeadsTo && choosesStart ? $"{started} && " : "";

        public string Write()
        {
            var rules = asked is Property.LeadsTo ? Processes() : Loop();
            foreach (var line in Heading.Lines(model.Model, instance, "Spin", Usage()))
            {
                Comment("", line);
            }

            text.AppendLine();
            WriteDefinedness();
            WriteDefines();
            WriteVariables();
            WriteProperties();
            return text.Append(rules).ToString();
        }

        private IEnumerable<string> Usage()
        {
            // By default Spin supports states of 1024 bytes and fairness between few processes.
            var processes = asked is Property.LeadsTo ? model.Rules.Select(rule => FairnessOf(model, rule)).Distinct().Count() + 3 : 1;
            var bytes = 64 + (16 * processes) + (4 * model.Shape.Leaves.Length);
            var vector = bytes <= 1024 ? "" : $" -DVECTORSZ={bytes}";
            if (asked is Property.LeadsTo)
            {
                yield return $"spin -a FILE; gcc -O3 -DNOREDUCE -DNFAIR={((processes + 1) / 4) + 1}{vector} -o pan pan.c; ./pan -a -f -m5000000";
                yield return "Weak fairness is Spin's own (-f), between processes: one for all that counts as one step, such as a thread.";
                yield break;
            }

            yield return $"spin -a FILE; gcc -O3 -DSAFETY -DNOREDUCE -DNOFAIR{vector} -o pan pan.c; ./pan -m5000000";
            yield return "All states, whatever is violated: spin -DALL_STATES -a FILE. Another property: spin -DCHECK_name -a FILE.";
            yield return !choosesStart
                ? "Counts: Spin finds the states of the model, and one more transition, which is the initial state."
                : $"Counts: Spin finds one more state, which is that before the choice of an initial state, and {starts.Length + 1} more transitions.";
        }

        private void WriteDefinedness()
        {
            if (IsPartial)
            {
                Comment("", "An assertion fails where the model is undefined: a number leaves its range, the value of an empty option");
                Comment("", "is read, or a step writes one place twice. Without looking for that: spin -DTRUSTED -a FILE");
                Line("#ifdef TRUSTED");
                Line($"#define {sure}(x) skip");
                Line("#else");
                Line($"#define {sure}(x) assert(x)");
                Line("#endif");
                text.AppendLine();
            }
        }

        private void WriteDefines()
        {
            if (state.Defines.Count > 0)
            {
                Comment("", "Members are stored as their positions, an option as 0 or 1 more than what it holds.");
                foreach (var (name, code) in state.Defines)
                {
                    Line($"#define {name} {code}");
                }

                Line("#define Some(x) ((x) + 1)");
                text.AppendLine();
            }
        }

        private void WriteVariables()
        {
            Variable? last = null;
            foreach (var part in state.Parts)
            {
                if (part.Variable != last)
                {
                    Comment("", Heading.Of(last = part.Variable));
                }

                var initially = $" = {state.Constant(part.Sort, Declared(part)).Text}";
                Line(part.Keys.Length == 0
                    ? $"{part.Type} {part.Name}{initially};"
                    : $"{part.Type} {part.Name}[{part.Leaves.Count}]{initially}; /* [{Plain(part.Keys)}] */");
            }

            if (asked is Property.LeadsTo && choosesStart)
            {
                Line($"bool {started}; /* whether the initial state is chosen */");
            }

            foreach (var temporary in steps.Temporaries)
            {
                Line($"hidden int {temporary}; /* used within a step, no part of the state */");
            }

            text.AppendLine();
        }

        private void WriteProperties()
        {
            foreach (var (property, name) in properties)
            {
                Comment("", Heading.Of(property));
                switch (property)
                {
                    case Property.Always always:
                        Define(name, always.Holds);
                        break;
                    case Property.Reachable reachable:
                        Comment("", $"An error is the run that reaches it: spin -DCHECK_{name}");
                        Define(name, reachable.Holds);
                        break;
                    case Property.NoDeadlock deadlock when AskedProperty.NamesRest(deadlock):
                        Comment("", "Spin's invalid end states, but where the model may rest; there it turns on the spot.");
                        Define(name, deadlock.MayRest);
                        break;
                    case Property.NoDeadlock:
                        Comment("", "Spin's invalid end states.");
                        break;
                    case Property.LeadsTo leads when leads.Name == asked?.Name:
                        Define($"{name}_from", leads.From);
                        Define($"{name}_to", leads.To);
                        // The automaton is written out, because Spin's formulas do not support every expression.
                        Comment("", $"ltl {{ [] (({Given}{name}_from) -> <> {name}_to) }}");
                        Line("never {");
                        Line($"wait:\n  do\n  :: {Given}{name}_from && !{name}_to -> goto accept\n  :: true\n  od;");
                        Line($"accept:\n  do\n  :: !{name}_to\n  od\n}}");
                        break;
                    case Property.LeadsTo:
                        Comment("", "Needs processes for fairness: export it by its name.");
                        break;
                }

                if (AskedProperty.IsActive(property, asked) && property is not Property.LeadsTo)
                {
                    Line("#ifndef ALL_STATES");
                    Line($"#define CHECK_{name}");
                    Line("#endif");
                }

                text.AppendLine();
            }
        }

        private void Define(string name, Expr holds)
        {
            // Stronger than 'and', so that each conjunct gets parentheses if it needs them.
            const int Conjunct = 4;
            var conjuncts = TermPool.Conjuncts(model.Lower(holds).Holds).ToList();
            var parts = conjuncts.Select(part => conjuncts.Count == 1 ? terms.Truth(part).Text : terms.Truth(part).In(Conjunct)).DefaultIfEmpty("true");
            Line($"#define {name} ({string.Join(" \\\n  && ", parts)})");
        }

        // The loop is generated first, because it determines the declarations that come before it.
        private string Loop()
        {
            var body = new StringBuilder();
            WriteRules(body, model.Rules);
            var loop = new StringBuilder($"active proctype {state.Names.Take("model")}()\n{{\n");
            WriteStart(loop);
            WriteEndLabel(loop);
            loop.Append("  do\n").Append(body);
            foreach (var (property, name) in properties)
            {
                WriteAlternative(loop, property, name);
            }

            WriteUnread(loop);
            return loop.Append("  od\n}\n").ToString();
        }

        private string Processes()
        {
            var text = new StringBuilder();
            if (choosesStart)
            {
                text.Append($"active proctype {state.Names.Take("start")}()\n{{\n");
                WriteStart(text);
                text.Append($"  {started} = true\n}}\n\n");
            }

            // Rules without fairness share a process that can always do nothing, like a run that rests.
            foreach (var group in model.Rules.GroupBy(rule => FairnessOf(model, rule)).Where(group => group.Key is not null))
            {
                var title = group.Key!.Of.IsEmpty ? group.Key.Group : $"{group.Key.Group}({string.Join(", ", group.Key.Of)})";
                text.Append($"/* {Plain(OneLine.Of(title))} */\nactive proctype {state.Names.Take(title)}()\n{{\nend:\n  do\n");
                WriteRules(text, group);
                text.Append("  od\n}\n\n");
            }

            text.Append($"active proctype {state.Names.Take("unfair")}()\n{{\nend:\n  do\n");
            WriteRules(text, model.Rules.Where(rule => FairnessOf(model, rule) is null));
            if (properties.FirstOrDefault(p => p.Property is Property.LeadsTo && p.Property.Name == asked?.Name).Property is { } leads)
            {
                WriteUndefined(text, leads);
            }

            WriteUnread(text);
            return text.Append($"  :: d_step {{ {Given}true -> skip }} /* nothing, for as long as it likes */\n  od\n}}\n").ToString();
        }

        private void WriteStart(StringBuilder text)
        {
            if (!choosesStart)
            {
                return;
            }

            text.Append("  if\n");
            foreach (var start in starts)
            {
                var way = string.Join("; ", Assignments(start));
                text.Append($"  :: d_step {{ {(way.Length == 0 ? "skip" : way)} }}\n");
            }

            text.Append("  fi;\n");
        }

        // A declaration gives one value to all keys of a map.
        private int Declared(PromelaState.Part part) => starts[0][part.Leaves[0]];

        // What an initial state has otherwise than the declarations.
        private IEnumerable<string> Assignments(int[] start)
        {
            foreach (var part in state.Parts)
            {
                foreach (var leaf in part.Leaves.Where(leaf => start[leaf] != Declared(part)))
                {
                    yield return $"{state[leaf]} = {state.Constant(part.Sort, start[leaf]).Text}";
                }
            }
        }

        private void WriteEndLabel(StringBuilder loop)
        {
            // Without this alternative, Spin reports a state in which no rule can fire.
            var checks = properties.Where(p => p.Property is Property.NoDeadlock).Select(p => $"!defined(CHECK_{p.Name})").ToList();
            loop.Append(checks.Count == 0 ? "end:\n" : $"#if {string.Join(" && ", checks)}\nend:\n#endif\n");
        }

        private void WriteAlternative(StringBuilder loop, Property property, string name)
        {
            var alternative = property switch
            {
                Property.Always => $"!{name} -> assert(false)",
                Property.Reachable => $"{name} -> assert(false)",
                Property.NoDeadlock deadlock when AskedProperty.NamesRest(deadlock) => $"{name} -> skip",
                _ => null,
            };
            if (alternative is not null)
            {
                loop.Append($"#ifdef CHECK_{name}\n  :: d_step {{ {alternative} }} /* {property.Kind} */\n#endif\n");
            }

            if (property.Predicates.Any(holds => !model.Lower(holds).IsDefined.IsTrue))
            {
                loop.Append($"#ifdef CHECK_{name}\n");
                WriteUndefined(loop, property);
                loop.Append("#endif\n");
            }
        }

        // An alternative that can be taken only where a property has no value.
        private void WriteUndefined(StringBuilder loop, Property property)
        {
            foreach (var holds in property.Predicates.Select(model.Lower).Where(holds => !holds.IsDefined.IsTrue))
            {
                WriteUndefined(loop, holds.IsDefined, $"{property.Kind} \"{property.Name}\"");
            }
        }

        private void WriteUndefined(StringBuilder loop, Term isDefined, string title)
        {
            loop.Append($"#ifndef TRUSTED\n  :: d_step {{ {Given}!{terms.Truth(isDefined).In(Negated)} -> assert(false) }} ");
            loop.Append($"/* {Plain(OneLine.Of(title))} is undefined */\n#endif\n");
        }

        // Spin omits variables that are never read from its states; a variable that a guard reads is kept.
        private void WriteUnread(StringBuilder loop)
        {
            var unread = state.Parts.Where(part => !part.Leaves.Any(read.Contains)).ToList();
            if (unread.Count > 0)
            {
                var reads = unread.Select(part => $"{state[part.Leaves[0]]} == {state[part.Leaves[0]]}");
                loop.Append("  /* never taken; else Spin would not count a difference in what no guard reads */\n");
                loop.Append($"  :: d_step {{ false && {string.Join(" && ", reads)} -> skip }}\n");
            }
        }

        private void WriteRules(StringBuilder text, IEnumerable<LoweredRule> rules)
        {
            var last = -1;
            foreach (var rule in rules)
            {
                var source = model.Model.Rules[rule.Rule];
                foreach (var line in rule.Rule == last ? [] : Heading.Of(source))
                {
                    text.Append($"  /* {Plain(line)} */\n");
                }

                last = rule.Rule;
                var arguments = model.ArgumentsOf(rule);
                var title = arguments.IsEmpty ? source.Name : $"{source.Name}({string.Join(", ", arguments)})";
                text.Append($"  :: d_step {{ /* {Plain(OneLine.Of(title))} */\n       {Body(rule)} }}\n");
                if (!rule.IsGuardDefined.IsTrue)
                {
                    WriteUndefined(text, rule.IsGuardDefined, $"the guard of {title}");
                }
            }
        }

        private string Body(LoweredRule rule)
        {
            read.UnionWith(PromelaSteps.LeavesOf(rule.Guard));
            IReadOnlyList<string> statements = steps.Statements(rule);
            if (!rule.AreUpdatesDefined.IsTrue)
            {
                statements = [$"{sure}({terms.Truth(rule.AreUpdatesDefined).Text})", .. statements];
            }

            // A separate waiting position would multiply the states by the processes that have passed it.
            var guard = terms.Truth(rule.Guard);
            return $"{Given}{(Given.Length > 0 ? guard.In(4) : guard.Text)} -> {(statements.Count == 0 ? "skip" : string.Join("; ", statements))}";
        }

        private void Line(string line) => text.Append(line).Append('\n');

        private void Comment(string indent, string line) => Line($"{indent}/* {Plain(line)} */");

        private static string Plain(string line) => line.Replace("*/", "* /", StringComparison.Ordinal);
    }
}
