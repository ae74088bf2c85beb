using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Laws.Oracles;

/// <summary>The number of switches between actors in a run; runs with few switches are easier to read.</summary>
internal static class Switches
{
    /// <summary>The number of switches in one run.</summary>
    public static int Of(Interpreter interpreter, Trace trace)
    {
        var actors = Enumerable.Range(0, trace.Length).Select(i => ActorOf(interpreter, trace.States[i], trace.Steps[i])).ToList();
        return actors.Zip(actors.Skip(1)).Count(pair => pair.First != pair.Second);
    }

    /// <summary>The minimum over all shortest runs to any state of a level that decides a property.</summary>
    public static int Fewest(Toy toy, Property property, int level)
    {
        // For each state of a level and each actor of the step into it, the minimum number of switches on runs to that
        // state.
        var runs = toy.Nodes.Where(node => node.Level == 0).ToDictionary(node => (Node: node, Actor: ""), _ => 0);
        for (var depth = 0; depth < level; depth++)
        {
            var next = new Dictionary<(Toy.Node Node, string Actor), int>();
            foreach (var ((node, previous), switches) in runs)
            {
                foreach (var (step, to) in node.Next.Where(edge => edge.To.Level == depth + 1))
                {
                    var actor = ActorOf(toy.Interpreter, node.State, step);
                    var sum = switches + (previous == "" || previous == actor ? 0 : 1);
                    next[(to, actor)] = Math.Min(sum, next.GetValueOrDefault((to, actor), int.MaxValue));
                }
            }

            runs = next;
        }

        return runs.Where(run => toy.Decides(property, run.Key.Node)).Min(run => run.Value);
    }

    private static string ActorOf(Interpreter interpreter, State state, Step step)
    {
        var rule = interpreter.Model.Rules[step.Rule];
        try
        {
            return rule.Actor.Processor is { } processor
                ? interpreter.Evaluate(state, processor, rule.Parameters, step.Arguments, rule.Where).ToString()
                : rule.Actor.Name!;
        }
        catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.NoValue)
        {
            return "?";
        }
    }
}
