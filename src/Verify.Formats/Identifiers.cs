using System.Globalization;
using System.Text;
using Verify.Modelling;

namespace Verify.Formats;

/// <summary>
/// Hands out identifiers: the source's names with what a target does not allow left out, each of them once.
/// </summary>
internal sealed class Identifiers
{
    private readonly HashSet<string> taken;

    /// <param name="reserved">Words of the target, separated by blanks.</param>
    /// <param name="ignoresCase">Whether the target does not tell names apart by their case.</param>
    public Identifiers(string reserved, bool ignoresCase = false)
    {
        taken = new(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        taken.UnionWith(reserved.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>An identifier for good; where the name is taken, a second choice, else a number behind it.</summary>
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

    /// <summary>A short identifier for a parameter; it is free again after <see cref="Release"/>.</summary>
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

    /// <summary>A short identifier for a key of a map.</summary>
    public string Enter(Sort key) => Enter(new Binder(key is Sort.Interval ? "i" : Heading.Short(key), key));

    /// <summary>Gives the identifier of a parameter back.</summary>
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
