using System.Collections.Immutable;
using System.Diagnostics;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Lowering;

/// <summary>A rule as formulas about the state before it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Parameters">Constants for its parameters.</param>
/// <param name="Witnesses">Constants for the identities in options.</param>
/// <param name="Facts">Facts about those constants.</param>
/// <param name="Guard">The condition under which the rule can fire.</param>
/// <param name="IsGuardDefined">The condition that the guard is defined, for any values of the parameters.</param>
/// <param name="AreUpdatesDefined">The condition that the updates are defined and write no location twice; matters only
/// where the guard holds.</param>
/// <param name="After">The leaves that the rule writes, with their values after the step; the others are
/// unchanged.</param>
public sealed record FirstOrderRule(
    Rule Rule,
    ImmutableArray<Symbol> Parameters,
    ImmutableArray<Symbol> Witnesses,
    ImmutableArray<Formula> Facts,
    Formula Guard,
    Formula IsGuardDefined,
    Formula AreUpdatesDefined,
    ImmutableSortedDictionary<string, (StateSymbol Leaf, Symbol After)> After);

/// <summary>Translates one rule to formulas.</summary>
internal sealed class RuleLowering
{
    private readonly Signature signature;
    private readonly Rule rule;
    private readonly RuleView reading;
    private readonly ImmutableArray<Symbol> parameters;

    public RuleLowering(Signature signature, Rule rule)
    {
        (this.signature, this.rule) = (signature, rule);
        reading = new RuleView(signature, "$w");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        parameters = [.. rule.Parameters.Select((binder, i) => new Symbol(NameOf(binder, i, taken), [], SortOf(binder)))];
    }

    // Witnesses, other constants and conjuncts have names such as $w1, $e1, $x1 and $i1, which a parameter must not have.
    private static string NameOf(Binder binder, int place, HashSet<string> taken)
    {
        var isLikeOurs = binder.Name is ['w' or 'e' or 'x' or 'i', .. { Length: > 0 } rest] && rest.All(char.IsAsciiDigit);
        var name = isLikeOurs ? $"${binder.Name}." : $"${binder.Name}";
        while (!taken.Add(name))
        {
            name += $".{place}";
        }

        return name;
    }

    /// <summary>Translates the rule.</summary>
    /// <exception cref="UserErrorException">VRF307: the rule cannot be expressed for every size.</exception>
    public FirstOrderRule Lower()
    {
        var scope = Scope(rule.Where);
        var guard = scope.Truth(rule.Guard);
        var isGuardDefined = new Definedness(scope).Of(rule.Guard);
        var after = After();
        var areDefined = Formula.And([.. rule.Updates.Select(IsDefined), .. Conflicts().Select(Formula.Not)]);
        var ranges = rule.Parameters.Zip(parameters)
            .Where(pair => pair.First.Sort is Sort.Interval)
            .Select(pair => Signature.InRange((Sort.Interval)pair.First.Sort, Formula.Apply(pair.Second)));
        return new FirstOrderRule(rule, parameters, [.. reading.Symbols], [.. ranges, .. reading.Facts],
            guard, isGuardDefined, areDefined, after);
    }

    private LogicSort SortOf(Binder binder)
    {
        signature.NoteValues(binder.Sort);
        return Signature.IsPlain(binder.Sort)
            ? signature.LogicOf(binder.Sort)
            : throw UserErrorException.At(rule.Where, ErrorCodes.NotGeneric, $"the rule ranges over '{binder.Sort}'");
    }

    private ExprLowering Scope(SourceLocation where)
    {
        var scope = new ExprLowering(reading, where);
        for (var i = 0; i < parameters.Length; i++)
        {
            scope.Bind(rule.Parameters[i], Formula.Apply(parameters[i]));
        }

        return scope;
    }


    private ImmutableSortedDictionary<string, (StateSymbol, Symbol)> After()
    {
        var bodies = new Dictionary<StateSymbol, Formula>();
        foreach (var update in rule.Updates)
        {
            Write(update, bodies);
        }

        return bodies.ToImmutableSortedDictionary(
            pair => pair.Key.Symbol.Name,
            pair => (pair.Key, new Symbol(Signature.AfterNameOf(pair.Key.Symbol.Name), pair.Key.Symbol.Arguments, pair.Key.Symbol.Sort)
            {
                Definition = (ParametersOf(pair.Key), pair.Value),
            }),
            StringComparer.Ordinal);
    }

    private static ImmutableArray<Formula.Variable> ParametersOf(StateSymbol leaf) =>
        [.. leaf.Symbol.Arguments.Select((sort, i) => new Formula.Variable($"?k{i + 1}", sort))];

    private void Write(Update update, Dictionary<StateSymbol, Formula> bodies)
    {
        var scope = Scope(update.Where);
        var path = new Path(update.Target);
        var keys = path.Keys;
        var variables = keys.Select((key, i) => (Formula)new Formula.Variable($"?k{i + 1}", signature.LogicOf(key.Sort))).ToList();
        var free = update.Over.ToHashSet();
        var taken = new bool[keys.Count];
        for (var i = 0; i < keys.Count; i++)
        {
            // The key of the entry determines the value of a binder that is used as an index of the target.
            if (keys[i] is Expr.BoundVariable { Binder: var binder } && free.Remove(binder))
            {
                scope.Bind(binder, variables[i]);
                taken[i] = true;
            }
        }

        if (free.Count > 0)
        {
            throw scope.Refuse($"ranges over '{free.First().Sort}', but the target '{update.Target}' does not depend on it");
        }

        var hit = Formula.And([
            .. keys.Select((key, i) => taken[i] ? Formula.True : scope.Of(key).AsOne.Is(variables[i], true)),
            scope.Truth(update.When)]);
        var value = scope.Of(update.Value);
        foreach (var (leaf, makes) in new OptionEncoding(signature, scope).Of(
            path.In(signature.ShapeOf(update.Variable)), update.Target.Sort, value, [.. variables]))
        {
            var arguments = ParametersOf(leaf);
            var before = bodies.TryGetValue(leaf, out var body) ? body : Formula.Apply(leaf.Symbol, [.. arguments]);
            bodies[leaf] = Formula.If(hit, makes, before);
        }
    }


    private Formula IsDefined(Update update)
    {
        var scope = Scope(update.Where);
        var defined = new Definedness(scope);
        return ForEach(scope, update.Over, isForAll: true, () => Formula.And(
            defined.Of(update.When),
            Formula.Implies(scope.Truth(update.When, asserted: false), Formula.And(
                defined.Of(update.Target),
                defined.Of(update.Value),
                defined.Fits(update.Target.Sort, update.Value.Sort, scope.Of(update.Value))))));
    }

    private static Formula ForEach(ExprLowering scope, ImmutableArray<Binder> over, bool isForAll, Func<Formula> body) =>
        over.Reverse().Aggregate(body, (inner, binder) => () => scope.Every(isForAll, binder, inner))();

    private IEnumerable<Formula> Conflicts()
    {
        for (var i = 0; i < rule.Updates.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (rule.Updates[i].Variable == rule.Updates[j].Variable
                    && Conflict(rule.Updates[i], rule.Updates[j]) is { IsFalse: false } conflict)
                {
                    yield return conflict;
                }
            }
        }
    }

    // The condition that two updates write the same location: their paths agree up to the length of the shorter one.
    private Formula Conflict(Update a, Update b)
    {
        var (pathA, pathB) = (new Path(a.Target), new Path(b.Target));
        var common = Math.Min(pathA.Steps.Count, pathB.Steps.Count);
        for (var i = 0; i < common; i++)
        {
            if (pathA.Steps[i].Field is { } field && pathB.Steps[i].Field is { } other && field != other)
            {
                return Formula.False;
            }
        }

        var scope = Scope(a.Where);
        return ForEach(scope, a.Over, isForAll: false, () =>
        {
            // Two updates may share binders, so the values for the first are saved before the second is evaluated.
            var keys = pathA.Steps.Take(common).Select(step => step.Key is null ? null : scope.Of(step.Key).AsOne).ToList();
            var when = scope.Truth(a.When);
            return ForEach(scope, b.Over, isForAll: false, () => Formula.And([
                .. keys.Zip(pathB.Steps).Where(pair => pair.First is not null)
                    .Select(pair => IsSameKey(pair.First!, scope.Of(pair.Second.Key!).AsOne)),
                when,
                scope.Truth(b.When)]));
        });
    }

    private static Formula IsSameKey(ScalarTerm left, ScalarTerm right) =>
        right is ScalarTerm.Term term ? left.Is(term.Formula, true) : right.Select(value => left.Is(value, true), true);

    /// <summary>The path from a variable to a location in it.</summary>
    private sealed class Path
    {
        public Path(Expr target)
        {
            while (target is not Expr.Read)
            {
                (var step, target) = target switch
                {
                    Expr.Index at => (new Step(at.Key, null), at.Map),
                    Expr.FieldOf get => (new Step(null, get.Position), get.Record),
                    Expr.ValueOf value => (new Step(null, null), value.Option),
                    _ => throw new UnreachableException(),
                };
                Steps.Insert(0, step);
            }

            Keys = [.. Steps.Select(step => step.Key).OfType<Expr>()];
        }

        public List<Step> Steps { get; } = [];

        public List<Expr> Keys { get; }

        public Shape In(Shape shape) => Steps.Aggregate(shape, (at, step) => at switch
        {
            Shape.Map map => map.Values,
            Shape.Record record => record.Fields[step.Field!.Value],
            Shape.Option option => option.Content,
            _ => throw new UnreachableException(),
        });

        public sealed record Step(Expr? Key, int? Field);
    }
}
