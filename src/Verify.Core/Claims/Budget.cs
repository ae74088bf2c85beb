using System.Globalization;

namespace Verify.Claims;

/// <summary>What an engine may spend. Reaching any of it turns a proof into "holds up to".</summary>
/// <param name="States">States; the level in which it is reached is finished, so that the result does not depend on threads.</param>
/// <param name="Bytes">Bytes for states, in memory and on disk.</param>
/// <param name="Seconds">Seconds of time.</param>
/// <param name="Depth">Steps from an initial state.</param>
public sealed record Budget(long? States = null, long? Bytes = null, double? Seconds = null, int? Depth = null)
{
    /// <summary>No limit but the machine's own.</summary>
    public static Budget Unlimited { get; } = new();

    /// <summary>Reads <c>states=1M,seconds=10</c> and the like.</summary>
    /// <exception cref="ModelException">VRF202: it cannot be read.</exception>
    public static Budget Parse(string text)
    {
        var budget = Unlimited;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var pair = part.Split('=');
            if (pair.Length != 2 || Number(pair[1]) is not { } number)
            {
                throw ModelException.At(null, Codes.BadBudget, $"the budget '{part}' is not understood");
            }

            budget = pair[0] switch
            {
                "states" when double.IsInteger(number) => budget with { States = (long)number },
                "bytes" when double.IsInteger(number) => budget with { Bytes = (long)number },
                "seconds" => budget with { Seconds = number },
                "depth" when double.IsInteger(number) && number <= int.MaxValue => budget with { Depth = (int)number },
                _ => throw ModelException.At(null, Codes.BadBudget, $"the budget '{part}' is not understood"),
            };
        }

        return budget;
    }

    private static double? Number(string text)
    {
        var scale = text.Length == 0 ? 1 : text[^1] switch { 'k' => 1e3, 'M' => 1e6, 'G' => 1e9, _ => 1 };
        var digits = scale > 1 ? text[..^1] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * scale is > 0 and < 9e18
            ? number * scale
            : null;
    }
}
