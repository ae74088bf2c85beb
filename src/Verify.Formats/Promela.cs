using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Lowering;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Formats;

/// <summary>Models for Spin: one process whose loop has an alternative for each rule and choice of its parameters.</summary>
/// <remarks>
/// A property is an alternative too, which can be taken only where it is violated, so that it is looked at once a
/// state and adds neither states nor transitions. <c>LeadsTo</c> under weak fairness of every rule needs Spin's fairness
/// between processes, and therefore a process for each alternative.
/// </remarks>
public sealed class Promela : IModelWriter
{
    /// <summary>Spin has so many processes at most; one starts the others.</summary>
    private const int MostProcesses = 254;

    /// <inheritdoc/>
    public string Name => "promela";

    /// <inheritdoc/>
    public string Summary => "for Spin";

    /// <inheritdoc/>
    public string Extension => ".pml";

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property? property)
    {
        var processes = property is Property.LeadsTo ? new LoweredModel(model).Rules.Length : 0;
        return processes <= MostProcesses
            ? null
            : $"weak fairness takes one process a rule instance: this model has {processes}, Spin runs {MostProcesses}";
    }

    /// <inheritdoc/>
    public ImmutableArray<ExportFile> Export(Model model, Property? property, string? instance = null) =>
        [new(new Identifiers("").Take(model.Name) + Extension, new Text(model, property, instance).Write())];

    private sealed class Text
    {
        private readonly StringBuilder text = new();
        private readonly Property? asked;
        private readonly string? instance;
        private readonly LoweredModel model;
        private readonly PromelaState state;
        private readonly PromelaTerms terms;
        private readonly PromelaSteps steps;
        private readonly ImmutableArray<int[]> starts;
        private readonly List<(Property Property, string Name)> properties;
        private readonly HashSet<int> read = [];

        public Text(Model model, Property? asked, string? instance)
        {
            (this.asked, this.instance) = (asked, instance);
            this.model = new LoweredModel(model);
            state = new PromelaState(this.model.Shape);
            terms = new PromelaTerms(state);
            steps = new PromelaSteps(state, terms);
            starts = [.. new Interpreter(model).InitialStates().Select(this.model.Shape.Encode)];
            properties = [.. Asked.Properties(model, asked).Select(p => (p, state.Names.Take(p.Name, $"is_{p.Name}")))];
        }

        public string Write()
        {
            var rules = asked is Property.LeadsTo ? Processes() : Loop();
            foreach (var line in Heading.Lines(model.Model, instance, "Spin", Usage()))
            {
                Comment("", line);
            }

            text.AppendLine();
            WriteDefines();
            WriteVariables();
            WriteProperties();
            return text.Append(rules).ToString();
        }

        private IEnumerable<string> Usage()
        {
            if (asked is Property.LeadsTo)
            {
                yield return "spin -a FILE; gcc -O2 -DNOREDUCE -DNFAIR=9 -o pan pan.c; ./pan -a -f -m1000000";
                yield break;
            }

            yield return "spin -a FILE; gcc -O3 -DSAFETY -DNOREDUCE -DNOFAIR -o pan pan.c; ./pan -m10000000";
            yield return "All states, whatever is violated: spin -DALL_STATES -a FILE. Another property: spin -DCHECK_name -a FILE.";
            yield return starts.Length == 1
                ? "Counts: Spin finds the states of the model, and one more transition, which is the initial state."
                : $"Counts: Spin finds one more state, which is that before the choice of an initial state, and {starts.Length + 1} more transitions.";
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

                // An initial map has one value everywhere, so what is declared is an initial state.
                var initially = $" = {state.Constant(part.Sort, starts[0][part.Leaves[0]]).Text}";
                Line(part.Keys.Length == 0
                    ? $"{part.Type} {part.Name}{initially};"
                    : $"{part.Type} {part.Name}[{part.Leaves.Count}]{initially}; /* [{part.Keys}] */");
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
                    case Property.NoDeadlock deadlock when Asked.NamesRest(deadlock):
                        Comment("", "Spin's invalid end states, but where the model may rest; there it turns on the spot.");
                        Define(name, deadlock.MayRest);
                        break;
                    case Property.NoDeadlock:
                        Comment("", "Spin's invalid end states.");
                        break;
                    case Property.LeadsTo leads when leads.Name == asked?.Name:
                        var started = starts.Length == 1 ? "" : "started && ";
                        Define($"{name}_from", leads.From);
                        Define($"{name}_to", leads.To);
                        Line($"ltl {name} {{ [] (({started}{name}_from) -> <> {name}_to) }}");
                        break;
                    case Property.LeadsTo:
                        Comment("", "Needs a process for each rule: export it by its name.");
                        break;
                }

                if (Asked.IsActive(property, asked) && property is not Property.LeadsTo)
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
            // Above 'and', so that each stands in parentheses if it has to.
            const int Conjunct = 4;
            var conjuncts = TermPool.Conjuncts(model.Lower(holds).Holds).ToList();
            var parts = conjuncts.Select(part => conjuncts.Count == 1 ? terms.Truth(part).Text : terms.Truth(part).In(Conjunct)).DefaultIfEmpty("true");
            Line($"#define {name} ({string.Join(" \\\n  && ", parts)})");
        }

        // The loop is written first: what it reads, and which temporaries it needs, shows in what stands before it.
        private string Loop()
        {
            var body = new StringBuilder();
            WriteRules(body, (rule, title) => $"  :: d_step {{ /* {title} */\n       {Body(rule)} }}\n");
            var loop = new StringBuilder("active proctype model()\n{\n");
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
            var go = starts.Length == 1 ? "" : "started; ";
            if (starts.Length > 1)
            {
                text.Append("bool started;\nactive proctype start()\n{\n");
                WriteStart(text);
                text.Append("  started = true\n}\n\n");
            }

            var number = 0;
            WriteRules(text, (rule, title) => string.Create(CultureInfo.InvariantCulture,
                $"active proctype rule{++number}() {{ {go}/* {title} */\nend:\n  do :: d_step {{ {Body(rule)} }} od\n}}\n"));
            text.Append("\nactive proctype unread()\n{\nend:\n  do\n");
            WriteUnread(text);
            return text.Append("  :: false -> skip\n  od\n}\n").ToString();
        }

        private void WriteStart(StringBuilder text)
        {
            if (starts.Length == 1)
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

        private IEnumerable<string> Assignments(int[] start)
        {
            foreach (var part in state.Parts)
            {
                foreach (var leaf in part.Leaves.Where(leaf => start[leaf] != starts[0][leaf]))
                {
                    yield return $"{state[leaf]} = {state.Constant(part.Sort, start[leaf]).Text}";
                }
            }
        }

        private void WriteEndLabel(StringBuilder loop)
        {
            // Without it, Spin reports a state in which nothing can happen.
            var checks = properties.Where(p => p.Property is Property.NoDeadlock).Select(p => $"!defined(CHECK_{p.Name})").ToList();
            loop.Append(checks.Count == 0 ? "end:\n" : $"#if {string.Join(" && ", checks)}\nend:\n#endif\n");
        }

        private static void WriteAlternative(StringBuilder loop, Property property, string name)
        {
            var alternative = property switch
            {
                Property.Always => $"!{name} -> assert(false)",
                Property.Reachable => $"{name} -> assert(false)",
                Property.NoDeadlock deadlock when Asked.NamesRest(deadlock) => $"{name} -> skip",
                _ => null,
            };
            if (alternative is not null)
            {
                loop.Append($"#ifdef CHECK_{name}\n  :: d_step {{ {alternative} }} /* {property.Kind} */\n#endif\n");
            }
        }

        // Spin leaves variables that are never read out of its states; what a guard reads is safe from that.
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

        private void WriteRules(StringBuilder text, Func<LoweredRule, string, string> alternative)
        {
            var last = -1;
            foreach (var rule in model.Rules)
            {
                var source = model.Model.Rules[rule.Rule];
                if (rule.Rule != last)
                {
                    foreach (var line in Heading.Of(source))
                    {
                        text.Append($"  /* {Plain(line)} */\n");
                    }
                }

                last = rule.Rule;
                var arguments = model.ArgumentsOf(rule);
                var title = arguments.IsEmpty ? source.Name : $"{source.Name}({string.Join(", ", arguments)})";
                text.Append(alternative(rule, Plain(title)));
            }
        }

        private string Body(LoweredRule rule)
        {
            read.UnionWith(PromelaSteps.LeavesOf(rule.Guard));
            var statements = steps.Statements(rule);
            return $"{terms.Truth(rule.Guard).Text} -> {(statements.Count == 0 ? "skip" : string.Join("; ", statements))}";
        }

        private void Line(string line) => text.Append(line).Append('\n');

        private void Comment(string indent, string line) => Line($"{indent}/* {Plain(line)} */");

        private static string Plain(string line) => line.Replace("*/", "* /", StringComparison.Ordinal);
    }
}
