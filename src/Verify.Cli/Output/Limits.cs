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
            yield break;
        }

        var (family, choices) = (claim.Family, report.Instance.Choices);
        if (family.Sizes.Length > 0)
        {
            yield return $"other sizes than {Instance.DescribeSizes(family, choices)} (--sizes tries the next ones)";
        }

        foreach (var line in report.NotJudged())
        {
            yield return line;
        }

        if (family.OtherMemoryOrders is { } orders)
        {
            yield return orders;
        }

        foreach (var assumption in family.Assumptions.Where(a => choices.Assumptions.Contains(a.Name)))
        {
            yield return $"worlds without {assumption.Name}: {assumption.Text} (enforced by: {assumption.EnforcedBy})";
        }

        foreach (var line in family.NotModelled.Concat(claim.NotCovered))
        {
            yield return line;
        }
    }
}
