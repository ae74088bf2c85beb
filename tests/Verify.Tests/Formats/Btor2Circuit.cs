using System.Globalization;

namespace Verify.Tests.Formats;

/// <summary>
/// Parses and runs BTOR2 without knowledge of models: words, inputs, and the lines of the format that exports use. Any
/// other line is an error.
/// </summary>
internal sealed class Btor2Circuit
{
    private static readonly string[] Declared = ["state", "input"];
    private readonly SortedDictionary<int, int> sorts = [];
    private readonly SortedDictionary<int, Node> nodes = [];
    private readonly List<Node> states = [];
    private readonly List<Node> inputs = [];
    private readonly Dictionary<int, Node> starts = [];
    private readonly Dictionary<int, Node> nexts = [];
    private readonly Dictionary<int, string> symbolOf = [];
    private readonly List<Node> constraints = [];
    private readonly List<Node> bad = [];
    private readonly List<Node> ofState = [];
    private readonly List<Node> ofInput = [];
    private int last;

    private sealed record Node(int Id, string Operator, int Bits, Node[] Parts, ulong Number, bool DependsOnInput)
    {
        public ulong Value { get; set; }

        public ulong Mask => (1UL << Bits) - 1;
    }

    /// <summary>
    /// The number of reachable states, and the level of the first bad one; null if there is none. States that differ only in
    /// the bit that marks the first state count as one.
    /// </summary>
    public sealed record Reached(int States, int? BadLevel);

    public Btor2Circuit(string text)
    {
        Assert.EndsWith("\n", text);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(';')[0].TrimEnd(' ');
            if (words.Length > 0)
            {
                Read(words.Split(' '));
            }
        }

        Assert.Single(bad);
        Assert.Equal(states.Count, nexts.Count);
        Assert.DoesNotContain(constraints.Concat(bad), node => node.DependsOnInput);
        foreach (var node in nodes.Values.Where(node => !Declared.Contains(node.Operator)))
        {
            (node.DependsOnInput ? ofInput : ofState).Add(node);
        }
    }

    /// <summary>The names of the states and of the bad state.</summary>
    public List<string> Symbols { get; } = [];

    /// <summary>The number of words in a state.</summary>
    public int StateCount => states.Count;

    /// <summary>Runs until there are no new states or, on request, until a level has a bad state.</summary>
    public Reached Run(bool untilBad)
    {
        var level = Initial().ToList();
        var (seen, visited) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var first = states.FindIndex(state => symbolOf[state.Id] == "first" && nexts[state.Id].Operator == "const");
        int? badLevel = null;
        for (var depth = 0; level.Count > 0 && !(untilBad && badLevel is not null); depth++)
        {
            var next = new List<ulong[]>();
            foreach (var state in level)
            {
                Enter(state);
                if (constraints.Exists(node => node.Value == 0) || !visited.Add(string.Join(',', state)))
                {
                    continue;
                }

                seen.Add(string.Join(',', state.Where((_, i) => i != first)));

                badLevel ??= bad[0].Value == 1 ? depth : null;
                next.AddRange(Successors());
            }

            level = next;
        }

        return new Reached(seen.Count, badLevel);
    }

    private IEnumerable<ulong[]> Initial()
    {
        Enter(new ulong[states.Count]);
        IEnumerable<ulong[]> all = [[]];
        foreach (var state in states)
        {
            ulong[] values = starts.TryGetValue(state.Id, out var start)
                ? [start.Value]
                : [.. Enumerable.Range(0, 1 << state.Bits).Select(value => (ulong)value)];
            all = all.SelectMany(some => values.Select(value => (ulong[])[.. some, value]));
        }

        return all;
    }

    private void Enter(ulong[] state)
    {
        for (var i = 0; i < state.Length; i++)
        {
            states[i].Value = state[i];
        }

        ofState.ForEach(node => node.Value = Calculate(node));
    }

    private IEnumerable<ulong[]> Successors()
    {
        var bits = inputs.Sum(input => input.Bits);
        for (var chosen = 0UL; chosen < 1UL << bits; chosen++)
        {
            var rest = chosen;
            foreach (var input in inputs)
            {
                input.Value = rest & input.Mask;
                rest >>= input.Bits;
            }

            ofInput.ForEach(node => node.Value = Calculate(node));
            yield return [.. states.Select(state => nexts[state.Id].Value)];
        }
    }

    private void Read(string[] words)
    {
        var id = Number(words[0]);
        Assert.True(id > last, $"{id} after {last}");
        last = id;
        switch (words[1])
        {
            case "sort":
                Assert.Equal("bitvec", words[2]);
                sorts.Add(id, Number(words[3]));
                Assert.InRange(sorts[id], 1, 62);
                break;
            case "state" or "input":
                var declared = Add(id, words[1], sorts[Number(words[2])], [], 0);
                (words[1] == "state" ? states : inputs).Add(declared);
                Symbols.Add(symbolOf[id] = words[3]);
                Assert.Equal(4, words.Length);
                break;
            case "init" or "next":
                var (state, value) = (nodes[Number(words[3])], nodes[Number(words[4])]);
                Assert.Equal("state", state.Operator);
                Assert.Equal((state.Bits, state.Bits), (value.Bits, sorts[Number(words[2])]));
                Assert.True(words[1] == "next" || (value.Id < state.Id && value.Parts.Length == 0), string.Join(' ', words));
                (words[1] == "init" ? starts : nexts).Add(state.Id, value);
                break;
            case "constraint" or "bad":
                var condition = nodes[Number(words[2])];
                Assert.Equal(1, condition.Bits);
                (words[1] == "bad" ? bad : constraints).Add(condition);
                Symbols.AddRange(words.Skip(3));
                break;
            default:
                ReadOperation(id, words);
                break;
        }
    }

    private void ReadOperation(int id, string[] words)
    {
        var bits = sorts[Number(words[2])];
        Node Part(int position) => nodes[Number(words[position])];
        switch (words[1])
        {
            case "zero":
                Add(id, "const", bits, [], 0);
                break;
            case "constd":
                Add(id, "const", bits, [], ulong.Parse(words[3], NumberStyles.None, CultureInfo.InvariantCulture));
                Assert.True(nodes[id].Number <= nodes[id].Mask, string.Join(' ', words));
                break;
            case "uext" or "sext":
                Assert.Equal(bits, Part(3).Bits + Number(words[4]));
                Add(id, words[1], bits, [Part(3)], 0);
                break;
            case "slice":
                Assert.Equal(bits, Number(words[4]) - Number(words[5]) + 1);
                Assert.True(Number(words[4]) < Part(3).Bits, string.Join(' ', words));
                Add(id, "slice", bits, [Part(3)], (ulong)Number(words[5]));
                break;
            case "not" or "and" or "or" or "add" or "sub" or "mul":
                Add(id, words[1], bits, [.. words.Skip(3).Select((_, i) => Part(i + 3))], 0);
                Assert.Equal(words[1] == "not" ? 1 : 2, nodes[id].Parts.Length);
                Assert.All(nodes[id].Parts, part => Assert.Equal(bits, part.Bits));
                break;
            case "eq" or "ult" or "slt":
                Assert.Equal((1, 5), (bits, words.Length));
                Assert.Equal(Part(3).Bits, Part(4).Bits);
                Add(id, words[1], 1, [Part(3), Part(4)], 0);
                break;
            case "ite":
                Assert.Equal(6, words.Length);
                Assert.Equal((1, bits, bits), (Part(3).Bits, Part(4).Bits, Part(5).Bits));
                Add(id, "ite", bits, [Part(3), Part(4), Part(5)], 0);
                break;
            default:
                Assert.Fail($"no operator of ours: {string.Join(' ', words)}");
                break;
        }
    }

    private Node Add(int id, string name, int bits, Node[] parts, ulong number) =>
        nodes[id] = new Node(id, name, bits, parts, number, name == "input" || Array.Exists(parts, part => part.DependsOnInput));

    private static ulong Calculate(Node node)
    {
        ulong Part(int i) => node.Parts[i].Value;
        return unchecked(node.Mask & node.Operator switch
        {
            "const" => node.Number,
            "uext" => Part(0),
            "sext" => (ulong)Signed(node.Parts[0]),
            "slice" => Part(0) >> (int)node.Number,
            "not" => ~Part(0),
            "and" => Part(0) & Part(1),
            "or" => Part(0) | Part(1),
            "add" => Part(0) + Part(1),
            "sub" => Part(0) - Part(1),
            "mul" => Part(0) * Part(1),
            "eq" => Part(0) == Part(1) ? 1UL : 0,
            "ult" => Part(0) < Part(1) ? 1UL : 0,
            "slt" => Signed(node.Parts[0]) < Signed(node.Parts[1]) ? 1UL : 0,
            "ite" => Part(0) == 1 ? Part(1) : Part(2),
            _ => throw new InvalidOperationException(node.Operator),
        });
    }

    private static long Signed(Node node) =>
        unchecked((long)(node.Value << (64 - node.Bits)) >> (64 - node.Bits));

    private static int Number(string word)
    {
        Assert.Matches("^(0|[1-9][0-9]*)$", word);
        return int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
