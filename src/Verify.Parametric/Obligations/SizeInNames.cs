using System.Globalization;
using System.Text.RegularExpressions;
using Verify.Modelling;

namespace Verify.Parametric.Obligations;

/// <summary>
/// Names that have the value of a size in them. Then each size has a model of its own, and no formula of it is one for every
/// size, whatever it says.
/// </summary>
internal static partial class SizeInNames
{
    /// <summary>Refuses two models that differ in the name of a rule, a thread or a variable, which goes with the size.</summary>
    /// <exception cref="UserErrorException">VRF307.</exception>
    public static void Refuse(SizeParameter size, int value, Model model, int otherValue, Model other)
    {
        // Where a size makes rules or variables more, none of these is another one of the same place.
        if (model.Rules.Length != other.Rules.Length || model.Variables.Length != other.Variables.Length)
        {
            return;
        }

        // A thread's variables are called like it; its steps are what somebody has written.
        var pairs = model.Rules.Zip(other.Rules, (a, b) => (a.Name, Other: b.Name, a.Where, What: a.Thread is null ? "rule" : "step"))
            .Concat(model.Variables.Zip(other.Variables, (a, b) => (a.Name, Other: b.Name, a.Where, What: "variable")));
        foreach (var (name, otherName, where, what) in pairs.Where(pair => Follows(pair.Name, value, pair.Other, otherValue)))
        {
            var names = string.Create(CultureInfo.InvariantCulture, $"'{name}' for {value}, '{otherName}' for {otherValue}");
            throw UserErrorException.At(where, ErrorCodes.NotGeneric, $"the name of a {what} depends on the size '{size.Name}': {names}",
                "leave the size out of names: rules, threads and variables have to have the same for every size");
        }
    }

    // Whether names are the same but for numbers, which differ as the sizes do.
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
