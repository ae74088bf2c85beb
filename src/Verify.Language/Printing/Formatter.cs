using System.Collections.Immutable;
using System.Text;
using Verify.Language.Syntax;

namespace Verify.Language.Printing;

/// <summary>Lays a protocol file out: indents, blanks between tokens, empty lines. Lines and comments stay.</summary>
public sealed class Formatter
{
    // A blank stands on both sides of these, and on neither side of what they do not name.
    private static readonly ImmutableHashSet<string> Spaced = ["==", "!=", "=>", "&&", "||", "<=", ">=", "~>", "="];

    private readonly StringBuilder text = new();
    private readonly Stack<Brace> open = [];
    private readonly SourceText source;
    private readonly ImmutableArray<Token> tokens;
    private string head = "";
    private bool hasBranch;

    private Formatter(SourceText source) => (this.source, tokens) =
        (source, [.. Lexer.Tokens(new Problems(source)).Where(token => token.Kind != TokenKind.End)]);

    /// <summary>The text of a file, laid out.</summary>
    /// <exception cref="ProtocolException">The text cannot be read.</exception>
    public static string Format(string path, string content)
    {
        var file = new SourceText(path, content.Replace("\r\n", "\n", StringComparison.Ordinal));
        var problems = new Problems(file);
        DeclarationParser.Parse(problems);
        problems.Throw();
        return new Formatter(file).Write();
    }

    private string Write()
    {
        for (var at = 0; at < tokens.Length;)
        {
            var end = at + 1;
            while (end < tokens.Length && LineOf(tokens[end]) == EndLineOf(tokens[end - 1]))
            {
                end++;
            }

            if (at > 0 && LineOf(tokens[at]) > EndLineOf(tokens[at - 1]) + 1)
            {
                text.Append('\n');
            }

            Line(at, end);
            at = end;
        }

        return text.ToString();
    }

    private int LineOf(Token token) => source.LineOf(token.Span.Start);

    private int EndLineOf(Token token) => source.LineOf(Math.Max(token.Span.Start, token.Span.End - 1));

    private void Line(int start, int end)
    {
        // A comment of its own belongs to what follows it.
        var first = start;
        while (first < tokens.Length - 1 && tokens[first].Kind == TokenKind.Comment)
        {
            first++;
        }

        var indent = IndentOf(first);
        text.Append(' ', 2 * indent);
        for (var i = start; i < end; i++)
        {
            if (i > start && HasBlank(tokens[i - 1], tokens[i]))
            {
                text.Append(tokens[i].Kind == TokenKind.Comment ? "  " : " ");
            }

            text.Append(source.Of(tokens[i].Span).TrimEnd());
            Follow(i, indent);
        }

        text.Append('\n');
    }

    // Behind a step, "never" is a remark on it; as a statement it is the first of a block.
    private bool BeginsStatement(int at) => tokens[at].Kind == TokenKind.Name && Statement.Words.Contains(tokens[at].Text)
        && (tokens[at].Text != "never" || (at > 0 && tokens[at - 1].Is("{")));

    private int IndentOf(int at)
    {
        var first = tokens[at];
        if (open.Count == 0)
        {
            return first.Kind == TokenKind.Name && DeclarationParser.Starts.Contains(first.Text) ? 0 : 1;
        }

        var brace = open.Peek();
        return first.Is("}") ? brace.Indent
            : brace.IsList || BeginsStatement(at) ? brace.Indent + 1
            : brace.Indent + 2;
    }

    // Keeps track of what braces hold: updates and members, or statements.
    private void Follow(int at, int indent)
    {
        var token = tokens[at];
        if (token.Kind == TokenKind.Comment)
        {
            return;
        }

        var isInList = open.Count > 0 && open.Peek().IsList;
        if (token.Is("{"))
        {
            var isList = isInList || !(head is "thread" or "if" or "while" or "either" or "}" || (head == "step" && hasBranch));
            open.Push(new Brace(isList, indent));
            head = "";
        }
        else if (token.Is("}"))
        {
            if (open.Count > 0)
            {
                // What follows a block may be its other way.
                head = open.Pop().IsList ? "step" : "}";
            }
        }
        else if (!isInList && token.Kind == TokenKind.Name)
        {
            var begins = open.Count == 0
                ? token.IsFirst && DeclarationParser.Starts.Contains(token.Text)
                : BeginsStatement(at) && (token.IsFirst || head == "");
            (head, hasBranch) = begins ? (token.Text, false) : (head, hasBranch || token.Text == "branch");
        }
    }

    private static bool HasBlank(Token before, Token after)
    {
        var wasApart = before.Span.End < after.Span.Start;
        return after.Kind == TokenKind.Comment || before.Kind == TokenKind.Comment
            || !(before.Is("(") || before.Is("[") || after.Is(")") || after.Is("]") || after.Is(","))
            && (before.Is(",") || before.Is("{") || after.Is("{") || before.Is("}") || after.Is("}")
                || (before.Kind == TokenKind.Symbol && Spaced.Contains(before.Text))
                || (after.Kind == TokenKind.Symbol && Spaced.Contains(after.Text))
                || wasApart);
    }

    private sealed record Brace(bool IsList, int Indent);
}
