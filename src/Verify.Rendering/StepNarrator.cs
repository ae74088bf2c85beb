using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Rendering;

/// <summary>Describes the steps of a trace in words.</summary>
/// <remarks>
/// Program counters are left out, because the names of steps show them; so are locals that a step sets to one of its
/// arguments, and the reset of a thread's locals at its end. Ghosts appear in the step that decides the property. A
/// location with an unchanged value appears when the step sets it, or when a mark on it starts to hold. It appears again
/// in the last step if that step reads it, because the reader wants to see the value that was used.
/// </remarks>
/// <param name="interpreter">The interpreter of the model.</param>
/// <param name="trace">The trace.</param>
/// <param name="marks">The marks of the model.</param>
/// <param name="names">Receives the values that are shown.</param>
/// <param name="isDecisive">True if the last state of the trace decides the property.</param>
internal sealed class StepNarrator(Interpreter interpreter, Trace trace, Marks marks, NamedValues names, bool isDecisive)
{
    private readonly Model model = interpreter.Model;

    /// <summary>Describes one step.</summary>
    public NarratedStep Narrate(int index)
    {
        var step = trace.Steps[index];
        var rule = model.Rules[step.Rule];
        var before = trace.States[index];
        var (actor, isProcessor, name) = StepName.Of(interpreter, before, step);
        var arguments = rule.Shown.Select(shown => ValueOf(before, shown, step, rule.Where)).OfType<Value>().ToList();
        arguments.ForEach(names.Add);
        var changes = Changes(index, actor, arguments);
        changes.AddRange(Kept(index, [.. changes]));
        var isYes = rule.Branch is { } branch ? ValueOf(before, branch.Condition, step, rule.Where)?.IsTrue : null;
        return new NarratedStep(actor, isProcessor, name, [.. changes])
        {
            Way = isYes is { } yes ? yes ? "yes" : "no" : null,
            Sees = isYes is not null ? [.. Reads(before, rule.Branch!.Condition, step, rule.Where)]
                : changes.Count == 0 ? [.. Unmet(before, step).Distinct()]
                : [],
            Sources = rule.Sources,
        };
    }

    private List<Change> Changes(int index, string actor, List<Value> arguments)
    {
        var step = trace.Steps[index];
        var (before, after) = (trace.States[index], trace.States[index + 1]);
        var (marksBefore, marksAfter) = (marks.In(before), marks.In(after));
        var isLast = index == trace.Length - 1;
        var reads = model.Rules[step.Rule].Footprint.Reads;
        var changes = new List<Change>();
        foreach (var variable in model.Variables.Where(one => IsShown(one, isLast && isDecisive) && !IsReset(one, step, before)))
        {
            foreach (var ((location, old), (_, now)) in
                Location.Of(model, variable, before).Zip(Location.Of(model, variable, after)))
            {
                var processor = location.Processor(model);
                var words = Narration.Words(marksAfter, location);
                var isNewlyMarked = words is not null && words != Narration.Words(marksBefore, location);
                var isUsed = isLast && words is not null && (processor ?? actor) == actor && reads.Contains(variable);
                if ((isNewlyMarked || isUsed || ShortValue.Of(old) != ShortValue.Of(now))
                    && (words is not null || !IsArgument(variable, now, step, arguments)))
                {
                    Add(location, now);
                    changes.Add(new Change(processor, location, ShortValue.Of(now), words) { IsForeign = IsForeign(location, step) });
                }
            }
        }

        return changes;
    }

    // Locations that the step sets to the value that they have. Those of an update for each member of a sort are left
    // out: a flush of every entry is not about those that were empty.
    private IEnumerable<Change> Kept(int index, List<Change> changes)
    {
        var step = trace.Steps[index];
        var (before, after) = (trace.States[index], trace.States[index + 1]);
        foreach (var update in model.Rules[step.Rule].Updates.Where(update => update.Over.IsEmpty
            && IsShown(update.Variable, withGhosts: false) && !IsReset(update.Variable, step, before)))
        {
            if (ValueOf(before, update.When, step, update.Where)?.IsTrue != true
                || Location.At(update.Target, key => ValueOf(before, key, step, update.Where)) is not { } target
                || changes.Exists(change => change.Location.Equals(target)))
            {
                continue;
            }

            foreach (var (location, now) in Location.Of(model, update.Variable, after).Where(at => at.Location.Equals(target)))
            {
                if (Location.Of(model, update.Variable, before).Single(at => at.Location.Equals(location)).Value.Equals(now))
                {
                    Add(location, now);
                    yield return new Change(location.Processor(model), location, ShortValue.Of(now), null)
                    {
                        IsKept = true,
                        IsForeign = IsForeign(location, step),
                    };
                }
            }
        }
    }

    // An argument of the step shows what the thread notes in a local: the same expression, or the same member. A number or a
    // truth value may equal one by chance.
    private bool IsArgument(Variable variable, Value now, Step step, List<Value> arguments)
    {
        static Value? Content(Value value) => value.Sort is Sort.Optional ? value.Number == 0 ? null : Content(value.Items[0]) : value;
        var rule = model.Rules[step.Rule];
        return variable.Role == VariableRole.Local && Content(now) is { } noted
            && arguments.Exists(argument => ShortValue.Of(argument) == ShortValue.Of(now))
            && (noted.Sort is Sort.ScalarSet or Sort.Enumeration || rule.Updates.Where(update => update.Variable == variable)
                .All(update => rule.Shown.Any(shown => IsSame(shown, update.Value))));
    }

    private static bool IsSame(Expr one, Expr other) => (one, other) switch
    {
        (Expr.Some some, _) => IsSame(some.Content, other),
        (_, Expr.Some some) => IsSame(one, some.Content),
        (Expr.BoundVariable a, Expr.BoundVariable b) => a.Binder == b.Binder,
        (Expr.Read a, Expr.Read b) => a.Variable == b.Variable,
        (Expr.Index a, Expr.Index b) => IsSame(a.Map, b.Map) && IsSame(a.Key, b.Key),
        (Expr.FieldOf a, Expr.FieldOf b) => a.Field == b.Field && IsSame(a.Record, b.Record),
        (Expr.ValueOf a, Expr.ValueOf b) => IsSame(a.Option, b.Option),
        _ => ReferenceEquals(one, other),
    };

    // The values because of which a step does nothing of what it does on a condition.
    private IEnumerable<string> Unmet(State state, Step step) => model.Rules[step.Rule].Updates
        .Where(update => update.Over.IsEmpty && IsShown(update.Variable, withGhosts: false)
            && update.When is not Expr.Literal && ValueOf(state, update.When, step, update.Where) is { IsTrue: false })
        .SelectMany(update => Reads(state, update.When, step, update.Where));

    // A thread's local that another thread, or a rule, writes.
    private bool IsForeign(Location location, Step step) => location.Variable.Role == VariableRole.Local
        && !(model.Rules[step.Rule].Thread is { } thread
            && location.Variable.Name.StartsWith($"{thread}.", StringComparison.Ordinal)
            && (!model.Variables.Any(one => one.Name == $"{thread}.pc" && one.Sort is Sort.Mapping)
                || step.Arguments[0].Equals(location.Keys[0])));

    private static bool IsShown(Variable variable, bool withGhosts) => variable.Role switch
    {
        VariableRole.State or VariableRole.Local => true,
        VariableRole.Ghost => withGhosts,
        _ => false,
    };

    // At the end of its program a thread's locals get their initial values again, which is not news.
    private bool IsReset(Variable variable, Step step, State before) => variable is { Role: VariableRole.Local, Initially: { } initially }
        && model.Rules[step.Rule].Updates.Any(update => update.Variable == variable
            && (ReferenceEquals(update.Value, initially)
                || (initially is Expr.ConstantMap all && ReferenceEquals(update.Value, all.Element)))
            && ValueOf(before, update.When, step, update.Where)?.IsTrue == true);

    private IEnumerable<string> Reads(State state, Expr condition, Step step, SourceLocation where)
    {
        var parameters = model.Rules[step.Rule].Parameters;
        foreach (var (text, value) in ReadValues.Of(interpreter, state, condition, parameters, step.Arguments, where, isOwn: true))
        {
            names.Add(value);
            yield return $"{text} = {ShortValue.Of(value)}";
        }
    }

    private Value? ValueOf(State state, Expr expr, Step step, SourceLocation where) =>
        interpreter.ValueToShow(state, expr, model.Rules[step.Rule].Parameters, step.Arguments, where, out _);

    private void Add(Location location, Value value)
    {
        foreach (var key in location.Keys)
        {
            names.Add(key);
        }

        names.Add(value);
    }
}
