using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Generators;

/// <summary>
/// Draws a small model from a seed: every sort, every kind of expression, update, thread node and property. Most are
/// well defined; some write a location twice, read an empty option or leave a range in a reachable state.
/// </summary>
/// <remarks>
/// The number of bits of the variables is limited, which keeps state spaces small. The model uses the public language
/// only and never names members of scalar sets, because no author can.
/// </remarks>
internal sealed class GeneratedModel
{
    /// <summary>The default for careless expressions: one in this many places.</summary>
    public const int SeldomCareless = 60;

    private const int Bits = 13;
    private const int OpenBits = 6; // of what may start with any value
    private readonly Prng random;
    private readonly ModelBuilder m;
    private readonly Sort cpu;
    private readonly Sort page;
    private readonly Sort entry;
    private readonly Sort frame;
    private readonly Sort[] scalars;
    private readonly GeneratedExpr expr;
    private readonly List<Expr> open = [];
    private double bits;
    private double openBits = OpenBits;

    private GeneratedModel(int seed, ulong attempt, int careless)
    {
        random = new Prng(((ulong)seed << 16) + attempt);
        m = new ModelBuilder($"generated from {seed}");
        cpu = m.Processors("cpu", 1 + random.Below(3));
        page = m.ScalarSet("page", 1 + random.Below(3));
        var numbers = Sort.Range(-random.Below(3), 1 + random.Below(2));
        frame = m.Record("frame", new Field("mark", Sort.Enum<Colour>()), new Field("by", Sort.Option(cpu), IsGhost: true));
        // A page outside of an option: the content of an empty option of such a record is not a page.
        entry = m.Record("entry",
            new Field("page", random.OneIn(2) ? page : Sort.Option(page)), new Field("n", numbers), new Field("at", frame));
        scalars = [Sort.Bool, numbers, Sort.Enum<Colour>(), cpu, page, Sort.Range(2, 3)];
        expr = new GeneratedExpr(random, scalars, careless);
    }

    private enum Colour
    {
        Red,
        Green,
        Blue,
    }

    /// <summary>The model of a seed; a seed always gives the same model.</summary>
    public static Model From(int seed, int careless = SeldomCareless)
    {
        for (var attempt = 0UL; ; attempt++)
        {
            try
            {
                // A model with few states is drawn again once or twice, but not always, because such models matter too.
                var model = new GeneratedModel(seed, attempt, careless).Build();
                if (attempt >= 2 || new Toy(model, 6).Nodes.Count > 6)
                {
                    return model;
                }
            }
            catch (UserErrorException e) when (e.Diagnostic.Code == ErrorCodes.DoubleWrite || e.Diagnostic.Code == ErrorCodes.NoStart)
            {
                // The constructor rejects a certain double write, and conditions that exclude all states; the next
                // attempt has none.
            }
        }
    }

    private Model Build()
    {
        var withThread = random.OneIn(3);
        bits = withThread ? Bits - 4 : Bits;
        DeclareVariables();
        AddStartConditions();
        if (withThread)
        {
            new GeneratedThread(random, m, expr, cpu, scalars).Declare(AddUpdates);
        }

        for (var i = 1 + random.Below(withThread ? 3 : 5); i > 0; i--)
        {
            AddRule($"rule{i}");
        }

        AddProperties();
        return m.Build();
    }

    private void DeclareVariables()
    {
        for (var i = 0; i < 2 || (i < 6 && !random.OneIn(4)); i++)
        {
            var sort = VariableSort();
            for (var tries = 0; BitsOf(sort) > bits && tries < 20; tries++)
            {
                sort = VariableSort();
            }

            if (BitsOf(sort) > bits)
            {
                break;
            }

            bits -= BitsOf(sort);
            if (random.OneIn(6))
            {
                expr.Declare(m.Ghost($"ghost{i}", sort), isGhost: true);
            }
            else if (BitsOf(sort) <= openBits && random.OneIn(4))
            {
                openBits -= BitsOf(sort);
                open.Add(m.AnyOf($"any{i}", sort));
                expr.Declare(open[^1], isGhost: false);
            }
            else
            {
                expr.Declare(m.Var($"v{i}", sort, Initial(sort)), isGhost: false);
            }
        }

        if (expr.IsEmpty)
        {
            expr.Declare(m.Var("v", Sort.Bool), isGhost: false);
        }
    }

    // Conditions on what may start with any value, drawn until one is defined in all states.
    private void AddStartConditions()
    {
        var twins = open.GroupBy(read => read.Sort).FirstOrDefault(same => same.Count() > 1 && !same.Key.Text.Contains("ghost"))?.ToList();
        for (var i = open.Count == 0 ? 0 : random.Below(3); i > 0; i--)
        {
            for (var tries = 0; tries < 8; tries++)
            {
                var scope = new Scope([], Ghosts: false);
                var holds = twins is not null && random.OneIn(2) ? twins[0] == twins[^1]
                    : random.OneIn(2) ? expr.Truth(scope, 2) : expr.Comparison(scope, 1);
                if (TotalCheck.WhatMayFail(holds, []) is null && Footprint.Of(holds).Reads.Any(variable => variable.Initially is null))
                {
                    m.Initially(holds);
                    break;
                }
            }
        }
    }

    private Sort VariableSort() => random.Below(10) switch
    {
        < 2 => Scalar(),
        2 => Sort.Option(Sort.Option(Scalar())),
        3 => random.OneIn(2) ? entry : frame,
        4 => Sort.Option(random.OneIn(2) ? entry : frame),
        5 => Sort.Map(Key(), random.OneIn(2) ? frame : Sort.Option(frame)),
        6 => Sort.Map(Key(), Sort.Map(Key(), Part())),
        7 => Sort.Set(Key()),
        8 => Sort.Option(Scalar()),
        _ => Sort.Map(Key(), Part()),
    };

    private Sort Scalar() => scalars[random.Below(scalars.Length)];

    private Sort Part() => random.OneIn(3) ? Sort.Option(Scalar()) : Scalar();

    private Sort Key() => random.Below(5) switch
    {
        < 2 => cpu,
        2 => page,
        3 => Sort.Option(random.OneIn(2) ? page : Scalar()),
        _ => Scalar(),
    };

    private Expr? Initial(Sort sort) => sort switch
    {
        Sort.Interval or Sort.Boolean or Sort.Enumeration when random.OneIn(2) => expr.Constant(sort),
        Sort.Optional { Of: Sort.Interval or Sort.Boolean or Sort.Enumeration } optional when random.OneIn(2) =>
            Some(expr.Constant(optional.Of)),
        Sort.Mapping map when random.OneIn(2) => Initial(map.Value),
        _ => null,
    };

    private static double BitsOf(Sort sort) => sort switch
    {
        Sort.Record record => record.Fields.Sum(field => BitsOf(field.Sort)),
        Sort.Mapping map => map.Key.ScalarCount * BitsOf(map.Value),
        Sort.Optional optional => Math.Log2(1 + Math.Pow(2, BitsOf(optional.Of))),
        _ => Math.Log2(sort.ScalarCount),
    };

    private void AddRule(string name)
    {
        Sort Parameter() => random.Below(4) switch { 0 => cpu, 1 => page, 2 => Scalar(), _ => Sort.Option(Scalar()) };
        void Body(StepBuilder step, params Expr[] bound)
        {
            var scope = new Scope([.. bound], Ghosts: false);
            if (random.OneIn(2))
            {
                step.When(random.OneIn(2) ? expr.Truth(scope, 2) : expr.Comparison(scope, 1));
            }

            AddUpdates(step, scope);
            if (bound.FirstOrDefault(b => b.Sort.Equals(cpu)) is null && random.OneIn(2))
            {
                step.By("device");
            }

            step.Fair(random.OneIn(3));
        }

        _ = random.Below(4) switch
        {
            0 => m.Rule(name, step => Body(step)),
            1 => m.Rule(name, Parameter(), (step, a) => Body(step, a)),
            2 => m.Rule(name, Parameter(), Parameter(), (step, a, b) => Body(step, a, b)),
            _ => m.Rule(name, Parameter(), Parameter(), Parameter(), (step, a, b, c) => Body(step, a, b, c)),
        };
    }

    private void AddUpdates(StepBuilder step, Scope scope)
    {
        var written = new List<Variable>();
        for (var i = 1 + random.Below(3); i > 0; i--)
        {
            AddUpdate(step, scope, written);
        }
    }

    // The target is usually a variable that the step does not write yet; sometimes any, which may be a double write.
    private void AddUpdate(StepBuilder step, Scope scope, List<Variable> written, Expr? each = null)
    {
        if (each is null && random.OneIn(5))
        {
            step.Each(random.OneIn(2) ? cpu : page, inner => AddUpdate(step, scope.With(inner), written, inner));
        }
        else if (random.OneIn(8))
        {
            step.If(expr.Truth(scope, 1), () => AddUpdate(step, scope, written, each));
        }
        else if (expr.Target(scope, each, written, out var isDefined) is { } target
            && scope with { Ghosts = GhostCheck.IsGhostLocation(target) } is var inner && expr.CanSay(target.Sort, inner))
        {
            var value = random.OneIn(2) && isDefined is Expr.Literal ? expr.Changed(target, inner)
                : random.OneIn(3) && target.Sort is Sort.Record record
                ? WithOneField(target, record, isDefined, inner)
                : expr.Unlike(target, target.Sort, inner, 2) ?? expr.Changed(target, inner);
            if (isDefined is not Expr.Literal && !random.OneIn(25))
            {
                step.SetIf(isDefined, target, value);
            }
            else if (random.OneIn(5))
            {
                step.SetIf(expr.Truth(inner, 1), target, value);
            }
            else
            {
                step.Set(target, value);
            }
        }
    }

    private Expr WithOneField(Expr target, Sort.Record record, Expr isDefined, Scope scope)
    {
        var field = record.Fields[random.Below(record.Fields.Length)];
        var changed = target.With(field, expr.Of(field.Sort, scope with { Ghosts = scope.Ghosts || field.IsGhost }, 1));
        return isDefined is Expr.Literal ? changed : If(isDefined, changed, expr.Of(record, scope, 0));
    }

    private void AddProperties()
    {
        var scope = new Scope([], Ghosts: true);
        for (var i = 1 + random.Below(2); i > 0; i--)
        {
            var rarely = expr.Comparison(scope, 2) & expr.Comparison(scope, 2);
            m.Always($"always {i}", random.OneIn(5) ? expr.Truth(scope, 3) : !(rarely & expr.Truth(scope, 2)));
        }

        for (var i = random.Below(3); i > 0; i--)
        {
            m.Reachable($"reachable {i}", expr.Comparison(scope, 2) & expr.Comparison(scope, 2));
        }

        if (random.OneIn(2))
        {
            m.NoDeadlock("no deadlock", random.OneIn(2) ? null : expr.Truth(scope, 2));
        }

        if (random.OneIn(2))
        {
            m.LeadsTo("leads to", expr.Comparison(scope, 2), expr.Comparison(scope, 2));
        }
    }
}
