using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Formats.Murphi;

/// <summary>
/// Writes simultaneous updates as a sequence of statements. A statement comes after those that read its target; if no
/// order works, a variable is copied first and read from the copy.
/// </summary>
internal sealed class MurphiSteps(MurphiText text)
{
    private readonly List<Assignment> assignments = [];

    /// <summary>An assignment to a scalar, or of one part of a variable to another.</summary>
    private sealed record Assignment(
        ImmutableArray<string> Loops, ImmutableArray<string> Conditions, MurphiView.Place Target, string Value, ImmutableArray<MurphiView.Place> Reads);

    /// <summary>The statements of a rule, and the variables that it reads from copies.</summary>
    public (IReadOnlyList<string> Statements, IReadOnlyList<(Variable Variable, string Copy)> Copies) Of(ImmutableArray<Update> updates)
    {
        var copies = new List<(Variable Variable, string Copy)>();
        while (true)
        {
            assignments.Clear();
            foreach (var update in updates)
            {
                Add(update);
            }

            var copied = copies.Select(copy => copy.Variable).ToHashSet();
            if (Ordered(copied, out var obstacle) is { } order)
            {
                foreach (var (variable, copy) in copies)
                {
                    text.ReadFrom(variable, null);
                    text.Sorts.Names.Release(copy);
                }

                return (Lines(order), copies);
            }

            var name = text.Sorts.Names.Take($"old_{obstacle!.Name}");
            copies.Add((obstacle, name));
            text.ReadFrom(obstacle, name);
        }
    }

    /// <summary>The statements that assign a constant value to a variable.</summary>
    public IReadOnlyList<string> Initially(Variable variable, MurphiView value)
    {
        assignments.Clear();
        Assign(new MurphiView.Place(variable.Sort, variable, []), value, [], [], []);
        return Lines(assignments);
    }

    /// <summary>The statements that assign a value to a variable.</summary>
    public IReadOnlyList<string> Initially(Variable variable, Value value)
    {
        assignments.Clear();
        Assign(new MurphiView.Place(variable.Sort, variable, []), value);
        return Lines(assignments);
    }

    private void Assign(MurphiView.Place target, Value value)
    {
        switch (target.Sort)
        {
            case Sort.Mapping map:
                foreach (var (i, key) in Value.All(map.Key).Index())
                {
                    Assign((MurphiView.Place)MurphiText.Entry(target, text.Key(text.Of(key), map.Key)), value.Items[i]);
                }

                break;
            case Sort.Record:
                for (var i = 0; i < value.Items.Length; i++)
                {
                    Assign((MurphiView.Place)text.Field(target, i), value.Items[i]);
                }

                break;
            case Sort.Optional { IsScalar: false } when value.Number == 1:
                var has = new MurphiView.Place(Sort.Bool, target.Variable, target.Path.Add(".has"));
                Assign(has, Value.Truth(true));
                Assign((MurphiView.Place)text.Content(target), value.Items[0]);
                break;
            default:
                Assign(target, text.Of(value), [], [], []);
                break;
        }
    }

    private void Add(Update update)
    {
        text.Reads.Clear();
        var names = new List<string>();
        foreach (var binder in update.Over)
        {
            names.Add(text.Sorts.Names.Enter(binder));
            text.Bind(binder, PrecedenceText.Of(names[^1]));
        }

        var loops = update.Over.Select((binder, i) => $"{names[i]}: {text.Sorts.TypeOf(binder.Sort)}").ToImmutableArray();
        ImmutableArray<string> conditions = update.When is Expr.Literal { Number: 1 } ? [] : [text.Truth(update.When).Text];
        var (place, contents) = Locate(update.Target);
        var value = text.Of(update.Value);
        for (; contents > 0; contents--)
        {
            value = new MurphiView.Some(Sort.Option(value.Sort), value);
        }

        ImmutableArray<MurphiView.Place> common = [.. text.Reads];
        Assign(place, value, loops, conditions, common);
        names.ForEach(text.Sorts.Names.Release);
    }

    // Counts the enclosing options of scalars, which share the number of their content.
    private (MurphiView.Place Place, int Contents) Locate(Expr target)
    {
        switch (target)
        {
            case Expr.Index at:
                var key = text.Key(text.Of(at.Key), ((Sort.Mapping)at.Map.Sort).Key);
                return ((MurphiView.Place)MurphiText.Entry(Locate(at.Map).Place, key), 0);
            case Expr.FieldOf get:
                return ((MurphiView.Place)text.Field(Locate(get.Record).Place, get.Position), 0);
            case Expr.ValueOf value:
                var (option, contents) = Locate(value.Option);
                return option.Sort.IsScalar ? (option, contents + 1) : ((MurphiView.Place)text.Content(option), 0);
            case Expr.Read read:
                return (new MurphiView.Place(read.Sort, read.Variable, []), 0);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Assign(MurphiView.Place target, MurphiView value, ImmutableArray<string> loops,
        ImmutableArray<string> conditions, ImmutableArray<MurphiView.Place> common)
    {
        switch (target.Sort, value)
        {
            case ({ IsScalar: true }, _):
                Emit(() => target.Sort is Sort.Optional ? text.Code(value, target.Sort).Text : text.Scalar(value).Text);
                break;
            case (_, MurphiView.Place whole) when whole.Sort.Equals(target.Sort):
                Emit(() => text.Read(whole));
                break;
            case (_, MurphiView.Choice choice):
                Assign(target, choice.IfTrue, loops, conditions.Add(choice.Condition), common);
                Assign(target, choice.IfFalse, loops, conditions.Add($"!({choice.Condition})"), common);
                break;
            case (Sort.Optional, _):
                var has = new MurphiView.Place(Sort.Bool, target.Variable, target.Path.Add(".has"));
                Assign(has, new MurphiView.Scalar(Sort.Bool, text.Has(value)), loops, conditions, common);
                // Equal states must have equal text, so absent content is 0.
                var content = (MurphiView.Place)text.Content(target);
                var inner = value is MurphiView.None ? text.Zero(content.Sort) : text.Content(value);
                Assign(content, inner, loops, conditions, common);
                break;
            case (Sort.Record record, _):
                for (var i = 0; i < record.Fields.Length; i++)
                {
                    Assign((MurphiView.Place)text.Field(target, i), text.Field(value, i), loops, conditions, common);
                }

                break;
            case (Sort.Mapping map, _):
                var name = text.Sorts.Names.Enter(map.Key);
                var loop = $"{name}: {text.Sorts.TypeOf(map.Key)}";
                Assign((MurphiView.Place)MurphiText.Entry(target, name), MurphiText.Entry(value, name), loops.Add(loop), conditions, common);
                text.Sorts.Names.Release(name);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        void Emit(Func<string> render)
        {
            text.Reads.Clear();
            var rendered = render();
            if (rendered != text.Target(target))
            {
                assignments.Add(new(loops, conditions, target, rendered, [.. common, .. text.Reads]));
            }
        }
    }

    private List<Assignment>? Ordered(HashSet<Variable> copied, out Variable? obstacle)
    {
        obstacle = assignments.Where(one => !one.Loops.IsEmpty)
            .SelectMany(one => one.Reads.Where(read => !copied.Contains(read.Variable) && MayMeet(read, one) && !IsSame(read, one)))
            .FirstOrDefault()?.Variable;
        if (obstacle is not null)
        {
            return null;
        }

        var waiting = assignments.ToList();
        var order = new List<Assignment>();
        while (waiting.Count > 0)
        {
            var next = waiting.FirstOrDefault(one => !waiting.Any(other => other != one && Hinders(other, one).Any()));
            if (next is null)
            {
                obstacle = waiting.SelectMany(one => waiting.Where(other => other != one).SelectMany(other => Hinders(one, other))).First();
                return null;
            }

            order.Add(next);
            waiting.Remove(next);
        }

        return order;

        IEnumerable<Variable> Hinders(Assignment reader, Assignment writer) =>
            reader.Reads.Where(read => !copied.Contains(read.Variable) && MayMeet(read, writer)).Select(read => read.Variable);
    }

    // Different fields never overlap; different keys may.
    private static bool MayMeet(MurphiView.Place read, Assignment writer)
    {
        var target = writer.Target;
        if (read.Variable != target.Variable)
        {
            return false;
        }

        for (var i = 0; i < Math.Min(read.Path.Length, target.Path.Length); i++)
        {
            if (read.Path[i][0] == '.' && read.Path[i] != target.Path[i])
            {
                return false;
            }
        }

        return true;
    }

    // In a loop, an iteration may read the entry that it writes itself, if no other iteration writes that entry.
    private static bool IsSame(MurphiView.Place read, Assignment writer) =>
        read.Path.SequenceEqual(writer.Target.Path)
        && writer.Loops.All(loop => read.Path.Contains($"[{loop[..loop.IndexOf(':', StringComparison.Ordinal)]}]"));

    private List<string> Lines(List<Assignment> order)
    {
        var lines = new List<string>();
        for (var i = 0; i < order.Count;)
        {
            var group = new List<Assignment> { order[i] };
            for (i++; i < order.Count && CanJoin(group, order[i]); i++)
            {
                group.Add(order[i]);
            }

            var (loops, conditions) = (group[0].Loops, group[0].Conditions);
            var body = group.Select(one => $"{text.Target(one.Target)} := {one.Value};");
            foreach (var condition in conditions.Reverse())
            {
                body = [$"if {condition} then", .. body.Select(line => $"  {line}"), "end;"];
            }

            foreach (var loop in loops.Reverse())
            {
                body = [$"for {loop} do", .. body.Select(line => $"  {line}"), "end;"];
            }

            lines.AddRange(body);
        }

        return lines;
    }

    // One loop for several assignments changes their order, which only non-overlapping assignments allow.
    private static bool CanJoin(List<Assignment> group, Assignment next)
    {
        var first = group[0];
        return (!first.Loops.IsEmpty || !first.Conditions.IsEmpty)
            && first.Loops.SequenceEqual(next.Loops) && first.Conditions.SequenceEqual(next.Conditions)
            && (next.Loops.IsEmpty || !group.Any(one => Meets(one, next) || Meets(next, one)));
    }

    private static bool Meets(Assignment reader, Assignment writer) => reader.Reads.Any(read => MayMeet(read, writer));
}
