using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Solvers;
using Verify.Symbolic.Tasks;

namespace Verify.Symbolic.Induction;

/// <summary>
/// The stored proof of one instance of a claim: a header that identifies it, and obligations that any solver for
/// SMT-LIB 2 can check.
/// </summary>
/// <remarks>
/// A check takes only the invariant, or the number of steps of an induction or of a run, from the file. It generates the
/// model, the property and all other text again and compares the result with the file.
/// </remarks>
public sealed partial class InstanceCertificate
{
    private const string FirstLine = "; A proof by Verify, of one instance. Every (check-sat) has to answer unsat.";
    private readonly CertificateHeader header;
    private readonly string text;
    private readonly string file;

    private InstanceCertificate(CertificateHeader header, string text, string file) =>
        (this.header, this.text, this.file) = (header, text, file);

    /// <summary>The extension of the files.</summary>
    public const string Ending = ".instance.smt2";

    /// <summary>The identifier of the claim.</summary>
    public string Claim => header["claim"];

    /// <summary>The number of obligations.</summary>
    public int Obligations => header.Obligations;

    /// <summary>
    /// The verdict that the obligations show: proved, or refuted for a <c>Reachable</c> that holds in no reachable
    /// state.
    /// </summary>
    public string Verdict => header["verdict"].Split(':')[0];

    /// <summary>The text that solvers read.</summary>
    public string Proof => header.Proof;

    /// <summary>
    /// The file name of a certificate: the claim, then the differences between the instance and the claim's own.
    /// </summary>
    public static string FileName(Claim claim, Choices choices)
    {
        // None of these names contains a comma, an @ or an =, so instances have distinct names.
        var other = ChoiceDifference.Of(claim, choices);
        var parts = string.Join(',',
        [
            .. other.Sizes, .. other.Features.Select(name => $"feature-{name}"),
            .. other.Faults.Select(name => $"fault-{name}"), .. other.Assumptions.Select(name => $"assume-{name}"),
            .. other.Dropped.Select(name => $"drop-{name}"), .. other.Profile is { } profile ? (string[])[$"profile-{profile}"] : [],
        ]);
        return $"{CertificateHeader.FileNameOf(claim.Id)}{(parts.Length > 0 ? "@" : "")}{parts}{Ending}";
    }

    /// <summary>True if a text starts like such a certificate.</summary>
    public static bool IsOne(string text) => text.StartsWith(FirstLine + "\n", StringComparison.Ordinal);

    /// <summary>The certificate of a proof; null if the verdict does not rest on obligations.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="report">The decision of the claim, on its own instance or another one.</param>
    /// <param name="version">The name and version of the tool that writes it.</param>
    public static string? Create(Claim claim, Report report, string version) =>
        report.Verdict is { Evidence.Obligations: { } obligations }
            ? Create(claim, report.Instance, obligations,
                $"{report.Verdict.Evidence.Selection ?? report.Engine}, {report.Verdict.Evidence.Solver}", version)
            : null;

    /// <summary>Reads a file and checks that it is complete.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="file">The path for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: the file is damaged, truncated, or not a certificate.</exception>
    public static InstanceCertificate Read(string text, string file) => new(CertificateHeader.Read(text, file, FirstLine), text, file);

    /// <summary>Checks that the certificate is the one that the current model gives.</summary>
    /// <param name="claim">The claim that the certificate names.</param>
    /// <returns>The instance of the certificate.</returns>
    /// <exception cref="UserErrorException">VRF309: the certificate does not match its claims. VRF310: the model has
    /// changed since. VRF302, VRF303: the family does not offer the instance.</exception>
    public Instance CheckAgainst(Claim claim)
    {
        var instance = new Instance(claim.Family, Choices());
        var digest = instance.Model.Digest;
        if (header["model digest"] != digest)
        {
            throw UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.StaleCertificate,
                $"the model of {Claim} has changed: the digest is {digest} now, and {header["model digest"]} here");
        }

        if (Path.GetFileName(file) is var name && FileName(claim, instance.Choices) is var right && name != right)
        {
            throw Bad($"this is the certificate of {Claim} on {instance}; its name has to be {right}");
        }

        var task = new ProofTask(instance.Model, instance.Model.Property(claim.Property), EngineOptions.Default, NoSolver.Instance);
        CertificateHeader.CheckLines(text, Create(claim, instance, Again(task), header["found by"], header["tool"]), file);
        return instance;
    }

    /// <summary>
    /// The contradiction that the interpreter finds in states near the initial ones; null if there is none.
    /// </summary>
    public string? WhyNot(Claim claim, Instance instance)
    {
        var task = new ProofTask(instance.Model, instance.Model.Property(claim.Property), EngineOptions.Default, NoSolver.Instance);
        var end = End().Match(Proof);
        if (end.Success && task.KnownRun.Has(Steps(end.Groups[1])))
        {
            return $"the interpreter takes a run of {Amount.Of(Steps(end.Groups[1]), "step")}";
        }

        var evaluator = end.Success || Induction().IsMatch(Proof) ? null : InvariantEvaluator.TryParse(Invariant());
        return ReachableCheck.Run(task, evaluator).Broken;
    }

    private static string Create(Claim claim, Instance instance, string obligations, string foundBy, string version)
    {
        var (family, choices) = (instance.Family, instance.Choices);
        var property = instance.Model.Property(claim.Property);
        return CertificateHeader.Write(FirstLine,
        [
            ("claim", claim.Id),
            ("sentence", claim.Sentence),
            ("property", property.Name),
            ("verdict", property is Property.Reachable
                ? "refuted: no reachable state is such" : "proved: it holds in every reachable state"),
            ("model", family.Name),
            ("sizes", family.Sizes.IsEmpty ? None : Instance.DescribeSizes(family, choices)),
            ("features", string.Join(' ', choices.Features.DefaultIfEmpty(None))),
            ("faults", string.Join(' ', choices.Faults.DefaultIfEmpty(None))),
            ("assumptions", string.Join(' ', choices.Assumptions.DefaultIfEmpty(None))),
            ("profile", choices.Profile ?? family.Profiles.FirstOrDefault()?.Name ?? None),
            ("found by", foundBy),
            ("model digest", instance.Model.Digest),
        ], $"\n{obligations}", version);
    }

    private const string None = "none";

    // The statement of the proof is generated again; the invariant comes from the solver and is read from the file.
    private string Again(ProofTask task)
    {
        if (Induction().Match(Proof) is { Success: true, Groups: var induction })
        {
            return Verify.Symbolic.Induction.InstanceObligations.OfInduction(task, Steps(induction[1]));
        }

        if (End().Match(Proof) is { Success: true, Groups: var end })
        {
            return Verify.Symbolic.Induction.InstanceObligations.OfEnd(task, Steps(end[1]));
        }

        var invariant = Invariant();
        return InvariantText.WhyNot(invariant) is not { } reason
            ? Verify.Symbolic.Induction.InstanceObligations.OfInvariant(task, invariant)
            : throw Bad($"its invariant is not a single definition of a predicate: {reason}");
    }

    private int Steps(Group number) =>
        int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps is > 0 and < 1000
            ? steps
            : throw Bad("its number of steps is out of range");

    private string Invariant()
    {
        // A comment before it contains the model's name, which may look like the comment after it.
        var from = Proof.IndexOf("\n(define-fun inv ", StringComparison.Ordinal) + 1;
        var to = Proof.IndexOf("\n; shape: ", from, StringComparison.Ordinal);
        return from > 0 && to > from ? Proof[from..to] : throw Bad("it contains no invariant");
    }

    private Choices Choices()
    {
        var choices = Modelling.Choices.Default;
        foreach (var word in Words("sizes", ','))
        {
            choices = word.Split('=') is [var name, var number]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? choices.Size(name, value)
                : throw Bad($"the size '{word}' cannot be parsed");
        }

        return choices with
        {
            Features = choices.Features.Union(Words("features", ' ')),
            Faults = choices.Faults.Union(Words("faults", ' ')),
            Assumptions = choices.Assumptions.Union(Words("assumptions", ' ')),
            Profile = Words("profile", ' ').FirstOrDefault(),
        };
    }

    private ImmutableArray<string> Words(string name, char between) => header[name] == None ? [] : [.. header[name].Split(between)];

    private UserErrorException Bad(string what) => UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.BadCertificate, what,
        "write it again: verify prove CLAIM --into DIR");

    [GeneratedRegex(@"\A\n; [^\n]*\n; by ([0-9]+)-induction ")]
    private static partial Regex Induction();

    [GeneratedRegex(@"\A\n; [^\n]*\n; by the end of all runs before step ([0-9]+);")]
    private static partial Regex End();

    // Generating the text of a proof needs no solver.
    private sealed class NoSolver : ISolverSource
    {
        public static NoSolver Instance { get; } = new();

        public string Name => "none";

        public SolverKind Kind => SolverKind.Z3;

        public string Identity => "none";

        public string? Unavailable => "no solver is used";

        public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
            throw new SolverException(SolverFailure.Missing, Unavailable!);
    }
}
