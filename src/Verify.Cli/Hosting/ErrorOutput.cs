namespace Verify.Cli.Hosting;

/// <summary>Reports errors to the user: one line with a code, and a hint.</summary>
internal static class ErrorOutput
{
    /// <summary>The diagnostic for an exception: a user's mistake, a file error or an internal error.</summary>
    public static Diagnostic Diagnose(Exception e) => e switch
    {
        UserErrorException known => IsDebug
            ? known.Diagnostic with { Hint = $"{known.Diagnostic.Hint}\n{known.InnerException ?? known}" }
            : known.Diagnostic,
        IOException or UnauthorizedAccessException => new(ErrorCodes.BadFile, Joined(e.Message), null, ErrorCodes.BadFile.Hint),
        _ => new(ErrorCodes.Internal, Joined($"{e.GetType().Name}: {e.Message}"), null,
            IsDebug ? e.ToString() : $"{ErrorCodes.Internal.Hint}; VERIFY_DEBUG=1 shows where it happened"),
    };

    private static bool IsDebug => Environment.GetEnvironmentVariable("VERIFY_DEBUG") == "1";

    /// <summary>Writes all mistakes that an exception reports.</summary>
    public static void Complain(Terminal terminal, Exception e)
    {
        foreach (var diagnostic in e is UserErrorException { All: { Length: > 1 } all } ? all : [Diagnose(e)])
        {
            Complain(terminal, diagnostic);
        }
    }

    /// <summary>Writes the error, the line of the source if it is at hand, and the hint.</summary>
    public static void Complain(Terminal terminal, Diagnostic diagnostic)
    {
        terminal.Error.WriteLine(OneLine.Of(diagnostic.ToString()));
        foreach (var line in diagnostic.Excerpt?.Split('\n') ?? [])
        {
            terminal.Error.WriteLine($"  {line}");
        }

        terminal.Error.WriteLine($"hint: {OneLine.Of(diagnostic.Hint)}");
    }

    /// <summary>The words of a message of several lines, in one line.</summary>
    public static string Joined(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
