using System.Collections.Immutable;
using System.Text;

namespace Verify.Solvers;

/// <summary>An S-expression: a word or a list of S-expressions.</summary>
public sealed class SExpr
{
    private SExpr(string? text, ImmutableArray<SExpr> items) => (Text, Items) = (text, items);

    /// <summary>The word as it was written, quotes and bars included; null for a list.</summary>
    public string? Text { get; }

    /// <summary>The parts of a list; empty for a word.</summary>
    public ImmutableArray<SExpr> Items { get; }

    /// <summary>True if it is a list.</summary>
    public bool IsList => Text is null;

    /// <summary>The first word of a list; null if there is none.</summary>
    public string? Head => Items.IsEmpty ? null : Items[0].Text;

    /// <summary>A word.</summary>
    public static SExpr Word(string text) => new(text, []);

    /// <summary>A list.</summary>
    public static SExpr List(params ImmutableArray<SExpr> items) => new(null, items);

    /// <summary>True if it is the given word.</summary>
    public bool Is(string word) => Text == word;

    /// <summary>A word without its bars or quotes; any other S-expression as text.</summary>
    public string Bare => Text switch
    {
        ['|', .. var name, '|'] => name,
        ['"', .. var quoted, '"'] => quoted.Replace("\"\"", "\"", StringComparison.Ordinal),
        _ => ToString(),
    };

    /// <summary>Parses all S-expressions of a text.</summary>
    /// <exception cref="SolverException">The text is malformed.</exception>
    public static ImmutableArray<SExpr> ReadAll(string text)
    {
        using var letters = new StringReader(text);
        var reader = new SExprReader(letters);
        var all = ImmutableArray.CreateBuilder<SExpr>();
        while (reader.Read() is { } next)
        {
            all.Add(next);
        }

        return all.ToImmutable();
    }

    /// <summary>The S-expression in one line.</summary>
    /// <remarks>
    /// Uses an explicit stack, because the output of solvers can be nested deeper than the call stack allows.
    /// </remarks>
    public override string ToString()
    {
        var text = new StringBuilder();
        var open = new Stack<(SExpr List, int Next)>();
        var current = this;
        while (true)
        {
            if (current.IsList)
            {
                text.Append('(');
                open.Push((current, 0));
            }
            else
            {
                text.Append(current.Text);
            }

            while (open.TryPeek(out var top) && top.Next == top.List.Items.Length)
            {
                text.Append(')');
                open.Pop();
            }

            if (!open.TryPop(out var rest))
            {
                return text.ToString();
            }

            if (rest.Next > 0)
            {
                text.Append(' ');
            }

            open.Push((rest.List, rest.Next + 1));
            current = rest.List.Items[rest.Next];
        }
    }
}
