using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Formats.Tla;

/// <summary>Computes the value of a variable after a step from the updates of its parts.</summary>
internal sealed class TlaSteps(TlaText text)
{
    /// <summary>One element of the path from a variable to a location.</summary>
    private abstract record Part
    {
        public sealed record Entry(Expr Key) : Part;

        public sealed record Field(string Name) : Part;

        /// <summary>
        /// The content of an option. It is written in angle brackets if the content is an option itself.
        /// </summary>
        public sealed record Held : Part;
    }

    /// <summary>The new value as an expression over the old ones.</summary>
    public string After(Variable variable, IEnumerable<Update> updates)
    {
        // Each update gives a new version of the value; the last one is the result.
        List<string> versions = [text[variable]];
        var bodies = new List<string>();
        var together = new List<string>();
        foreach (var update in updates)
        {
            if (Exception(update) is { } exception)
            {
                together.Add(exception);
                continue;
            }

            Flush();
            foreach (var body in Whole(update, () => versions[^1]))
            {
                Add(body);
            }
        }

        Flush();
        versions.Skip(1).ToList().ForEach(text.Names.Release);
        return bodies.Count == 1
            ? bodies[0]
            : $"LET {string.Join(" ", bodies.SkipLast(1).Select((body, i) => $"{versions[i + 1]} == {body}"))} IN {bodies[^1]}";

        void Add(string body)
        {
            bodies.Add(body);
            versions.Add(text.Names.Take($"{versions[0]}_{bodies.Count}"));
        }

        void Flush()
        {
            if (together.Count > 0)
            {
                Add($"[{versions[^1]} EXCEPT {string.Join(", ", together)}]");
                together.Clear();
            }
        }
    }

    // Unconditional updates of single parts are merged into one EXCEPT.
    private string? Exception(Update update)
    {
        var path = PathOf(update.Target);
        return update.Over.IsEmpty && update.When is Expr.Literal { Number: 1 } && path.Count > 0 && path.All(part => part is not Part.Held)
            ? $"!{string.Concat(path.Select(Suffix))} = {text.Of(update.Value).Text}"
            : null;
    }

    private IEnumerable<string> Whole(Update update, Func<string> from)
    {
        var path = PathOf(update.Target);
        var isCertain = update.When is Expr.Literal { Number: 1 };
        if (!IsFunction(update, path, isCertain))
        {
            // The parameters do not range over the entries of the target, so there is one update per value.
            foreach (var arguments in Interpreter.ArgumentsOf(update.Over))
            {
                for (var i = 0; i < arguments.Length; i++)
                {
                    text.Bind(update.Over[i], text.Constant(arguments[i]));
                }

                yield return Rewrite(from(), path, [], isCertain ? null : update.When, update);
            }

            yield break;
        }

        yield return Rewrite(from(), path, [.. update.Over], isCertain ? null : update.When, update);
    }

    // Every parameter is a key of the target, and no other key is evaluated before the condition.
    private static bool IsFunction(Update update, List<Part> path, bool isCertain)
    {
        var keys = path.OfType<Part.Entry>().Select(entry => (entry.Key as Expr.BoundVariable)?.Binder).ToList();
        var last = update.Over.Select(binder => keys.IndexOf(binder)).DefaultIfEmpty(-1).Max();
        return !update.Over.IsEmpty && update.Over.All(binder => keys.Contains(binder))
            && (isCertain || keys.Take(last).All(key => key is not null));
    }

    private string Rewrite(string from, List<Part> path, HashSet<Binder> open, Expr? when, Update update)
    {
        if (open.Count == 0 && when is not null)
        {
            return $"IF {text.Of(when).In(1)} THEN {Rewrite(from, path, open, null, update)} ELSE {from}";
        }

        if (path.Count == 0)
        {
            return text.Of(update.Value).Text;
        }

        if (path[0] is Part.Entry { Key: Expr.BoundVariable bound } && open.Remove(bound.Binder))
        {
            var name = text.Names.Enter(bound.Binder);
            text.Bind(bound.Binder, PrecedenceText.Of(name));
            var body = Rewrite($"{from}[{name}]", path[1..], open, when, update);
            text.Names.Release(name);
            return $"[{name} \\in {text.SetOf(bound.Binder.Sort).Text} |-> {body}]";
        }

        if (path[0] is Part.Held)
        {
            return $"<<{Rewrite($"{from}[1]", path[1..], open, when, update)}>>";
        }

        var plain = path.TakeWhile(part => part is Part.Field || (part is Part.Entry entry && !(entry.Key is Expr.BoundVariable b && open.Contains(b.Binder)))).ToList();
        var suffix = string.Concat(plain.Select(Suffix));
        return $"[{from} EXCEPT !{suffix} = {Rewrite(from + suffix, path[plain.Count..], open, when, update)}]";
    }

    private string Suffix(Part part) => part switch
    {
        Part.Entry entry => $"[{text.Of(entry.Key).Text}]",
        Part.Field field => $".{field.Name}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static List<Part> PathOf(Expr target)
    {
        switch (target)
        {
            case Expr.Index at:
                return [.. PathOf(at.Map), new Part.Entry(at.Key)];
            case Expr.FieldOf get:
                return [.. PathOf(get.Record), new Part.Field(TlaText.FieldOf(get.Record.Sort, get.Field))];
            case Expr.ValueOf { Sort: Sort.Optional } value:
                return [.. PathOf(value.Option), new Part.Held()];
            case Expr.ValueOf value:
                return PathOf(value.Option);
            default:
                return [];
        }
    }
}
