using System.Collections.Immutable;
using System.Text;

namespace Verify.Solvers;

/// <summary>
/// Reads S-expressions one after the other from a stream that may never end and may contain anything. Text that is too
/// long, too deep or malformed is an error, never an answer.
/// </summary>
/// <param name="source">The source of characters.</param>
/// <param name="longest">The maximum number of characters in an S-expression.</param>
public sealed class SExprReader(TextReader source, long longest = SExprReader.DefaultLongest)
{
    /// <summary>The default maximum number of characters in an S-expression.</summary>
    public const long DefaultLongest = 1L << 28;

    private const int NotRead = -2;
    private long left;
    private int ahead = NotRead;

    /// <summary>Reads the next S-expression as soon as its last character arrives; null at the end.</summary>
    /// <exception cref="SolverException">The text is malformed.</exception>
    public SExpr? Read()
    {
        left = longest;
        var open = new Stack<ImmutableArray<SExpr>.Builder>();
        while (true)
        {
            var letter = SkipBlanks();
            SExpr done;
            switch (letter)
            {
                case -1 when open.Count == 0:
                    return null;
                case -1:
                    throw Garbage("it ends in the middle of a list");
                case '(':
                    open.Push(ImmutableArray.CreateBuilder<SExpr>());
                    continue;
                case ')' when open.Count == 0:
                    throw Garbage("it has a ')' too many");
                case ')':
                    done = SExpr.List(open.Pop().ToImmutable());
                    break;
                default:
                    done = SExpr.Word(Word((char)letter));
                    break;
            }

            if (open.Count == 0)
            {
                return done;
            }

            open.Peek().Add(done);
        }
    }

    private int SkipBlanks()
    {
        while (true)
        {
            var letter = Next();
            if (letter == ';')
            {
                while (letter is not (-1 or '\n'))
                {
                    letter = Next();
                }
            }

            if (letter < 0 || !char.IsWhiteSpace((char)letter))
            {
                return letter;
            }
        }
    }

    private string Word(char first)
    {
        var text = new StringBuilder().Append(first);
        if (first is '|' or '"')
        {
            Quoted(text, first);
            return text.ToString();
        }

        while (Peek() is var letter and >= 0 && !char.IsWhiteSpace((char)letter) && letter is not ('(' or ')' or ';' or '"' or '|'))
        {
            if (char.IsControl((char)letter))
            {
                throw Garbage("it holds control characters");
            }

            text.Append((char)Next());
        }

        return char.IsControl(first) ? throw Garbage("it holds control characters") : text.ToString();
    }

    private void Quoted(StringBuilder text, char quote)
    {
        while (true)
        {
            var letter = Next();
            if (letter < 0)
            {
                throw Garbage("it ends within quotes");
            }

            text.Append((char)letter);
            if (letter == quote)
            {
                // A quote within a text is doubled.
                if (quote == '"' && Peek() == '"')
                {
                    text.Append((char)Next());
                    continue;
                }

                return;
            }
        }
    }

    private int Next()
    {
        if (left-- <= 0)
        {
            throw Garbage($"an answer is longer than {longest} letters");
        }

        var letter = Peek();
        ahead = NotRead;
        return letter;
    }

    // Waits for the character, unlike the reader's own Peek. Solvers end every answer with a line break.
    private int Peek() => ahead == NotRead ? ahead = source.Read() : ahead;

    private static SolverException Garbage(string why) => new(SolverFailure.Garbage, $"its output is not an S-expression: {why}");
}
