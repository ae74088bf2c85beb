using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Tests.Laws.Oracles;

/// <summary>
/// The result that a level-by-level engine must report for a property, computed from the whole graph. An engine
/// evaluates the property and the witnesses in each state when it finds it, and completes a level before it concludes
/// anything.
/// </summary>
/// <param name="Level">The level where the property is decided; null if that needs every state, or if the model is
/// undefined.</param>
/// <param name="Errors">The codes of errors that may be reported instead of a verdict; empty if none may.</param>
/// <param name="States">The number of distinct states found.</param>
/// <param name="Depth">The last concluded level that has states.</param>
/// <param name="RuleCounts">The number of times each rule fired.</param>
/// <param name="Witnesses">The level of the first state of each witness.</param>
internal sealed record Oracle(
    int? Level,
    ImmutableSortedSet<string> Errors,
    long States,
    int Depth,
    ImmutableArray<long> RuleCounts,
    ImmutableArray<int?> Witnesses)
{
    /// <summary>The number of steps to a nearest undefined state; null if there is none.</summary>
    public int? UndefinedAt { get; private init; }

    /// <param name="toy">The whole graph.</param>
    /// <param name="property">The property.</param>
    /// <param name="isAlone">True if the witnesses of the model are not evaluated.</param>
    public static Oracle Of(Toy toy, Property property, bool isAlone = false)
    {
        var model = toy.Interpreter.Model;
        Property.Reachable[] watched = isAlone ? [] : [.. model.Properties.OfType<Property.Reachable>()];
        var isDeadlock = property is Property.NoDeadlock;
        var met = new int?[watched.Length];
        var byLevel = toy.Nodes.GroupBy(node => node.Level).OrderBy(level => level.Key).Select(level => level.ToList()).ToList();
        for (var depth = 0; depth < byLevel.Count; depth++)
        {
            // The errors of the steps into this level count together with those of its own states.
            var errors = toy.Errors.Where(error => error.Level == depth - 1).Select(error => error.Diagnostic.Code.Id)
                .Concat(byLevel[depth].SelectMany(node => ErrorsOf(toy, node, [property, .. watched])))
                .ToImmutableSortedSet(StringComparer.Ordinal);
            if (!errors.IsEmpty)
            {
                // The error of an undefined state may be that of a step instead.
                var alsoThere = toy.Errors.Where(error => error.Level == depth).Select(error => error.Diagnostic.Code.Id);
                var isStep = toy.Errors.Exists(error => error.Level == depth - 1);
                return new Oracle(null, errors.Union(alsoThere), 0, 0, [], []) { UndefinedAt = isStep ? depth - 1 : depth };
            }

            if (depth > 0 && isDeadlock && byLevel[depth - 1].Exists(node => toy.Decides(property, node)))
            {
                return Cut(toy, depth - 1, depth, depth, met);
            }

            for (var i = 0; i < watched.Length; i++)
            {
                met[i] ??= byLevel[depth].Exists(node => toy.Decides(watched[i], node)) ? depth : null;
            }

            if (!isDeadlock && byLevel[depth].Exists(node => toy.Decides(property, node)))
            {
                return Cut(toy, depth, depth, depth, met);
            }
        }

        var last = byLevel.Count - 1;
        ImmutableSortedSet<string> left = [.. toy.Errors.Select(error => error.Diagnostic.Code.Id)];
        var isStuck = isDeadlock && last >= 0 && byLevel[last].Exists(node => toy.Decides(property, node));
        return !left.IsEmpty ? new Oracle(null, left, 0, 0, [], []) { UndefinedAt = last }
            : isStuck ? Cut(toy, last, last + 1, last + 1, met)
            : Cut(toy, last, last, last + 1, met) with { Level = null };
    }

    private static Oracle Cut(Toy toy, int depth, int lastFound, int firstUnexpanded, int?[] met)
    {
        var counts = new long[toy.RuleCounts.Length];
        foreach (var node in toy.Nodes.TakeWhile(node => node.Level < firstUnexpanded))
        {
            node.Next.ForEach(next => counts[next.Step.Rule]++);
        }

        return new Oracle(depth, [], toy.Nodes.Count(node => node.Level <= lastFound), depth, [.. counts], [.. met]);
    }

    private static IEnumerable<string> ErrorsOf(Toy toy, Toy.Node node, Property[] properties)
    {
        foreach (var property in properties)
        {
            var error = "";
            try
            {
                _ = property is Property.NoDeadlock p
                    ? toy.Interpreter.Holds(node.State, p.MayRest, p.Where)
                    : toy.Decides(property, node);
            }
            catch (UserErrorException e)
            {
                error = e.Diagnostic.Code.Id;
            }

            if (error != "")
            {
                yield return error;
            }
        }
    }
}
