using System.Collections.Immutable;
using Verify.Language.Parts;
using Verify.Language.Sorts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>Makes threads of the modelling language from their text.</summary>
internal sealed class ThreadReader(Scope scope, ExprReader exprs, StepReader steps, Problems problems)
{
    private readonly List<string> globals = [];
    private readonly Dictionary<int, Span> places = [];
    private readonly Idioms idioms = new(scope, exprs, steps, problems);
    private string name = "";
    private Binder? key;

    /// <summary>Declares what the idioms of threads share.</summary>
    public void Prepare(ModelBuilder m, ImmutableArray<Declaration.Thread> all) => idioms.Prepare(m, all);

    /// <summary>Declares a thread.</summary>
    public void Read(ModelBuilder m, Declaration.Thread thread)
    {
        var mark = scope.Mark;
        name = thread.Name.Text;
        globals.Clear();
        places.Clear();
        if (exprs.Binders(thread.Key is { } each ? [each] : []) is { } keys)
        {
            key = keys.FirstOrDefault();
            idioms.Begin(m, name, key);
            var before = problems.Count;
            var found = exprs.Sorts.Try(thread.Name.Span, () => WholeOrNull(before, () => m.Thread(name, key, thread.IsForever, t =>
            {
                if (thread.By is { } by && exprs.Read(by) is { } processor)
                {
                    t.RunsOn(processor);
                }

                Block(t, thread.Body);
            }, steps.File, steps.LineOf(thread.Span))));
            if (found is not null && !scope.Threads.TryAdd(name, found))
            {
                problems.Add(ErrorCodes.DuplicateName, thread.Name.Span, $"there are two threads '{name}'");
            }
        }

        scope.Release(mark);
    }

    // A program that lacks steps because they are wrong is not wrong once more.
    private ModelThread? WholeOrNull(int before, Func<ModelThread> thread)
    {
        try
        {
            return thread();
        }
        catch (UserErrorException) when (problems.Count > before)
        {
            return null;
        }
        catch (UserErrorException e) when (e.Diagnostic.Where is { } where && where.File == steps.File
            && places.TryGetValue(where.Line, out var span))
        {
            return exprs.Sorts.Try<ModelThread>(span, () => throw new UserErrorException(e.Diagnostic));
        }
    }

    private void Block(ThreadBuilder t, ImmutableArray<Statement> block)
    {
        foreach (var statement in block)
        {
            Add(t, statement);
        }
    }

    private void Add(ThreadBuilder t, Statement statement)
    {
        switch (statement)
        {
            case Statement.Step step:
                Step(t, step);
                break;
            case Statement.Ipi ipi when exprs.Holds(ipi.Of.Only):
                idioms.Send(t, ipi);
                break;
            case Statement.Await wait when exprs.Holds(wait.Of.Only):
                idioms.Await(t, wait);
                break;
            case Statement.Rcu rcu when exprs.Holds(rcu.Of.Only):
                idioms.Rcu(t, rcu.Of);
                break;
            case Statement.Call call when exprs.Holds(call.Of.Only):
                Call(t, call);
                break;
            case Statement.Local local:
                Local(t, local);
                break;
            case Statement.If branch:
                If(t, branch);
                break;
            case Statement.While loop:
                if (exprs.Truth(loop.Condition) is { } repeats && ExprReader.Settled(repeats) != false)
                {
                    Try(loop.Condition.Span, () => t.While(repeats, () => Block(t, loop.Body), steps.File, LineOf(loop)));
                }

                break;
            case Statement.Either either:
                t.Either([.. either.Ways.Select(way => (Action)(() => Block(t, way)))]);
                break;
            case Statement.Label label:
                Try(label.Span, () => t.Label(label.Name.Text));
                break;
            case Statement.Goto { Target: { } target }:
                t.Goto(target.Text, steps.File, LineOf(statement));
                break;
            case Statement.Goto:
                t.Return(steps.File, LineOf(statement));
                break;
            case Statement.Never never:
                Try(never.Span, () => t.Never(never.Of.Because, exprs.Holds(never.Of.Only)));
                break;
        }
    }

    private void Call(ThreadBuilder t, Statement.Call call)
    {
        var step = call.Of;
        if (scope.Words.TryGetValue(exprs.Words.NameOf(call.Word), out var known) && known.Word is PartWord.Steps)
        {
            if (call.IsNamed)
            {
                problems.Add(ErrorCodes.BadSyntax, step.Name.Span,
                    $"'{known.Word.Name}' is several steps with names of their own", "remove 'as'");
            }
            else if (exprs.Words.Find<PartWord.Steps>(call.Word, "", "") is { } several)
            {
                Try(call.Span, () => several.Word.Add(several.Use, t, several.Inputs, s => steps.Fill(s, step)));
            }
        }
        else if (exprs.Words.Find<PartWord.Effect>(call.Word, "is a value, and no step", "read it in an expression") is { } word)
        {
            var name = call.IsNamed ? step.Name.Text : word.Word.Step?.Invoke(word.Use) ?? word.Word.Name;
            Try(call.Span, () => t.Step(name, ImmutableArray<Binder>.Empty, s =>
            {
                word.Word.Add(word.Use, s, word.Inputs);
                steps.Fill(s, step);
            }, file: steps.File, line: steps.LineOf(step.Span)));
        }
    }

    private void Step(ThreadBuilder t, Statement.Step statement)
    {
        var step = statement.Of;
        if (!exprs.Holds(step.Only))
        {
            return;
        }

        var mark = scope.Mark;
        if (exprs.Binders(step.Parameters) is not { } parameters)
        {
            scope.Release(mark);
            return;
        }

        var condition = statement.Branch is { } branch ? exprs.Truth(branch) : null;
        Try(step.Span, () => t.Step(step.Name.Text, parameters, s => steps.Fill(s, step), condition,
            () => Behind(mark, t, statement.Then), () => Behind(mark, t, statement.Otherwise), steps.File, steps.LineOf(step.Span)));
        scope.Release(mark);
    }

    // The parameters of a step have no meaning behind it.
    private void Behind(int mark, ThreadBuilder t, ImmutableArray<Statement> block)
    {
        scope.Release(mark);
        Block(t, block);
    }

    private void Local(ThreadBuilder t, Statement.Local local)
    {
        var (word, syntax) = (local.Variable.Name, local.Variable);
        if (!exprs.Holds(local.Only))
        {
            scope.Elsewhere.Add(word.Text);
            return;
        }

        if (scope.Find(word.Text) is not null)
        {
            problems.Add(ErrorCodes.DuplicateName, word.Span, $"'{word.Text}' has a meaning here already",
                "choose another name: one name means one thing");
            return;
        }

        if (exprs.Sorts.Map(syntax.Keys, syntax.Sort) is not { } sort)
        {
            return;
        }

        if (scope.IsFollowed(sort))
        {
            problems.Add(ErrorCodes.BadDeclaration, word.Span, "a local keeps no translation: nothing would mark it as stale",
                $"declare var {word.Text}[…]: {SortText.Of(sort)} above the thread");
            return;
        }

        var initially = syntax.Initially is { } value ? Initial(exprs, value, sort) : null;
        if (exprs.Sorts.Try(word.Span, () => t.Local(word.Text, sort, initially, steps.File, steps.LineOf(word.Span))) is { } made)
        {
            scope.Bind(word.Text, made);
            // Properties name the local of a thread by its thread.
            var whole = made is Expr.Index { Map: Expr.Read read } && ReferenceEquals(made.Sort, sort) ? read : made;
            if (globals.Contains(word.Text) || !scope.Values.TryAdd($"{name}.{word.Text}", whole))
            {
                problems.Add(ErrorCodes.DuplicateName, word.Span, $"'{name}.{word.Text}' is declared twice");
            }

            globals.Add(word.Text);
        }
    }

    /// <summary>An initial value: of the whole variable, or of each entry of a map.</summary>
    public static Expr? Initial(ExprReader exprs, ExprSyntax value, Sort sort)
    {
        var element = sort;
        while (element is Sort.Mapping map && value is not ExprSyntax.All and not ExprSyntax.As)
        {
            element = map.Value;
        }

        return exprs.As(value, value is ExprSyntax.As cast && exprs.Sorts.Read(cast.Sort) is { } stated ? stated : element);
    }

    private void If(ThreadBuilder t, Statement.If branch)
    {
        if (exprs.Truth(branch.Condition) is not { } holds)
        {
            Block(t, branch.Then);
            Block(t, branch.Otherwise);
        }
        else if (ExprReader.Settled(holds) is { } known)
        {
            Block(t, known ? branch.Then : branch.Otherwise);
        }
        else
        {
            Try(branch.Condition.Span, () => t.If(holds, () => Block(t, branch.Then), () => Block(t, branch.Otherwise),
                steps.File, LineOf(branch)));
        }
    }

    // The line of a statement, which is looked up where a mistake in the program names it.
    private int LineOf(Statement statement)
    {
        var line = steps.LineOf(statement.Span);
        places.TryAdd(line, statement.Span);
        return line;
    }

    private void Try(Span span, Action action) => exprs.Sorts.Try(span, () =>
    {
        action();
        return "";
    });
}
