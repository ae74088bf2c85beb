using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Verify.Parametric.Logic;

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
    /// Whether what is at most something else, <c>(&lt;= a b)</c>, at some size may be more at a greater one: it grows by more
    /// than the other number, or by how much they grow does not show.
    /// </summary>
    public static bool MayEnd(string order, string size)
    {
        var parts = PartsOf(order);
        return parts is not ["<=", var a, var b] || GrowthOf(a, size) is not { } less || GrowthOf(b, size) is not { } more || less > more;
    }

    // By how much a number grows as the size grows by one; null where that depends on other things.
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

    // What is between the parentheses, at their level; none where there are none.
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
