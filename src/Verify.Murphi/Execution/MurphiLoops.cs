using Verify.Modelling;
using Verify.Murphi.Syntax;

namespace Verify.Murphi.Execution;

/// <summary>
/// Executes <c>for</c>. If no round reads or writes what another one writes, all rounds become one with a binder, which
/// keeps identities symmetric; else they follow each other.
/// </summary>
internal sealed class MurphiLoops(Machine machine, MurphiStatements statements)
{
    private const int MostRounds = 10_000;
    private readonly Terms terms = machine.Terms;

    public void Run(MurphiStatement.For loop, Names names)
    {
        var (type, low, high, step) = statements.Exprs.Domain(loop.Over, names);
        if (type.Sort.ScalarCount > 1 && IsParallel(loop, type, low, high, step, names))
        {
            return;
        }

        if (type.Sort.ScalarCount > MostRounds)
        {
            throw MurphiTypes.Refuse(loop.Over.Variable.Span,
                $"the loop has {type.Sort.ScalarCount:N0} rounds that depend on each other", "use a smaller range");
        }

        var isConstant = low is null or Expr.Literal && high is null or Expr.Literal;
        var (first, count) = isConstant && low is Expr.Literal from && type.Sort is Sort.Interval range
            ? (from.Number - range.Low, (range.High - range.Low) / Math.Abs(step) + 1)
            : (0, type.Sort.ScalarCount);
        for (var i = 0; i < count; i++)
        {
            var value = terms.ValueAt(type.Sort, first + i * step);
            var within = isConstant ? terms.True : statements.Exprs.Within(value, low!, high!, step);
            machine.Under(terms.And(terms.Not(statements.Returned), within), () =>
                statements.Run(loop.Body, With(loop, type, value, names)));
        }
    }

    private Names With(MurphiStatement.For loop, MurphiType.Scalar type, Expr value, Names names)
    {
        var inner = new Names(names);
        inner.Set(loop.Over.Variable.Text, new Symbol.Value(type, new Content(value, terms.True, true)));
        return inner;
    }

    // Tries one round with a binder in place of the value.
    private bool IsParallel(MurphiStatement.For loop, MurphiType.Scalar type, Expr? low, Expr? high, int step, Names names)
    {
        var (mark, births, returned, outerReads) = (machine.Mark(), machine.Births, statements.Returned, machine.Store.Reads);
        var binder = new Binder(loop.Over.Variable.Text, type.Sort);
        var value = terms.Bound(binder);
        var reads = new List<Place>();
        machine.Store.Reads = reads;
        machine.Open.Add(binder);
        machine.Under(low is null ? terms.True : statements.Exprs.Within(value, low, high!, step),
            () => statements.Run(loop.Body, With(loop, type, value, names)));
        machine.Open.RemoveAt(machine.Open.Count - 1);
        machine.Store.Reads = outerReads;
        var writes = machine.Store.Writes.Skip(mark.Writes).Where(write => write.Target.Root.Birth < births).ToList();
        if (statements.Returned == (object)returned && writes.Select(write =>
            Whole(write, writes, reads, binder, mark.Writes)).ToList() is var whole
            && whole.TrueForAll(write => write is not null))
        {
            machine.Replace(mark.Writes, whole!);
            outerReads?.AddRange(reads);
            return true;
        }

        machine.Undo(mark);
        statements.Returned = returned;
        return false;
    }

    // The write of all rounds together; null if a round depends on another.
    private Write? Whole(Write write, List<Write> writes, List<Place> reads, Binder binder, int since)
    {
        bool IsSame(Place place) => place.Root == write.Target.Root && place.Path == write.Target.Path;
        bool IsOwn(Place place, int key) => place.Keys[key] is Expr.BoundVariable bound && bound.Binder == binder;
        var others = writes.Select(other => other.Target).Where(IsSame).Concat(reads.Where(IsSame)).ToList();
        if (Enumerable.Range(0, write.Target.Keys.Length).Any(key => others.TrueForAll(place => IsOwn(place, key))))
        {
            return write with { Over = write.Over.Add(binder) };
        }

        // The same value at the same place in each round that writes.
        bool IsFree(Expr expr) => !terms.FreeIn(expr).Contains(binder);
        var isAlone = others.Count == 1;
        if (isAlone && write.Target.Keys.All(IsFree) && IsFree(write.Content.Value) && IsFree(write.Content.Defined))
        {
            return write with { When = [.. write.When.Where(IsFree), Some(write, binder)] };
        }

        // A count: the place is read once, and 1 is added, or taken away, in each round that writes.
        var before = machine.Store.Before(since, write.Target, machine.Path).Value;
        if (others.Count == 2 && reads.Count(IsSame) == 1 && write.Target.Keys.All(IsFree)
            && write.Target.Type is MurphiType.Scalar { Sort: Sort.Interval } type
            && terms.Number(1) is var one && (write.Content.Value == (object)terms.Add(before, one)
                || write.Content.Value == (object)terms.Subtract(before, one)))
        {
            var rounds = write.When.Where(part => !IsFree(part)).Aggregate(terms.True, terms.And);
            var count = terms.Quantify(Quantifier.Count, binder, rounds);
            var value = write.Content.Value == (object)terms.Add(before, one) ? terms.Add(before, count) : terms.Subtract(before, count);
            machine.Demand(DemandKind.RunTime, terms.Implies(Some(write, binder), statements.Exprs.InRange(value, type)),
                $"the value leaves {type.Text}", write.Span);
            return write with { When = [.. write.When.Where(IsFree), Some(write, binder)], Content = write.Content with { Value = value } };
        }

        return null;
    }

    private Expr Some(Write write, Binder binder) => terms.Quantify(Quantifier.Exists, binder,
        write.When.Where(part => terms.FreeIn(part).Contains(binder)).Aggregate(terms.True, terms.And));
}
