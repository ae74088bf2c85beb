using System.Diagnostics;
using Verify.Modelling;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Soaking;

/// <summary>
/// Shrinks a model while a law still fails on it in the same way: removes rules, updates, variables and parts of
/// guards, simplifies expressions, and removes members.
/// </summary>
/// <param name="law">The law.</param>
/// <param name="error">The failure.</param>
/// <param name="patience">The maximum time.</param>
internal sealed class Minimizer(Law law, Exception error, TimeSpan patience)
{
    private readonly string way = Soak.WayOf(error);
    private readonly Stopwatch clock = new();

    /// <summary>The smallest model found; the model itself if the law does not fail on it again.</summary>
    public Model Smallest(Model model)
    {
        clock.Restart();
        var best = Draft.Of(model);
        if (!Fails(best))
        {
            return model;
        }

        bool isSmaller;
        do
        {
            isSmaller = false;
            foreach (var smaller in (Func<Draft, IEnumerable<Func<Draft>>>[])[Parts, Facts, Exprs, Sorts])
            {
                isSmaller |= Shrink(ref best, smaller);
            }
        }
        while (isSmaller && clock.Elapsed < patience);

        return Build(best)!;
    }

    // After a removal the same place is tried again, because it holds another part now.
    private bool Shrink(ref Draft best, Func<Draft, IEnumerable<Func<Draft>>> smaller)
    {
        var isSmaller = false;
        for (var i = 0; clock.Elapsed < patience; i++)
        {
            var candidate = smaller(best).ElementAtOrDefault(i);
            if (candidate is null)
            {
                break;
            }

            if (Made(candidate) is { } draft && Fails(draft))
            {
                best = draft;
                isSmaller = true;
                i--;
            }
        }

        return isSmaller;
    }

    private bool Fails(Draft draft)
    {
        if (Build(draft) is null)
        {
            return false;
        }

        var sample = new Sample(() => Build(draft)!);
        try
        {
            return law.Suits(sample) && Soak.Failure(law, sample, new Tally()) is { } failure && Soak.WayOf(failure) == way;
        }
#pragma warning disable CA1031 // A removal may make the model invalid in any way.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static Draft? Made(Func<Draft> candidate)
    {
        try
        {
            return candidate();
        }
        catch (Exception e) when (e is UserErrorException or InvalidCastException or ArgumentException or IndexOutOfRangeException
            or InvalidOperationException)
        {
            return null; // the replacement does not fit
        }
    }

    private static Model? Build(Draft draft)
    {
        try
        {
            return new Model(draft.Name, draft.Variables, draft.Rules, draft.Properties, draft.Marks, draft.Processors, draft.Starts);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    private static IEnumerable<Func<Draft>> Parts(Draft draft)
    {
        foreach (var property in draft.Properties)
        {
            yield return () => draft with { Properties = draft.Properties.Remove(property) };
        }

        foreach (var start in draft.Starts)
        {
            yield return () => draft with { Starts = draft.Starts.Remove(start) };
        }

        foreach (var mark in draft.Marks)
        {
            yield return () => draft with { Marks = draft.Marks.Remove(mark) };
        }

        foreach (var rule in draft.Rules)
        {
            yield return () => draft with { Rules = draft.Rules.Remove(rule) };
        }

        foreach (var variable in draft.Variables)
        {
            yield return () => draft.Without(variable, variable.Initially ?? ModelBuilder.Zero(variable.Sort));
        }

        foreach (var rule in draft.Rules)
        {
            foreach (var update in rule.Updates)
            {
                yield return () => With(draft, rule, rule with { Updates = rule.Updates.Remove(update) });
            }

            foreach (var parameter in rule.Parameters)
            {
                yield return () => WithoutParameter(draft, rule, parameter);
            }
        }
    }

    private static IEnumerable<Func<Draft>> Facts(Draft draft)
    {
        foreach (var rule in draft.Rules)
        {
            if (rule.Fairness is not null)
            {
                yield return () => With(draft, rule, rule with { Fairness = null });
            }

            if (rule.Thread is not null)
            {
                yield return () => With(draft, rule, rule with { Thread = null });
            }

            if (rule.Actor.Name != "environment")
            {
                yield return () => With(draft, rule, rule with { Actor = new Actor("environment", null) });
            }

            if (!rule.Shown.IsEmpty)
            {
                yield return () => With(draft, rule, rule with { Shown = [] });
            }
        }

        foreach (var variable in draft.Variables)
        {
            if (variable.Role is not VariableRole.State)
            {
                yield return () => WithRole(draft, variable);
            }

            if (variable.Initially is null)
            {
                yield return () => draft.WithInitial(variable, ModelBuilder.Zero(variable.Sort));
            }
        }

        if (draft.Processors is not null)
        {
            yield return () => draft with { Processors = null };
        }
    }

    private static IEnumerable<Func<Draft>> Exprs(Draft draft)
    {
        foreach (var (expr, with) in draft.Places())
        {
            foreach (var part in new ExprParts().Of(expr))
            {
                foreach (var other in Simpler(part))
                {
                    yield return () => with(new ExprCopy { Instead = node => ReferenceEquals(node, part) ? other : null }.Of(expr));
                }
            }
        }
    }

    private static IEnumerable<Expr> Simpler(Expr expr)
    {
        if (expr is Expr.Literal or Expr.NoneOf)
        {
            yield break;
        }

        if (expr.Sort is Sort.Boolean)
        {
            yield return true;
            yield return false;
        }

        foreach (var part in new ExprParts().Of(expr).Skip(1).Where(part => part.Sort.Equals(expr.Sort)))
        {
            yield return part;
        }

        if (expr is Expr.Quantified quantified && expr.Sort is Sort.Boolean)
        {
            var copy = new ExprCopy();
            copy.Binders[quantified.Binder] = ModelBuilder.Zero(quantified.Binder.Sort);
            yield return copy.Of(quantified.Body);
        }

        if (expr.Sort is not Sort.Boolean && expr is not (Expr.RecordOf or Expr.ConstantMap))
        {
            yield return ModelBuilder.Zero(expr.Sort);
        }
    }

    private static IEnumerable<Func<Draft>> Sorts(Draft draft)
    {
        var sorts = draft.Variables.SelectMany(variable => PartsOf(variable.Sort))
            .Concat(draft.Rules.SelectMany(rule => rule.Parameters).SelectMany(binder => PartsOf(binder.Sort)))
            .Distinct().ToList();
        foreach (var sort in sorts)
        {
            foreach (var other in Smaller(sort))
            {
                yield return () => draft.WithSorts(whole => Replaced(whole, sort, other));
            }
        }
    }

    private static IEnumerable<Sort> Smaller(Sort sort)
    {
        switch (sort)
        {
            case Sort.ScalarSet { Members.Length: > 1 } scalar:
                yield return new Sort.ScalarSet(scalar.Name, scalar.Members[..^1]);
                break;
            case Sort.Enumeration { Members.Length: > 1 } enumeration:
                yield return new Sort.Enumeration(enumeration.Name, enumeration.Members[..^1]);
                break;
            case Sort.Interval range when range.High > range.Low:
                yield return Sort.Range(range.Low, range.High - 1);
                yield return Sort.Range(range.Low + 1, range.High);
                break;
        }
    }

    private static IEnumerable<Sort> PartsOf(Sort sort) => sort switch
    {
        Sort.Optional optional => PartsOf(optional.Of),
        Sort.Mapping map => PartsOf(map.Key).Concat(PartsOf(map.Value)),
        Sort.Record record => record.Fields.SelectMany(field => PartsOf(field.Sort)),
        _ => [sort],
    };

    private static Sort Replaced(Sort whole, Sort sort, Sort other) => whole switch
    {
        _ when whole.Equals(sort) => other,
        Sort.Optional optional => Sort.Option(Replaced(optional.Of, sort, other)),
        Sort.Mapping map => Sort.Map(Replaced(map.Key, sort, other), Replaced(map.Value, sort, other)),
        Sort.Record record => new Sort.Record(record.Name,
            [.. record.Fields.Select(field => field with { Sort = Replaced(field.Sort, sort, other) })]),
        _ => whole,
    };

    private static Draft With(Draft draft, Rule rule, Rule other) => draft with { Rules = draft.Rules.Replace(rule, other) };

    private static Draft WithRole(Draft draft, Variable variable)
    {
        var other = new Variable(variable.Name, variable.Sort, variable.Initially, VariableRole.State, variable.Where);
        var copy = new ExprCopy();
        copy.Variables[variable] = new Expr.Read(other);
        return draft.Map(copy) with { Variables = draft.Variables.Replace(variable, other) };
    }

    private static Draft WithoutParameter(Draft draft, Rule rule, Binder parameter)
    {
        var copy = new ExprCopy();
        copy.Binders[parameter] = ModelBuilder.Zero(parameter.Sort);
        var fairness = rule.Fairness is null ? null : rule.Fairness with { Of = rule.Fairness.Of.Remove(parameter) };
        var other = rule with { Parameters = rule.Parameters.Remove(parameter), Fairness = fairness };
        return With(draft, rule, (draft with { Rules = [other], Properties = [], Marks = [] }).Map(copy).Rules[0]);
    }
}
