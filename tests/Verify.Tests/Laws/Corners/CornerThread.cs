using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Corners;

/// <summary>A thread for each value of any sort, with every kind of node; names of steps repeat.</summary>
internal sealed class CornerThread(
    Prng random, Drawn drawn, ModelBuilder m, CornerExpr expr, CornerSorts sorts, Action<StepBuilder, Scope> updates)
{
    private static readonly string[] Names = ["go", "go", "branch", "done", "x'2", "pc"];

    private ThreadBuilder thread = null!;
    private Scope scope = new([], Ghosts: false);
    private Expr flag = false;

    /// <summary>Declares it.</summary>
    /// <returns>Where it is.</returns>
    public Expr Declare(string name)
    {
        var repeats = random.OneIn(2);
        if (random.OneIn(2))
        {
            var one = drawn.Say(() => m.Thread(name, repeats, t => Program(t, null)));
            return drawn.Say(() => one.At("again"));
        }

        var few = sorts.Scalars.Where(sort => sort.ScalarCount <= 2).Prepend(sorts.Cpu).ToList();
        var key = random.OneIn(2) ? sorts.Cpu : few[random.Below(few.Count)];
        var several = drawn.Say(() => m.Thread(name, key, repeats, (t, each) => Program(t, each)));
        return Exists(key, each => drawn.Say(() => several.At(each, "again")));
    }

    private void Program(ThreadBuilder t, Expr? key)
    {
        thread = t;
        scope = key is null ? scope : scope.With(key);
        flag = random.OneIn(3)
            ? drawn.Say(() => t.Local("flag", Sort.Bool)) is var option ? drawn.Say(() => option == true) : false
            : drawn.Say(() => t.Local("flag", Sort.Bool, random.OneIn(2)));
        if (random.OneIn(4) && scope.Bound.LastOrDefault(bound => bound.Sort.Equals(sorts.Cpu)) is { } processor)
        {
            drawn.Do(() => t.RunsOn(processor));
        }

        drawn.Do(() => t.Label("again"));
        Step();
        for (var i = random.Below(3); i > 0; i--)
        {
            Node(2);
        }

        Step();
    }

    private void Node(int depth)
    {
        var (condition, name) = (expr.Truth(scope, 1), Name());
        switch (depth == 0 ? 9 : random.Below(9))
        {
            case 0:
                drawn.Do(() => thread.Wait(name, condition));
                break;
            case 1:
                drawn.Do(() => thread.Branch(name, condition, () => Node(depth - 1), () => Node(depth - 1)));
                break;
            case 2:
                drawn.Do(() => thread.Branch(name, condition, () => drawn.Do(() => thread.Goto("again")), also: s => updates(s, scope)));
                break;
            case 3:
                drawn.Do(() => thread.If(flag, () => Block(depth), random.OneIn(2) ? () => Block(depth) : null));
                break;
            case 4:
                drawn.Do(() => thread.While(!flag, () => Block(depth)));
                break;
            case 5:
                drawn.Do(() => thread.Either(() => Block(depth), () => Block(depth)));
                break;
            case 6:
                drawn.Do(() => thread.Branch(name, condition, () =>
                {
                    drawn.Do(() => thread.Never("it is as it is drawn"));
                    drawn.Do(() => thread.Return());
                }));
                break;
            default:
                Step();
                break;
        }
    }

    private void Block(int depth)
    {
        Step();
        Node(depth - 1);
    }

    private void Step()
    {
        var (name, any) = (Name(), sorts.Scalars[random.Below(sorts.Scalars.Count)]);
        switch (random.Below(6))
        {
            case 0:
                drawn.Do(() => thread.Step(name, any, (step, a) => Body(step, scope.With(a))));
                break;
            case 1:
                var cpu = sorts.Cpu;
                drawn.Do(() => thread.Step(name, any, cpu, (step, a, b) => Body(step, scope.With(a).With(b))));
                break;
            default:
                drawn.Do(() => thread.Step(name, step => Body(step, scope)));
                break;
        }
    }

    private void Body(StepBuilder step, Scope inner)
    {
        if (random.OneIn(4))
        {
            var guard = expr.Truth(inner, 1);
            drawn.Do(() => step.When(guard));
        }

        if (random.OneIn(2) && flag is Expr.Read or Expr.Index)
        {
            var value = expr.Truth(inner, 1);
            drawn.Do(() => step.Set(flag, value));
        }

        updates(step, inner);
    }

    private string Name() => Names[random.Below(Names.Length)];
}
