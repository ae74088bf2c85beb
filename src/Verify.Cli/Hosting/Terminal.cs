namespace Verify.Cli.Hosting;

/// <summary>Where results and progress go. Results go to <paramref name="Out"/>, everything else to the other.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress and diagnostics.</param>
/// <param name="IsOutLive">Whether somebody watches the results appear: then they may be coloured.</param>
/// <param name="IsErrorLive">Whether progress may be drawn and redrawn.</param>
/// <param name="HasColour">Whether colour is welcome at all (<c>NO_COLOR</c>).</param>
public sealed record Terminal(TextWriter Out, TextWriter Error, bool IsOutLive, bool IsErrorLive, bool HasColour)
{
    /// <summary>The console of the process.</summary>
    public static Terminal Console() => new(
        System.Console.Out,
        System.Console.Error,
        !System.Console.IsOutputRedirected && !IsDumb(),
        !System.Console.IsErrorRedirected && !IsDumb(),
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    /// <summary>Two writers that nobody watches.</summary>
    public static Terminal Plain(TextWriter output, TextWriter error) => new(output, error, false, false, false);

    /// <summary>A text in a colour, if results are shown in colour.</summary>
    public string Paint(string text, Paint paint) =>
        IsOutLive && HasColour && paint != Verify.Cli.Hosting.Paint.None ? $"\u001b[{(int)paint}m{text}\u001b[0m" : text;

    private static bool IsDumb() => Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
}

/// <summary>A colour, by its number in ECMA-48 (SGR).</summary>
public enum Paint
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>Important.</summary>
    Bold = 1,

    /// <summary>Not as expected.</summary>
    Red = 31,

    /// <summary>As expected.</summary>
    Green = 32,

    /// <summary>Undecided.</summary>
    Yellow = 33,
}
