using System.Globalization;

namespace Verify;

/// <summary>Prints numbers of things.</summary>
public static class Amount
{
    /// <summary>A number with the name of the things: <c>1 step</c>, <c>2,000 steps</c>.</summary>
    public static string Of(long number, string thing) =>
        number == 1 ? $"1 {thing}" : string.Create(CultureInfo.InvariantCulture, $"{number:N0} {thing}s");
}
