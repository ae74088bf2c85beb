using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi.Syntax;

// Long because each statement of the language has its meaning here.
namespace Verify.Murphi.Execution;

/// <summary>
/// Executes statements one after the other on a <see cref="Machine"/>, so that their writes can be made simultaneous.
/// </summary>
internal sealed class MurphiStatements
{
    private const int MostRounds = 256;
    private const int MostCalls = 40;
    private readonly MurphiTypes types;
    private readonly Machine machine;
    private readonly Terms terms;
    private Frame frame;
    private int calls;

    public MurphiStatements(MurphiTypes types, Machine machine)
    {
        (this.types, this.machine, terms) = (types, machine, machine.Terms);
        frame = new Frame(null, 0) { Returned = terms.False };
        Exprs = new MurphiExprs(types, machine) { Execute = Call };
    }

    public MurphiExprs Exprs { get; }

    /// <summary>Declares the locals of a rule or a function; they are undefined at first.</summary>
    public void Declare(IEnumerable<MurphiDeclaration> locals, Names names)
    {
        foreach (var one in locals)
        {
            names.Set(one.Name.Text, one.Kind switch
            {
                MurphiKind.Type => new Symbol.Named(types.Of(one.Type!, names, one.Name.Text)),
                MurphiKind.Variable => new Symbol.Part(Place.Of(machine.Local(one.Name.Text, types.Of(one.Type!, names)))),
                MurphiKind.Constant => types.Evaluate(one.Value!, names) is { Value: Expr.Literal } known
                    ? new Symbol.Value(known.Type, new Content(known.Value, terms.True, true))
                    : throw MurphiTypes.Wrong(one.Value!.Span, "a constant is expected"),
                _ => Alias(one, names),
            });
        }
    }

    private Symbol Alias(MurphiDeclaration alias, Names names)
    {
        var isPart = alias.Value is MurphiExpr.Field or MurphiExpr.Element
            || (alias.Value is MurphiExpr.Name name && MurphiTypes.Find(name.Text, name.Span, names) is Symbol.Part);
        if (isPart)
        {
            var (place, isReadOnly) = Exprs.Place(alias.Value!, names);
            return new Symbol.Part(place, isReadOnly);
        }

        var (type, value) = Exprs.Scalar(alias.Value!, names);
        return new Symbol.Value(type, new Content(value, terms.True, true));
    }

    /// <summary>Executes statements in order.</summary>
    public void Run(ImmutableArray<MurphiStatement> body, Names names)
    {
        foreach (var statement in body)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            machine.Under(terms.Not(frame.Returned), () => Run(statement, names));
        }
    }

    private void Run(MurphiStatement statement, Names names)
    {
        switch (statement)
        {
            case MurphiStatement.Assignment assignment:
                Assign(assignment, names);
                break;
            case MurphiStatement.Call call:
                Exprs.MayWrite = call.Of;
                _ = Call(call.Of, names);
                break;
            case MurphiStatement.Property property:
                Property(property, names);
                break;
            case MurphiStatement.Alias alias:
                var inner = new Names(names);
                Declare(alias.Names, inner);
                Run(alias.Body, inner);
                break;
            case MurphiStatement.Error error:
                machine.Demand(DemandKind.Assertion, terms.False, $"the error \"{error.Text}\" is not reached", error.Span);
                break;
            case MurphiStatement.Clear clear:
                Fill(Target(clear.Target, names), clear.Span, isClear: true);
                break;
            case MurphiStatement.Undefine undefine:
                Fill(Target(undefine.Target, names), undefine.Span, isClear: false);
                break;
            case MurphiStatement.For loop:
                new MurphiLoops(machine, this).Run(loop, names);
                break;
            case MurphiStatement.While loop:
                While(loop, names, 0);
                break;
            case MurphiStatement.If choice:
                If(choice.Clauses, names);
                break;
            case MurphiStatement.Switch choice:
                Switch(choice, names);
                break;
            case MurphiStatement.Return back:
                Return(back, names);
                break;
        }
    }

    /// <summary>The condition under which the current function or rule has returned.</summary>
    public Expr Returned
    {
        get => frame.Returned;
        set => frame.Returned = value;
    }

    private Place Target(MurphiExpr target, Names names)
    {
        var (place, isReadOnly) = Exprs.Place(target, names);
        return isReadOnly ? throw MurphiTypes.Wrong(target.Span, "a parameter without 'var' cannot be written",
            "declare it with var, or copy it") : place;
    }

    private void Assign(MurphiStatement.Assignment assignment, Names names)
    {
        var since = (machine.Demands.Count, machine.Births);
        var place = Target(assignment.Target, names);
        if (assignment.Value is MurphiExpr.Call call)
        {
            // Whether the index or the call comes first would matter.
            Exprs.MayWrite = place.Keys.All(key => key is Expr.Literal or Expr.BoundVariable) ? call : null;
        }

        if (place.Type is not MurphiType.Scalar type)
        {
            var (source, _) = Exprs.Place(assignment.Value, names);
            types.Match(assignment.Span, place.Type, source.Type);
            Copy(source, place, [], assignment.Span);
            return;
        }

        var (sort, value) = Exprs.Scalar(assignment.Value, names);
        types.Match(assignment.Span, type, sort);
        Store(place, type, value, assignment.Span, since);
    }

    // The IR reports by itself what goes wrong in the value or the place of an update.
    private void Store(Place place, MurphiType.Scalar type, Expr value, Span span, (int Demands, int Births) since)
    {
        machine.Demand(DemandKind.RunTime, Exprs.InRange(value, type), $"the value leaves {type.Text}", span, isNative: true);
        var write = machine.Write(place, new Content(value, terms.True, true), span);
        if (place.Root.IsGlobal && machine.Births == since.Births)
        {
            machine.Attach(since.Demands, write);
        }
    }

    /// <summary>Copies a part, scalar by scalar, with what is undefined in it.</summary>
    public void Copy(Place from, Place to, ImmutableArray<Binder> over, Span span)
    {
        switch (from.Type)
        {
            case MurphiType.Record record:
                foreach (var (name, type) in record.Fields)
                {
                    Copy(from.Member(name, type), to.Member(name, type), over, span);
                }

                break;
            case MurphiType.Array array:
                var binder = new Binder("i", array.Index.Sort);
                var key = terms.Bound(binder);
                Copy(from.At(key, array.Element), to.At(key, array.Element), over.Add(binder), span);
                break;
            default:
                machine.Write(to, machine.Read(from), span, over);
                break;
        }
    }

    private void Fill(Place place, Span span, bool isClear, ImmutableArray<Binder> over = default)
    {
        over = over.IsDefault ? [] : over;
        switch (place.Type)
        {
            case MurphiType.Record record:
                foreach (var (name, type) in record.Fields)
                {
                    Fill(place.Member(name, type), span, isClear, over);
                }

                break;
            case MurphiType.Array array:
                var binder = new Binder("i", array.Index.Sort);
                Fill(place.At(terms.Bound(binder), array.Element), span, isClear, over.Add(binder));
                break;
            case MurphiType.Scalar { Sort: Sort.ScalarSet set } when isClear:
                throw MurphiTypes.Refuse(span, $"'clear' would choose one identity of '{set.Name}' before the others",
                    "write undefine, or assign each part");
            case MurphiType.Scalar { Sort: var sort }:
                machine.Write(place, new Content(terms.ValueAt(sort, 0), terms.Bool(isClear), isClear), span, over);
                break;
        }
    }

    private void Property(MurphiStatement.Property property, Names names)
    {
        var holds = Exprs.Truth(property.Holds, names);
        var text = property.Text ?? types.TextOf(property.Holds.Span);
        switch (property.Category)
        {
            case "assert" or "invariant":
                machine.Demand(DemandKind.Assertion, holds, text, property.Span);
                break;
            case "cover":
                machine.Demand(DemandKind.Cover, holds, text, property.Span);
                break;
            case "assume" when machine.IsAssuming:
                machine.Assume(holds);
                break;
            case "assume":
                throw MurphiTypes.Refuse(property.Span, "an assumption in a function that a guard or a property calls",
                    "assume it in the rule");
            default:
                throw MurphiTypes.Wrong(property.Span, "liveness is a property of the whole model, not a statement",
                    "move it out of the rule");
        }
    }

    private void If(ImmutableArray<(MurphiExpr? Condition, ImmutableArray<MurphiStatement> Body)> clauses, Names names)
    {
        if (clauses.IsEmpty)
        {
            return;
        }

        if (clauses[0].Condition is null)
        {
            Run(clauses[0].Body, names);
            return;
        }

        Exprs.MayWrite = clauses[0].Condition as MurphiExpr.Call;
        var condition = Exprs.Truth(clauses[0].Condition!, names);
        machine.Under(condition, () => Run(clauses[0].Body, names));
        machine.Under(terms.Not(condition), () => If(clauses.RemoveAt(0), names));
    }

    private void Switch(MurphiStatement.Switch choice, Names names)
    {
        Exprs.MayWrite = choice.Value as MurphiExpr.Call;
        var (type, value) = Exprs.Scalar(choice.Value, names);
        Cases(0);

        void Cases(int i)
        {
            if (i == choice.Cases.Length)
            {
                return;
            }

            var (matches, isElse, body) = choice.Cases[i];
            if (isElse)
            {
                Run(body, names);
                return;
            }

            var found = terms.False;
            foreach (var match in matches)
            {
                machine.Under(terms.Not(found), () =>
                {
                    var (other, wanted) = Exprs.Scalar(match, names);
                    types.Match(match.Span, type, other);
                    found = terms.Or(found, terms.Equal(value, wanted));
                });
            }

            machine.Under(found, () => Run(body, names));
            machine.Under(terms.Not(found), () => Cases(i + 1));
        }
    }

    // Executed as often as the condition is not evidently false.
    private void While(MurphiStatement.While loop, Names names, int round)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (round == MostRounds)
        {
            throw MurphiTypes.Refuse(loop.Span, $"the loop has no end that shows in its first {MostRounds} rounds",
                "write for, or count a local up to a constant in the condition");
        }

        var condition = Exprs.Truth(loop.Condition, names);
        machine.Under(condition, () =>
        {
            Run(loop.Body, names);
            machine.Under(terms.Not(frame.Returned), () => While(loop, names, round + 1));
        });
    }

    private void Return(MurphiStatement.Return back, Names names)
    {
        if (frame.Result is { } result)
        {
            if (back.Value is null)
            {
                throw MurphiTypes.Wrong(back.Span, "a function returns a value");
            }

            if (result.Type is MurphiType.Scalar type)
            {
                Exprs.MayWrite = back.Value as MurphiExpr.Call;
                var (sort, value) = Exprs.Scalar(back.Value, names);
                types.Match(back.Span, type, sort);
                machine.Write(result, new Content(value, terms.True, true), back.Span);
            }
            else
            {
                var (source, _) = Exprs.Place(back.Value, names);
                types.Match(back.Span, result.Type, source.Type);
                Copy(source, result, [], back.Span);
            }
        }
        else if (back.Value is not null)
        {
            throw MurphiTypes.Wrong(back.Value.Span, "only a function returns a value");
        }

        frame.Returned = terms.Or(frame.Returned, machine.ConditionSince(frame.Depth));
    }

    // Executes the body of a function in place of the call.
    private Place? Call(MurphiExpr.Call call, Names names)
    {
        var function = types.Function(call);
        if (function.Parameters.Length != call.Arguments.Length)
        {
            throw MurphiTypes.Wrong(call.Span,
                $"'{function.Name}' has {function.Parameters.Length} parameters, and {call.Arguments.Length} are given",
                "give each a value");
        }

        if (++calls > MostCalls)
        {
            throw MurphiTypes.Refuse(call.Span, $"'{function.Name}' calls itself, or calls nest over {MostCalls} deep", "write a loop");
        }

        var (outer, wasCollecting) = (frame, machine.IsCollecting);
        machine.IsCollecting = true;
        var inner = new Names(types.Globals);
        foreach (var ((parameter, isVar), argument) in function.Parameters.Zip(call.Arguments))
        {
            var type = types.Of(parameter.Type!, types.Globals);
            inner.Set(parameter.Name.Text, Parameter(parameter.Name.Text, type, isVar, argument, names));
        }

        var result = function.Result is { } returned ? Place.Of(machine.Local($"the result of {function.Name}",
            types.Of(returned, types.Globals))) : null;
        frame = new Frame(result, machine.Depth) { Returned = terms.False };
        Declare(function.Locals, inner);
        Run(function.Body, inner);
        if (result is not null)
        {
            machine.Demand(DemandKind.RunTime, frame.Returned, $"'{function.Name}' ends without a value", call.Span);
        }

        (frame, machine.IsCollecting) = (outer, wasCollecting);
        calls--;
        return result;
    }

    private Symbol.Part Parameter(string name, MurphiType type, bool isVar, MurphiExpr argument, Names names)
    {
        var isPart = argument is MurphiExpr.Field or MurphiExpr.Element
            || (argument is MurphiExpr.Name one && MurphiTypes.Find(one.Text, one.Span, names) is Symbol.Part)
            || (type is not MurphiType.Scalar && argument is MurphiExpr.Call);
        if (isVar && isPart)
        {
            var (place, isReadOnly) = Exprs.Place(argument, names);
            types.Match(argument.Span, type, place.Type);
            return !isReadOnly && (type is not MurphiType.Scalar || type.Equals(place.Type))
                ? new Symbol.Part(place)
                : throw MurphiTypes.Wrong(argument.Span, "a parameter with 'var' needs a variable of the same type that can be written");
        }

        var local = Place.Of(machine.Local(name, type));
        if (type is MurphiType.Scalar scalar)
        {
            var (sort, content) = Exprs.Raw(argument, names);
            types.Match(argument.Span, scalar, sort);
            machine.Demand(DemandKind.RunTime, terms.Implies(content.Defined, Exprs.InRange(content.Value, scalar)),
                $"the argument leaves {scalar.Text}", argument.Span);
            machine.Write(local, content, argument.Span);
        }
        else
        {
            var (source, _) = Exprs.Place(argument, names);
            types.Match(argument.Span, type, source.Type);
            Copy(source, local, [], argument.Span);
        }

        return new Symbol.Part(local, !isVar);
    }

    private sealed class Frame(Place? result, int depth)
    {
        public int Depth { get; } = depth;

        public Place? Result { get; } = result;

        public Expr Returned { get; set; } = null!;
    }
}
