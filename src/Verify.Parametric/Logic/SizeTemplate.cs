using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Verify.Parametric.Logic;

/// <summary>Derives one text for every value of a numeric size from the texts for two values.</summary>
internal static class SizeTemplate
{
    /// <summary>The prefix of a size's name in formulas.</summary>
    public const string Prefix = "size.";

    /// <summary>The name of a size in formulas.</summary>
    public static string NameOf(string size) => Prefix + size;

    /// <summary>
    /// The text in which every number that grows with the size is an expression of the size; null if the two texts
    /// differ in any other way.
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
    /// True if an inequality <c>(&lt;= a b)</c> that holds at one size may fail at a larger one: the left side grows
    /// faster than the right side, or the growth is unknown.
    /// </summary>
    public static bool MayEnd(string order, string size)
    {
        var parts = PartsOf(order);
        return parts is not ["<=", var a, var b] || GrowthOf(a, size) is not { } less || GrowthOf(b, size) is not { } more || less > more;
    }

    // The growth of a number per unit of the size; null if it depends on anything else.
    private static long? GrowthOf(string number, string size)
    {
        if (!number.Contains(NameOf(size), StringComparison.Ordinal))
        {
            return 0;
        }

        if (number == NameOf(size))
        {
            return 1;
        }

        var parts = PartsOf(number);
        var growths = parts.Skip(1).Select(part => GrowthOf(part, size)).ToList();
        return growths.Contains(null) ? null : parts switch
        {
            ["+", ..] => growths.Sum(),
            ["-", _] => -growths[0],
            ["-", ..] => growths[0] - growths.Skip(1).Sum(),
            _ => null,
        };
    }

    // The top-level parts between the outer parentheses; none for an atom.
    private static List<string> PartsOf(string text)
    {
        var parts = new List<string>();
        var (start, open) = (1, 0);
        for (var i = 1; i < text.Length && text[0] == '('; i++)
        {
            open += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if ((text[i] == ' ' && open == 0) || open < 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        return parts;
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
