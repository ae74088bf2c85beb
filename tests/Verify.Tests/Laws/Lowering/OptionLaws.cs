using Verify.Modelling;
using Verify.Parametric.Lowering;
using Verify.Semantics;
using Verify.Tests.Laws.Oracles;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Lowering;

/// <summary>
/// Expressions about options within options, records and maps mean the same as in the interpreter, in any state.
/// </summary>
public sealed class OptionLaws
{
    private const int Models = 60;

    [Fact]
    public void Formulas_about_options_say_what_the_interpreter_does()
    {
        var steps = 0;
        for (var seed = 1; seed <= Models; seed++)
        {
            var random = new Random(seed);
            var model = new Generated(random).Model();
            var comparison = new FirstOrderComparison(new FirstOrderModel(model));
            for (var i = 0; i < 12; i++)
            {
                comparison.Compare(new State([.. model.Variables.Select(variable => AnyOf(variable.Sort, random))]));
            }

            steps += comparison.Steps - comparison.Undefined;
        }

        Assert.True(steps > 1000, $"{steps} steps compared");
    }

    private static Value AnyOf(Sort sort, Random random) => sort switch
    {
        Sort.Optional option => random.Next(3) == 0 ? Value.None(sort) : Value.Some(sort, AnyOf(option.Of, random)),
        Sort.Record record => Value.Of(sort, [.. record.Fields.Select(field => AnyOf(field.Sort, random))]),
        Sort.Mapping map => Value.Of(sort, [.. Value.All(map.Key).Select(_ => AnyOf(map.Value, random))]),
        _ => Value.All(sort).ElementAt(random.Next(sort.ScalarCount)),
    };

    private sealed class Generated(Random random)
    {
        private readonly ModelBuilder m = new("options");
        private readonly List<Expr> identities = [];
        private readonly Field whose = new("whose", Sort.Bool);
        private Sort cpu = Sort.Bool;
        private Expr owner = true, waiter = true, next = true, deep = true, table = true, self = true, pair = true;
        private Field whom = new("whom", Sort.Bool), who = new("who", Sort.Bool);

        public Model Model()
        {
            cpu = m.ScalarSet("cpu", 2);
            (who, whom) = (new Field("who", cpu), new Field("whom", Sort.Option(cpu)));
            (owner, waiter) = (m.Var("owner", Sort.Option(cpu)), m.Var("waiter", Sort.Option(cpu)));
            next = m.Map("next", cpu, Sort.Option(cpu));
            deep = m.Var("deep", Sort.Option(Sort.Option(cpu)));
            table = m.Var("table", Sort.Option(Sort.Map(cpu, Sort.Option(cpu))));
            pair = m.Var("pair", Sort.Option(m.Record("pair", who, whom, whose)));
            self = m.AnyOf("self", cpu);
            for (var i = 0; i < 6; i++)
            {
                m.Always($"property {i}", Truth(3));
            }

            for (var i = 0; i < 3; i++)
            {
                m.Rule($"rule {i}", cpu, (s, c) =>
                {
                    identities.Add(c);
                    s.When(Truth(2));
                    s.SetIf(Truth(1), owner, Option(2)).Set(next[Identity(1)], Option(2));
                    s.Set(deep, random.Next(2) == 0 ? Some(Option(1)) : deep);
                    s.Each(cpu, d =>
                    {
                        identities.Add(d);
                        s.SetIf(table.HasValue & Truth(1), table.Value[d], random.Next(2) == 0 ? Option(0) : next[d]);
                        identities.Remove(d);
                    });
                    s.SetIf(pair.HasValue & Truth(1), pair.Value[whom], Option(1));
                    identities.Remove(c);
                });
            }

            return m.Build();
        }

        private Expr Identity(int depth) => identities.Count > 0 && random.Next(2) == 0
            ? identities[random.Next(identities.Count)]
            : random.Next(4) switch
            {
                0 => self,
                1 => pair.Value[who],
                _ when depth > 0 => Option(depth - 1).Value,
                _ => owner.Value,
            };

        private Expr Option(int depth) => random.Next(depth > 0 ? 9 : 3) switch
        {
            0 => owner,
            1 => waiter,
            2 => pair.Value[whom],
            3 => deep.Value,
            4 => table.Value[Identity(depth - 1)],
            5 => Some(Identity(depth - 1)),
            6 => If(Truth(depth - 1), Option(depth - 1), Option(depth - 1)),
            _ => next[Identity(depth - 1)],
        };

        private Expr Truth(int depth)
        {
            if (depth == 0)
            {
                return random.Next(4) switch
                {
                    0 => Option(1).HasValue,
                    1 => Option(1) == Identity(1),
                    2 => Identity(1) == Identity(1),
                    _ => Option(1) == Option(1),
                };
            }

            switch (random.Next(10))
            {
                case 0:
                    return !Truth(depth - 1);
                case 1:
                    return Truth(depth - 1) & Truth(depth - 1);
                case 2:
                    return Truth(depth - 1) | Truth(depth - 1);
                case 3:
                    return Truth(depth - 1).Implies(Truth(depth - 1));
                case 4:
                    return Truth(depth - 1) == Truth(depth - 1);
                case 5:
                    return random.Next(2) == 0 ? deep == Some(Option(1)) : deep.HasValue;
                case 6:
                    return random.Next(2) == 0 ? table == Some(next) : pair.HasValue.Implies(pair.Value[whose]);
                default:
                    Expr Body(Expr c)
                    {
                        identities.Add(c);
                        var body = Truth(depth - 1);
                        identities.Remove(c);
                        return body;
                    }

                    return random.Next(2) == 0 ? ForAll(cpu, Body) : Exists(cpu, Body);
            }
        }
    }
}
