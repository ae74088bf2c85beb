using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi.Syntax;

// Long because each part of a text becomes its part of the model here.
namespace Verify.Murphi.Execution;

/// <summary>Makes the model of one instance from a Murphi text.</summary>
internal sealed class MurphiModel
{
    private readonly MurphiProgram program;
    private readonly Problems problems;
    private readonly ModelBuilder m;
    private readonly HashSet<string> optional;
    private readonly ImmutableHashSet<string> known; // at the start of the round, so that sorts and reads agree
    private readonly Terms terms = new();
    private readonly MurphiTypes types;
    private readonly List<Root> roots = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly List<(string Name, Span Span, Expr Holds, string Text, bool IsReachable)> properties = [];
    private readonly List<Expr> moves = [];
    private bool hasColumns;

    private MurphiModel(MurphiProgram program, Problems problems, ModelBuilder m, HashSet<string> optional)
    {
        (this.program, this.problems, this.m, this.optional) = (program, problems, m, optional);
        known = [.. optional];
        types = new MurphiTypes(program) { Terms = terms, Source = problems.Source };
        types.Evaluate = (expr, scope) => On(new Machine(terms, known.Contains)).Exprs.Scalar(expr, scope);
    }

    /// <summary>Describes the instance of a builder; mistakes go to <paramref name="problems"/>.</summary>
    /// <remarks>
    /// Which parts can be undefined shows while the rules are read, so the first rounds are about copies of the model.
    /// </remarks>
    public static void Describe(MurphiProgram program, Problems problems, ModelBuilder m)
    {
        var optional = new HashSet<string>(StringComparer.Ordinal);
        for (var known = -1; known < optional.Count && problems.IsEmpty;)
        {
            known = optional.Count;
            new MurphiModel(program, problems, new ModelBuilder(m.Name), optional).Describe(m);
        }

        problems.Throw();
        new MurphiModel(program, problems, m, optional).Describe(m);
        problems.Throw();
    }

    /// <summary>True for a constant that is written as a number, so that another one can be chosen.</summary>
    public static bool IsSize(MurphiDeclaration one) =>
        one is { Kind: MurphiKind.Constant, Value: MurphiExpr.Number } && !one.Name.Text.Equals("none", StringComparison.Ordinal);

    private void Describe(ModelBuilder sizes)
    {
        Declare(sizes);
        if (!problems.IsEmpty)
        {
            return;
        }

        Start();
        if (!problems.IsEmpty)
        {
            return;
        }

        var number = 0;
        foreach (var rule in program.Rules.Where(rule => rule.Category == "rule"))
        {
            var name = rule.Name.Length > 0 ? rule.Name : $"rule {number + 1}";
            number++;
            Guarded(rule.Span, () => Rule(rule, Unique(OneLine.Of(name))));
        }

        foreach (var rule in program.Rules.Where(rule => rule.Category is not ("rule" or "startstate" or "assume")))
        {
            Guarded(rule.Span, () => Property(rule));
        }

        if (problems.IsEmpty)
        {
            Guarded(new Span(0, 1), Conclude);
        }
    }

    private void Guarded(Span span, Action body)
    {
        try
        {
            body();
        }
        catch (RefusedException e)
        {
            problems.Add(e.Code, e.Span, e.Message, e.Hint);
        }
        catch (TooMuchException e)
        {
            problems.Add(ErrorCodes.NotExpressed, span, e.Message, "make sizes smaller, or loops shorter");
        }
        catch (InsufficientExecutionStackException)
        {
            problems.Add(ErrorCodes.NotExpressed, span, "the statements are nested too deep", "make loops shorter");
        }
        catch (UserErrorException e)
        {
            problems.Add(e.Diagnostic.Code, span, e.Diagnostic.Message, e.Diagnostic.Hint);
        }
    }

    private MurphiStatements On(Machine machine) => new(types, machine);

    private Machine NewMachine() => new(terms, known.Contains);

    private string Unique(string name)
    {
        for (var copy = 1; ; copy++)
        {
            var one = copy == 1 ? name : $"{name} ({copy})";
            if (names.Add(one))
            {
                return one;
            }
        }
    }

    private void Declare(ModelBuilder sizes)
    {
        types.Globals.Add("false", new Symbol.Value(MurphiTypes.Boolean, new Content(terms.False, terms.True, true)));
        types.Globals.Add("true", new Symbol.Value(MurphiTypes.Boolean, new Content(terms.True, terms.True, true)));

        foreach (var one in program.Globals)
        {
            Guarded(one.Name.Span, () =>
            {
                Symbol symbol = one.Kind switch
                {
                    MurphiKind.Constant => Constant(one, sizes),
                    MurphiKind.Type => new Symbol.Named(types.Of(one.Type!, types.Globals, one.Name.Text)),
                    _ => Variable(one),
                };
                if (!types.Globals.Add(one.Name.Text, symbol))
                {
                    throw new RefusedException(ErrorCodes.DuplicateName, one.Name.Span, $"'{one.Name.Text}' is declared twice", null);
                }
            });
        }

        foreach (var twice in program.Functions.GroupBy(one => one.Name, StringComparer.Ordinal).SelectMany(same => same.Skip(1)))
        {
            problems.Add(ErrorCodes.DuplicateName, twice.Span, $"the function '{twice.Name}' is declared twice");
        }
    }

    private Symbol.Value Constant(MurphiDeclaration one, ModelBuilder sizes)
    {
        var (type, value) = types.Evaluate(one.Value!, types.Globals);
        value = IsSize(one) ? terms.Number(sizes.Size(one.Name.Text)) : value;
        return value is Expr.Literal
            ? new Symbol.Value(value.Sort is Sort.Interval ? new MurphiType.Scalar(value.Sort) : type, new Content(value, terms.True, true))
            : throw MurphiTypes.Wrong(one.Value!.Span, "a constant is expected");
    }

    private Symbol.Part Variable(MurphiDeclaration one)
    {
        var root = new Root(one.Name.Text, types.Of(one.Type!, types.Globals), -1) { IsGlobal = true };
        roots.Add(root);
        return new Symbol.Part(Place.Of(root));
    }

    // The quantifiers and aliases around a rule: its parameters, and the condition on them.
    private (ImmutableArray<Binder> Parameters, Expr Within) Enter(MurphiRule rule, MurphiStatements on, Names scope)
    {
        var (parameters, within) = (ImmutableArray.CreateBuilder<Binder>(), terms.True);
        foreach (var one in rule.Around)
        {
            if (one is MurphiExpr.Range over)
            {
                var (type, low, high, step) = on.Exprs.Domain(over, scope);
                var binder = new Binder(over.Variable.Text, type.Sort);
                var value = terms.Bound(binder);
                parameters.Add(binder);
                scope.Set(over.Variable.Text, new Symbol.Value(type, new Content(value, terms.True, true)));
                within = low is null ? within : low is Expr.Literal && high is Expr.Literal
                    ? terms.And(within, on.Exprs.Within(value, low, high, step))
                    : throw MurphiTypes.Refuse(over.Variable.Span, "the bounds of a ruleset are not constant",
                        "range over a type, and put the rest into the guard");
            }
            else
            {
                on.Declare([(MurphiDeclaration)one], scope);
            }
        }

        return (parameters.ToImmutable(), within);
    }

    private void Start()
    {
        var starts = new MurphiStart(roots, optional, known, terms);
        foreach (var rule in program.Rules.Where(rule => rule.Category == "startstate"))
        {
            Guarded(rule.Span, () =>
            {
                var machine = NewMachine();
                var on = On(machine);
                var scope = new Names(types.Globals);
                var (parameters, within) = Enter(rule, on, scope);
                (machine.IsCollecting, machine.IsAssuming) = (true, true);
                on.Declare(rule.Locals, scope);
                on.Run(rule.Body, scope);
                foreach (var demand in machine.Demands.Where(demand => demand.Kind != DemandKind.Cover))
                {
                    var condition = parameters.Reverse().Aggregate(
                        terms.Implies(within, demand.Holds), (body, binder) => terms.Quantify(Quantifier.ForAll, binder, body));
                    if (terms.Ground(condition) is not Expr.Literal { Number: 1 })
                    {
                        throw MurphiTypes.Refuse(demand.Span, demand.Kind == DemandKind.Assertion
                            ? $"an assertion may fail in the start state: {demand.Text}"
                                : $"in the start state, {demand.Text}", "assign values in range before they are read");
                    }
                }

                var when = machine.Blocks.Append(Assumption(machine, on)).Aggregate(within, terms.And);
                starts.Add(parameters, when, machine);
            });
        }

        if (problems.IsEmpty)
        {
            Guarded(new Span(0, 1), () => starts.Declare(m, problems.Source, program, types));
        }
    }

    // The assumptions of the text, in the state that a rule or a start state leaves.
    private Expr Assumption(Machine machine, MurphiStatements on)
    {
        (machine.IsCollecting, machine.IsAssuming) = (false, false);
        var all = terms.True;
        foreach (var rule in program.Rules.Where(rule => rule.Category == "assume"))
        {
            all = terms.And(all, Quantified(rule, on, Quantifier.ForAll));
        }

        return all;
    }

    private Expr Quantified(MurphiRule rule, MurphiStatements on, Quantifier quantifier)
    {
        var scope = new Names(types.Globals);
        var (parameters, within) = Enter(rule, on, scope);
        var holds = on.Exprs.Truth(rule.Holds!, scope);
        var body = quantifier == Quantifier.ForAll ? terms.Implies(within, holds) : terms.And(within, holds);
        return parameters.Reverse().Aggregate(body, (inner, binder) => terms.Quantify(quantifier, binder, inner));
    }

    private void Rule(MurphiRule rule, string name)
    {
        var machine = NewMachine();
        var on = On(machine);
        var scope = new Names(types.Globals);
        var (parameters, within) = Enter(rule, on, scope);
        var own = rule.Holds is null ? terms.True : on.Exprs.Truth(rule.Holds, scope);
        if (machine.Store.Writes.Any(write => write.Target.Root.IsGlobal))
        {
            throw MurphiTypes.Refuse(rule.Holds!.Span, "the guard writes variables", "move the writes into the body");
        }

        var early = machine.Demands.Count;
        var guard = terms.And(within, own);
        (machine.IsCollecting, machine.IsAssuming) = (true, true);
        machine.Under(guard, () =>
        {
            on.Declare(rule.Locals, scope);
            on.Run(rule.Body, scope);
        });
        var keeps = Assumption(machine, on);
        var updates = machine.Store.Updates().ToList();
        var whole = updates.Where(one => one.IsWhole && keeps is Expr.Literal).Select(one =>
            one.Write).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var (i, demand) in machine.Demands.Index())
        {
            if (demand.Write is null || !whole.Contains(demand.Write))
            {
                var before = i < early ? within : machine.Blocks.Take(demand.Blocks).Aggregate(guard, terms.And);
                Demanded(name, demand, before, parameters);
            }
        }

        guard = machine.Blocks.Aggregate(guard, terms.And);
        Emit(rule, name, parameters, guard, keeps, updates);
    }

    private void Emit(MurphiRule rule, string name, ImmutableArray<Binder> parameters, Expr guard, Expr keeps,
        List<(Write Write, Expr When, bool IsWhole)> updates)
    {
        var file = problems.Source.File;
        var moved = terms.False;
        foreach (var write in updates.Select(one => one.Write).Where(write => write.Content.Defined is not Expr.Literal { Number: 1 }))
        {
            optional.Add(write.Target.Full);
        }

        if (parameters.Select(one => one.Sort).OfType<Sort.ScalarSet>().FirstOrDefault() is { } set && !hasColumns)
        {
            hasColumns = true;
            m.RunOn(set);
        }

        // In a round about a copy, the sorts may not fit yet.
        if (updates.Exists(one => one.Write.Content.Defined is not Expr.Literal { Number: 1 } && !IsOption(one.Write)))
        {
            return;
        }

        m.Rule(name, parameters, step =>
        {
            step.When(terms.Limited(guard));
            foreach (var (write, when, _) in updates)
            {
                var (target, value) = (terms.Limited(StoreOf(write)), terms.Limited(Coded(write)));
                // The guard holds wherever an update is made.
                var without = terms.Limited(Without(when, guard));
                Nested(step, write.Over, () => step.If(terms.And(without, keeps), () =>
                    step.Set(target, value, file, problems.Source.LineOf(write.Span.Start))));
                var change = terms.And(without, terms.Not(terms.Equal(target, value)));
                moved = terms.Or(moved, write.Over.Aggregate(change, (body, binder) => terms.Quantify(Quantifier.Exists, binder, body)));
            }
        }, file, problems.Source.LineOf(rule.Span.Start));
        moves.Add(terms.Limited(Closed(parameters, terms.And(guard, moved))));
    }

    private static bool IsOption(Write write) => write.Target.Root.Variable is { } variable
        && SortAt(variable.Sort, write.Target.Path) is Sort.Optional;

    private static Sort SortAt(Sort sort, string path) => path
        .Replace("[]", ".[]", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(sort, (at, step) => step == "[]" ? ((Sort.Mapping)at).Value
            : ((Sort.Record)at).Fields.First(field => field.Name == step).Sort);

    private Expr StoreOf(Write write) => new Store(terms, known.Contains).Location(write.Target);

    private Expr Coded(Write write) => MurphiStart.Coded(terms, write.Content, SortAt(write.Target.Root.Variable!.Sort, write.Target.Path));

    private static void Nested(StepBuilder step, ImmutableArray<Binder> over, Action body)
    {
        if (over.IsEmpty)
        {
            body();
        }
        else
        {
            step.Each(over[0], () => Nested(step, over.RemoveAt(0), body));
        }
    }

    private Expr Without(Expr when, Expr guard)
    {
        var known = Conjuncts(guard).ToHashSet();
        return Conjuncts(when).Where(part => !known.Contains(part)).Aggregate(terms.True, terms.And);
    }

    private static IEnumerable<Expr> Conjuncts(Expr condition) => condition is Expr.Connective { Operator: LogicOperator.And } and
        ? Conjuncts(and.Left).Concat(Conjuncts(and.Right))
        : [condition];

    private Expr Closed(ImmutableArray<Binder> parameters, Expr condition) =>
        parameters.Reverse().Aggregate(condition, (body, binder) => terms.Quantify(Quantifier.Exists, binder, body));

    // What a statement demands becomes a property of the state before the rule.
    private void Demanded(string rule, Demand demand, Expr guard, ImmutableArray<Binder> parameters)
    {
        var line = problems.Source.LineOf(demand.Span.Start);
        var (name, isReachable) = demand.Kind switch
        {
            DemandKind.RunTime => ($"{rule}: no error", false),
            DemandKind.Cover => ($"line {line}: {demand.Text}", true),
            _ => ($"line {line}: {demand.Text}", false),
        };
        var holds = isReachable ? Closed(parameters, terms.And(guard, demand.Holds))
            : terms.Not(Closed(parameters, terms.And(guard, terms.Not(demand.Holds))));
        var text = demand.Kind == DemandKind.RunTime ? $"line {line}: {demand.Text}" : demand.Text;
        var known = properties.FindIndex(one => one.Name == name && one.IsReachable == isReachable);
        if (known < 0)
        {
            properties.Add((name, demand.Span, holds, demand.Kind == DemandKind.RunTime ? $"not: {text}" : text, isReachable));
            return;
        }

        var before = properties[known];
        properties[known] = before with
        {
            Holds = isReachable ? terms.Or(before.Holds, holds) : terms.And(before.Holds, holds),
            Text = before.Text.Contains(text, StringComparison.Ordinal) ? before.Text : $"{before.Text}; {text}",
        };
    }

    private void Property(MurphiRule rule)
    {
        if (rule.Category == "liveness")
        {
            throw MurphiTypes.Refuse(rule.Span,
                "'liveness' says that a state can still be reached from everywhere, and there is no such property here",
                "remove it, or write the model as a .verify file with leadsto, which says that the state must come");
        }

        var machine = NewMachine();
        var on = On(machine);
        var isCover = rule.Category == "cover";
        var holds = Quantified(rule, on, isCover ? Quantifier.Exists : Quantifier.ForAll);
        var text = types.TextOf(rule.Holds!.Span);
        properties.Add((rule.Name.Length > 0 ? OneLine.Of(rule.Name)
            : $"line {problems.Source.LineOf(rule.Span.Start)}", rule.Span, holds, text, isCover));
        foreach (var demand in machine.Demands)
        {
            if (!terms.FreeIn(demand.Holds).IsEmpty)
            {
                throw MurphiTypes.Refuse(demand.Span,
                    $"a function of a property may fail ({demand.Text}) for some values of its ruleset", "write the property with forall");
            }

            Demanded(rule.Name.Length > 0 ? rule.Name : "property", demand, terms.True, []);
        }
    }

    private void Conclude()
    {
        var file = problems.Source.File;
        names.Clear();
        foreach (var (name, span, holds, text, isReachable) in properties)
        {
            var line = problems.Source.LineOf(span.Start);
            _ = terms.Limited(holds);
            if (isReachable)
            {
                m.Reachable(Unique(name), holds, text, file, line);
            }
            else
            {
                m.Always(Unique(name), holds, text, null, file, line);
            }
        }

        var first = program.Rules.FirstOrDefault(rule => rule.Category == "rule")?.Span ?? new Span(0, 1);
        var moving = moves.Aggregate(terms.False, terms.Or);
        m.Always(Unique("deadlock"), moving, "some rule changes the state", null, file, problems.Source.LineOf(first.Start));
        m.Reachable(Unique("start"), moving, "some rule changes a state", file, problems.Source.LineOf(first.Start));
    }
}
