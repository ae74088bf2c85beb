using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Tests.Laws.Soaking;

/// <summary>The parts of a model, which may be changed and may become invalid.</summary>
internal sealed record Draft(
    string Name,
    ImmutableArray<Variable> Variables,
    ImmutableArray<Rule> Rules,
    ImmutableArray<Property> Properties,
    ImmutableArray<Mark> Marks,
    Sort.ScalarSet? Processors,
    ImmutableArray<StartCondition> Starts)
{
    public static Draft Of(Model model) =>
        new(model.Name, model.Variables, model.Rules, model.Properties, model.Marks, model.Processors, model.StartConditions);

    /// <summary>Every expression except for initial values, with a function that replaces it.</summary>
    public IEnumerable<(Expr Expr, Func<Expr, Draft> With)> Places()
    {
        for (var r = 0; r < Rules.Length; r++)
        {
            var (at, rule) = (r, Rules[r]);
            Draft WithRule(Rule other) => this with { Rules = Rules.SetItem(at, other) };
            yield return (rule.Guard, expr => WithRule(rule with { Guard = expr }));
            if (rule.Actor.Processor is { } processor)
            {
                yield return (processor, expr => WithRule(rule with { Actor = new Actor(null, expr) }));
            }

            for (var s = 0; s < rule.Shown.Length; s++)
            {
                var shown = s;
                yield return (rule.Shown[s], expr => WithRule(rule with { Shown = rule.Shown.SetItem(shown, expr) }));
            }

            for (var u = 0; u < rule.Updates.Length; u++)
            {
                var (which, update) = (u, rule.Updates[u]);
                Draft WithUpdate(Update other) => WithRule(rule with { Updates = rule.Updates.SetItem(which, other) });
                yield return (update.When, expr => WithUpdate(update with { When = expr }));
                yield return (update.Value, expr => WithUpdate(update with { Value = expr }));
                yield return (update.Target, expr => WithUpdate(update with { Target = Location(expr) }));
            }
        }

        for (var p = 0; p < Properties.Length; p++)
        {
            var (at, property) = (p, Properties[p]);
            Draft WithProperty(Property other) => this with { Properties = Properties.SetItem(at, other) };
            switch (property)
            {
                case Property.Always always:
                    yield return (always.Holds, expr => WithProperty(always with { Holds = expr }));
                    break;
                case Property.Reachable reachable:
                    yield return (reachable.Holds, expr => WithProperty(reachable with { Holds = expr }));
                    break;
                case Property.NoDeadlock deadlock:
                    yield return (deadlock.MayRest, expr => WithProperty(deadlock with { MayRest = expr }));
                    break;
                case Property.LeadsTo leads:
                    yield return (leads.From, expr => WithProperty(leads with { From = expr }));
                    yield return (leads.To, expr => WithProperty(leads with { To = expr }));
                    break;
            }
        }

        for (var i = 0; i < Starts.Length; i++)
        {
            var (at, start) = (i, Starts[i]);
            yield return (start.Holds, expr => this with { Starts = Starts.SetItem(at, start with { Holds = expr }) });
        }

        for (var m = 0; m < Marks.Length; m++)
        {
            var (at, mark) = (m, Marks[m]);
            yield return (mark.Target, expr => this with { Marks = Marks.SetItem(at, mark with { Target = expr }) });
            yield return (mark.When, expr => this with { Marks = Marks.SetItem(at, mark with { When = expr }) });
        }
    }

    /// <summary>A draft with every expression rebuilt by a copier.</summary>
    public Draft Map(ExprCopy copy)
    {
        Update Updated(Update update) => update with
        {
            Over = [.. update.Over.Select(copy.BinderOf)],
            When = copy.Of(update.When),
            Target = copy.Of(update.Target),
            Value = copy.Of(update.Value),
        };
        Rule Ruled(Rule rule) => rule with
        {
            Parameters = [.. rule.Parameters.Select(copy.BinderOf)],
            Fairness = rule.Fairness is null ? null : rule.Fairness with { Of = [.. rule.Fairness.Of.Select(copy.BinderOf)] },
            Guard = copy.Of(rule.Guard),
            Actor = rule.Actor.Processor is null ? rule.Actor : new Actor(null, copy.Of(rule.Actor.Processor)),
            Shown = [.. rule.Shown.Select(copy.Of)],
            Updates = [.. rule.Updates.Select(Updated)],
        };
        return this with
        {
            Rules = [.. Rules.Select(Ruled)],
            Properties = [.. Properties.Select<Property, Property>(property => property switch
            {
                Property.Always p => p with { Holds = copy.Of(p.Holds) },
                Property.Reachable p => p with { Holds = copy.Of(p.Holds) },
                Property.NoDeadlock p => p with { MayRest = copy.Of(p.MayRest) },
                Property.LeadsTo p => p with { From = copy.Of(p.From), To = copy.Of(p.To) },
                _ => throw new System.Diagnostics.UnreachableException(),
            })],
            Starts = [.. Starts.Select(start => start with { Holds = copy.Of(start.Holds) })],
            Marks = [.. Marks.Select(mark => mark with
            {
                Over = [.. mark.Over.Select(copy.BinderOf)],
                Target = copy.Of(mark.Target),
                When = copy.Of(mark.When),
            })],
        };
    }

    /// <summary>A draft with other sorts everywhere.</summary>
    public Draft WithSorts(Func<Sort, Sort> sorts)
    {
        var copy = new ExprCopy { Sorts = sorts };
        var variables = Variables.Select(variable =>
        {
            var initially = variable.Initially is null ? null : copy.Of(variable.Initially);
            var other = new Variable(variable.Name, sorts(variable.Sort), initially, variable.Role, variable.Where);
            copy.Variables[variable] = new Expr.Read(other);
            return other;
        }).ToImmutableArray();
        return Map(copy) with { Variables = variables, Processors = Processors is null ? null : (Sort.ScalarSet)sorts(Processors) };
    }

    /// <summary>A draft with another initial value for a variable; null for any value.</summary>
    public Draft WithInitial(Variable variable, Expr? initially)
    {
        var other = new Variable(variable.Name, variable.Sort, initially, variable.Role, variable.Where);
        var copy = new ExprCopy();
        copy.Variables[variable] = new Expr.Read(other);
        return Map(copy) with { Variables = Variables.Replace(variable, other) };
    }

    /// <summary>A draft without a variable: reads give a constant, and writes are removed.</summary>
    public Draft Without(Variable variable, Expr constant)
    {
        var copy = new ExprCopy();
        copy.Variables[variable] = constant;
        return (this with
        {
            Variables = Variables.Remove(variable),
            Rules = [.. Rules.Select(rule => rule with { Updates = [.. rule.Updates.Where(update => update.Variable != variable)] })],
        }).Map(copy);
    }

    private static Expr Location(Expr expr)
    {
        var place = expr;
        while (place is not Expr.Read)
        {
            place = place switch
            {
                Expr.Index at => at.Map,
                Expr.FieldOf get => get.Record,
                Expr.ValueOf value => value.Option,
                _ => throw new InvalidOperationException("the target is not a location"),
            };
        }

        return expr;
    }
}
