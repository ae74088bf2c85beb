using System.Collections.Immutable;
using Verify.Explain.Asking;
using Verify.Modelling;
using Verify.Traces;

namespace Verify.Explain.Danger;

/// <summary>
/// The reachable state that is closest to a violation of a property that holds: the fewest conditions of a violation are
/// missing there.
/// </summary>
/// <param name="Conditions">The conditions of the violation, for some values.</param>
/// <param name="Missing">Those that do not hold in the state; the others do.</param>
/// <param name="Trace">A shortest run to such a state.</param>
public sealed record NearestMiss(ImmutableArray<string> Conditions, ImmutableArray<string> Missing, CheckedTrace Trace)
{
    private const int MaxConditions = 8;
    private const int MaxViolations = 12;

    /// <summary>Looks for the state.</summary>
    /// <returns>Null if no state has any condition of a violation, or if there are too many ways to violate the property.</returns>
    public static NearestMiss? Of(Model model, Property.Always property, Questions questions)
    {
        var violations = Violation.Of(property.Holds).Take(MaxViolations + 1).ToList();
        if (violations.Count > MaxViolations)
        {
            return null;
        }

        violations = [.. violations.Where(one => one.Conditions.Length is > 1 and <= MaxConditions)];
        var most = violations.Select(one => one.Conditions.Length).DefaultIfEmpty().Max();
        for (var missing = 1; missing < most; missing++)
        {
            var near = violations.SelectMany(one =>
                Positions(one.Conditions.Length, missing).Select(left => new Candidate(one, left))).ToList();
            if (Find(model, property, near, questions) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    // All candidates in one question, unless one of them reads what is not there; then each by itself.
    private static NearestMiss? Find(Model model, Property.Always property, List<Candidate> near, Questions questions)
    {
        var together = Ask(near.Select(one => one.Holds).Aggregate((one, other) => one | other));
        if (together.Kind is not AnswerKind.Undefined)
        {
            return together.Trace is { } run
                ? near.First(one => run.Interpreter.Holds(run.Trace.Last, one.Holds, property.Where)).Told(run)
                : null;
        }

        return near.Select(one => Ask(one.Holds).Trace is { } run ? one.Told(run) : null).OfType<NearestMiss>()
            .MinBy(one => one.Trace.Trace.Length);

        Answer Ask(Expr holds) =>
            questions.Decide(model, new Property.Reachable($"close to a violation of {property.Name}", "", property.Where, holds));
    }

    private static IEnumerable<ImmutableArray<int>> Positions(int length, int count, int from = 0) => count == 0
        ? [[]]
        : Enumerable.Range(from, length - from).SelectMany(first =>
            Positions(length, count - 1, first + 1).Select(others => others.Insert(0, first)));

    private sealed record Candidate(Violation Violation, ImmutableArray<int> Left)
    {
        public Expr Holds { get; } = Violation.Except(Left);

        public NearestMiss Told(CheckedTrace run)
        {
            ImmutableArray<string> all = [.. Violation.Conditions.Select(one => ModelPrinter.Readable(one, Violation.Binders))];
            return new(all, [.. Left.Select(i => all[i])], run);
        }
    }
}
