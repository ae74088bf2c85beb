namespace Verify;

/// <summary>Puts a text on one line: a name may hold a line break, and what follows it would be read as something else.</summary>
public static class OneLine
{
    /// <summary>The text with a space in place of each control character and line break.</summary>
    public static string Of(string text) =>
        text.Any(IsBreak) ? string.Concat(text.Select(letter => IsBreak(letter) ? ' ' : letter)) : text;

    private static bool IsBreak(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
