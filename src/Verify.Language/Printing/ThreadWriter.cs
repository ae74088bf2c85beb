using System.Globalization;
using Verify.Language.Sorts;
using Verify.Modelling;

namespace Verify.Language.Printing;

/// <summary>
/// Writes a thread as a program: its points one under the other, so that most steps lead to the next, and jumps for the rest.
/// </summary>
internal sealed class ThreadWriter
{
    private const int MostNames = 3;
    private readonly ThreadProgram program;
    private readonly NameWriter names;
    private readonly PageWriter page;
    private readonly List<int> order = [];
    private readonly HashSet<int> labelled = [];

    public ThreadWriter(ThreadProgram program, NameWriter names, PageWriter page)
    {
        (this.program, this.names, this.page) = (program, names, page);
        program.NameKey(names);
        Order();
        Label();
    }

    /// <summary>Writes the thread; false if its conditions are not those of a program.</summary>
    /// <param name="initially">The text of the initial value of a local.</param>
    public bool Write(Func<Sort, Expr, string> initially)
    {
        var key = program.IsKeyed ? $"({program.KeyName}: {SortText.Of(program.Key!, names.Of)})" : "";
        page.Line(0, $"thread {NameWriter.Title(program.Name)}{key}{(program.End is null ? " forever" : "")} {{");
        foreach (var local in program.Locals)
        {
            if (!Declare(local, initially))
            {
                return false;
            }
        }

        for (var i = 0; i < order.Count; i++)
        {
            var point = order[i];
            if (labelled.Contains(point))
            {
                page.Line(1, $"label {NameWriter.Title(program.Points.Members[point])}");
            }

            int? next = i + 1 < order.Count ? order[i + 1] : null;
            if (!Ways([.. program.Steps[point].Select(step => (Conditions(step, program.Steps[point]), step))], next, 1))
            {
                return false;
            }
        }

        if (program.End is { } end && program.Points.Members[end] != "done")
        {
            page.Line(1, $"label {NameWriter.Title(program.Points.Members[end])}");
        }

        page.Line(0, "}");
        return true;
    }

    private bool Declare(Variable local, Func<Sort, Expr, string> initially)
    {
        var (sort, value) = (local.Sort, local.Initially);
        if (program.IsKeyed)
        {
            (sort, value) = (((Sort.Mapping)sort).Value, (value as Expr.ConstantMap)?.Element);
        }

        if (value is null)
        {
            return false;
        }

        var text = initially(sort, value);
        var keys = new List<string>();
        while (sort is Sort.Mapping map)
        {
            keys.Add(SortText.Of(map.Key, names.Of));
            sort = map.Value;
        }

        page.Line(1, $"local {NameWriter.Written(program.ShortNameOf(local))}{(keys.Count > 0 ? $"[{string.Join(", ", keys)}]" : "")}: "
            + $"{SortText.Of(sort, names.Of)}{text}", local.Where);
        return true;
    }

    // Each point behind one that leads to it, as far as possible.
    private void Order()
    {
        var left = Enumerable.Range(0, program.Steps.Length).Where(point => point != program.End).ToHashSet();
        var at = 0;
        while (left.Remove(at))
        {
            order.Add(at);
            var targets = TargetsOf(at).Where(left.Contains).ToList();
            at = targets.Count > 0 ? targets[0] : left.Count > 0 ? left.Min() : -1;
        }
    }

    private IEnumerable<int> TargetsOf(int point) =>
        program.Steps[point].SelectMany(step => new[] { step.Then, step.Otherwise }).OfType<int>();

    // A point is named by the steps that can be taken at it, unless it has a label.
    private void Label()
    {
        for (var i = 0; i < order.Count; i++)
        {
            int? next = i + 1 < order.Count ? order[i + 1] : null;
            labelled.UnionWith(TargetsOf(order[i]).Where(target => target != next && target != program.End));
        }

        while (FirstMisnamed() is { } point)
        {
            labelled.Add(point);
        }
    }

    private int? FirstMisnamed()
    {
        var taken = labelled.Select(point => program.Points.Members[point]).ToHashSet(StringComparer.Ordinal);
        for (var point = 0; point < program.Steps.Length; point++)
        {
            if (labelled.Contains(point) || point == program.End)
            {
                continue;
            }

            var steps = program.Steps[point].Select(step => step.Rule.Step).Distinct(StringComparer.Ordinal).ToList();
            var plain = string.Join(" or ", steps.Count <= MostNames ? steps
                : [.. steps.Take(MostNames - 1), string.Create(CultureInfo.InvariantCulture, $"{steps.Count - MostNames + 1} others")]);
            var name = plain;
            for (var number = 2; !taken.Add(name); number++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{plain}'{number}");
            }

            if (name != program.Points.Members[point])
            {
                return point;
            }
        }

        return null;
    }

    // What must hold of locals for the step; where another step of the point has such a condition, one alone is one too.
    private static List<Expr> Conditions(ThreadProgram.Step step, List<ThreadProgram.Step> all)
    {
        static IEnumerable<Expr> Parts(Expr? of) => of switch
        {
            null => [],
            Expr.Connective { Operator: LogicOperator.And } both => [.. Parts(both.Left), both.Right],
            _ => [of],
        };
        return [.. Parts(step.Condition ?? (all.Exists(other => other.Condition is not null) ? step.Guard : null))];
    }

    private bool Ways(List<(List<Expr> Conditions, ThreadProgram.Step Step)> steps, int? next, int indent)
    {
        var ways = new List<Func<int, bool>>();
        while (steps.Count > 0)
        {
            var (conditions, step) = steps[0];
            if (conditions.Count == 0)
            {
                ways.Add(at => Write(step, next, at));
                steps.RemoveAt(0);
                continue;
            }

            var writer = new RuleWriter(step, program, names, page, indent);
            var (holds, fails) = (writer.Condition(conditions[0]), writer.Condition(!conditions[0]));
            var (then, otherwise) = (Taken(steps, holds, indent), Taken(steps, fails, indent));
            if (otherwise.Count == 0)
            {
                return false;
            }

            ways.Add(at => If(holds, then, otherwise, next, at));
        }

        if (ways.Count == 1)
        {
            return ways[0](indent);
        }

        for (var i = 0; i < ways.Count; i++)
        {
            page.Line(indent, i == 0 ? "either {" : "} or {");
            if (!ways[i](indent + 1))
            {
                return false;
            }
        }

        page.Line(indent, "}");
        return true;
    }

    // The steps at the front that begin with a condition, without it.
    private List<(List<Expr> Conditions, ThreadProgram.Step Step)> Taken(
        List<(List<Expr> Conditions, ThreadProgram.Step Step)> steps, string condition, int indent)
    {
        var taken = steps.TakeWhile(one => one.Conditions.Count > 0
            && new RuleWriter(one.Step, program, names, page, indent).Condition(one.Conditions[0]) == condition).ToList();
        steps.RemoveRange(0, taken.Count);
        return [.. taken.Select(one => (one.Conditions.Skip(1).ToList(), one.Step))];
    }

    private bool If(string condition, List<(List<Expr> Conditions, ThreadProgram.Step Step)> then,
        List<(List<Expr> Conditions, ThreadProgram.Step Step)> otherwise, int? next, int indent)
    {
        page.Line(indent, $"if {condition} {{");
        if (!Ways(then, next, indent + 1))
        {
            return false;
        }

        page.Line(indent, "} else {");
        if (!Ways(otherwise, next, indent + 1))
        {
            return false;
        }

        page.Line(indent, "}");
        return true;
    }

    private bool Write(ThreadProgram.Step step, int? next, int indent)
    {
        var isCondition = step.Condition is null && step.Guard is not null
            && program.Steps.Any(steps => steps.Contains(step) && steps.Exists(other => other.Condition is not null));
        var shown = isCondition ? step with { Guard = null } : step;
        var writer = new RuleWriter(shown, program, names, page, indent);
        writer.WriteStep(shown);
        if (step.Branch is null)
        {
            Go(step.Then, next, indent);
            return true;
        }

        var (neverTrue, neverFalse) = (step.Rule.Branch?.NeverTrue, step.Rule.Branch?.NeverFalse);
        var (isEmpty, hasOther) = (IsNext(step.Then, next) && neverTrue is null, !IsNext(step.Otherwise, next) || neverFalse is not null);
        page.Line(indent + 1, $"branch {writer.Condition(step.Branch)} {{{(isEmpty ? " }" : "")}{(isEmpty && hasOther ? " else {" : "")}");
        if (!isEmpty)
        {
            Way(step.Then, neverTrue, next, indent + 2);
            page.Line(indent + 1, hasOther ? "} else {" : "}");
        }

        if (hasOther)
        {
            Way(step.Otherwise, neverFalse, next, indent + 2);
            page.Line(indent + 1, "}");
        }

        return true;
    }

    private void Way(int? target, string? never, int? next, int indent)
    {
        page.Line(indent, never is null ? "" : $"never {NameWriter.Text(never)}");
        Go(target, next, indent);
    }

    // The last point leads to the end.
    private static bool IsNext(int? target, int? next) => target == next;

    private void Go(int? target, int? next, int indent)
    {
        if (!IsNext(target, next))
        {
            var isEnd = target is null || target == program.End;
            page.Line(indent, isEnd ? "return" : $"goto {NameWriter.Title(program.Points.Members[target!.Value])}");
        }
    }
}
