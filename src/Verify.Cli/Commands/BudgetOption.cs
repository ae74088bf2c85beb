using System.CommandLine;
using Verify.Claims;

namespace Verify.Cli.Commands;

/// <summary>The option that says what may be spent.</summary>
/// <param name="text">On what, and in which units.</param>
internal sealed class BudgetOption(string text)
{
    /// <summary>The option itself.</summary>
    public Option<string[]> Option { get; } = new("--budget")
    {
        HelpName = "B",
        Description = text,
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The budget that the command line names; unlimited when it names none.</summary>
    /// <exception cref="ModelException">VRF202: it cannot be read.</exception>
    public Budget Read(ParseResult parsed) => Read(parsed.GetValue(Option) ?? []);

    /// <summary>The budget of several parts; unlimited when there are none.</summary>
    /// <exception cref="ModelException">VRF202: one cannot be read.</exception>
    public static Budget Read(string[] parts) => parts.Any(string.IsNullOrWhiteSpace)
        ? throw ModelException.At(null, Codes.BadBudget, "the budget '' is not understood")
        : Budget.Parse(string.Join(',', parts));
}
