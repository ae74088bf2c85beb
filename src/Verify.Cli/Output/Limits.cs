using Verify.Claims;
using Verify.Modelling;

namespace Verify.Cli.Output;

/// <summary>The limits of a verdict about all states: sizes, assumptions and behaviour that it does not cover.</summary>
internal static class Limits
{
    /// <summary>One line for each limit; none for a verdict that a trace shows.</summary>
    public static IEnumerable<string> Of(Report report, Claim claim)
    {
        if (!report.IsAboutAllStates)
        {
            return [];
        }

        var (family, choices) = (claim.Family, report.Instance.Choices);
        IEnumerable<string> sizes = family.Sizes.IsEmpty
            ? []
            : [$"other sizes than {Instance.DescribeSizes(family, choices)} (--sizes tries the next ones)"];
        return [.. sizes, .. report.NotJudged(), .. OfEverySize(claim, choices)];
    }

    /// <summary>One line for each limit of a proof, those of the size left out.</summary>
    public static IEnumerable<string> OfEverySize(Claim claim, Choices choices)
    {
        var family = claim.Family;
        IEnumerable<string> orders = family.OtherMemoryOrders is { } other ? [other] : [];
        return
        [
            .. orders,
            .. family.Assumptions.Where(assumption => choices.Assumptions.Contains(assumption.Name)).Select(assumption =>
                $"worlds without {assumption.Name}: {assumption.Text} (enforced by: {assumption.EnforcedBy})"),
            .. family.NotModelledIn(choices),
            .. claim.NotCovered,
        ];
    }
}
