namespace Verify.Formats;

/// <summary>Text and the precedence of its outermost operator, which decides where parentheses are needed.</summary>
/// <param name="Text">The text.</param>
/// <param name="Strength">The precedence, from 0 (loosest) to <see cref="Atom"/>.</param>
internal readonly record struct PrecedenceText(string Text, int Strength)
{
    /// <summary>The precedence of a name, a number, or text in brackets.</summary>
    public const int Atom = 10;

    /// <summary>A name or a number.</summary>
    public static PrecedenceText Of(string text) => new(text, Atom);

    /// <summary>An integer; a negative one is an operator applied to a number.</summary>
    public static PrecedenceText Of(long number) =>
        new(number.ToString(System.Globalization.CultureInfo.InvariantCulture), number < 0 ? 0 : Atom);

    /// <summary>The text, in parentheses if its precedence is below the given one.</summary>
    public string In(int strength) => Strength >= strength ? Text : $"({Text})";
}
