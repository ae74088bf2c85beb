using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.Laws.Generators;

/// <summary>The names that an expression may use in addition to the variables.</summary>
/// <param name="Bound">The parameters and the variables of quantifiers.</param>
/// <param name="Ghosts">True if ghosts may be read.</param>
internal sealed record Scope(ImmutableArray<Expr> Bound, bool Ghosts)
{
    public Scope With(Expr bound) => this with { Bound = Bound.Add(bound) };
}

/// <summary>Draws expressions of a given sort.</summary>
/// <param name="random">The source of random choices.</param>
/// <param name="scalars">The sorts to quantify over.</param>
/// <param name="careless">One in this many places is read or incremented without a guard, and may be undefined.</param>
internal sealed class GeneratedExpr(Prng random, Sort[] scalars, int careless)
{
    private readonly List<(Expr Read, bool IsGhost)> variables = [];

    public bool IsEmpty => variables.Count == 0;

    public void Declare(Expr read, bool isGhost) => variables.Add((read, isGhost));

    /// <summary>An expression that can be assigned to a location of the sort.</summary>
    public Expr Of(Sort sort, Scope scope, int depth)
    {
        if (depth <= 0 || random.OneIn(3))
        {
            return Leaf(sort, scope);
        }

        if (random.OneIn(5) && sort is not Sort.Optional)
        {
            return If(Truth(scope, depth - 1), Of(sort, scope, depth - 1), Leaf(sort, scope));
        }

        return sort switch
        {
            Sort.Boolean => Truth(scope, depth - 1),
            Sort.Interval range => Fitted(range, Number(scope, depth - 1)),
            Sort.Optional { Of: Sort.Interval range } => Fitted(range, Number(scope, depth - 1)),
            Sort.Optional optional when CanSay(optional.Of, scope) && random.OneIn(2) => Some(Exactly(optional.Of, scope, depth - 1)),
            Sort.Record record when CanMake(record, scope) =>
                New(record, [.. record.Fields.Select(field => Of(field.Sort, For(field, scope), depth - 1))]),
            Sort.Mapping map when CanSay(map.Value, scope) => Fill(map, Of(map.Value, scope, depth - 1)),
            _ => Leaf(sort, scope),
        };
    }

    /// <summary>A truth value.</summary>
    public Expr Truth(Scope scope, int depth)
    {
        if (depth <= 0)
        {
            return Atom(scope);
        }

        var deeper = depth - 1;
        switch (random.Below(12))
        {
            case 0:
                return !Truth(scope, deeper);
            case 1:
                return Truth(scope, deeper) & Truth(scope, deeper);
            case 2:
                return Truth(scope, deeper) | Truth(scope, deeper);
            case 3:
                return Truth(scope, deeper).Implies(Truth(scope, deeper));
            case 4:
                return If(Truth(scope, deeper), Truth(scope, deeper), Truth(scope, deeper));
            case 5:
                return Quantified(scope, deeper);
            case 6:
                return OfOption(scope, deeper);
            case 7:
                var (a, b) = (Number(scope, deeper), Number(scope, deeper));
                return random.Below(4) switch { 0 => a < b, 1 => a <= b, 2 => a > b, _ => a >= b };
            case 8:
                return random.OneIn(20) ? random.OneIn(2) : Atom(scope);
            default:
                return Comparison(scope, deeper);
        }
    }

    /// <summary>A location and the condition that it exists; null if the scope has no keys for any.</summary>
    /// <param name="scope">The names that may be used.</param>
    /// <param name="each">A variable that the location should depend on, or null.</param>
    /// <param name="written">The variables that the step writes already; some are written again.</param>
    /// <param name="isDefined">The condition that the location exists.</param>
    public Expr? Target(Scope scope, Expr? each, List<Variable> written, out Expr isDefined)
    {
        isDefined = true;
        var open = variables.Select(v => v.Read)
            .Where(read => !written.Contains(RootOf(read)) || random.OneIn(30))
            .Where(read => each is null || (read.Sort is Sort.Mapping map && map.Key.Equals(each.Sort)))
            .ToList();
        if (open.Count == 0)
        {
            return null;
        }

        var place = open[random.Below(open.Count)];
        written.Add(RootOf(place));
        if (each is not null && !random.OneIn(30))
        {
            place = place[each];
        }

        while (!random.OneIn(5))
        {
            switch (place.Sort)
            {
                case Sort.Mapping map when CanKey(map.Key, scope):
                    place = place[Key(map.Key, scope, 2)];
                    break;
                case Sort.Record record:
                    place = place[record.Fields[random.Below(record.Fields.Length)]];
                    break;
                case Sort.Optional when random.OneIn(3):
                    isDefined &= place.HasValue;
                    place = place.Value;
                    break;
                default:
                    return place;
            }
        }

        return place;
    }

    /// <summary>A value that differs from that of the location, if this is easy to express.</summary>
    public Expr Changed(Expr place, Scope scope) => place.Sort switch
    {
        Sort.Boolean => !place,
        Sort.Interval range => If(place < range.High, place + 1, range.Low),
        Sort.Optional { Of: Sort.Interval } => If(place.IsNone, Leaf(place.Sort, scope), ModelBuilder.Zero(place.Sort)),
        Sort.Optional optional when CanSay(optional.Of, scope) =>
            If(place.HasValue, None, Some(Exactly(optional.Of, scope, 1))),
        Sort.ScalarSet => scope.Bound.LastOrDefault(b => b.Sort.Equals(place.Sort)) ?? Leaf(place.Sort, scope),
        _ => Of(place.Sort, scope, 2),
    };

    /// <summary>A constant of any sort except for scalar sets and composite sorts.</summary>
    public Expr Constant(Sort sort) => sort switch
    {
        Sort.Interval range => range.Low + random.Below(range.ScalarCount),
        Sort.Boolean => random.OneIn(2),
        _ => new Expr.Literal(sort, random.Below(sort.ScalarCount)),
    };

    private static Variable RootOf(Expr place) => Footprint.Of(place, []).Reads.Single();

    private static Scope For(Field field, Scope scope) => scope with { Ghosts = scope.Ghosts || field.IsGhost };


    private Expr Leaf(Sort sort, Scope scope, int depth = 1)
    {
        var bound = scope.Bound.Where(b => b.Sort.Equals(sort)).ToList();
        if (bound.Count > 0 && random.OneIn(2))
        {
            return bound[random.Below(bound.Count)];
        }

        var isNameable = sort is Sort.Boolean or Sort.Interval or Sort.Enumeration;
        if (isNameable && random.OneIn(8))
        {
            return Constant(sort);
        }

        var roots = variables.Where(v => scope.Ghosts || !v.IsGhost).Where(v => Contains(v.Read.Sort, sort, scope)).ToList();
        if (roots.Count > 0)
        {
            return Part(roots[random.Below(roots.Count)].Read, sort, scope, depth);
        }

        return bound.Count > 0 ? bound[0]
            : isNameable ? Constant(sort)
            : sort is Sort.Mapping map ? Fill(map, Leaf(map.Value, scope))
            : ModelBuilder.Zero(sort);
    }

    // The content of an option is read under a guard, except in a few careless places.
    private Expr Part(Expr place, Sort sort, Scope scope, int depth)
    {
        if (place.Sort.Equals(sort))
        {
            return place;
        }

        switch (place.Sort)
        {
            case Sort.Mapping map:
                return Part(place[Key(map.Key, scope, depth)], sort, scope, depth);
            case Sort.Record record:
                var fields = record.Fields.Where(f => (scope.Ghosts || !f.IsGhost) && Contains(f.Sort, sort, scope)).ToList();
                return Part(place[fields[random.Below(fields.Count)]], sort, scope, depth);
            default:
                var content = Part(place.Value, sort, scope, depth);
                return random.OneIn(careless) ? content : If(place.HasValue, content, Other(sort, scope));
        }
    }

    private Expr Other(Sort sort, Scope scope) =>
        scope.Bound.FirstOrDefault(b => b.Sort.Equals(sort)) is { } bound && (sort is Sort.ScalarSet || random.OneIn(2))
            ? bound
            : ModelBuilder.Zero(sort);

    private static bool Contains(Sort whole, Sort part, Scope scope) => whole.Equals(part) || whole switch
    {
        Sort.Mapping map => CanKey(map.Key, scope) && Contains(map.Value, part, scope),
        Sort.Record record => record.Fields.Any(f => (scope.Ghosts || !f.IsGhost) && Contains(f.Sort, part, scope)),
        Sort.Optional optional when part is not Sort.ScalarSet || scope.Bound.Any(b => b.Sort.Equals(part)) =>
            Contains(optional.Of, part, scope),
        _ => false,
    };

    private static bool CanKey(Sort key, Scope scope) =>
        key is not Sort.ScalarSet || scope.Bound.Any(b => b.Sort.Equals(key));

    // The key is a parameter, a constant, or a value read from a variable.
    private Expr Key(Sort key, Scope scope, int depth)
    {
        var bound = scope.Bound.Where(b => b.Sort.Equals(key) || (key is Sort.Optional optional && b.Sort.Equals(optional.Of))).ToList();
        if (bound.Count > 0 && (depth <= 0 || random.OneIn(2)))
        {
            return bound[random.Below(bound.Count)];
        }

        return depth > 1 ? Of(key, scope, depth - 1)
            : depth > 0 ? Leaf(key, scope, depth - 1)
            : key is Sort.Optional or Sort.ScalarSet ? ModelBuilder.Zero(key) : Constant(key);
    }

    /// <summary>A member of a scalar set has no name: it must be a parameter or a value that is read.</summary>
    public bool CanSay(Sort sort, Scope scope) => sort switch
    {
        Sort.ScalarSet => scope.Bound.Any(b => b.Sort.Equals(sort))
            || variables.Any(v => (scope.Ghosts || !v.IsGhost) && Contains(v.Read.Sort, sort, scope)),
        Sort.Mapping map => CanSay(map.Value, scope),
        _ => true,
    };

    private static bool CanMake(Sort.Record record, Scope scope) => record.Fields.All(f => f.Sort switch
    {
        Sort.Record inner => CanMake(inner, scope),
        Sort.ScalarSet => scope.Bound.Any(b => b.Sort.Equals(f.Sort)),
        _ => true,
    });

    // The content of Some(…), where a number of another range is not accepted.
    private Expr Exactly(Sort sort, Scope scope, int depth) => sort is Sort.Interval or Sort.Optional
        ? Leaf(sort, scope) is { } leaf && leaf.Sort.Equals(sort) ? leaf : ModelBuilder.Zero(sort)
        : Of(sort, scope, depth);


    private Expr Fitted(Sort.Interval range, Expr number) =>
        random.OneIn(careless / 2) && number is not Expr.Literal
            ? number
            : If(number >= range.Low & number <= range.High, number, Constant(range));

    private Expr Number(Scope scope, int depth)
    {
        var ranges = scalars.OfType<Sort.Interval>().ToList();
        var range = ranges[random.Below(ranges.Count)];
        return (depth <= 0 ? 0 : random.Below(5)) switch
        {
            1 => Number(scope, depth - 1) + Number(scope, depth - 1),
            2 => Number(scope, depth - 1) - Number(scope, depth - 1),
            3 => Count(AnyScalar(), each => Truth(scope.With(each), depth - 1)),
            4 => If(Truth(scope, depth - 1), Number(scope, depth - 1), Number(scope, depth - 1)),
            _ => random.OneIn(4) ? random.Below(7) - 2 : Leaf(range, scope),
        };
    }

    private Sort AnyScalar() => random.OneIn(5)
        ? Sort.Option(scalars[random.Below(scalars.Length)])
        : scalars[random.Below(scalars.Length)];

    private Expr Quantified(Scope scope, int depth) => random.OneIn(2)
        ? ForAll(AnyScalar(), each => Truth(scope.With(each), depth))
        : Exists(AnyScalar(), each => Truth(scope.With(each), depth));

    private Expr OfOption(Scope scope, int depth)
    {
        var options = Parts(scope).Where(sort => sort is Sort.Optional).ToList();
        if (options.Count == 0)
        {
            return Comparison(scope, depth);
        }

        var option = Leaf(options[random.Below(options.Count)], scope);
        return random.Below(4) switch
        {
            0 => option.HasValue,
            1 => option == None,
            2 when ((Sort.Optional)option.Sort).Of is Sort.Interval range =>
                option == (Number(scope, depth) is var number and not Expr.Literal ? number : Constant(range)),
            _ when HoldsGhost(option.Sort) || !CanSay(((Sort.Optional)option.Sort).Of, scope) => option.IsNone,
            _ => option.HasValue & option.Value == Leaf(((Sort.Optional)option.Sort).Of, scope),
        };
    }

    /// <summary>A comparison of two values.</summary>
    public Expr Comparison(Scope scope, int depth)
    {
        var sorts = Parts(scope).Where(sort => scope.Ghosts || !HoldsGhost(sort)).ToList();
        if (sorts.Count == 0)
        {
            return random.OneIn(2);
        }

        var sort = sorts[random.Below(sorts.Count)];
        var left = Leaf(sort, scope);
        if (Unlike(left, sort, scope, depth) is { } right)
        {
            return random.OneIn(3) ? left != right : left == right;
        }

        return Atom(scope);
    }

    // A simple predicate of the state.
    private Expr Atom(Scope scope)
    {
        var sorts = Parts(scope).Where(sort => sort is not (Sort.Mapping or Sort.Record)).ToList();
        if (sorts.Count == 0)
        {
            return random.OneIn(2);
        }

        var sort = sorts[random.Below(sorts.Count)];
        var leaf = Leaf(sort, scope);
        return sort switch
        {
            Sort.Boolean => leaf,
            Sort.Optional => leaf.HasValue,
            Sort.Interval or Sort.Enumeration => leaf == Constant(sort),
            _ => leaf == Leaf(sort, scope),
        };
    }

    /// <summary>An expression that differs from another one; null if none is found.</summary>
    public Expr? Unlike(Expr other, Sort sort, Scope scope, int depth)
    {
        for (var tries = 0; tries < 4; tries++)
        {
            if (Of(sort, scope, depth) is var expr && ModelPrinter.Of(expr) != ModelPrinter.Of(other))
            {
                return expr;
            }
        }

        return null;
    }

    private List<Sort> Parts(Scope scope)
    {
        var found = scope.Bound.Select(b => b.Sort).ToList();
        void Add(Sort sort)
        {
            found.Add(sort);
            switch (sort)
            {
                case Sort.Mapping map when CanKey(map.Key, scope):
                    Add(map.Value);
                    break;
                case Sort.Record record:
                    record.Fields.Where(f => scope.Ghosts || !f.IsGhost).ToList().ForEach(f => Add(f.Sort));
                    break;
                case Sort.Optional optional when CanSay(optional.Of, scope):
                    Add(optional.Of);
                    break;
            }
        }

        variables.Where(v => scope.Ghosts || !v.IsGhost).ToList().ForEach(v => Add(v.Read.Sort));
        return found;
    }

    private static bool HoldsGhost(Sort sort) => sort switch
    {
        Sort.Record record => record.Fields.Any(f => f.IsGhost || HoldsGhost(f.Sort)),
        Sort.Optional optional => HoldsGhost(optional.Of),
        Sort.Mapping map => HoldsGhost(map.Value),
        _ => false,
    };
}
