using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Proofs;

/// <summary>Prints the results of proofs for every size, as text or JSON.</summary>
internal static class AnySizeOutput
{
    private const string Engine = "any-size";

    /// <summary>Prints one result.</summary>
    public static void Write(Terminal terminal, AnySizeResult result)
    {
        var (claim, output) = (result.Claim, terminal.Out);
        output.WriteLine($"{terminal.Paint(claim.Id, Paint.Bold)}  "
            + (result.IsProved ? terminal.Paint("proved", Paint.Green) : terminal.Paint("not proved", Paint.Red))
            + $" {result.Proof?.Sentence ?? "for every size"}");
        output.WriteLine($"  {claim.Sentence}");
        if (result is { Proof: { } proof, Witness: { } witness })
        {
            output.WriteLine($"  {proof.Count} obligations: "
                + string.Join(", ", result.Answers.Select(a => $"{a.Solver} (seed {a.Seed}) {Quantity.InSeconds(a.Seconds)}"))
                + (result.NoSecondOpinion is { } reason ? $"; no second opinion: {reason}" : ""));
            if (witness.Verdict is Verdict.Proved && witness.Vacuities().IsEmpty)
            {
                output.WriteLine($"  every rule fires and every witness is reached on {witness.Instance}: "
                    + $"{witness.Verdict.Evidence.States:N0} states");
            }
        }

        foreach (var rule in result.NotJudged)
        {
            output.WriteLine($"  not judged: whether rule '{rule.Name}' never fires ({rule.Never}), but on {result.Witness!.Instance}");
        }

        foreach (var problem in result.Problems)
        {
            output.WriteLine($"  {terminal.Paint("PROBLEM", Paint.Red)} {problem}");
        }

        foreach (var (obligation, instance, step) in result.Broken)
        {
            output.WriteLine();
            output.WriteLine($"  {obligation}");
            BrokenStepText.Write(terminal, instance, step);
        }

        if (result.Certificate is { } path)
        {
            output.WriteLine($"  certificate: {path}");
        }

        if (result.Invariant is { } source)
        {
            output.WriteLine();
            output.Write(source);
        }
    }

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
        var instance = new Instance(claim.Family, claim.Choices);
        var report = new Report(instance, instance.Model.Property(claim.Property), verdict, Engine,
            witness?.Run ?? EngineOptions.Default, result.Seconds)
        {
            CheckedTrace = verdict is Verdict.Refuted ? witness?.CheckedTrace : null,
        };
        var isOfAll = result.Proof is not null && verdict is not Verdict.Refuted;
        return new ResultJson.Entry(claim, claim.Choices, report)
        {
            Instance = isOfAll ? $"{claim.Family.Name} {result.Proof!.Sentence}" : instance.ToString(),
            Expected = claim.Expected.Word,
            IsAsExpected = verdict.Word == claim.Expected.Word,
            Invariant = result.Invariant,
        };
    }
}
