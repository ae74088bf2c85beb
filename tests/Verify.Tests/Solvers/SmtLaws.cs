using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Solvers;
using Verify.Solvers.Smt;
using Verify.Symbolic.Induction;
using Verify.Symbolic.Tasks;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Solvers;

/// <summary>
/// Evaluates SMT-LIB text without a solver: the text has the meaning of the model, and some obligation fails if the
/// property does not hold.
/// </summary>
public sealed class SmtLaws
{
    private const int Most = 60; // states; each is a line of an invariant

    internal static readonly Law Says = new(typeof(SmtLaws), nameof(The_text_agrees_with_the_interpreter), 12, (sample, tally) =>
    {
        foreach (var property in sample.OfStates)
        {
            var system = new TransitionSystem(sample.Model, property);
            var text = new SmtReading(new SmtLib(system).HornClauses());
            var starts = sample.Toy.Nodes.Where(node => node.Level == 0).Select(node => KeyOf(system, node.State)).ToHashSet();
            foreach (var node in sample.Toy.Nodes.Take(8))
            {
                CompareState(sample, system, text, node, starts);
                tally.Compare();
            }
        }
    })
    { IsOfUndefined = false };

    internal static readonly Law Clauses = new(
        typeof(SmtLaws), nameof(Horn_clauses_are_satisfied_by_the_reachable_states_and_by_nothing_less), 12, (sample, tally) =>
    {
        foreach (var property in Asked(sample))
        {
            var system = new TransitionSystem(sample.Model, property);
            var text = new SmtReading(new SmtLib(system).HornClauses());
            var reachable = sample.Toy.Nodes.Select(node => KeyOf(system, node.State)).ToHashSet();
            text.Declared = (_, values) => reachable.Contains(string.Join(' ', values));
            var clauses = text.Questions[0];
            Assert.Equal(3, clauses.Count);
            foreach (var node in sample.Toy.Nodes)
            {
                Assert.True(text.Holds(clauses[0], Names(system, "x", node.State)));
                Assert.Equal(sample.Toy.Decides(property, node), !text.Holds(clauses[2], Names(system, "x", node.State)));
                Assert.All(StepsOf(system, node.Trace, "x", "rule", "y"), step => Assert.True(text.Holds(clauses[1], step)));
            }

            foreach (var node in sample.Toy.Nodes)
            {
                var missing = KeyOf(system, node.State);
                text.Declared = (_, values) => string.Join(' ', values) is var key && key != missing && reachable.Contains(key);
                Assert.False(text.Holds(clauses[0], Names(system, "x", node.Trace.States[0]))
                    && StepsOf(system, node.Trace, "x", "rule", "y").All(step => text.Holds(clauses[1], step)));
                tally.Compare();
            }
        }
    })
    { IsOfUndefined = false, MaxStates = Most };

    internal static readonly Law Refuses = new(typeof(SmtLaws), nameof(Obligations_reject_a_wrong_proof), 12, (sample, tally) =>
    {
        foreach (var property in Asked(sample))
        {
            var question = new ProofTask(sample.Model, property, EngineOptions.Default, new SolverChoice([]));
            var system = question.System;
            var reachable = sample.Toy.Nodes.Select(node => node.State).DistinctBy(state => KeyOf(system, state)).ToList();
            var whole = Obliged(question, reachable);
            foreach (var node in sample.Toy.Nodes)
            {
                var isBad = sample.Toy.Decides(property, node);
                Assert.Equal(isBad ? ["suffices"] : [], Denied(whole, system, node));
                tally.Note(isBad ? "bad" : "good");
                if (isBad)
                {
                    CompareInduction(question, node);
                }
            }

            foreach (var node in sample.Toy.Nodes.Where((_, i) => i % 5 == 0))
            {
                var less = Obliged(question, [.. reachable.Where(state => KeyOf(system, state) != KeyOf(system, node.State))]);
                Assert.Contains(Denied(less, system, node), denied => denied is "starts" or "stays");
                tally.Compare();
            }
        }
    })
    { IsOfUndefined = false, MaxStates = Most };

    [Fact]
    public void The_text_agrees_with_the_interpreter()
    {
        var tally = Law.Holds(Says, 80);
        Assert.True(Law.IsAlone || tally.Compared > 300, $"{tally}");
    }

    [Fact]
    public void Horn_clauses_are_satisfied_by_the_reachable_states_and_by_nothing_less()
    {
        var tally = Law.Holds(Clauses, 60);
        Assert.True(Law.IsAlone || tally.Compared > 150, $"{tally}");
    }

    [Fact]
    public void Obligations_reject_a_wrong_proof()
    {
        var tally = Law.Holds(Refuses, 60);
        Assert.True(Law.IsAlone || (tally.Compared > 30 && tally["bad"] > 20 && tally["good"] > 50), $"{tally}");
    }

    // Nothing is proved where a property is undefined, which other laws check.
    private static IEnumerable<Property> Asked(Sample sample) => sample.Decided.Select(pair => pair.Property)
        .Where(property => sample.Toy.Nodes.TrueForAll(node => IsDefined(sample, property, node)));

    private static bool IsDefined(Sample sample, Property property, Toy.Node node)
    {
        try
        {
            return sample.Model.Properties.OfType<Property.Reachable>().Append(property).All(one =>
                one is Property.NoDeadlock deadlock
                    ? sample.Interpreter.Holds(node.State, deadlock.MayRest, deadlock.Where) || true
                    : sample.Toy.Decides(one, node) || true);
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private static void CompareState(Sample sample, TransitionSystem system, SmtReading text, Toy.Node node, HashSet<string> starts)
    {
        var now = ValuesOf(system, node.State);
        Assert.True(text.Holds("shape", now));
        Assert.Equal(starts.Contains(KeyOf(system, node.State)), text.Holds("init", now));
        Assert.False(text.Holds("undefined-step", now));
        Assert.Equal(!IsDefined(sample, system.Property, node), text.Holds("undefined-question", now));
        if (IsDefined(sample, system.Property, node))
        {
            Assert.Equal(sample.Toy.Decides(system.Property, node), text.Holds("bad", now));
        }

        for (var i = 0; i < system.Variables.Length; i++)
        {
            var codes = system.Variables[i].Codes;
            if (!int.IsPow2(codes))
            {
                Assert.False(text.Holds("shape", now.Select((value, at) => at == i ? SmtValue.Of(codes, codes) : value)));
            }
        }

        for (var rule = 0; rule < system.Lowered.Rules.Length; rule++)
        {
            var step = new Step(system.Lowered.Rules[rule].Rule, system.Lowered.ArgumentsOf(system.Lowered.Rules[rule]));
            var to = node.Next.FirstOrDefault(next => next.Step.Rule == step.Rule && next.Step.Arguments.SequenceEqual(step.Arguments)).To;
            SmtValue[] chosen = system.Lowered.Rules.Length > 1 ? [SmtValue.Of(rule, system.Lowered.Rules.Length)] : [];
            var after = ValuesOf(system, (to ?? node).State);
            Assert.Equal(to is not null, text.Holds("step", [.. now, .. chosen, .. after]));
            var at = rule % Math.Max(1, after.Length);
            if (after.Length > 0)
            {
                after[at] = SmtValue.Cut(after[at].Number ^ 1, Math.Max(1, after[at].Bits)) with { Bits = after[at].Bits };
                Assert.False(text.Holds("step", [.. now, .. chosen, .. after]));
            }
        }
    }

    // Of the runs to a bad state, those shorter than k belong to the obligations "starts", the others to "stays".
    private static void CompareInduction(ProofTask question, Toy.Node bad)
    {
        var (trace, system) = (bad.Trace, question.System);
        if (trace.Steps.Any(step => RuleOf(system, step) < 0))
        {
            return; // the step changes nothing that the property depends on
        }

        var isFirst = trace.States.Take(trace.Length).All(state => KeyOf(system, state) != KeyOf(system, bad.State));
        for (var k = 1; k <= Math.Min(4, trace.Length + 1); k++)
        {
            var text = new SmtReading(InstanceObligations.OfInduction(question, k));
            if (k == trace.Length + 1)
            {
                Assert.True(AreMet(text, 1 + trace.Length, NamesOfRun(system, trace, 0, trace.Length)));
            }
            else if (isFirst && system.Property is Property.Always or Property.Reachable
                && trace.States.Select(state => KeyOf(system, state)).Distinct().Count() == trace.States.Length)
            {
                var names = NamesOfRun(system, trace, trace.Length - k, k);
                var isGoodBefore = Enumerable.Range(0, k).All(i => !text.Holds(SExpr.Word($"bad.{Unrolling.State(i)}"), names));
                Assert.Equal(isGoodBefore, AreMet(text, 1 + k, names));
            }
        }
    }

    private static SmtReading Obliged(ProofTask question, List<State> states)
    {
        var system = question.System;
        var some = states.Select(state => $"(and true{string.Concat(system.Variables.Zip(CodesOf(system, state), (leaf, code) =>
            $" (= x{leaf.Index} {SmtTerms.Literal(leaf.Codes, code)})"))})");
        return new SmtReading(InstanceObligations.OfInvariant(question,
            $"(define-fun inv ({question.Text.Typed("x")}) Bool (or false {string.Join(' ', some)}))"));
    }

    // The obligations that an invariant violates on the path to a state.
    private static List<string> Denied(SmtReading text, TransitionSystem system, Toy.Node node)
    {
        Assert.Equal(5, text.Questions.Count);
        var denied = new List<string>();
        void Add(string what, bool isDenied) => denied.AddRange(isDenied && !denied.Contains(what) ? [what] : []);
        Add("starts", AreMet(text, 1, Names(system, Unrolling.State(0), node.Trace.States[0])));
        foreach (var step in StepsOf(system, node.Trace, Unrolling.State(0), Unrolling.Choice(0), Unrolling.State(1)))
        {
            Add("shape", AreMet(text, 0, step));
            Add("stays", AreMet(text, 2, step));
        }

        Add("suffices", AreMet(text, 3, Names(system, Unrolling.State(0), node.State)));
        return denied;
    }

    private static bool AreMet(SmtReading text, int question, Dictionary<string, SmtValue> names) =>
        text.Questions[question].All(assertion => text.Holds(assertion, names));

    private static IEnumerable<Dictionary<string, SmtValue>> StepsOf(
        TransitionSystem system, Traces.Trace trace, string before, string choice, string after)
    {
        for (var i = 0; i < trace.Length; i++)
        {
            if (RuleOf(system, trace.Steps[i]) is >= 0 and var rule)
            {
                var names = Names(system, before, trace.States[i]);
                names[choice] = SmtValue.Of(rule, system.Lowered.Rules.Length);
                foreach (var (name, value) in Names(system, after, trace.States[i + 1]))
                {
                    names[name] = value;
                }

                yield return names;
            }
        }
    }

    private static Dictionary<string, SmtValue> NamesOfRun(TransitionSystem system, Traces.Trace trace, int first, int steps)
    {
        var names = new Dictionary<string, SmtValue>();
        for (var i = 0; i <= steps; i++)
        {
            foreach (var (name, value) in Names(system, Unrolling.State(i), trace.States[first + i]))
            {
                names[name] = value;
            }

            if (i < steps)
            {
                names[Unrolling.Choice(i)] = SmtValue.Of(RuleOf(system, trace.Steps[first + i]), system.Lowered.Rules.Length);
            }
        }

        return names;
    }

    private static int RuleOf(TransitionSystem system, Step step) => system.Lowered.Rules.ToList().FindIndex(rule =>
        rule.Rule == step.Rule && system.Lowered.ArgumentsOf(rule).SequenceEqual(step.Arguments));

    private static Dictionary<string, SmtValue> Names(TransitionSystem system, string prefix, State state) =>
        system.Variables.Zip(ValuesOf(system, state)).ToDictionary(pair => $"{prefix}{pair.First.Index}", pair => pair.Second);

    private static string KeyOf(TransitionSystem system, State state) => string.Join(' ', ValuesOf(system, state));

    private static SmtValue[] ValuesOf(TransitionSystem system, State state) =>
        [.. system.Variables.Zip(CodesOf(system, state), (leaf, code) => SmtValue.Of(code, leaf.Codes))];

    private static IEnumerable<int> CodesOf(TransitionSystem system, State state)
    {
        var codes = system.Lowered.Shape.Encode(state);
        return system.Variables.Select(leaf => codes[leaf.Index]);
    }
}
