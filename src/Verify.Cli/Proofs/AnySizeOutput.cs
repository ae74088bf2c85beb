using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Proofs;

/// <summary>Prints the results of proofs for every size, as text or JSON.</summary>
internal sealed class AnySizeOutput(Terminal terminal)
{
    private const string Engine = "any-size";

    private readonly ResultPage page = new(terminal);

    /// <summary>Prints one result.</summary>
    public void Write(AnySizeResult result)
    {
        var claim = result.Claim;
        page.Head(claim.Id, result.IsProved ? "proved" : "not proved", result.IsProved ? Paint.Green : Paint.Red,
            $" {result.Proof?.Sentence ?? "for every size"}");
        page.Text(claim.Sentence);
        if (result is { Proof: { } proof, Witness: { } witness })
        {
            page.Text($"{Amount.Of(proof.Count, "obligation")}: "
                + string.Join(", ", result.Answers.Select(a => $"{a.Solver} (seed {a.Seed}) {Quantity.InSeconds(a.Seconds)}"))
                + (result.NoSecondOpinion is { } reason ? $"; no second opinion: {reason}" : ""));
            if (witness.Verdict is Verdict.Proved && witness.Vacuities().IsEmpty)
            {
                page.Text($"every rule fires and every witness is reached on {witness.Instance}: "
                    + Quantity.Of(witness.Verdict.Evidence.States, "state"));
            }
        }

        page.Problems(result.Problems);
        if (result.Witness is { Verdict: Verdict.Refuted, CheckedTrace: { } trace } refuted)
        {
            new ResultText(terminal).WriteTrace(claim, refuted.Instance, trace, default);
        }

        foreach (var (obligation, instance, step) in result.Broken)
        {
            page.Line("");
            page.Text(obligation);
            BrokenStepText.Write(terminal, instance, step);
        }

        if (result.Certificate is { } path)
        {
            page.Text($"certificate: {path}");
        }

        page.Limits(claim, LimitsOf(result));
        page.Sources(claim, FindingOf(result));
        if (result.Invariant is { } source)
        {
            page.Line("");
            terminal.Out.Write(source);
        }
    }

    private static IEnumerable<string> LimitsOf(AnySizeResult result) => result.IsProved
        ? [
            .. result.NotJudged.Select(rule =>
                $"not judged: whether rule '{rule.Name}' never fires ({rule.Never}), but on {result.Witness!.Instance}"),
            .. result.Witness!.Premises.Select(one => one.Premise).Where(premise => premise.Never is not null).Select(premise =>
                $"not judged: whether {premise.Subject} {premise.NeverHappens} ({premise.Never}), but on {result.Witness.Instance}"),
            .. Limits.OfEverySize(result.Claim, result.Claim.Choices),
        ]
        : [];

    private static string? FindingOf(AnySizeResult result) =>
        result.IsProved && result.Claim.Expected is Expectation.Proved or Expectation.ProvedIf ? result.Claim.Finding : null;

    /// <summary>A result in the form of <c>check --json</c>.</summary>
    /// <remarks>
    /// An invariant that is not inductive says nothing about the claim; the verdict is then "unknown", unless the
    /// instance itself is refuted.
    /// </remarks>
    public static ResultJson.Entry Entry(AnySizeResult result)
    {
        var (claim, witness) = (result.Claim, result.Witness);
        var evidence = (witness?.Verdict.Evidence ?? Evidence.Nothing) with
        {
            Kind = result.IsProved ? EvidenceKind.Inductive : EvidenceKind.None,
            Certificate = result.Certificate,
            Solver = result.Answers.IsEmpty ? null : string.Join("; ", result.Answers.Select(a => $"{a.Solver}, seed {a.Seed}")),
            Identity = "an invariant for every size",
        };
        Verdict verdict = result.IsProved ? new Verdict.Proved(evidence)
            : witness?.Verdict is Verdict.Refuted refuted ? refuted
            : new Verdict.Unknown(string.Join("; ", result.Problems), evidence);
        var instance = verdict is Verdict.Refuted ? witness!.Instance : new Instance(claim.Family, claim.Choices);
        var report = new Report(instance, instance.Model.Property(claim.Property), verdict, Engine,
            witness?.Run ?? EngineOptions.Default, result.Seconds)
        {
            Premises = witness?.Premises ?? [],
            CheckedTrace = verdict is Verdict.Refuted ? witness?.CheckedTrace : null,
        };
        var isOfAll = result.Proof is not null && verdict is not Verdict.Refuted;
        return new ResultJson.Entry(claim, instance.Choices, report)
        {
            Instance = isOfAll ? $"{claim.Family.Name} {result.Proof!.Sentence}" : instance.ToString(),
            Expected = claim.Expected.Word,
            IsAsExpected = verdict.Word == claim.Expected.Word,
            Problems = result.Problems,
            Finding = FindingOf(result),
            Limits = LimitsOf(result),
            Invariant = result.Invariant,
        };
    }
}
