using Verify.Modelling;

namespace Verify.Tests.Laws.Generators;

/// <summary>Draws a thread with every kind of node; every path through it has a step where one is required.</summary>
internal sealed class GeneratedThread(Prng random, ModelBuilder m, GeneratedExpr expr, Sort cpu, Sort[] scalars)
{
    private Action<StepBuilder, Scope> addUpdates = (_, _) => { };
    private ThreadBuilder thread = null!;
    private Scope scope = new([], Ghosts: false);
    private Expr flag = false;
    private int steps;

    public void Declare(Action<StepBuilder, Scope> updates)
    {
        addUpdates = updates;
        if (random.OneIn(2))
        {
            m.Thread("thread", repeats: random.OneIn(2), t => Program(t, null));
        }
        else
        {
            m.Thread("thread", cpu, repeats: random.OneIn(2), (t, c) => Program(t, c));
        }
    }

    private void Program(ThreadBuilder t, Expr? key)
    {
        thread = t;
        scope = key is null ? scope : scope.With(key);
        flag = t.Local("flag", Sort.Bool, false);
        if (random.OneIn(2))
        {
            t.Local("kept", scalars[random.Below(scalars.Length)]);
        }

        if (key is null && random.OneIn(3))
        {
            t.Step("start", cpu, (step, c) => step.When(expr.Truth(scope.With(c), 1)));
        }

        t.Label("again");
        Step("first");
        Nodes(2);
        Step("last");
    }

    private void Nodes(int depth)
    {
        for (var i = random.Below(3); i > 0; i--)
        {
            Node(depth);
        }
    }

    private void Node(int depth)
    {
        switch (depth == 0 ? 0 : random.Below(9))
        {
            case 1:
                thread.Wait(Name("wait"), expr.Truth(scope, 2));
                break;
            case 2:
                thread.Branch(Name("branch"), expr.Truth(scope, 1), () => Nodes(depth - 1), () => Nodes(depth - 1));
                break;
            case 3:
                thread.Branch(Name("test"), expr.Truth(scope, 1), () => thread.Goto("again"), also: s => addUpdates(s, scope));
                break;
            case 4:
                thread.If(flag, () => Block(depth), random.OneIn(2) ? () => Block(depth) : null);
                break;
            case 5:
                thread.While(!flag, () => Block(depth));
                break;
            case 6:
                thread.Either(() => Block(depth), () => Block(depth));
                break;
            case 7:
                thread.Branch(Name("leave"), flag, () => thread.Return());
                break;
            default:
                Step("step");
                break;
        }
    }

    private void Block(int depth)
    {
        Step("step");
        Nodes(depth - 1);
    }

    private void Step(string name)
    {
        if (random.OneIn(4))
        {
            var sort = scalars[random.Below(scalars.Length)];
            thread.Step(Name(name), sort, (step, any) => Body(step, scope.With(any)));
        }
        else
        {
            thread.Step(Name(name), step => Body(step, scope));
        }
    }

    private void Body(StepBuilder step, Scope inner)
    {
        if (random.OneIn(3))
        {
            step.When(expr.Truth(inner, 2));
        }

        if (random.OneIn(2))
        {
            step.Set(flag, expr.Truth(inner, 1));
        }

        addUpdates(step, inner);
    }

    // Sometimes a name is used twice, which gives rules and places with a suffix.
    private string Name(string plain) => random.OneIn(8) ? plain : $"{plain}{++steps}";
}
