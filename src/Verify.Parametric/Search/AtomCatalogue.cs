using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Parametric.Logic;

namespace Verify.Parametric.Search;

/// <summary>All atomic statements about the state of a model and two identities of each sort.</summary>
internal sealed class AtomCatalogue
{
    private const int EachSort = 2;

    private readonly Signature signature;

    public AtomCatalogue(Signature signature)
    {
        this.signature = signature;
        foreach (var scalar in signature.Scalars)
        {
            for (var i = 0; i < EachSort; i++)
            {
                Variables.Add(new Binder($"{LetterOf(scalar)}{i + 1}", scalar));
            }
        }

        foreach (var leaf in signature.Leaves)
        {
            AddLeaf(leaf);
        }

        AddNumbers();
        renamings = [.. Renamings()];
    }

    // For each sort, the permutation of literals that swaps its two identities, and combinations of these.
    private readonly ImmutableArray<int[]> renamings;

    /// <summary>The identities.</summary>
    public List<Binder> Variables { get; } = [];

    /// <summary>The literals: a statement at 2i, its negation at 2i+1.</summary>
    public List<Literal> Literals { get; } = [];

    /// <summary>The index of a literal with a given text; null if the model has none.</summary>
    public int? Find(string text) => Literals.FindIndex(literal => literal.Text == text) is >= 0 and var found ? found : null;

    /// <summary>The identities of a literal, as bits.</summary>
    public int Mask(int literal) => Literals[literal].Over.Aggregate(0, (mask, binder) => mask | (1 << Variables.IndexOf(binder)));

    /// <summary>
    /// The representative of all clauses that differ from the given one in the names of identities only.
    /// </summary>
    public ImmutableArray<int> Canonical(ImmutableArray<int> clause) =>
        renamings.Select(renamed => clause.Select(literal => renamed[literal]).Order().ToImmutableArray())
            .Aggregate((one, other) => one.AsSpan().SequenceCompareTo(other.AsSpan()) <= 0 ? one : other);

    private IEnumerable<int[]> Renamings()
    {
        var sorts = Variables.Select(variable => variable.Sort).Distinct().ToList();
        var numbers = new Dictionary<(string, bool), int>();
        for (var i = 0; i < Literals.Count; i++)
        {
            numbers.TryAdd((Literals[i].Words, Literals[i].IsDenied), i);
        }

        for (var swapped = 0; swapped < 1 << sorts.Count; swapped++)
        {
            string Name(Binder binder) => ((swapped >> sorts.IndexOf(binder.Sort)) & 1) == 0
                ? binder.Name
                : Variables.First(other => other.Sort.Equals(binder.Sort) && other.Name != binder.Name).Name;
            yield return [.. Literals.Select((literal, i) =>
                numbers.GetValueOrDefault((literal.Phrase(Name), literal.IsDenied), i))];
        }
    }

    // A single letter, unless two sets start with it.
    private string LetterOf(Sort.ScalarSet scalar) =>
        signature.Scalars.Count(other => char.ToLowerInvariant(other.Name[0]) == char.ToLowerInvariant(scalar.Name[0])) == 1
            ? $"{char.ToLowerInvariant(scalar.Name[0])}"
            : scalar.Name;

    private void AddLeaf(StateSymbol leaf)
    {
        if (leaf.Keys.Any(key => key is not Sort.ScalarSet) || leaf.Kind == StateSymbolKind.Identity)
        {
            return;
        }

        ImmutableArray<Sort> sorts = leaf.Kind == StateSymbolKind.Relation ? leaf.Keys.Add(leaf.Sort) : leaf.Keys;
        foreach (var arguments in Choices(sorts))
        {
            var place = signature.PlaceOf(leaf, [.. arguments.Take(leaf.Keys.Length).Select(a => Dsl.ValueOf(a))]);
            var names = arguments.Select(a => a.Name).ToImmutableArray();
            switch (leaf.Kind)
            {
                case StateSymbolKind.Truth:
                    var set = leaf.Symbol.Name.EndsWith('?') ? " is set" : "";
                    Add($"{place.Text(names)}", name => $"{PhraseOf(leaf, arguments, name)}{set}",
                        place.Expression, arguments, leaf, value => value == 1);
                    break;
                case StateSymbolKind.Relation:
                    Add($"{place.Text(names)} == {names[^1]}", name => $"{PhraseOf(leaf, arguments, name)} is {name(arguments[^1])}",
                        place.Expression == Dsl.ValueOf(arguments[^1]), arguments, leaf, value => value == 1);
                    break;
                case StateSymbolKind.Data when leaf.Sort is Sort.Enumeration sort:
                    for (var i = 0; i < sort.Members.Length; i++)
                    {
                        var member = i;
                        Add($"Is({place.Text(names)}, \"{sort.Members[i]}\")",
                            name => $"{PhraseOf(leaf, arguments, name)} is {sort.Members[member]}",
                            place.Expression == Dsl.MemberOf(sort, i), arguments, leaf, value => value == member);
                    }

                    break;
            }
        }
    }

    // The name of a symbol, without the question mark for options, and its keys.
    private static string PhraseOf(StateSymbol leaf, ImmutableArray<Binder> arguments, Func<Binder, string> name) =>
        leaf.Symbol.Name.TrimEnd('?') + (leaf.Keys.IsEmpty ? "" : $"[{string.Join(", ", arguments.Take(leaf.Keys.Length).Select(name))}]");

    // Numbers are only compared with each other: comparing them with constants would apply to one size.
    private void AddNumbers()
    {
        var numbers = signature.Leaves
            .Where(leaf => leaf.Sort is Sort.Interval && leaf.Keys.All(key => key is Sort.ScalarSet))
            .SelectMany(leaf => Choices(leaf.Keys).Select(arguments => (leaf, arguments))).ToList();
        for (var i = 0; i < numbers.Count; i++)
        {
            for (var j = 0; j < numbers.Count; j++)
            {
                if (i != j)
                {
                    Compare(numbers[i], numbers[j], isFirst: i < j);
                }
            }
        }
    }

    // The content of an option matters only if the option is not empty.
    private (string Text, Expr Expression)? FlagOf(StateSymbol leaf, ImmutableArray<Binder> arguments)
    {
        if (leaf.Flag is not { } flag || leaf.Kind == StateSymbolKind.Relation)
        {
            return null;
        }

        var keys = arguments[..flag.Keys.Length];
        var place = signature.PlaceOf(flag, [.. keys.Select(Dsl.ValueOf)]);
        return (place.Text([.. keys.Select(k => k.Name)]), place.Expression);
    }

    private void Compare((StateSymbol Leaf, ImmutableArray<Binder> Arguments) a, (StateSymbol Leaf, ImmutableArray<Binder> Arguments) b,
        bool isFirst)
    {
        var (left, right) = (PlaceOf(a), PlaceOf(b));
        var over = a.Arguments.Union(b.Arguments).ToImmutableArray();
        void Add(string op, Expr expression, Func<int, int, bool> holds)
        {
            var text = $"{left.Text} {op} {right.Text}";
            foreach (var flag in new[] { FlagOf(a.Leaf, a.Arguments), FlagOf(b.Leaf, b.Arguments) })
            {
                (text, expression) = flag is { } f ? ($"{f.Text} & {text}", f.Expression & expression) : (text, expression);
            }

            string Words(Func<Binder, string> name)
            {
                string[] sides = [AtomCatalogue.PhraseOf(a.Leaf, a.Arguments, name), AtomCatalogue.PhraseOf(b.Leaf, b.Arguments, name)];
                return op == "==" ? string.Join(" is ", sides.Order(StringComparer.Ordinal)) : string.Join($" {op} ", sides);
            }

            AddBoth($"({text})", $"!({text})", Words, expression, over, (image, elements) =>
                ValueOf(image, a, elements) is { } x && ValueOf(image, b, elements) is { } y && holds(x, y));
        }

        Add("<", left.Expression < right.Expression, (x, y) => x < y);
        if (isFirst)
        {
            Add("==", left.Expression == right.Expression, (x, y) => x == y);
        }
    }

    private (string Text, Expr Expression) PlaceOf((StateSymbol Leaf, ImmutableArray<Binder> Arguments) number)
    {
        var place = signature.PlaceOf(number.Leaf, [.. number.Arguments.Select(a => Dsl.ValueOf(a))]);
        return (place.Text([.. number.Arguments.Select(a => a.Name)]), place.Expression);
    }

    private int? ValueOf(StateImage image, (StateSymbol Leaf, ImmutableArray<Binder> Arguments) number, int[] elements)
    {
        Span<int> at = stackalloc int[number.Arguments.Length];
        for (var i = 0; i < at.Length; i++)
        {
            at[i] = elements[Variables.IndexOf(number.Arguments[i])];
        }

        return IsThere(image, number.Leaf, at) ? image.Of(number.Leaf)[StateImage.IndexOf(number.Leaf, at)] : null;
    }

    private static bool IsThere(StateImage image, StateSymbol leaf, ReadOnlySpan<int> at) =>
        leaf.Flag is not { } flag || image.Of(flag)[StateImage.IndexOf(flag, at[..flag.Keys.Length])] == 1;

    private void Add(
        string text, Func<Func<Binder, string>, string> words, Expr expression, ImmutableArray<Binder> over, StateSymbol leaf,
        Func<int, bool> holds)
    {
        var positions = over.Select(Variables.IndexOf).ToArray();
        if (FlagOf(leaf, over) is { } flag)
        {
            (text, expression) = ($"({flag.Text} & {text})", flag.Expression & expression);
        }

        var negated = text.Contains("==", StringComparison.Ordinal) && text[0] != '(' ? $"!({text})" : $"!{text}";
        AddBoth(text, negated, words, expression, over, (image, elements) =>
        {
            Span<int> at = stackalloc int[positions.Length];
            for (var i = 0; i < at.Length; i++)
            {
                at[i] = elements[positions[i]];
            }

            return IsThere(image, leaf, at) && holds(image.Of(leaf)[StateImage.IndexOf(leaf, at)]);
        });
    }

    private void AddBoth(string text, string negated, Func<Func<Binder, string>, string> words, Expr expression,
        ImmutableArray<Binder> over, Func<StateImage, int[], bool> holds)
    {
        ImmutableArray<Binder> distinct = [.. over.Distinct()];
        Literals.Add(new Literal(text, words, false, expression, distinct, holds));
        Literals.Add(new Literal(negated, words, true, !expression, distinct, (image, elements) => !holds(image, elements)));
    }

    private IEnumerable<ImmutableArray<Binder>> Choices(ImmutableArray<Sort> sorts)
    {
        IEnumerable<ImmutableArray<Binder>> all = [[]];
        return sorts.Aggregate(all, (some, sort) => some.SelectMany(chosen =>
            Variables.Where(variable => variable.Sort.Equals(sort)).Select(chosen.Add)));
    }
}
