using Verify.Modelling;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Soaking;

namespace Verify.Tests.Laws;

/// <summary>
/// The text of a model identifies it: a model with other behaviour has another text. Invalid models are rejected.
/// </summary>
public sealed class ModelLaws
{
    private const int Most = 60; // states; every change needs a graph

    internal static readonly Law Known = new(
        typeof(ModelLaws), nameof(Models_that_differ_are_not_taken_for_each_other), 10, (sample, tally) =>
    {
        var random = RandomOf(sample);
        // Draws the kind of node first, so that all kinds are equally likely.
        var kinds = Draft.Of(sample.Model).Places().SelectMany(place => new ExprParts().Of(place.Expr).Select(part => (place, part)))
            .GroupBy(one => one.part.GetType().Name).Select(kind => kind.ToList()).ToList();
        var meaning = MeaningOf(sample.Toy);
        for (var i = 0; i < 8; i++)
        {
            var kind = kinds[random.Below(kinds.Count)];
            var ((expr, with), part) = kind[random.Below(kind.Count)];
            if (Changed(part, random) is { } other && Built(() =>
                with(new ExprCopy { Instead = node => ReferenceEquals(node, part) ? other : null }.Of(expr))) is { } model)
            {
                var toy = new Toy(model, Law.Cap);
                if (!toy.IsCut && MeaningOf(toy) != meaning)
                {
                    Assert.NotEqual(sample.Model.Digest, model.Digest);
                    Assert.NotEqual(sample.Model.Identity, model.Identity);
                    tally.Note(part.GetType().Name);
                    tally.Compare();
                }
            }
        }
    })
    { MaxStates = Most };

    internal static readonly Law Refused = new(typeof(ModelLaws), nameof(An_invalid_model_is_rejected), 10, (sample, tally) =>
    {
        var (random, draft) = (RandomOf(sample), Draft.Of(sample.Model));
        foreach (var (code, broken) in Broken(draft, random))
        {
            var error = Assert.Throws<UserErrorException>(() => Model(broken()));
            Assert.Equal(code, error.Diagnostic.Code);
            tally.Note(code.Id);
            tally.Compare();
        }
    });

    [Fact]
    public void Models_that_differ_are_not_taken_for_each_other()
    {
        var tally = Law.Holds(Known, 400);
        Assert.True(Law.IsAlone || (tally[nameof(Expr.Connective)] > 20 && tally[nameof(Expr.Compare)] > 5
            && tally[nameof(Expr.Literal)] > 20 && tally[nameof(Expr.Quantified)] > 2), $"{tally}");
    }

    [Fact]
    public void An_invalid_model_is_rejected()
    {
        var tally = Law.Holds(Refused, 150);
        Assert.True(Law.IsAlone || tally.Compared > 500, $"{tally}");
    }

    private static Prng RandomOf(Sample sample) => new(Convert.ToUInt64(sample.Model.Identity[..12], 16));

    private static Model Model(Draft draft) =>
        new(draft.Name, draft.Variables, draft.Rules, draft.Properties, draft.Marks, draft.Processors, draft.Starts);

    private static Model? Built(Func<Draft> draft)
    {
        try
        {
            return Model(draft());
        }
        catch (Exception e) when (e is UserErrorException or InvalidOperationException)
        {
            return null; // the replacement does not fit there
        }
    }

    // A similar expression of the same sort.
    private static Expr? Changed(Expr part, Prng random) => part switch
    {
        Expr.Connective { Operator: LogicOperator.And } node => node.Left | node.Right,
        Expr.Connective { Operator: LogicOperator.Or } node => node.Left & node.Right,
        Expr.Connective node => node.Right.Implies(node.Left),
        Expr.Not node => node.Operand,
        Expr.Compare node => random.OneIn(2) ? new Expr.Compare(!node.IsStrict, node.Left, node.Right)
            : new Expr.Compare(node.IsStrict, node.Right, node.Left),
        Expr.Equal node => !node,
        Expr.Conditional node => new Expr.Conditional(node.Condition, node.IfFalse, node.IfTrue, node.Sort),
        Expr.Quantified { Quantifier: Quantifier.ForAll } node => new Expr.Quantified(Quantifier.Exists, node.Binder, node.Body),
        Expr.Quantified { Quantifier: Quantifier.Exists } node => new Expr.Quantified(Quantifier.ForAll, node.Binder, node.Body),
        Expr.Arithmetic node => node.IsSubtract ? node.Left + node.Right : node.Left - node.Right,
        Expr.Literal { Sort: Sort.Interval range } node =>
            new Expr.Literal(range, node.Number < range.High ? node.Number + 1 : range.Low),
        Expr.Literal { Sort: Sort.Boolean or Sort.Enumeration } node =>
            new Expr.Literal(node.Sort, (node.Number + 1) % node.Sort.ScalarCount),
        Expr.Read node => Other(node),
        _ => null,
    };

    private static Expr? Other(Expr.Read node) => node.Sort is Sort.Boolean ? !node : null;

    private static IEnumerable<(ErrorCode Code, Func<Draft> Broken)> Broken(Draft draft, Prng random)
    {
        var (rule, property) = (draft.Rules[random.Below(draft.Rules.Length)], draft.Properties[random.Below(draft.Properties.Length)]);
        Draft With(Rule other) => draft with { Rules = draft.Rules.Replace(rule, other) };
        yield return (ErrorCodes.DuplicateName, () => draft with { Rules = draft.Rules.Add(rule) });
        yield return (ErrorCodes.DuplicateName, () => draft with { Properties = draft.Properties.Add(property) });
        yield return (ErrorCodes.EmptyModel, () => draft with { Properties = [] });
        var unbound = new Expr.BoundVariable(new Binder("unbound", Sort.Bool));
        yield return (ErrorCodes.Unbound, () => With(rule with { Guard = new Expr.Connective(LogicOperator.And, rule.Guard, unbound) }));
        if (draft.Variables.Length > 0)
        {
            var variable = draft.Variables[random.Below(draft.Variables.Length)];
            if (draft.Variables.FirstOrDefault(other => other != variable) is { } read)
            {
                yield return (ErrorCodes.BadInitial, () => draft.WithInitial(variable, new Expr.Read(read)));
            }

            yield return (ErrorCodes.DuplicateName, () => draft with { Variables = draft.Variables.Add(variable) });
        }

        var certain = rule.Updates.FirstOrDefault(update => update.Over.IsEmpty && update.When is Expr.Literal { Number: 1 });
        if (certain is not null)
        {
            yield return (ErrorCodes.DoubleWrite, () => With(rule with { Updates = rule.Updates.Add(certain) }));
        }
    }

    // The whole graph, its undefined parts, and the states that decide each property.
    private static string MeaningOf(Toy toy)
    {
        var numbers = toy.Nodes.Select((node, i) => (node, i)).ToDictionary(pair => pair.node, pair => pair.i);
        var steps = toy.Nodes.SelectMany(node => node.Next.Select(next =>
            $"{next.Step.Rule}({string.Join(',', next.Step.Arguments)}){numbers[next.To]}"));
        string Said(Property property, Toy.Node node)
        {
            try
            {
                bool Has(Expr expr) => toy.Interpreter.Holds(node.State, expr, property.Where);
                return property is Property.LeadsTo leads ? $"{Has(leads.From)}{Has(leads.To)}" : $"{toy.Decides(property, node)}";
            }
            catch (UserErrorException e)
            {
                return e.Diagnostic.Code.Id;
            }
        }

        return $"""
            {string.Join(' ', toy.Nodes.Select(node => string.Join(',', node.State.Values)))}
            {string.Join(' ', steps)}
            {string.Join(' ', toy.Interpreter.Model.Properties.SelectMany(property => toy.Nodes.Select(node => Said(property, node))))}
            {string.Join(' ', toy.Errors.Select(error => $"{error.Level}{error.Diagnostic.Code.Id}"))}
            """;
    }
}
