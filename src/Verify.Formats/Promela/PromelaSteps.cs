using System.Globalization;
using Verify.Lowering;

namespace Verify.Formats.Promela;

/// <summary>
/// Writes simultaneous updates as a sequence of statements. A statement comes after those that read its target; a cycle
/// of such dependencies is broken by computing one value first into a variable outside of the state.
/// </summary>
internal sealed class PromelaSteps(PromelaState state, PromelaTerms terms)
{
    private readonly List<string> temporaries = [];

    /// <summary>The names of the variables for values that are computed first.</summary>
    public IReadOnlyList<string> Temporaries => temporaries;

    /// <summary>The statements of a rule.</summary>
    public IReadOnlyList<string> Statements(LoweredRule rule)
    {
        var waiting = rule.Writes
            .Where(write => !write.When.IsFalse && state.Shape.Leaves[write.Leaves[0]].Codes > 1)
            .Where(write => !IsItself(write))
            .Select(write => new Pending(write, terms, state)).ToList();
        var before = new List<string>();
        var done = new List<Pending>();
        var used = 0;
        while (waiting.Count > 0)
        {
            var next = waiting.FirstOrDefault(one => !waiting.Any(other => other != one && other.Reads.Overlaps(one.Write.Leaves)));
            if (next is not null)
            {
                done.Add(next);
                waiting.Remove(next);
                continue;
            }

            // No order works: this value is computed before the writes and reads nothing afterwards.
            var first = waiting.First(one => one.Reads.Count > 0);
            before.AddRange(first.Precompute(() => Temporary(used++)));
        }

        return [.. before, .. Joined(done)];
    }

    // Adjacent writes under the same condition share it: by their order, nothing that the condition reads has been
    // written yet.
    private static IEnumerable<string> Joined(List<Pending> writes)
    {
        for (var i = 0; i < writes.Count;)
        {
            var first = writes[i];
            var body = new List<string> { first.Assignment };
            for (i++; i < writes.Count && first.Condition is not null && writes[i].Condition == first.Condition; i++)
            {
                body.Add(writes[i].Assignment);
            }

            yield return first.Condition is null
                ? body[0]
                : $"if :: {first.Condition} -> {string.Join("; ", body)} :: else fi";
        }
    }

    private static bool IsItself(LeafWrite write) =>
        write.Index.IsConstant && write.Value.Kind == TermKind.Leaf
        && write.Value.Leaves[0] == write.Leaves[(int)write.Index.Number];

    private string Temporary(int position)
    {
        while (temporaries.Count <= position)
        {
            temporaries.Add(state.Names.Take("before"));
        }

        return temporaries[position];
    }

    private sealed class Pending
    {
        private readonly PromelaTerms terms;
        private readonly string[] targets;
        private readonly HashSet<int> conditionReads;
        private string value;
        private string? index;

        public Pending(LeafWrite write, PromelaTerms terms, PromelaState state)
        {
            (Write, this.terms) = (write, terms);
            Condition = write.When.IsTrue ? null : terms.Truth(write.When).In(0);
            value = terms.Stored(write.Value, state[write.Leaves[0]].Part).Text;
            conditionReads = LeavesOf(write.When);
            Reads = [.. conditionReads, .. LeavesOf(write.Value), .. LeavesOf(write.Index)];
            targets = [.. write.Leaves.Select(leaf => state[leaf].ToString())];
        }

        public LeafWrite Write { get; }

        public string? Condition { get; private set; }

        public HashSet<int> Reads { get; private set; }

        public string Assignment
        {
            get
            {
                if (index is null && terms.Location(Write.Leaves, Write.Index) is { } location)
                {
                    return $"{location} = {value}";
                }

                // The target is not a single location, or its index was computed first.
                var key = index ?? terms.Number(Write.Index).In(7);
                var ways = targets.Select((target, i) =>
                    string.Create(CultureInfo.InvariantCulture, $":: {key} == {i} -> {target} = {value} "));
                return $"if {string.Concat(ways)}fi";
            }
        }

        public IEnumerable<string> Precompute(Func<string> temporary)
        {
            var condition = Condition;
            if (conditionReads.Count > 0)
            {
                var name = temporary();
                yield return $"{name} = ({condition})";
                condition = Condition = $"{name} != 0";
            }

            // If the condition does not hold, the value may be undefined.
            string Guarded(string text) => condition is null ? text : $"({condition} -> {text} : 0)";
            if (LeavesOf(Write.Value).Count > 0)
            {
                var name = temporary();
                yield return $"{name} = {Guarded(value)}";
                value = name;
            }

            if (LeavesOf(Write.Index).Count > 0)
            {
                index = temporary();
                yield return $"{index} = {Guarded(terms.Number(Write.Index).In(1))}";
            }

            Reads = [];
        }
    }

    /// <summary>The leaves that a term may read.</summary>
    public static HashSet<int> LeavesOf(Term term)
    {
        var found = new HashSet<int>();
        var seen = new HashSet<Term>();
        Visit(term);
        return found;

        void Visit(Term t)
        {
            if (seen.Add(t))
            {
                found.UnionWith(t.Leaves);
                foreach (var part in t.Parts)
                {
                    Visit(part);
                }
            }
        }
    }
}
