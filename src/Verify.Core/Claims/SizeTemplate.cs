using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Verify.Claims;

/// <summary>One text for every value of a size that is a number, made of the texts for two values of it.</summary>
internal static class SizeTemplate
{
    /// <summary>How the name of a size begins in formulas.</summary>
    public const string Prefix = "size.";

    /// <summary>The name of a size in formulas.</summary>
    public static string NameOf(string size) => Prefix + size;

    /// <summary>
    /// The text in which every number that grows with the size is said in terms of it; null when the two texts differ in
    /// anything else.
    /// </summary>
    public static string? Of(string a, int sizeInA, string b, int sizeInB, string size)
    {
        var (first, second) = (Tokens(a), Tokens(b));
        if (first.Length != second.Length)
        {
            return null;
        }

        var text = new StringBuilder();
        for (var i = 0; i < first.Length; i++)
        {
            if (first[i] == second[i])
            {
                text.Append(first[i]);
            }
            else if (int.TryParse(first[i], NumberStyles.None, CultureInfo.InvariantCulture, out var x)
                && int.TryParse(second[i], NumberStyles.None, CultureInfo.InvariantCulture, out var y)
                && y - x == sizeInB - sizeInA)
            {
                var more = x - sizeInA;
                text.Append(more == 0 ? NameOf(size)
                    : string.Create(CultureInfo.InvariantCulture, $"({(more > 0 ? "+" : "-")} {NameOf(size)} {Math.Abs(more)})"));
            }
            else
            {
                return null;
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Whether what is at most something else, <c>(&lt;= a b)</c>, at some size may be more at a greater one: it grows, and the
    /// other number does not, or the other one falls.
    /// </summary>
    public static bool MayEnd(string order, string size)
    {
        var name = NameOf(size);
        int Growth(string number) => !number.Contains(name, StringComparison.Ordinal) ? 0
            : number == $"(- {name})" || number.StartsWith("(- (", StringComparison.Ordinal) ? -1
            : 1;
        var numbers = order["(<= ".Length..^1];
        var (end, open) = (0, 0);
        for (; open > 0 || numbers[end] != ' '; end++)
        {
            open += numbers[end] switch { '(' => 1, ')' => -1, _ => 0 };
        }

        return Growth(numbers[..end]) > Growth(numbers[(end + 1)..]);
    }

    private static ImmutableArray<string> Tokens(string text)
    {
        var tokens = ImmutableArray.CreateBuilder<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = start + 1;
            if (IsInWord(text[start]))
            {
                while (end < text.Length && IsInWord(text[end]))
                {
                    end++;
                }
            }

            tokens.Add(text[start..end]);
            start = end;
        }

        return tokens.ToImmutable();
    }

    private static bool IsInWord(char letter) => !char.IsWhiteSpace(letter) && letter is not ('(' or ')');
}
