using Verify.Language.Parts;
using Verify.Language.Syntax;
using Verify.Modelling;

namespace Verify.Language.Sorts;

/// <summary>Reads the words that parts add to the language.</summary>
internal sealed class WordReader(Scope scope, ExprReader exprs, Problems problems)
{
    /// <summary>The value of a word; null if it is wrong, which is reported.</summary>
    public Expr? Value(ExprSyntax.Call call)
    {
        if (Find<PartWord.Value>(call, "is not a value", "write it among the updates of a step, or call it as a step") is not { } found)
        {
            return null;
        }

        return exprs.Sorts.Try(call.Span, () => found.Word.Of(found.Use, found.Inputs));
    }

    /// <summary>A word of a kind with its inputs; null if it is wrong, which is reported.</summary>
    public (T Word, PartUse Use, IReadOnlyList<Expr> Inputs)? Find<T>(ExprSyntax.Call call, string isNot, string hint) where T : PartWord
    {
        var name = NameOf(call);
        if (!scope.Words.TryGetValue(name, out var known))
        {
            problems.Add(ErrorCodes.UnknownName, call.Function.Span, $"there is no word '{name}'",
                HintFor(name) ?? Suggestion.Hint(name, scope.Words.Keys)
                ?? "words come with the parts that the file uses: verify show hardware");
            return null;
        }

        if (known.Word is not T word)
        {
            problems.Add(ErrorCodes.BadSyntax, call.Function.Span, $"'{name}' {isNot}", hint);
            return null;
        }

        if (call.Arguments.Length != known.Inputs.Length)
        {
            problems.Add(ErrorCodes.SortMismatch, call.Span,
                $"'{name}' has {known.Inputs.Length} inputs, and {call.Arguments.Length} are given", $"write {name}({known.Word.Inputs})");
            return null;
        }

        var inputs = call.Arguments.Select((argument, i) => exprs.As(argument, known.Inputs[i].Sort)).ToList();
        return inputs.Contains(null) ? null : (word, known.Use, [.. inputs.OfType<Expr>()]);
    }

    /// <summary>The use that a word of another part needs; null for other names.</summary>
    public string? HintFor(string name) => scope.PartWith(name) is { } part ? $"it comes with a part: use {part}" : null;

    /// <summary>The word of a call.</summary>
    public string NameOf(ExprSyntax.Call call) => string.Concat(problems.Source.Of(call.Function.Span).Where(letter => letter != '`'));
}
