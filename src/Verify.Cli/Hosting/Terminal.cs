namespace Verify.Cli.Hosting;

/// <summary>
/// The output of the tool. Results go to <paramref name="Out"/>, everything else to <paramref name="Error"/>.
/// </summary>
/// <param name="Out">The stream for results.</param>
/// <param name="Error">The stream for progress and diagnostics.</param>
/// <param name="IsOutLive">True if results go to a terminal, so that they may be coloured.</param>
/// <param name="IsErrorLive">True if progress may be drawn and redrawn.</param>
/// <param name="HasColour">True if colour is allowed (<c>NO_COLOR</c>).</param>
public sealed record Terminal(TextWriter Out, TextWriter Error, bool IsOutLive, bool IsErrorLive, bool HasColour)
{
    /// <summary>The number of columns that results may take; a pipe has no end of a line.</summary>
    public int Columns { get; init; } = int.MaxValue;

    /// <summary>The console of the process.</summary>
    public static Terminal Console() => Console(!System.Console.IsOutputRedirected && !IsDumb());

    private static Terminal Console(bool isOutLive) => new(
        new ResultWriter(System.Console.Out),
        new ResultWriter(System.Console.Error, isError: true),
        isOutLive,
        !System.Console.IsErrorRedirected && !IsDumb(),
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
    {
        Columns = isOutLive && System.Console.WindowWidth is > 0 and var width ? width : int.MaxValue,
    };

    /// <summary>Two writers without a terminal.</summary>
    public static Terminal Plain(TextWriter output, TextWriter error) => new(output, error, false, false, false);

    /// <summary>A text in a colour if results are coloured.</summary>
    public string Paint(string text, Paint paint) =>
        IsOutLive && HasColour && paint != Verify.Cli.Hosting.Paint.None ? $"\u001b[{(int)paint}m{text}\u001b[0m" : text;

    private static bool IsDumb() => Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
}

/// <summary>A colour, by its number in ECMA-48 (SGR).</summary>
public enum Paint
{
    /// <summary>Plain text.</summary>
    None = 0,

    /// <summary>Emphasis.</summary>
    Bold = 1,

    /// <summary>For unexpected results.</summary>
    Red = 31,

    /// <summary>For expected results.</summary>
    Green = 32,

    /// <summary>For undecided results.</summary>
    Yellow = 33,
}
