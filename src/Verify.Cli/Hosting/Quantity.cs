using System.Globalization;

namespace Verify.Cli.Hosting;

/// <summary>Parses and prints numbers with units. Parsing returns null for malformed text.</summary>
internal static class Quantity
{
    /// <summary>The minimum for a memory limit; the runtime alone needs more.</summary>
    public const long MinBytes = 1_000_000;

    /// <summary>Seconds in short form.</summary>
    public static string InSeconds(double seconds) =>
        $"{seconds.ToString(seconds < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture)} s";

    /// <summary>A number of things with their name.</summary>
    public static string Of(long number, string thing) => Amount.Of(number, thing);

    /// <summary>A whole number of things: <c>1500</c>, <c>1.5k</c>, <c>2M</c>, <c>1G</c>.</summary>
    public static long? Count(string text) => Read(text, unit => unit switch
    {
        "" => 1,
        "k" or "K" => 1e3,
        "m" or "M" => 1e6,
        "g" or "G" => 1e9,
        _ => double.NaN,
    }) is { } number && double.IsInteger(number) ? (long)number : null;

    /// <summary>Bytes: <c>256MB</c>, <c>12G</c>, <c>1GiB</c>.</summary>
    public static long? Bytes(string text) => (long?)Read(text, unit => unit.ToUpperInvariant() switch
    {
        "" or "B" => 1,
        "K" or "KB" => 1e3,
        "M" or "MB" => 1e6,
        "G" or "GB" => 1e9,
        "T" or "TB" => 1e12,
        "KIB" => 1L << 10,
        "MIB" => 1L << 20,
        "GIB" => 1L << 30,
        "TIB" => 1L << 40,
        _ => double.NaN,
    });

    /// <summary>Seconds, at least 0: <c>0</c>, <c>10</c>, <c>1.5s</c>, <c>200ms</c>, <c>5m</c>, <c>1h</c>.</summary>
    public static double? Seconds(string text) => Read(text, unit => unit switch
    {
        "" or "s" => 1,
        "ms" => 1e-3,
        "m" or "min" => 60,
        "h" => 3600,
        _ => double.NaN,
    }, least: 0);

    // Malformed text or an unknown unit gives NaN, which is in no range.
    private static double? Read(string text, Func<string, double> scaleOf, double least = double.Epsilon)
    {
        var unit = text.AsSpan().TrimStart("0123456789.").ToString();
        return double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var number) && number * scaleOf(unit) >= least && number * scaleOf(unit) < 9e18
            ? number * scaleOf(unit)
            : null;
    }
}
