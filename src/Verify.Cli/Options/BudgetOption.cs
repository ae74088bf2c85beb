using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Engines;

namespace Verify.Cli.Options;

/// <summary>The option <c>--budget</c>.</summary>
/// <param name="text">The help text.</param>
internal sealed class BudgetOption(string text)
{
    /// <summary>The option itself.</summary>
    public Option<string[]> Option { get; } = new("--budget")
    {
        HelpName = "B",
        Description = text,
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The budget of a command line; unlimited by default.</summary>
    /// <exception cref="UserErrorException">VRF202: the budget cannot be parsed.</exception>
    public Budget Read(ParseResult parsed) => Read(parsed.GetValue(Option) ?? []);

    /// <summary>
    /// The budget of several parts, such as <c>states=1M,seconds=10</c>; unlimited if there are none.
    /// </summary>
    /// <exception cref="UserErrorException">VRF202: a part cannot be parsed, or is given twice.</exception>
    public static Budget Read(string[] words)
    {
        var budget = Budget.Unlimited;
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in words.SelectMany(word => word.Split(',', StringSplitOptions.TrimEntries)))
        {
            var pair = part.Split('=');
            budget = (pair.Length == 2 ? With(budget, pair[0], pair[1]) : null)
                ?? throw UserErrorException.At(null, ErrorCodes.BadBudget, $"the budget '{part}' cannot be parsed");
            if (!given.Add(pair[0]))
            {
                throw UserErrorException.At(null, ErrorCodes.BadBudget, $"the budget of {pair[0]} is given twice");
            }
        }

        return budget;
    }

    // Null if the part is malformed.
    private static Budget? With(Budget budget, string what, string much) => what switch
    {
        "states" => Quantity.Count(much) is { } states ? budget with { States = states } : null,
        "bytes" => Quantity.Bytes(much) is { } bytes ? budget with { Bytes = Enough(bytes, much) } : null,
        "seconds" => Quantity.Seconds(much) is { } seconds and > 0 ? budget with { Seconds = seconds } : null,
        "depth" => Quantity.Count(much) is { } depth and <= int.MaxValue ? budget with { Depth = (int)depth } : null,
        _ => null,
    };

    private static long Enough(long bytes, string text) => bytes >= Quantity.MinBytes
        ? bytes
        : throw UserErrorException.At(null, ErrorCodes.BadBudget, $"the memory budget must be at least 1MB, got '{text}'",
            "add the unit, as in --budget bytes=256MB");
}
