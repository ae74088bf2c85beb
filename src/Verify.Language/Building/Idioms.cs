using System.Collections.Immutable;
using Verify.Language.Sorts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>Interrupts between processors, and RCU, as steps of threads.</summary>
/// <remarks>
/// An interrupt is three steps: the sender asks some processors, each of them runs the handler when it comes to it, and
/// the sender may await them all. A grace period waits for the read-side sections that were open when it began.
/// </remarks>
internal sealed class Idioms(Scope scope, ExprReader exprs, StepReader steps, Problems problems)
{
    // For each thread with read-side sections: how many are open, one in the other.
    private readonly List<(string Thread, Sort? Key, Expr Open)> readers = [];

    // For each thread that waits for grace periods, and each thread with sections: which are waited for.
    private readonly List<(string Waiter, Sort? WaiterKey, string Reader, Expr Waits)> waits = [];
    private readonly Dictionary<string, (Expr Asked, Binder Target)> sent = new(StringComparer.Ordinal);
    private ModelBuilder? model;
    private string thread = "";
    private Binder? key;

    /// <summary>Declares the read-side sections of all threads, and what waits for them.</summary>
    public void Prepare(ModelBuilder m, ImmutableArray<Declaration.Thread> threads)
    {
        static int Count(IEnumerable<Statement> block, string word) => block.Sum(one => one switch
        {
            Statement.Rcu rcu => rcu.Of.Name.Text == word ? 1 : 0,
            Statement.Step step => Count(step.Then, word) + Count(step.Otherwise, word),
            Statement.If branch => Count(branch.Then, word) + Count(branch.Otherwise, word),
            Statement.While loop => Count(loop.Body, word),
            Statement.Either either => either.Ways.Sum(way => Count(way, word)),
            _ => 0,
        });

        Expr Declare(string name, Sort of, Sort? first, Sort? second, Declaration.Thread at)
        {
            var sort = second is null ? of : Sort.Map(second, of);
            sort = first is null ? sort : Sort.Map(first, sort);
            return m.Declare(name, sort, null, VariableRole.State, steps.File, steps.LineOf(at.Span));
        }

        foreach (var one in threads.DistinctBy(one => one.Name.Text))
        {
            var each = one.Key is { } of ? exprs.Sorts.Scalar(of.Sort) : null;
            if (Count(one.Body, "rcu_read_lock") is > 0 and var most)
            {
                readers.Add((one.Name.Text, each, Declare($"rcu.{one.Name.Text}", Sort.Range(0, most), each, null, one)));
            }
        }

        foreach (var waiter in threads.Where(one => Count(one.Body, "synchronize_rcu") > 0).DistinctBy(one => one.Name.Text))
        {
            var each = waiter.Key is { } of ? exprs.Sorts.Scalar(of.Sort) : null;
            foreach (var (reader, at, _) in readers)
            {
                waits.Add((waiter.Name.Text, each, reader, Declare($"grace.{waiter.Name.Text}.{reader}", Sort.Bool, each, at, waiter)));
            }
        }
    }

    /// <summary>Begins a thread.</summary>
    public void Begin(ModelBuilder m, string name, Binder? each) => (model, thread, key) = (m, name, each);

    /// <summary>Adds the step that sends an interrupt, and the rule of its handler.</summary>
    public void Send(ThreadBuilder t, Statement.Ipi ipi)
    {
        var (of, name) = (ipi.Of, ipi.Of.Name);
        var mark = scope.Mark;
        if (exprs.Binders([ipi.Target]) is not [var target])
        {
            scope.Release(mark);
            return;
        }

        var sort = Sort.Map(target.Sort, Sort.Bool);
        var asked = Own(exprs.Sorts.Try(name.Span, () => model!.Declare($"{name.Text}.asked", key is null ? sort : Sort.Map(key.Sort, sort),
            null, VariableRole.State, steps.File, steps.LineOf(of.Span))));
        var conditions = of.When.Select(exprs.Truth).ToList();
        if (asked is not null && !conditions.Contains(null) && !sent.TryAdd($"{thread} {name.Text}", (asked, target)))
        {
            problems.Add(ErrorCodes.DuplicateName, name.Span, $"thread '{thread}' sends '{name.Text}' twice",
                "give the second one a name of its own");
        }
        else if (asked is not null && !conditions.Contains(null))
        {
            var at = Dsl.ValueOf(target);
            var holds = conditions.OfType<Expr>().Aggregate((Expr)true, (all, one) => all & one);
            t.Step($"send {name.Text}", ImmutableArray<Binder>.Empty, s => s.Each(target, () => s.SetIf(holds, asked[at], true)),
                file: steps.File, line: steps.LineOf(of.Span));
            model!.Rule(name.Text, key is null ? [target] : [key, target], s =>
            {
                steps.Fill(s, of with { When = [] });
                s.When(asked[at]).Set(asked[at], false, steps.File, steps.LineOf(of.Span)).Shows().Fair();
                if (of.By is null && of.ByName is null)
                {
                    s.By(at);
                }
            }, steps.File, steps.LineOf(of.Span));
        }

        scope.Release(mark);
    }

    /// <summary>Adds the step that waits until all handlers have run.</summary>
    public void Await(ThreadBuilder t, Statement.Await wait)
    {
        var name = wait.Of.Name;
        if (!sent.TryGetValue($"{thread} {name.Text}", out var one))
        {
            var known = sent.Keys.Where(sender => sender.StartsWith($"{thread} ", StringComparison.Ordinal))
                .Select(sender => sender[(thread.Length + 1)..]);
            problems.Add(ErrorCodes.UnknownName, name.Span, $"thread '{thread}' sends no '{name.Text}' before",
                Suggestion.Hint(name.Text, known) ?? "write ipi NAME(d in cpu) … above");
            return;
        }

        var each = new Binder(one.Target.Name, one.Target.Sort);
        Add(t, wait.Of, $"await {name.Text}", s =>
            s.When(!Dsl.Quantify(Quantifier.Exists, each, one.Asked[Dsl.ValueOf(each)])));
    }

    /// <summary>Adds a step of RCU.</summary>
    public void Rcu(ThreadBuilder t, StepSyntax of)
    {
        var open = readers.Where(one => one.Thread == thread).Select(one => Own(one.Open)).FirstOrDefault();
        switch (of.Name.Text)
        {
            case "rcu_read_lock":
                Add(t, of, of.Name.Text, s => s.Set(open!, open! + 1));
                break;
            case "rcu_read_unlock" when open is not null:
                Add(t, of, of.Name.Text, s =>
                {
                    s.Set(open, open - 1);
                    s.If(open == 1, () =>
                    {
                        foreach (var (_, each, _, all) in waits.Where(one => one.Reader == thread))
                        {
                            ForEach(s, each, waiter => s.Set(Own(waiter is null ? all : all[waiter])!, false));
                        }
                    });
                });
                break;
            case "rcu_read_unlock":
                problems.Add(ErrorCodes.BadThread, of.Span, $"thread '{thread}' leaves a section that it does not enter",
                    "write rcu_read_lock above");
                break;
            default:
                Synchronize(t, of);
                break;
        }
    }

    private void Synchronize(ThreadBuilder t, StepSyntax of)
    {
        var mine = waits.Where(one => one.Waiter == thread).Select(one => (Waits: Own(one.Waits)!,
            Reader: readers.First(reader => reader.Thread == one.Reader))).ToList();
        Add(t, of, of.Name.Text, s =>
        {
            foreach (var (waits, (_, each, open)) in mine)
            {
                ForEach(s, each, reader => s.Set(reader is null ? waits : waits[reader], (reader is null ? open : open[reader]) > 0));
            }
        });
        Expr isOver = true;
        foreach (var (waits, (_, each, _)) in mine)
        {
            isOver &= each is null ? !waits : !Dsl.Exists(each, reader => waits[reader]);
        }

        Add(t, of with { Sources = [] }, "grace period", s => s.When(isOver));
    }

    // Adds a step with the remarks of its text.
    private void Add(ThreadBuilder t, StepSyntax of, string name, Action<StepBuilder> body) =>
        t.Step(name, ImmutableArray<Binder>.Empty, s =>
        {
            body(s);
            steps.Fill(s, of);
        }, file: steps.File, line: steps.LineOf(of.Span));

    private static void ForEach(StepBuilder s, Sort? each, Action<Expr?> body)
    {
        if (each is null)
        {
            body(null);
        }
        else
        {
            s.Each(each, body);
        }
    }

    // The entry of the thread with this key.
    private Expr? Own(Expr? whole) => whole is null || key is null ? whole : whole[Dsl.ValueOf(key)];
}
