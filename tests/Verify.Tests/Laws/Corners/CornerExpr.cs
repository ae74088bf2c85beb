using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Tests.Laws.Generators;
using static Verify.Modelling.Dsl;

// Long because the kinds of expressions refer to each other.
namespace Verify.Tests.Laws.Corners;

/// <summary>
/// Draws expressions of a given sort that use every function of the language. The share of possibly undefined parts is
/// drawn for each model; the other parts have a guard that makes them defined.
/// </summary>
/// <param name="random">The source of random choices.</param>
/// <param name="drawn">Records the functions that are used.</param>
/// <param name="sorts">The sorts.</param>
/// <param name="careless">One in this many places is read without a guard.</param>
internal sealed class CornerExpr(Prng random, Drawn drawn, CornerSorts sorts, int careless)
{
    private readonly List<(Expr Read, bool IsGhost)> variables = [];

    public IEnumerable<Expr> Variables => variables.Select(variable => variable.Read);

    public bool IsCareless => random.OneIn(careless);

    public void Declare(Expr read, bool isGhost = false) => variables.Add((read, isGhost));

    /// <summary>An expression that can be assigned to a location of the sort.</summary>
    public Expr Of(Sort sort, Scope scope, int depth)
    {
        if (depth <= 0 || random.OneIn(4))
        {
            return Leaf(sort, scope, depth);
        }

        if (random.OneIn(6))
        {
            var (condition, then, otherwise) = (Truth(scope, depth - 1), Leaf(sort, scope, depth - 1), Leaf(sort, scope, depth - 1));
            return drawn.Say(() => If(condition, then, otherwise));
        }

        return sort switch
        {
            Sort.Boolean => Truth(scope, depth - 1),
            Sort.Interval range => Fitted(range, Number(scope, depth - 1)),
            Sort.Optional optional => OfOption(optional, scope, depth),
            Sort.Record record => OfRecord(record, scope, depth),
            Sort.Mapping map when random.OneIn(2) => Filled(map, Of(map.Value, scope, depth - 1)),
            _ => Leaf(sort, scope, depth),
        };
    }

    /// <summary>A truth value.</summary>
    public Expr Truth(Scope scope, int depth)
    {
        if (depth <= 0)
        {
            return Atom(scope);
        }

        var less = depth - 1;
        switch (random.Below(15))
        {
            case 0:
                var negated = Truth(scope, less);
                return drawn.Say(() => !negated);
            case 1 or 2:
                return Both(Truth(scope, less), Truth(scope, less));
            case 3:
                return Either(Truth(scope, less), Truth(scope, less));
            case 4:
                var (premise, conclusion) = (Truth(scope, less), Truth(scope, less));
                return drawn.Say(() => premise.Implies(conclusion));
            case 5:
                return Of(Sort.Bool, scope, less);
            case 6 or 7:
                return Quantified(scope, less);
            case 8:
                return Ordered(scope, less);
            case 9 or 10:
                return Same(scope, less);
            case 11:
                return OverBinder(scope, less);
            case 12:
                return Partial(scope, less);
            case 13 when random.OneIn(6):
                return drawn.Say<Expr>(() => random.OneIn(2));
            default:
                return Atom(scope);
        }
    }

    /// <summary>A number of any range.</summary>
    public Expr Number(Scope scope, int depth)
    {
        var less = depth - 1;
        switch (depth <= 0 ? 9 : random.Below(7))
        {
            case 0:
                var (a, b) = (Number(scope, less), Number(scope, less));
                return drawn.Say(() => a + b);
            case 1:
                var (c, d) = (Number(scope, less), Number(scope, less));
                return drawn.Say(() => c - d);
            case 2:
                var counted = sorts.Scalar();
                return drawn.Say(() => Count(counted, each => Truth(scope.With(each), less)));
            case 3:
                var (condition, then, otherwise) = (Truth(scope, less), Number(scope, less), Number(scope, less));
                return drawn.Say(() => If(condition, then, otherwise));
            case 4:
                return drawn.Say<Expr>(() => random.Below(6) - 2);
            default:
                return Leaf(sorts.Numbers, scope, less);
        }
    }

    /// <summary>An expression that is undefined if an option is empty, without a guard.</summary>
    public Expr Partial(Scope scope, int depth)
    {
        var options = Readable(scope).Where(sort => sort is Sort.Optional && CanCompare(sort, scope)).ToList();
        if (options.Count == 0)
        {
            return Atom(scope);
        }

        var sort = (Sort.Optional)options[random.Below(options.Count)];
        var option = Leaf(sort, scope, depth);
        var value = drawn.Say(() => option.Value);
        var other = Leaf(sort.Of, scope, depth);
        var same = drawn.Say(() => random.OneIn(3) ? value != other : value == other);
        return IsCareless ? same : random.Below(3) switch
        {
            0 => drawn.Say(() => option.HasValue & same),
            1 => drawn.Say(() => option.IsNone | same),
            _ => drawn.Say(() => option.HasValue.Implies(same)),
        };
    }

    /// <summary>A simple predicate of the state.</summary>
    public Expr Atom(Scope scope)
    {
        var asked = Readable(scope).Where(sort => sort is not (Sort.Mapping or Sort.Record)).ToList();
        if (asked.Count == 0)
        {
            return drawn.Say<Expr>(() => random.OneIn(2));
        }

        var sort = asked[random.Below(asked.Count)];
        var leaf = Leaf(sort, scope, 1);
        if (sort is Sort.Boolean)
        {
            return leaf;
        }

        if (sort is Sort.Optional && random.OneIn(2))
        {
            return random.Below(3) switch
            {
                0 => drawn.Say(() => leaf.HasValue),
                1 => drawn.Say(() => leaf.IsNone),
                _ => drawn.Say(() => leaf == None),
            };
        }

        var other = sort is Sort.Interval or Sort.Enumeration ? Constant(sort) : Leaf(sort, scope, 0);
        return drawn.Say(() => random.OneIn(4) ? leaf != other : leaf == other);
    }

    /// <summary>A constant value of any shape; null if the language has no expression for it.</summary>
    /// <param name="sort">The sort.</param>
    /// <param name="isWhole">True for a whole variable, so that the value of an element may stand for a map.</param>
    /// <param name="depth">The maximum depth.</param>
    public Expr? Initial(Sort sort, bool isWhole = true, int depth = 2)
    {
        if (random.OneIn(5))
        {
            return null;
        }

        // A constant that needs evaluation, and may depend on sizes.
        var scope = new Scope([], Ghosts: false);
        switch (sort)
        {
            case Sort.Boolean when random.OneIn(3):
                var identities = sorts.Identity();
                return drawn.Say(() => Exists(identities, identities, (a, b) => a != b));
            case Sort.Interval range when depth > 0 && random.OneIn(3):
                var number = drawn.Say(() => Count(sorts.Identity(), _ => true) + (range.Low - random.Below(2)));
                return Fitted(range, number);
            case Sort.Boolean or Sort.Interval or Sort.Enumeration:
                return Constant(sort);
            case Sort.Optional optional:
                return random.Below(3) switch
                {
                    0 => drawn.Say(() => None),
                    1 when Initial(optional.Of, false, depth - 1) is { } content => drawn.Say(() => Some(content)),
                    _ => Initial(optional.Of, false, depth - 1),
                };
            case Sort.Mapping map when Initial(map.Value, false, depth - 1) is { } element:
                return isWhole && random.OneIn(2) ? element : Filled(map, element);
            case Sort.Record record:
                Expr?[] fields = [.. record.Fields.Select(field => Initial(field.Sort, false, depth - 1))];
                return fields.Contains(null) ? null : drawn.Say(() => New(record, [.. fields.OfType<Expr>()]));
            default:
                return null;
        }
    }

    /// <summary>
    /// A location that can be assigned, and the condition that it exists; null if the step has written all of them.
    /// </summary>
    public Expr? Target(Scope scope, Expr? each, List<Expr> written, out Expr isThere)
    {
        isThere = true;
        var open = variables.Select(variable => variable.Read)
            .Where(read => !written.Contains(read) || random.OneIn(20))
            .Where(read => each is null || (read.Sort is Sort.Mapping map && map.Key.Equals(each.Sort))).ToList();
        if (open.Count == 0)
        {
            return null;
        }

        var place = open[random.Below(open.Count)];
        written.Add(place);
        if (each is not null && !random.OneIn(20))
        {
            place = At(place, each);
        }

        while (!random.OneIn(6))
        {
            switch (place.Sort)
            {
                case Sort.Mapping map:
                    place = At(place, Key(map.Key, scope, 1));
                    break;
                case Sort.Record record:
                    var (whole, field) = (place, record.Fields[random.Below(record.Fields.Length)]);
                    place = drawn.Say(() => whole[field]);
                    break;
                case Sort.Optional when random.OneIn(3):
                    var option = place;
                    isThere &= drawn.Say(() => option.HasValue);
                    place = drawn.Say(() => option.Value);
                    break;
                default:
                    return place;
            }
        }

        return place;
    }

    /// <summary>A constant of a range, an enum or truth values.</summary>
    public Expr Constant(Sort sort) => sort switch
    {
        Sort.Interval range => drawn.Say<Expr>(() => random.Below(3) switch
        {
            0 => range.High,
            1 => range.Low,
            _ => range.Low + random.Below(range.ScalarCount),
        }),
        Sort.Boolean => drawn.Say<Expr>(() => random.OneIn(2)),
        Sort.Enumeration members when random.OneIn(2) && CornerSorts.Constant(drawn, random, members) is { } said => said,
        Sort.Enumeration members => drawn.Say(() => MemberOf(members, random.Below(members.ScalarCount))),
        _ => ModelBuilder.Zero(sort),
    };


    private Expr Leaf(Sort sort, Scope scope, int depth)
    {
        var bound = scope.Bound.Where(one => one.Sort.Equals(sort)).ToList();
        if (bound.Count > 0 && random.OneIn(2))
        {
            return bound[random.Below(bound.Count)];
        }

        if (sort is Sort.Boolean or Sort.Interval or Sort.Enumeration && random.OneIn(5))
        {
            return Constant(sort);
        }

        var roots = variables.Where(v => (scope.Ghosts || !v.IsGhost) && Contains(v.Read.Sort, sort, scope)).ToList();
        return roots.Count > 0 ? Part(roots[random.Below(roots.Count)].Read, sort, scope, depth)
            : bound.Count > 0 ? bound[0]
            : sort is Sort.Mapping map ? Filled(map, Leaf(map.Value, scope, 0))
            : Constant(sort);
    }

    private Expr Part(Expr place, Sort sort, Scope scope, int depth)
    {
        if (place.Sort.Equals(sort))
        {
            return place;
        }

        switch (place.Sort)
        {
            case Sort.Mapping map:
                return Part(At(place, Key(map.Key, scope, depth)), sort, scope, depth);
            case Sort.Record record:
                var fields = record.Fields.Where(f => (scope.Ghosts || !f.IsGhost) && Contains(f.Sort, sort, scope)).ToList();
                var field = fields[random.Below(fields.Count)];
                return Part(drawn.Say(() => place[field]), sort, scope, depth);
            default:
                var content = Part(drawn.Say(() => place.Value), sort, scope, depth);
                if (IsCareless)
                {
                    return content;
                }

                var other = scope.Bound.FirstOrDefault(b => b.Sort.Equals(sort)) ?? ModelBuilder.Zero(sort);
                return drawn.Say(() => If(place.HasValue, content, other));
        }
    }

    // Identities have no names: an identity in an option can only be read if an alternative exists for the empty
    // option.
    private static bool Contains(Sort whole, Sort part, Scope scope) => whole.Equals(part) || whole switch
    {
        Sort.Mapping map => CanKey(map.Key, scope) && Contains(map.Value, part, scope),
        Sort.Record record => record.Fields.Any(f => (scope.Ghosts || !f.IsGhost) && Contains(f.Sort, part, scope)),
        Sort.Optional optional when part is not Sort.ScalarSet || CanKey(part, scope) => Contains(optional.Of, part, scope),
        _ => false,
    };

    private static bool CanKey(Sort key, Scope scope) => key is not Sort.ScalarSet || scope.Bound.Any(b => b.Sort.Equals(key));

    private Expr At(Expr map, Expr key) => drawn.Say(() => map[key]);

    private Expr Key(Sort key, Scope scope, int depth)
    {
        var bound = scope.Bound.Where(b => b.Sort.Equals(key) || (key is Sort.Optional o && b.Sort.Equals(o.Of))).ToList();
        return bound.Count > 0 && (depth <= 0 || random.OneIn(2)) ? bound[random.Below(bound.Count)]
            : key is Sort.Interval range && IsCareless ? Number(scope, Math.Min(depth, 1)) is var n && random.OneIn(2) ? n : Constant(range)
            : depth > 0 ? Of(key, scope, depth - 1)
            : Constant(key);
    }


    private Expr OfOption(Sort.Optional optional, Scope scope, int depth)
    {
        switch (random.Below(4))
        {
            case 0:
                return drawn.Say(() => None);
            case 1:
                var content = Of(optional.Of, scope, depth - 1);
                return drawn.Say(() => Some(content));
            case 2 when optional.Of is not (Sort.Optional or Sort.Interval):
                return Of(optional.Of, scope, depth - 1);
            default:
                return Leaf(optional, scope, depth);
        }
    }

    private Expr OfRecord(Sort.Record record, Scope scope, int depth)
    {
        Scope For(Field field) => scope with { Ghosts = scope.Ghosts || field.IsGhost };
        if (random.OneIn(2))
        {
            var (whole, field) = (Leaf(record, scope, depth), record.Fields[random.Below(record.Fields.Length)]);
            var value = Of(field.Sort, For(field), depth - 1);
            return drawn.Say(() => whole.With(field, value));
        }

        Expr[] values = [.. record.Fields.Select(field => Of(field.Sort, For(field), depth - 1))];
        return drawn.Say(() => New(record, values));
    }

    private Expr Filled(Sort map, Expr element) => drawn.Say(() => Fill(map, element));

    private Expr Fitted(Sort.Interval range, Expr number)
    {
        if (IsCareless || number is Expr.Literal)
        {
            return number is Expr.Literal literal && (literal.Number < range.Low || literal.Number > range.High) ? Constant(range) : number;
        }

        var other = Constant(range);
        return drawn.Say(() => If(number >= range.Low & number <= range.High, number, other));
    }


    private Expr Both(Expr left, Expr right) => drawn.Say(() => left & right);

    private Expr Either(Expr left, Expr right) => drawn.Say(() => left | right);

    private Expr Ordered(Scope scope, int depth)
    {
        var (a, b) = (Number(scope, depth), Number(scope, depth));
        return random.Below(4) switch
        {
            0 => drawn.Say(() => a < b),
            1 => drawn.Say(() => a <= b),
            2 => drawn.Say(() => a > b),
            _ => drawn.Say(() => a >= b),
        };
    }

    private Expr Same(Scope scope, int depth)
    {
        var readable = Readable(scope).Where(sort => CanCompare(sort, scope)).ToList();
        if (readable.Count == 0)
        {
            return Atom(scope);
        }

        var sort = readable[random.Below(readable.Count)];
        var (left, right) = (Leaf(sort, scope, depth), Of(sort, scope, depth));
        return drawn.Say(() => random.OneIn(3) ? left != right : left == right);
    }

    private Expr Quantified(Scope scope, int depth)
    {
        Sort[] few = [.. sorts.Scalars.Where(sort => sort.ScalarCount <= 2)];
        Sort Few() => few[random.Below(few.Length)];
        Expr Body(params Expr[] bound) => Truth(scope with { Bound = scope.Bound.AddRange(bound) }, bound.Length > 2 ? 0 : depth);
        var (a, b, c, d, e, f) = (sorts.Scalar(), Few(), Few(), Few(), Few(), Few());
        return random.Below(14) switch
        {
            0 => drawn.Say(() => ForAll(a, b, (x, y) => Body(x, y))),
            1 => drawn.Say(() => Exists(a, b, (x, y) => Body(x, y))),
            2 => drawn.Say(() => ForAll(b, c, d, (x, y, z) => Body(x, y, z))),
            3 when random.OneIn(2) => drawn.Say(() => ForAll(b, c, d, e, (x, y, z, u) => Body(x, y, z, u))),
            4 when random.OneIn(2) => drawn.Say(() => ForAll(b, c, d, e, f, (x, y, z, u, v) => Body(x, y, z, u, v))),
            5 when random.OneIn(3) => drawn.Say(() => ForAll(b, c, d, e, f, b, (x, y, z, u, v, w) => Body(x, y, z, u, v, w))),
            6 => drawn.Say(() => Count(a, x => Body(x)) > random.Below(2)),
            < 10 => drawn.Say(() => ForAll(a, x => Body(x))),
            _ => drawn.Say(() => Exists(a, x => Body(x))),
        };
    }

    // Binds a binder that is bound already, or the same binder twice; the inner binding hides the outer one.
    private Expr OverBinder(Scope scope, int depth)
    {
        var bound = scope.Bound.OfType<Expr.BoundVariable>().ToList();
        var binder = bound.Count > 0 && random.OneIn(4)
            ? bound[random.Below(bound.Count)].Binder
            : drawn.Say(() => new Binder(random.OneIn(2) ? "i" : "cpu", sorts.Scalar()));
        var value = drawn.Say(() => ValueOf(binder));
        var body = Truth(scope.With(value), depth);
        var all = drawn.Say(() => ForAllOver(body, binder));
        return random.OneIn(4) ? drawn.Say(() => ForAllOver(all & body, binder)) : all;
    }


    private List<Sort> Readable(Scope scope)
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
                case Sort.Optional { Of: not Sort.ScalarSet } optional:
                    Add(optional.Of);
                    break;
            }
        }

        variables.Where(v => scope.Ghosts || !v.IsGhost).ToList().ForEach(v => Add(v.Read.Sort));
        return found;
    }

    private static bool CanCompare(Sort sort, Scope scope) => scope.Ghosts || !HoldsGhost(sort);

    private static bool HoldsGhost(Sort sort) => sort switch
    {
        Sort.Record record => record.Fields.Any(f => f.IsGhost || HoldsGhost(f.Sort)),
        Sort.Optional optional => HoldsGhost(optional.Of),
        Sort.Mapping map => HoldsGhost(map.Value),
        _ => false,
    };
}
