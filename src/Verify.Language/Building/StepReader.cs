using System.Collections.Immutable;
using Verify.Language.Parts;
using Verify.Language.Sorts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>Makes steps of the modelling language from their text.</summary>
internal sealed class StepReader(Scope scope, ExprReader exprs, Problems problems)
{
    private SourceText Source => problems.Source;

    public string File => Source.File;

    public int LineOf(Span span) => Source.LineOf(span.Start);

    /// <summary>Declares a rule of the environment.</summary>
    public void Rule(ModelBuilder m, StepSyntax step)
    {
        var mark = scope.Mark;
        if (exprs.Binders(step.Parameters) is { } parameters)
        {
            var rule = m.Rule(step.Name.Text, parameters, s => Fill(s, step), File, LineOf(step.Span));
            if (step.Of is not null || step.FairAs is not null || step.Branching is not null)
            {
                var branch = step.Branching is { } one && exprs.Truth(one.Condition) is { } condition
                    ? new Branching(condition, one.NeverTrue, one.NeverFalse)
                    : null;
                // The steps of a thread are one group for each key of its program counter.
                var isKeyed = step.Of is { } of && scope.Find($"{of.Thread.Text}.pc")?.Sort is Sort.Mapping;
                rule.Amend(made => Amended(made, step, branch, isKeyed));
            }
        }

        scope.Release(mark);
    }

    private static Rule Amended(Rule rule, StepSyntax step, Branching? branch, bool isKeyed)
    {
        if (step.Of is { } of)
        {
            rule = rule with
            {
                Thread = of.Thread.Text,
                Step = of.Step.Text,
                Copy = of.Copy,
                Fairness = rule.Fairness is null ? null
                    : new Fairness($"thread {of.Thread.Text}", isKeyed ? [.. rule.Parameters.Take(1)] : []),
            };
        }

        if (step.FairAs is { } fair)
        {
            var binders = fair.Of.Select(word => rule.Parameters.FirstOrDefault(parameter => parameter.Name == word.Text)).OfType<Binder>();
            rule = rule with { Fairness = new Fairness(fair.Name.Text, [.. binders]) };
        }

        return rule with { Branch = branch };
    }

    /// <summary>Adds guards, updates and remarks to a step.</summary>
    public void Fill(StepBuilder s, StepSyntax step)
    {
        foreach (var guard in step.When)
        {
            if (exprs.Truth(guard) is { } holds)
            {
                exprs.Sorts.Try(guard.Span, () => s.When(holds));
            }
        }

        Updates(s, step.Updates);
        if (step.By is { } by && exprs.Read(by) is { } processor)
        {
            s.By(processor);
        }

        if (step.ByName is { } name)
        {
            s.By(name.Text);
        }

        Shown(s, step);
        if (step.IsFair is { } isFair)
        {
            s.Fair(isFair);
        }

        if (step.Never is { } never)
        {
            s.Never(never.Because, exprs.Holds(never.Only));
        }

        s.From([.. step.Sources.Select(source => Of(source, step.Name.Text)).OfType<Source>()]);
        foreach (var word in step.FairAs?.Of ?? [])
        {
            if (!step.Parameters.Any(parameter => parameter.Name.Text == word.Text))
            {
                problems.Add(ErrorCodes.UnknownName, word.Span, $"the step has no parameter '{word.Text}'");
            }
        }
    }

    private void Shown(StepBuilder s, StepSyntax step)
    {
        if (step.Shows is { } shown)
        {
            var arguments = shown.Select(argument => exprs.Read(argument)).ToList();
            if (!arguments.Contains(null))
            {
                s.Shows([.. arguments.OfType<Expr>()]);
            }
        }

        if (step.ShowsNoneAs is { } word)
        {
            s.ShowsNoneAs(word);
        }
    }

    /// <summary>A source; null if it is wrong, which is reported.</summary>
    /// <param name="source">The text.</param>
    /// <param name="function">The function, if the text names none.</param>
    public Source? Of(SourceSyntax source, string function) => exprs.Sorts.Try(source.Span, () => source.Kind switch
    {
        "kernel" => Modelling.Source.Kernel(source.Title?.Text ?? function, source.Reference.Text, source.Version?.Text ?? ""),
        "memory" => Modelling.Source.Recalled(source.Title?.Text ?? function, source.Reference.Text),
        _ => new Source(source.Title?.Text ?? "", source.Reference.Text),
    });

    private void Updates(StepBuilder s, ImmutableArray<UpdateSyntax> updates)
    {
        foreach (var update in updates)
        {
            switch (update)
            {
                case UpdateSyntax.Set set:
                    Set(s, set);
                    break;
                case UpdateSyntax.Call call:
                    Call(s, call);
                    break;
                case UpdateSyntax.If branch:
                    If(s, branch);
                    break;
                case UpdateSyntax.For each:
                    For(s, each);
                    break;
            }
        }
    }

    private void Set(StepBuilder s, UpdateSyntax.Set set)
    {
        if (exprs.Read(set.Target) is { } target && exprs.As(set.Value, target.Sort) is { } value)
        {
            exprs.Sorts.Try(set.Target.Span, () => s.Set(target, value, File, LineOf(set.Span)));
        }
    }

    private void Call(StepBuilder s, UpdateSyntax.Call call)
    {
        if (exprs.Words.Find<PartWord.Effect>(call.Of, "is not an update", "updates are words such as free(f)") is { } word)
        {
            exprs.Sorts.Try(call.Span, () =>
            {
                word.Word.Add(word.Use, s, word.Inputs);
                return word.Word;
            });
        }
    }

    private void If(StepBuilder s, UpdateSyntax.If branch)
    {
        if (exprs.Truth(branch.Condition) is not { } holds)
        {
            Updates(s, branch.Then);
            Updates(s, branch.Otherwise);
        }
        else if (holds is Expr.Literal { Number: var known } && branch.Condition is not ExprSyntax.Constant)
        {
            Updates(s, known == 1 ? branch.Then : branch.Otherwise);
        }
        else
        {
            s.If(holds, () => Updates(s, branch.Then));
            if (!branch.Otherwise.IsEmpty)
            {
                s.If(!holds, () => Updates(s, branch.Otherwise));
            }
        }
    }

    private void For(StepBuilder s, UpdateSyntax.For each)
    {
        var mark = scope.Mark;
        if (exprs.Binders(each.Over) is { } binders)
        {
            void Within(int depth)
            {
                if (depth == binders.Length)
                {
                    Updates(s, each.Body);
                }
                else
                {
                    s.Each(binders[depth], () => Within(depth + 1));
                }
            }

            Within(0);
        }

        scope.Release(mark);
    }
}
