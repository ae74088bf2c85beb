using System.Globalization;
using System.Text;
using Verify.Claims;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Proofs.Objections;

namespace Verify.Tests.Docs;

/// <summary>
/// The sentences of the mails and what the claims that decide them come to. The verdicts are those of the engine, so that
/// the table cannot drift from the claims.
/// </summary>
internal static class ObjectionTable
{
    /// <summary>The lists of all mails.</summary>
    public static IReadOnlyList<ObjectionList> Mails { get; } = [.. Sources.All<ObjectionList>(typeof(ObjectionList))];

    /// <summary>The sentences that name a claim which does not exist, or no claim.</summary>
    public static IEnumerable<string> Mistakes(IEnumerable<ObjectionList> mails, IReadOnlySet<string> claims) =>
        from mail in mails
        from objection in mail.Objections
        from wrong in objection.Claims.IsEmpty ? ["no claim"] : objection.Claims.Where(id => !claims.Contains(id))
        select $"{mail.GetType().Name}: '{objection.Says}' is decided by {wrong}, which does not exist";

    /// <summary>Appends the tables, one for each mail.</summary>
    public static void Append(StringBuilder page, IEnumerable<ObjectionList> mails, IEnumerable<ClaimReport> reports)
    {
        var decided = reports.ToDictionary(report => report.Claim.Id);
        Assert.Empty(Mistakes(mails, decided.Keys.ToHashSet()));
        page.AppendLine().AppendLine("## Objections").AppendLine();
        page.AppendLine("What the mails say, in our words, and what it comes to. A sentence that something is safe is right if all of its")
            .AppendLine("claims are proved; one that something is not safe is right if all are refuted.");
        foreach (var mail in mails)
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"### {mail.Mail}").AppendLine();
            page.AppendLine("| who | says | claims | so this is |").AppendLine("|---|---|---|---|");
            foreach (var objection in mail.Objections)
            {
                var claims = objection.Claims.Select(id => decided[id]).ToList();
                page.AppendLine(CultureInfo.InvariantCulture,
                    $"| {objection.Who} | {objection.Says} | {string.Join("; ", claims.Select(Outcome))} | {Answer(objection, claims)} |");
            }
        }
    }

    /// <summary>The answer to a sentence: right, partly right, or wrong.</summary>
    public static string Answer(Objection objection, IReadOnlyCollection<ClaimReport> claims)
    {
        var agreeing = claims.Count(claim => objection.SaysSafe
            ? claim.Main?.Verdict is Verdict.Proved
            : claim.Main?.Verdict is Verdict.Refuted);
        return agreeing == 0 ? "wrong"
            : agreeing < claims.Count ? "right in part"
            : claims.Any(claim => claim.Claim.Expected is Expectation.ProvedIf) ? "right, under assumptions"
            : "right";
    }

    private static string Outcome(ClaimReport report) =>
        $"{report.Claim.Id} {(report.Claim.Expected is Expectation.ProvedIf ? "proved, if" : report.Main?.Verdict.Word ?? "pending")}";
}
