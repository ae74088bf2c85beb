using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests;

/// <summary>
/// A model checker on one page, to read first and to compare with: breadth-first, one state at a time, with the
/// reference interpreter. It keeps the whole graph for later queries.
/// </summary>
internal sealed class Toy
{
    private readonly Dictionary<State, Node> known = [];

    /// <summary>
    /// Visits every reachable state; stops after the first level with an undefined step, or at the cap.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="cap">The maximum number of states.</param>
    /// <param name="depth">The last level whose steps are taken.</param>
    public Toy(Model model, int cap = int.MaxValue, int depth = int.MaxValue)
    {
        Interpreter = new Interpreter(model);
        RuleCounts = new long[model.Rules.Length];
        Try(0, () =>
        {
            foreach (var initial in Interpreter.InitialStates().TakeWhile(_ => Nodes.Count <= cap))
            {
                Visit(initial, null, null);
            }
        });

        IsCut = Nodes.Count > cap;
        for (var i = 0; i < Nodes.Count && !IsCut && Nodes[i].Level <= (Errors.FirstOrDefault()?.Level ?? depth); i++)
        {
            Expand(Nodes[i]);
            IsCut = Nodes.Count > cap;
        }
    }

    public Interpreter Interpreter { get; }

    /// <summary>The states in order of their distance.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>The number of times each rule fired, including steps to known states.</summary>
    public long[] RuleCounts { get; }

    /// <summary>The errors in order of their distance.</summary>
    public List<Error> Errors { get; } = [];

    public bool IsCut { get; }

    public long Transitions => RuleCounts.Sum();

    public int Depth => Nodes.Count == 0 ? 0 : Nodes[^1].Level;

    /// <summary>
    /// A nearest state that decides the property: it violates the property or, for a <c>Reachable</c>, satisfies it.
    /// </summary>
    public Node? Decisive(Property property) => Nodes.Find(node => Decides(property, node));

    public bool Decides(Property property, Node node) => property switch
    {
        Property.Always p => !Interpreter.Holds(node.State, p.Holds, p.Where),
        Property.Reachable p => Interpreter.Holds(node.State, p.Holds, p.Where),
        Property.NoDeadlock p => node.Next.Count == 0 && !Interpreter.Holds(node.State, p.MayRest, p.Where),
        _ => throw new NotSupportedException(property.Kind),
    };

    private void Expand(Node node)
    {
        for (var rule = 0; rule < RuleCounts.Length; rule++)
        {
            foreach (var arguments in Interpreter.ArgumentsOf(Interpreter.Model.Rules[rule].Parameters))
            {
                var step = new Step(rule, arguments);
                Try(node.Level, () =>
                {
                    if (Interpreter.IsEnabled(node.State, step))
                    {
                        node.Next.Add((step, Visit(Interpreter.Successor(node.State, step), node, step)));
                        RuleCounts[step.Rule]++;
                    }
                });
            }
        }
    }

    private Node Visit(State state, Node? from, Step? by)
    {
        if (!known.TryGetValue(state, out var node))
        {
            known[state] = node = new Node(state, from is null ? 0 : from.Level + 1, from, by);
            Nodes.Add(node);
        }

        return node;
    }

    private void Try(int level, Action action)
    {
        try
        {
            action();
        }
        catch (UserErrorException e)
        {
            Errors.Add(new Error(level, e.Diagnostic));
        }
    }

    /// <summary>A state and the step that first reached it. Identity is by reference.</summary>
    internal sealed class Node(State state, int level, Node? from, Step? by)
    {
        public State State { get; } = state;

        /// <summary>The length of a shortest run to the state.</summary>
        public int Level { get; } = level;

        /// <summary>All enabled steps, including those to known states.</summary>
        public List<(Step Step, Node To)> Next { get; } = [];

        /// <summary>A shortest run to the state.</summary>
        public Trace Trace
        {
            get
            {
                // The trace of the predecessor, read once because it is computed each time.
                var before = from?.Trace;
                return before is null
                    ? new Trace([State], [])
                    : before with { States = before.States.Add(State), Steps = before.Steps.Add(by!) };
            }
        }
    }

    /// <summary>An error in a state of a level.</summary>
    internal sealed record Error(int Level, Diagnostic Diagnostic);
}
