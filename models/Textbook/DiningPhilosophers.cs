using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Textbook;

/// <summary>Dijkstra's philosophers around a table: each takes the left fork, then the right one.</summary>
public sealed class DiningPhilosophers() : ModelFamily("dining-philosophers",
    "Philosophers who need two forks each; one of them takes the right fork first",
    new SizeParameter("seats", 3, 2, 8, "philosophers, and forks"))
{
    /// <summary>All philosophers start on the same side.</summary>
    public static readonly Fault SameSide = new("same-side",
        "every philosopher takes the left fork first, the last one too");

    /// <summary>Each philosopher has a side to start on.</summary>
    public static readonly Feature Mixed = new("mixed",
        "each philosopher takes the left fork first, or each time the right one, and not all take the same side first");

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(Mixed, !m.Has(SameSide), "it does not go with 'same-side'");
        var last = m.Size("seats") - 1;
        // Neighbours need an order, so seats are numbers and not a scalar set.
        var seat = Sort.Range(0, last);
        var fork = m.Map("fork", seat, Sort.Option(seat));
        var rightFirst = m.Has(Mixed) ? m.AnyOf("right_first", Sort.Set(seat)) : Fill(Sort.Set(seat), false);
        if (m.Has(Mixed))
        {
            m.Initially(Exists(seat, p => rightFirst[p]));
            m.Initially(Exists(seat, p => !rightFirst[p]));
        }

        m.Thread("philosopher", seat, repeats: true, (t, p) =>
        {
            var left = p;
            var right = If(p == last, 0, p + 1);
            var isOdd = m.Has(Mixed) ? rightFirst[p] : m.Has(SameSide) ? false : p == last;
            var first = If(isOdd, right, left);
            var second = If(isOdd, left, right);

            t.Step("take a fork", s => s.When(fork[first].IsNone).Set(fork[first], p).Shows(p, first));
            t.Step("take the other", s => s.When(fork[second].IsNone).Set(fork[second], p).Shows(p, second));
            t.Step("put both back", s => s.Set(fork[first], None).Set(fork[second], None).Shows(p));
        });

        m.Always("forks stay near", ForAll(seat, f => fork[f].IsNone | fork[f] == f | fork[f] == If(f == 0, last, f - 1)),
            "a fork lies on the table or is in the hands of a philosopher beside it");
        m.NoDeadlock("no deadlock", text: "some philosopher can always do something");
        m.Reachable("somebody eats", Exists(seat, p => fork[p] == p & fork[If(p == last, 0, p + 1)] == p));
    }
}
