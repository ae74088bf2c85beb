using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws;

/// <summary>
/// A thread's program against a second implementation without a program counter: the remaining nodes are a list, and a
/// step takes from its front. Programs use every kind of node; the model of a sample gives the seed.
/// </summary>
public sealed class ThreadLaws
{
    private const int MaxPairs = 400;

    internal static readonly Law Runs = new(typeof(ThreadLaws), nameof(A_program_runs_as_it_is_written), 10, (sample, tally) =>
    {
        var program = new Program(new Prng(Convert.ToUInt64(sample.Model.Identity[..12], 16)));
        var interpreter = new Interpreter(program.Model);
        var (written, compiled) = (new[] { program.Start }.ToHashSet(), interpreter.InitialStates().ToHashSet());
        var seen = new HashSet<string>();
        var queue = new Queue<(HashSet<Place> Written, HashSet<State> Compiled)>([(written, compiled)]);
        while (seen.Count < MaxPairs && queue.TryDequeue(out var pair))
        {
            if (!seen.Add($"{string.Join('|', pair.Written.Select(place => $"{place}").Order(StringComparer.Ordinal))} "
                + string.Join('|', pair.Compiled.Select(state => string.Join(',', state.Values)).Order(StringComparer.Ordinal))))
            {
                continue;
            }

            // Compares by labels: each label leads from a set of possible places to another one.
            var expected = pair.Written.SelectMany(program.Next).ToLookup(next => next.Shown, next => next.To);
            var found = pair.Compiled
                .SelectMany(state => interpreter.Enabled(state).Select(step => (step, interpreter.Successor(state, step))))
                .ToLookup(next => program.Shown(next.step, next.Item2), next => next.Item2);
            Assert.Equal(expected.Select(group => group.Key).Order(StringComparer.Ordinal),
                found.Select(group => group.Key).Order(StringComparer.Ordinal));
            foreach (var group in expected)
            {
                queue.Enqueue(([.. group], [.. found[group.Key]]));
            }

            tally.Compare();
        }

        tally.Note("steps", seen.Count);
    });

    [Fact]
    public void A_program_runs_as_it_is_written()
    {
        var tally = Law.Holds(Runs, 200);
        Assert.True(Law.IsAlone || tally["steps"] > 500, $"{tally}");
    }

    /// <summary>The remaining nodes and the values of the two variables.</summary>
    private sealed record Place(ImmutableList<Node> Left, int Number, bool Flag)
    {
        public override string ToString() => $"{string.Join(' ', Left.Select(node => node.Id))}: {Number} {Flag}";

        public bool Equals(Place? other) => other?.ToString() == ToString();

        public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
    }

    private enum Kind { Step, Branch, If, While, Either, Again, Return }

    /// <summary>A node of a program.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Kind">The kind.</param>
    /// <param name="Reads">The number that a step waits to differ from, and that a branch tests; none if below
    /// 0.</param>
    /// <param name="Writes">The number that is written: for 4, the old number plus one; none if below 0.</param>
    /// <param name="Flag">The new value of the flag: false, true, or whether the number is 1; unchanged if below
    /// 0.</param>
    /// <param name="One">The first block.</param>
    /// <param name="Two">The second block.</param>
    private sealed record Node(int Id, Kind Kind, int Reads, int Writes, int Flag, ImmutableList<Node> One, ImmutableList<Node> Two);

    private sealed class Program
    {
        private readonly Prng random;
        private readonly ModelBuilder m = new("program");
        private readonly Expr number;
        private readonly ImmutableList<Node> nodes;
        private readonly bool repeats;
        private Expr flag = false;
        private int count;

        public Program(Prng random)
        {
            this.random = random;
            repeats = random.OneIn(2);
            number = m.Var("number", Sort.Range(0, 3));
            nodes = [Made(Kind.Step), .. Several(2), Made(Kind.Step)];
            m.Thread("t", repeats, t =>
            {
                flag = t.Local("flag", Sort.Bool, false);
                Say(t, [nodes[0]]);
                t.Label("again");
                Say(t, nodes.RemoveAt(0));
            });
            m.Always("always", true);
            Model = m.Build();
        }

        public Model Model { get; }

        public Place Start => new(nodes, 0, false);

        /// <summary>The label of a step of the model: its name in the program, and the values after it.</summary>
        public string Shown(Step step, State after)
        {
            object Value(string name) => after.Values[Model.Variables.ToList().FindIndex(variable => variable.Name == name)].Number;
            return $"{Model.Rules[step.Rule].Thread}.{Model.Rules[step.Rule].Step}: {Value("number")} {Value("t.flag")}";
        }

        public IEnumerable<(string Shown, Place To)> Next(Place place) => Next(place, place.Left);

        private IEnumerable<(string Shown, Place To)> Next(Place place, ImmutableList<Node> left)
        {
            if (left.IsEmpty)
            {
                return [];
            }

            var (node, rest) = (left[0], left.RemoveAt(0));
            switch (node.Kind)
            {
                case Kind.If:
                    return Next(place, (place.Flag ? node.One : node.Two).AddRange(rest));
                case Kind.While:
                    return Next(place, place.Flag ? rest : node.One.AddRange(left));
                case Kind.Either:
                    return Next(place, node.One.AddRange(rest)).Concat(Next(place, node.Two.AddRange(rest)));
                case Kind.Step when node.Reads == place.Number:
                    return [];
                case Kind.Branch:
                    rest = (node.Reads == place.Number ? node.One : node.Two).AddRange(rest);
                    break;
            }

            var becomes = node.Writes < 0 ? place.Number : node.Writes < 4 ? node.Writes : (place.Number + 1) % 4;
            var flagged = node.Flag < 0 ? place.Flag : node.Flag < 2 ? node.Flag == 1 : place.Number == 1;
            while (!rest.IsEmpty && rest[0].Kind is Kind.Again or Kind.Return)
            {
                rest = rest[0].Kind == Kind.Again ? nodes.RemoveAt(0) : [];
            }

            // The step that leaves the program resets the flag.
            var to = rest.IsEmpty ? new Place(repeats ? nodes : [], becomes, false) : new Place(rest, becomes, flagged);
            return [($"t.n{node.Id}: {to.Number} {(to.Flag ? 1 : 0)}", to)];
        }

        private ImmutableList<Node> Several(int depth) => [.. Enumerable.Range(0, random.Below(3)).Select(_ => Any(depth))];

        // A block without a name begins with a step, which shows the branch taken.
        private ImmutableList<Node> Block(int depth) => [Made(Kind.Step), .. Several(depth - 1)];

        private Node Any(int depth) => (depth == 0 ? 0 : random.Below(7)) switch
        {
            1 or 2 => Made(Kind.Branch) with { One = Several(depth - 1), Two = Several(depth - 1) },
            3 => Made(Kind.Branch) with { One = [Made(random.OneIn(2) ? Kind.Again : Kind.Return)] },
            4 => Made(Kind.If) with { One = Block(depth), Two = random.OneIn(2) ? Block(depth) : [] },
            5 => Made(Kind.While) with { One = Block(depth) },
            6 => Made(Kind.Either) with { One = Block(depth), Two = Block(depth) },
            _ => Made(Kind.Step),
        };

        private Node Made(Kind kind) => new(count++, kind, kind == Kind.Step && random.OneIn(2) ? -1 : random.Below(4),
            random.Below(6) - 1, random.Below(4) - 1, [], []);

        private void Say(ThreadBuilder t, ImmutableList<Node> block) => block.ForEach(node => Say(t, node));

        private void Say(ThreadBuilder t, Node node)
        {
            switch (node.Kind)
            {
                case Kind.Step:
                    t.Step($"n{node.Id}", s => Body(node.Reads < 0 ? s : s.When(number != node.Reads), node));
                    break;
                case Kind.Branch:
                    t.Branch($"n{node.Id}", number == node.Reads, () => Say(t, node.One), () => Say(t, node.Two), s => Body(s, node));
                    break;
                case Kind.If:
                    t.If(flag, () => Say(t, node.One), () => Say(t, node.Two));
                    break;
                case Kind.While:
                    t.While(!flag, () => Say(t, node.One));
                    break;
                case Kind.Either:
                    t.Either(() => Say(t, node.One), () => Say(t, node.Two));
                    break;
                case Kind.Again:
                    t.Goto("again");
                    break;
                case Kind.Return:
                    t.Return();
                    break;
            }
        }

        private void Body(StepBuilder s, Node node)
        {
            if (node.Writes >= 0)
            {
                s.Set(number, node.Writes < 4 ? node.Writes : If(number < 3, number + 1, 0));
            }

            if (node.Flag >= 0)
            {
                s.Set(flag, node.Flag < 2 ? node.Flag == 1 : number == 1);
            }
        }
    }
}
