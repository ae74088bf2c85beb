using System.Collections.Immutable;
using System.Globalization;
using Verify.Language.Parts;
using Verify.Language.Sorts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Building;

/// <summary>Declares the parts of the hardware that a file uses, in one instance.</summary>
internal sealed class PartReader(ModelBuilder m, Func<ImmutableArray<HardwarePart>> parts, Scope scope, ExprReader exprs, Problems problems)
{
    private readonly PartBench bench = new(m);
    private readonly Dictionary<Declaration.Use, PartUse> uses = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reports uses that no instance can have.</summary>
    public static void Check(IEnumerable<Declaration.Use> uses, ImmutableArray<HardwarePart> known, Problems problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var use in uses.Where(use => use.Name.Text.Length > 0))
        {
            if (PartOf(use, known) is not { } part)
            {
                problems.Add(ErrorCodes.UnknownName, use.Name.Span, $"there is no part '{use.Name.Text}'",
                    Suggestion.Hint(use.Name.Text, known.Select(one => one.Name))
                    ?? $"choose from {string.Join(", ", known.Select(one => one.Name))}");
            }
            else if (!seen.Add(part.Name))
            {
                problems.Add(ErrorCodes.DuplicateName, use.Name.Span, $"'{part.Name}' is used twice", "remove one; all parts share it");
            }
            else
            {
                CheckArguments(use, part, problems);
            }
        }
    }

    private static void CheckArguments(Declaration.Use use, HardwarePart part, Problems problems)
    {
        foreach (var (name, value) in use.Arguments.Where(one => one.Name.Text.Length > 0))
        {
            var parameter = part.Parameters.FirstOrDefault(one => one.Name == name.Text);
            if (parameter is null)
            {
                problems.Add(ErrorCodes.UnknownName, name.Span, $"the part '{part.Name}' has no argument '{name.Text}'",
                    Suggestion.Hint(name.Text, part.Parameters.Select(one => one.Name))
                    ?? $"choose from {string.Join(", ", part.Parameters.Select(one => one.Name))}");
            }
            else if (value is null != parameter.Kind is PartParameterKind.Flag)
            {
                problems.Add(ErrorCodes.BadSyntax, name.Span,
                    value is null ? $"'{name.Text}' needs a value" : $"'{name.Text}' has no value",
                    value is null ? $"write {name.Text} = …" : $"write {name.Text} alone");
            }
            else if (parameter.Kind == PartParameterKind.Choice && !parameter.Choices.Contains(value!.Text))
            {
                problems.Add(ErrorCodes.UnknownName, value.Span, $"'{value.Text}' is not a choice for '{name.Text}'",
                    Suggestion.Hint(value.Text, parameter.Choices) ?? $"choose from {string.Join(", ", parameter.Choices)}");
            }
        }
    }

    /// <summary>The part that a file uses; null if there is none.</summary>
    public static HardwarePart? PartOf(Declaration.Use use, ImmutableArray<HardwarePart> known) =>
        known.FirstOrDefault(one => one.Name == use.Name.Text);

    /// <summary>The flags among the arguments.</summary>
    public static HashSet<string> FlagsOf(Declaration.Use use) =>
        [.. use.Arguments.Where(one => one.Value is null).Select(one => one.Name.Text)];

    /// <summary>Declares the state of the parts, each after those that it needs.</summary>
    public void Declare(IReadOnlyCollection<Declaration.Use> used)
    {
        var known = used.Count > 0 ? parts() : [];
        var there = used.Select(use => (Use: use, Part: PartOf(use, known))).Where(one => one.Part is not null)
            .Select(one => (one.Use, Part: one.Part!)).OrderBy(one => known.IndexOf(one.Part)).ToList();
        there.ForEach(one => Sorts(one.Use, one.Part));
        scope.IsFollowed = sort => uses.Values.Any(use => use.Part.Follows(use, sort));
        foreach (var (use, part) in there)
        {
            var missing = part.Needs.Where(need => !there.Exists(other => other.Part.Name == need)).ToList();
            if (missing.Count > 0)
            {
                problems.Add(ErrorCodes.BadDeclaration, use.Name.Span,
                    $"the part '{part.Name}' needs '{missing[0]}'", $"add use {missing[0]}");
            }
            else if (HasSorts(use, part))
            {
                Declare(use, part);
            }
        }
    }

    // A sort that one part is given is the same for all.
    private void Sorts(Declaration.Use use, HardwarePart part)
    {
        foreach (var (name, value) in use.Arguments)
        {
            if (value is null || part.Parameters.FirstOrDefault(one => one.Name == name.Text) is not { Kind: PartParameterKind.Sort }
                || exprs.Sorts.Scalar(new SortSyntax.Named(value)) is not { } sort)
            {
                continue;
            }

            if (!bench.Sorts.TryAdd(name.Text, sort) && !bench.Sorts[name.Text].Equals(sort))
            {
                problems.Add(ErrorCodes.SortMismatch, value.Span,
                    $"another part has another '{name.Text}'", "all parts share their sorts");
            }
        }
    }

    private bool HasSorts(Declaration.Use use, HardwarePart part)
    {
        foreach (var parameter in part.Parameters.Where(one => one.Kind == PartParameterKind.Sort && !bench.Sorts.ContainsKey(one.Name)))
        {
            if (!scope.Sorts.TryGetValue(parameter.Name, out var sort) || !sort.IsScalar)
            {
                problems.Add(ErrorCodes.UnknownName, use.Name.Span, $"the part '{part.Name}' needs the sort of {parameter.Text}",
                    $"declare identities {parameter.Name} = 2, or write use {part.Name}({parameter.Name} = …)");
                return false;
            }

            bench.Sorts[parameter.Name] = sort;
        }

        return true;
    }

    private void Declare(Declaration.Use use, HardwarePart part)
    {
        var made = uses[use] = new PartUse(part, bench);
        made.Flags.UnionWith(FlagsOf(use));
        foreach (var (name, value) in use.Arguments.Where(one => one.Value is not null))
        {
            switch (part.Parameters.FirstOrDefault(one => one.Name == name.Text)?.Kind)
            {
                case PartParameterKind.Choice:
                    made.Choices[name.Text] = value!.Text;
                    break;
                case PartParameterKind.Number when NumberOf(value!) is { } number:
                    made.Numbers[name.Text] = number;
                    break;
            }
        }

        var before = m.Variables.Count;
        if (exprs.Sorts.Try(use.Name.Span, () =>
        {
            part.Declare(made);
            return made;
        }) is null)
        {
            return;
        }

        foreach (var variable in m.Variables.Skip(before))
        {
            if (!scope.Values.TryAdd(variable.Name, new Expr.Read(variable)))
            {
                problems.Add(ErrorCodes.DuplicateName, use.Name.Span,
                    $"the part '{part.Name}' declares '{variable.Name}', as something else does", "rename the other");
            }
        }

        foreach (var sort in made.Declared)
        {
            if (scope.Sorts.ContainsKey(sort))
            {
                problems.Add(ErrorCodes.DuplicateName, use.Name.Span,
                    $"the part '{part.Name}' declares the sort '{sort}', as something else does", "rename the other");
            }
            else
            {
                scope.Add(sort, bench.Sorts[sort]);
            }
        }

        foreach (var word in part.Words)
        {
            scope.Words[word.Name] = (word, made, [.. PartInput.Of(word.Inputs).Select(input => (input.Name, SortOf(input.Sort)))]);
        }
    }

    private int? NumberOf(Word value) => int.TryParse(value.Text, CultureInfo.InvariantCulture, out var number)
        ? number
        : exprs.Sorts.Number(new ExprSyntax.Named(value));

    private Sort SortOf(string text) => text.EndsWith('?') ? Sort.Option(SortOf(text[..^1]))
        : text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is var end
            ? Sort.Map(SortOf(text[1..end]), SortOf(text[(end + 2)..]))
        : bench.Sorts[text];

    /// <summary>Tells the parts of a variable of the file.</summary>
    public void Adopt(Expr variable)
    {
        foreach (var use in uses.Values.Where(use => use.Part.Follows(use, variable.Sort)))
        {
            use.Part.Adopt(use, variable);
        }
    }

    /// <summary>Adds the rules of a part.</summary>
    public void AddRules(Declaration.Use declared)
    {
        if (!uses.TryGetValue(declared, out var use))
        {
            return;
        }

        foreach (var (name, value) in declared.Arguments)
        {
            if (use.Part.Parameters.FirstOrDefault(one => one.Name == name.Text) is { Kind: PartParameterKind.Variable }
                && exprs.As(new ExprSyntax.Named(value!), Sort.Map(use.Sort("cpu"), Sort.Bool)) is { } variable)
            {
                use.Variables[name.Text] = variable;
            }
        }

        exprs.Sorts.Try(declared.Name.Span, () =>
        {
            use.Part.AddRules(use);
            return use;
        });
    }
}
