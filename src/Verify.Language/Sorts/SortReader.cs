using System.Collections.Immutable;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Sorts;

/// <summary>Finds the sorts that a text names, and the constants of an instance.</summary>
internal sealed class SortReader(Scope scope, Problems problems)
{
    /// <summary>A sort; null if it is wrong, which is reported.</summary>
    public Sort? Read(SortSyntax syntax)
    {
        switch (syntax)
        {
            case SortSyntax.Named { Name: var name }:
                return scope.Sorts.TryGetValue(name.Text, out var known) ? known : Unknown(name);
            case SortSyntax.Option option:
                return Read(option.Of) is { } of ? Sort.Option(of) : null;
            case SortSyntax.Map map:
                return Map(map.Keys, map.Value);
            case SortSyntax.Range range:
                return Number(range.Low) is { } low && Number(range.High) is { } high
                    ? Try(range.Span, () => Sort.Range(low, high))
                    : null;
            default:
                return null;
        }
    }

    /// <summary>A map from some keys to a value; the sort of the value itself without keys.</summary>
    public Sort? Map(ImmutableArray<SortSyntax> keys, SortSyntax value)
    {
        var sort = Read(value);
        foreach (var key in keys.Reverse())
        {
            var of = Read(key);
            sort = of is null || sort is null ? null : Try(key.Span, () => Sort.Map(of, sort));
        }

        return sort;
    }

    /// <summary>A sort with a finite list of values; null if it is wrong, which is reported.</summary>
    public Sort? Scalar(SortSyntax syntax)
    {
        var sort = Read(syntax);
        if (sort is null or { IsScalar: true })
        {
            return sort;
        }

        problems.Add(ErrorCodes.SortMismatch, syntax.Span, $"'{SortText.Of(sort)}' has no finite list of values",
            "name identities, an enum, bool, a range, or an option of one of these");
        return null;
    }

    /// <summary>A whole number that the sizes of the instance decide; null if it is none, which is reported.</summary>
    public int? Number(ExprSyntax syntax)
    {
        switch (syntax)
        {
            case ExprSyntax.Constant { IsTruth: false } constant:
                return constant.Value;
            case ExprSyntax.Named { Word: var word } when scope.Find(word.Text) is Expr.Literal { Sort: Sort.Interval } size:
                return size.Number;
            case ExprSyntax.Call { Function: ExprSyntax.Named { Word.Text: "size" }, Arguments: [ExprSyntax.Named { Word: var of }] }:
                return Read(new SortSyntax.Named(of))?.ScalarCount;
            case ExprSyntax.Infix { Operator: "+" or "-" } sum:
                return Number(sum.Left) is { } left && Number(sum.Right) is { } right
                    ? Sum(left, sum.Operator == "+" ? right : -(long)right, sum.Span)
                    : null;
            case ExprSyntax.Bad:
                return null;
            default:
                problems.Add(ErrorCodes.NotConstant, syntax.Span, $"'{problems.Source.Of(syntax.Span)}' is not a number of the instance",
                    "use a number, a size, or size(cpu) for the number of members of a sort");
                return null;
        }
    }

    private int? Sum(int left, long right, Span span)
    {
        if (left + right is >= int.MinValue and <= int.MaxValue and var sum)
        {
            return (int)sum;
        }

        problems.Add(ErrorCodes.BadDeclaration, span, "the number does not fit into 32 bits", "use smaller numbers");
        return null;
    }

    private Sort? Unknown(Word name)
    {
        problems.Add(ErrorCodes.UnknownName, name.Span, $"there is no sort '{name.Text}'",
            Suggestion.Hint(name.Text, scope.Sorts.Keys)
            ?? (scope.Elsewhere.Contains(name.Text) ? "it is declared, and this instance does not have it"
                : "declare it: identities page = 2 in 1..4, or enum owner { Free, User }"));
        return null;
    }

    /// <summary>The result of an action of the modelling language; null after an error, which is reported.</summary>
    public T? Try<T>(Span span, Func<T?> action) where T : class
    {
        try
        {
            return action();
        }
        catch (UserErrorException e)
        {
            var code = e.Diagnostic.Code;
            var isForCode = code == ErrorCodes.SortMismatch || code == ErrorCodes.BadThread || e.Diagnostic.Hint == code.Hint;
            problems.Add(code, span, e.Diagnostic.Message, isForCode ? null : e.Diagnostic.Hint);
            return null;
        }
    }
}
