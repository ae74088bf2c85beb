using System.Globalization;
using System.Text.RegularExpressions;
using Verify.Modelling;

namespace Verify.Parametric.Obligations;

/// <summary>
/// Detects names that contain the value of a size. Each size then has a different model, and no formula applies to
/// every size.
/// </summary>
internal static partial class SizeInNames
{
    /// <summary>
    /// Throws if a rule, a thread or a variable of two models differs in a number that follows the size.
    /// </summary>
    /// <exception cref="UserErrorException">VRF307.</exception>
    public static void Refuse(SizeParameter size, int value, Model model, int otherValue, Model other)
    {
        // If a size changes the number of rules or variables, they do not correspond by position.
        if (model.Rules.Length != other.Rules.Length || model.Variables.Length != other.Variables.Length)
        {
            return;
        }

        // The variables of a thread carry its name; the names of its steps are the user's.
        var pairs = model.Rules.Zip(other.Rules, (a, b) => (a.Name, Other: b.Name, a.Where, What: a.Thread is null ? "rule" : "step"))
            .Concat(model.Variables.Zip(other.Variables, (a, b) => (a.Name, Other: b.Name, a.Where, What: "variable")));
        foreach (var (name, otherName, where, what) in pairs.Where(pair => Follows(pair.Name, value, pair.Other, otherValue)))
        {
            var names = string.Create(CultureInfo.InvariantCulture, $"'{name}' for {value}, '{otherName}' for {otherValue}");
            throw UserErrorException.At(where, ErrorCodes.NotGeneric, $"the name of a {what} depends on the size '{size.Name}': {names}",
                "omit the size from names: rules, threads and variables need the same name for every size");
        }
    }

    // True if two names are equal except for numbers that differ as the sizes do.
    private static bool Follows(string name, int value, string other, int otherValue)
    {
        var (parts, others) = (Numbers().Split(name), Numbers().Split(other));
        return name != other && parts.Length == others.Length && parts.Zip(others, (a, b) => a == b
            || (long.TryParse(a, NumberStyles.None, CultureInfo.InvariantCulture, out var x)
                && long.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out var y)
                && y - x == otherValue - value)).All(isSo => isSo);
    }

    [GeneratedRegex("([0-9]+)")]
    private static partial Regex Numbers();
}
