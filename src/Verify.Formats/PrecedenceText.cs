namespace Verify.Formats;

/// <summary>Text with the strength of its outermost operator, so that parentheses stand where they are needed.</summary>
/// <param name="Text">The text.</param>
/// <param name="Strength">From 0, loosest, to <see cref="Atom"/>.</param>
internal readonly record struct PrecedenceText(string Text, int Strength)
{
    /// <summary>The strength of a name, a number, or what stands in brackets.</summary>
    public const int Atom = 10;

    /// <summary>A name or a number.</summary>
    public static PrecedenceText Of(string text) => new(text, Atom);

    /// <summary>A whole number; a negative one is an operator applied to a number.</summary>
    public static PrecedenceText Of(long number) =>
        new(number.ToString(System.Globalization.CultureInfo.InvariantCulture), number < 0 ? 0 : Atom);

    /// <summary>The text, in parentheses unless it is at least so strong.</summary>
    public string In(int strength) => Strength >= strength ? Text : $"({Text})";
}
