using System.CommandLine;
using System.Globalization;
using Verify.Cli.Hosting;

namespace Verify.Cli.Options;

/// <summary>An option for a number of things, with a unit as in a budget: <c>1500</c>, <c>10k</c>, <c>2M</c>.</summary>
internal static class CountOption
{
    /// <summary>Creates the option.</summary>
    /// <param name="name">The name.</param>
    /// <param name="text">The help text.</param>
    public static Option<long?> Create(string name, string text) => new(name)
    {
        HelpName = "N",
        Description = text,
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            if (Quantity.Count(word) is { } count)
            {
                return count;
            }

            result.AddError($"{name} takes a whole number such as 1500 or 10k, not '{word}'");
            return null;
        },
    };
}
