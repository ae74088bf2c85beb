using Verify.Modelling;
using Verify.Tests.Laws.Generators;

namespace Verify.Tests.Laws.Corners;

/// <summary>
/// Draws a small model from a seed that uses the whole public language and its unusual cases. Many are undefined in
/// some state, which engines have to report; those that the constructor would reject are drawn again.
/// </summary>
internal sealed class CornerModel
{
    private const double MaxBits = 6.5;
    private static readonly string[] Names = ["x", "x[0]", "x.HasValue", "t.pc", "CPU0", "Red", "true", "next", "a b", "got[CPU0]"];
    private static readonly string[] RuleNames = ["go", "t.go", "x", "rule 1", "go'2", "stutter"];
    private static readonly string[] PropertyNames = ["L", "trigger of L", "goal", "x", "no deadlock", "bad"];
    private static readonly Source[] Sources = [Source.Manual("a rule", "a section"), Source.Recalled("f", "mm/f.c")];

    private readonly Prng random;
    private readonly ModelBuilder m;
    private readonly CornerSorts sorts;
    private readonly CornerExpr expr;
    private readonly List<string> taken = [];
    private double bits = MaxBits;

    private CornerModel(int seed, ulong attempt)
    {
        random = Prng.ForRun((ulong)seed, (long)attempt);
        m = Drawn.Say(() => new ModelBuilder($"corners of {seed}"));
        sorts = new CornerSorts(random, Drawn, m);
        int[] odds = [2, 8, 40, 40, 400];
        expr = new CornerExpr(random, Drawn, sorts, odds[random.Below(odds.Length)]);
    }

    /// <summary>The functions that were used.</summary>
    private Drawn Drawn { get; } = new();

    /// <summary>The model of a seed; a seed always gives the same model.</summary>
    public static Model From(int seed) => WithWords(seed).Model;

    /// <summary>The model of a seed and the functions that it uses.</summary>
    public static (Model Model, IReadOnlySet<string> Words) WithWords(int seed)
    {
        for (var attempt = 0UL; ; attempt++)
        {
            try
            {
                var corner = new CornerModel(seed, attempt);
                var model = corner.Build();
                if (attempt >= 3 || Moves(model))
                {
                    return (model, corner.Drawn.Words);
                }
            }
            catch (UserErrorException e) when (e.Diagnostic.Code != ErrorCodes.SortMismatch)
            {
                // The constructor rejects a certain double write; the next attempt has none.
            }
        }
    }

    // A model with few states is drawn again, but not always, because such models, and those undefined at the start,
    // matter too.
    private static bool Moves(Model model) => new Toy(model, 4, depth: 3).Nodes.Count > 3;

    private Model Build()
    {
        var withThread = random.OneIn(4);
        if (withThread)
        {
            bits -= 3;
        }

        DeclareVariables();
        var plot = bits > 2 || random.OneIn(2) ? new CornerPlots(random, Drawn, m, expr, sorts).Declare() : null;
        var isAgain = withThread
            ? new CornerThread(random, Drawn, m, expr, sorts, AddUpdates).Declare(random.OneIn(2) ? "t" : "go")
            : null;

        AddStartConditions();
        taken.Clear();
        for (var i = (plot is null ? 1 : 0) + random.Below(3); i > 0; i--)
        {
            AddRule();
        }

        AddProperties(plot, isAgain);
        AddMarks();
        return Drawn.Say(() => m.Build());
    }

    private void DeclareVariables()
    {
        for (var i = 0; i < 1 || (i < 4 && !random.OneIn(3)); i++)
        {
            var sort = sorts.Any();
            for (var tries = 0; BitsOf(sort) > bits && tries < 10; tries++)
            {
                sort = sorts.Any();
            }

            if (BitsOf(sort) > bits)
            {
                break;
            }

            bits -= BitsOf(sort);
            var name = Fresh(Names);
            var initially = expr.Initial(sort);
            expr.Declare(Declare(name, sort, initially, out var isGhost), isGhost);
        }
    }

    private Expr Declare(string name, Sort sort, Expr? initially, out bool isGhost)
    {
        isGhost = random.OneIn(7);
        return isGhost ? Drawn.Say(() => m.Ghost(name, sort, initially))
            : random.OneIn(sort.IsScalar ? 3 : 5) ? Drawn.Say(() => m.AnyOf(name, sort))
            : sort is Sort.Mapping { Value: Sort.Mapping inner } two && random.OneIn(2)
                ? Drawn.Say(() => m.Map(name, two.Key, inner.Key, inner.Value, initially))
            : sort is Sort.Mapping map && random.OneIn(2) ? Drawn.Say(() => m.Map(name, map.Key, map.Value, initially))
            : Drawn.Say(() => m.Var(name, sort, initially));
    }

    // The constructor rejects a condition that may be undefined.
    private void AddStartConditions()
    {
        for (var i = random.OneIn(3) ? 1 + random.Below(2) : 0; i > 0; i--)
        {
            var holds = expr.Truth(new Scope([], Ghosts: false), 2);
            for (var tries = 0; tries < 8 && TotalCheck.WhatMayFail(holds, []) is not null; tries++)
            {
                holds = expr.Truth(new Scope([], Ghosts: false), 2);
            }

            Drawn.Do(() => m.Initially(holds));
        }
    }

    private void AddRule()
    {
        var name = Fresh(RuleNames);
        var (a, b, c, d) = (sorts.Scalar(), sorts.Identity(), sorts.Scalars[random.Below(sorts.Scalars.Count)], sorts.Scalars[^1]);
        var rule = random.Below(9) switch
        {
            < 2 => Drawn.Say(() => m.Rule(name, step => Body(step))),
            < 5 => Drawn.Say(() => m.Rule(name, b, (step, x) => Body(step, x))),
            5 => Drawn.Say(() => m.Rule(name, a, (step, x) => Body(step, x))),
            6 => Drawn.Say(() => m.Rule(name, a, b, (step, x, y) => Body(step, x, y))),
            7 => Drawn.Say(() => m.Rule(name, c, b, b, (step, x, y, z) => Body(step, x, y, z))),
            _ => Drawn.Say(() => m.Rule(name, d, b, d, c, (step, x, y, z, u) => Body(step, x, y, z, u))),
        };
        if (random.OneIn(3))
        {
            Drawn.Do(() => rule.From(Sources));
        }

        if (random.OneIn(3))
        {
            Drawn.Do(() => rule.Fair(random.OneIn(2)));
        }

        // This does not affect engines; the laws compare the counts of rules with the toy.
        if (random.OneIn(6))
        {
            Drawn.Do(() => rule.Never("a fix", random.OneIn(2)));
        }
    }

    private void Body(StepBuilder step, params Expr[] bound)
    {
        var scope = new Scope([.. bound], Ghosts: false);
        if (!random.OneIn(4))
        {
            var guard = random.OneIn(2) ? expr.Truth(scope, 2) : expr.Partial(scope, 1);
            Drawn.Do(() => step.When(guard));
        }

        AddUpdates(step, scope);
        switch (random.Below(6))
        {
            case 0:
                Drawn.Do(() => step.By("device"));
                break;
            case 1:
                // The expression may be undefined in some states.
                var processor = expr.Of(random.OneIn(4) ? sorts.Scalars[^1] : sorts.Cpu, scope, 2);
                Drawn.Do(() => step.By(processor));
                break;
        }

        if (random.OneIn(4))
        {
            var (some, other) = (expr.Partial(scope, 1), expr.Of(sorts.Scalar(), scope with { Ghosts = true }, 2));
            Drawn.Do(() => step.Shows(some, other));
            if (random.OneIn(2))
            {
                Drawn.Do(() => step.ShowsNoneAs("nothing"));
            }
        }
    }

    private void AddUpdates(StepBuilder step, Scope scope)
    {
        var written = new List<Expr>();
        for (var i = 1 + random.Below(2); i > 0; i--)
        {
            AddUpdate(step, scope, written, null);
        }
    }

    private void AddUpdate(StepBuilder step, Scope scope, List<Expr> written, Expr? each)
    {
        if (each is null && random.OneIn(5))
        {
            var over = sorts.Scalar();
            Drawn.Do(() => step.Each(over, inner => AddUpdate(step, scope.With(inner), written, inner)));
        }
        else if (random.OneIn(7))
        {
            var condition = expr.Truth(scope, 1);
            Drawn.Do(() => step.If(condition, () => AddUpdate(step, scope, written, each)));
        }
        else if (expr.Target(scope, each, written, out var isThere) is { } target)
        {
            var inner = scope with { Ghosts = GhostCheck.IsGhostLocation(target) };
            var value = expr.Of(target.Sort, inner, 2);
            if (isThere is not Expr.Literal && !expr.IsCareless)
            {
                Drawn.Do(() => step.SetIf(isThere, target, value));
            }
            else if (random.OneIn(4))
            {
                var condition = expr.Truth(inner, 1);
                Drawn.Do(() => step.SetIf(condition, target, value));
            }
            else
            {
                Drawn.Do(() => step.Set(target, value));
            }
        }
    }

    private void AddProperties(Expr? plot, Expr? isAgain)
    {
        var scope = new Scope([], Ghosts: true);
        var about = plot?.Sort is Sort.Boolean ? plot : null;
        Expr Rarely() => about is not null && random.OneIn(2) ? about & expr.Atom(scope) : expr.Atom(scope) & expr.Truth(scope, 2);
        var always = random.OneIn(3) ? expr.Truth(scope, 2) : !Rarely();
        if (isAgain is not null && random.OneIn(2))
        {
            always |= isAgain;
        }

        taken.Clear();
        var name = Fresh(PropertyNames);
        Drawn.Do(() => m.Always(name, always, random.OneIn(2) ? "always so" : null));
        if (random.OneIn(2))
        {
            var (goal, witness) = (Fresh(PropertyNames), Rarely());
            Drawn.Do(() => m.Reachable(goal, witness));
        }

        if (random.OneIn(3))
        {
            var (deadlock, mayRest) = (Fresh(PropertyNames), random.OneIn(2) ? null : expr.Truth(scope, 1));
            Drawn.Do(() => m.NoDeadlock(deadlock, mayRest));
        }

        if (random.OneIn(3))
        {
            var (leads, from, to) = (Fresh(PropertyNames), Rarely(), expr.Truth(scope, 1));
            Drawn.Do(() => m.LeadsTo(leads, from, to));
        }
    }

    private void AddMarks()
    {
        var places = expr.Variables.Where(read => read.Sort is Sort.Mapping).ToList();
        if (places.Count == 0 || !random.OneIn(4))
        {
            return;
        }

        var place = places[random.Below(places.Count)];
        var map = (Sort.Mapping)place.Sort;
        Expr When(params Expr[] bound) => expr.Partial(new Scope([.. bound], Ghosts: true), 1);
        if (map.Value is Sort.Mapping inner)
        {
            Drawn.Do(() => m.Mark("stale", map.Key, inner.Key, (a, b) => (place[a, b], When(a, b))));
        }
        else
        {
            Drawn.Do(() => m.Mark("stale", map.Key, a => (place[a], When(a))));
        }
    }

    private string Fresh(string[] names)
    {
        var name = names[random.Below(names.Length)];
        for (var i = 2; taken.Contains(name); i++)
        {
            name = $"{names[random.Below(names.Length)]}{(i > 6 ? $" {i}" : "")}";
        }

        taken.Add(name);
        return name;
    }

    /// <summary>The number of bits for the values of a sort.</summary>
    internal static double BitsOf(Sort sort) => sort switch
    {
        Sort.Record record => record.Fields.Sum(field => BitsOf(field.Sort)),
        Sort.Mapping map => map.Key.ScalarCount * BitsOf(map.Value),
        Sort.Optional optional => Math.Log2(1 + Math.Pow(2, BitsOf(optional.Of))),
        _ => Math.Log2(sort.ScalarCount),
    };
}
