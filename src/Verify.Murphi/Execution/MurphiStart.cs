using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;
using Verify.Murphi.Syntax;

namespace Verify.Murphi.Execution;

/// <summary>
/// The start states of a text: constants where all agree, and conditions on the first state for the other variables.
/// </summary>
internal sealed class MurphiStart
{
    private readonly List<Root> roots;
    private readonly HashSet<string> optional;
    private readonly ImmutableHashSet<string> known;
    private readonly Terms terms;
    private readonly ImmutableArray<Leaf> leaves;
    private readonly List<(ImmutableArray<Binder> Parameters, Expr When, ImmutableArray<Content> Contents)> starts = [];

    /// <summary>A scalar part of a variable, at any keys.</summary>
    private sealed record Leaf(Place Place, ImmutableArray<Binder> Keys);

    /// <summary>The start states of a model.</summary>
    /// <param name="roots">The variables.</param>
    /// <param name="optional">The parts that can be undefined; those that are found are added.</param>
    /// <param name="known">The parts that are options in this round.</param>
    /// <param name="terms">The expressions.</param>
    public MurphiStart(List<Root> roots, HashSet<string> optional, ImmutableHashSet<string> known, Terms terms)
    {
        (this.roots, this.optional, this.known, this.terms) = (roots, optional, known, terms);
        leaves = [.. roots.SelectMany(root => LeavesOf(Place.Of(root), []))];
    }

    private IEnumerable<Leaf> LeavesOf(Place place, ImmutableArray<Binder> keys)
    {
        switch (place.Type)
        {
            case MurphiType.Record record:
                return record.Fields.SelectMany(field => LeavesOf(place.Member(field.Name, field.Type), keys));
            case MurphiType.Array array:
                var binder = new Binder("i", array.Index.Sort);
                return LeavesOf(place.At(terms.Bound(binder), array.Element), keys.Add(binder));
            default:
                return [new Leaf(place, keys)];
        }
    }

    /// <summary>Adds the state that a start state leaves.</summary>
    public void Add(ImmutableArray<Binder> parameters, Expr when, Machine machine)
    {
        if (when is Expr.Literal { Number: 0 })
        {
            return;
        }

        ImmutableArray<Content> contents = [.. leaves.Select(leaf => machine.Read(leaf.Place))];
        foreach (var (leaf, content) in leaves.Zip(contents).Where(pair => pair.Second.Defined is not Expr.Literal { Number: 1 }))
        {
            optional.Add(leaf.Place.Full);
        }

        starts.Add((parameters, when, contents));
    }

    /// <summary>A content as a value of the sort of its place.</summary>
    public static Expr Coded(Terms terms, Content content, Sort sort)
    {
        if (sort is not Sort.Optional option)
        {
            return content.Value;
        }

        var some = terms.Some(terms.As(content.Value, option.Of));
        return terms.If(content.Defined, some, terms.None(sort));
    }

    /// <summary>Declares the variables, and the conditions on their first values.</summary>
    public void Declare(ModelBuilder m, SourceText source, MurphiProgram program, MurphiTypes types)
    {
        if (starts.Count == 0)
        {
            throw MurphiTypes.Refuse(new Span(0, 1), "there is no start state", "write startstate … end;");
        }

        var sorts = new MurphiSorts(known.Contains);
        var varied = new List<Root>();
        foreach (var root in roots)
        {
            var name = program.Globals.First(one => one.Kind == MurphiKind.Variable && one.Name.Text == root.Name).Name;
            var (sort, line) = (sorts.Of(root.Type, root.Name), source.LineOf(name.Span.Start));
            var constants = starts.Select(start => Constant(sort, Place.Of(root), start.Contents)).ToList();
            var isSame = constants.TrueForAll(one => one is not null && one.ToString() == constants[0]!.ToString());
            root.Variable = ((Expr.Read)(isSame
                ? m.Declare(root.Name, sort, constants[0], VariableRole.State, source.File, line)
                : m.AnyOf(root.Name, sort, source.File, line))).Variable;
            if (!isSame)
            {
                varied.Add(root);
            }
        }

        // One condition for each variable cuts the search for start states short.
        foreach (var root in varied)
        {
            m.Initially(Some(start => Is(root, start)), source.File, 1);
        }

        if (varied.Count > 1 && starts.Count + starts[0].Parameters.Length > 1)
        {
            m.Initially(Some(start => varied.Select(root => Is(root, start)).Aggregate(terms.And)), source.File, 1);
        }
    }

    private Expr Some(Func<ImmutableArray<Content>, Expr> holds) => starts.Select(start => start.Parameters.Reverse()
            .Aggregate(terms.And(start.When, holds(start.Contents)), (body, binder) => terms.Quantify(Quantifier.Exists, binder, body)))
        .Aggregate(terms.Or);

    private Expr Is(Root root, ImmutableArray<Content> contents)
    {
        var all = terms.True;
        foreach (var (leaf, content) in leaves.Zip(contents).Where(pair => pair.First.Place.Root == root))
        {
            var location = new Store(terms, known.Contains).Location(leaf.Place);
            var same = terms.Equal(location, Coded(terms, content, location.Sort));
            all = terms.And(all, leaf.Keys.Reverse().Aggregate(same, (body, binder) => terms.Quantify(Quantifier.ForAll, binder, body)));
        }

        return all;
    }

    // The value of a part as a constant; null if it differs from key to key, or depends on a parameter.
    private Expr? Constant(Sort sort, Place place, ImmutableArray<Content> contents)
    {
        switch (place.Type)
        {
            case MurphiType.Record record:
                var fields = record.Fields.Select((field, i) =>
                    Constant(((Sort.Record)sort).Fields[i].Sort, place.Member(field.Name, field.Type), contents)).ToArray();
                return Array.Exists(fields, field => field is null) ? null : Dsl.New(sort, [.. fields.OfType<Expr>()]);
            case MurphiType.Array array:
                var element = Constant(((Sort.Mapping)sort).Value, place.At(terms.True, array.Element), contents);
                return element is null ? null : Dsl.Fill(sort, element);
            default:
                for (var i = 0; i < leaves.Length; i++)
                {
                    if (leaves[i].Place.Root == place.Root && leaves[i].Place.Path == place.Path)
                    {
                        var value = Coded(terms, contents[i], sort);
                        return terms.FreeIn(value).IsEmpty ? Dsl.As(value, sort) : null;
                    }
                }

                return null;
        }
    }
}
