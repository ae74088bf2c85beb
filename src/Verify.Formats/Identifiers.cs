using System.Globalization;
using System.Text;
using Verify.Modelling;

namespace Verify.Formats;

/// <summary>
/// Generates unique identifiers from the names of a model without the characters that the target does not allow.
/// </summary>
internal sealed class Identifiers
{
    private readonly HashSet<string> taken;

    /// <param name="reserved">The reserved words of the target, separated by blanks.</param>
    /// <param name="ignoresCase">True if the target ignores the case of names.</param>
    public Identifiers(string reserved, bool ignoresCase = false)
    {
        taken = new(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        taken.UnionWith(reserved.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>
    /// Generates a permanent identifier; if the name is taken, uses the alternative, else appends a number.
    /// </summary>
    public string Take(string name, string? otherwise = null)
    {
        var plain = Plain(name);
        if (taken.Add(plain))
        {
            return plain;
        }

        plain = otherwise is null ? plain : Plain(otherwise);
        var result = plain;
        for (var i = 2; !taken.Add(result); i++)
        {
            result = string.Create(CultureInfo.InvariantCulture, $"{plain}_{i}");
        }

        return result;
    }

    /// <summary>Generates a short identifier for a parameter, which <see cref="Release"/> frees.</summary>
    public string Enter(Binder binder)
    {
        var plain = Plain(binder.Name.Split(' ')[^1]);
        var letter = plain.First(char.IsLetter).ToString();
        var digits = plain.Reverse().TakeWhile(char.IsDigit).Count();
        var name = (letter + plain[^digits..]).ToLowerInvariant();
        if (taken.Add(name))
        {
            return name;
        }

        for (var i = 2; ; i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{letter}{i}").ToLowerInvariant();
            if (taken.Add(name))
            {
                return name;
            }
        }
    }

    /// <summary>Generates a short identifier for a key of a map.</summary>
    public string Enter(Sort key) => Enter(new Binder(key is Sort.Interval ? "i" : Heading.Short(key), key));

    /// <summary>Frees the identifier of a parameter.</summary>
    public void Release(string name) => taken.Remove(name);

    public static string Plain(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                text.Append(c);
            }
            else if (text.Length > 0 && text[^1] != '_')
            {
                text.Append('_');
            }
        }

        var plain = text.ToString().TrimEnd('_');
        return plain.Length == 0 || !char.IsAsciiLetter(plain[0]) ? "x" + plain : plain;
    }
}
