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
/// The stored proof of one instance of a claim: a header that says which, and obligations that any solver for SMT-LIB 2
/// can check.
/// </summary>
/// <remarks>
/// Nothing in the file is taken for granted but the invariant, or the number of steps of an induction. The model, the
/// property and everything else are written anew, and have to be what is in the file.
/// </remarks>
public sealed partial class InstanceCertificate
{
    private const string FirstLine = "; A proof by Verify, of one instance. Every (check-sat) has to answer unsat.";
    private readonly CertificateHeader header;
    private readonly string text;
    private readonly string file;

    private InstanceCertificate(CertificateHeader header, string text, string file) =>
        (this.header, this.text, this.file) = (header, text, file);

    /// <summary>The ending of the files.</summary>
    public const string Ending = ".instance.smt2";

    /// <summary>The id of the claim.</summary>
    public string Claim => header["claim"];

    /// <summary>The number of obligations.</summary>
    public int Obligations => header.Obligations;

    /// <summary>The verdict that the obligations show: proved, or refuted for a <c>Reachable</c> that is met in no state.</summary>
    public string Verdict => header["verdict"].Split(':')[0];

    /// <summary>What a solver reads.</summary>
    public string Proof => header.Proof;

    /// <summary>The name of the file that a certificate is in: that of the claim, and how the instance is another than its own.</summary>
    public static string FileName(Claim claim, Choices choices)
    {
        // None of these names has a comma, an @ or an = in it: no two instances have one name.
        var other = ChoiceDifference.Of(claim, choices);
        var parts = string.Join(',',
        [
            .. other.Sizes, .. other.Faults.Select(name => $"fault-{name}"), .. other.Assumptions.Select(name => $"assume-{name}"),
            .. other.Dropped.Select(name => $"drop-{name}"), .. other.Profile is { } profile ? (string[])[$"profile-{profile}"] : [],
        ]);
        return $"{CertificateHeader.FileNameOf(claim.Id)}{(parts.Length > 0 ? "@" : "")}{parts}{Ending}";
    }

    /// <summary>Whether a text calls itself such a certificate.</summary>
    public static bool IsOne(string text) => text.StartsWith(FirstLine + "\n", StringComparison.Ordinal);

    /// <summary>The text of the certificate of a proof; null if the verdict does not rest on obligations.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="report">What was decided of it, or of another instance of it.</param>
    /// <param name="version">Name and version of the tool that writes it.</param>
    public static string? Of(Claim claim, Report report, string version) =>
        report.Verdict is { Evidence.Obligations: { } obligations }
            ? Of(claim, report.Instance, obligations,
                $"{report.Verdict.Evidence.Selection ?? report.Engine}, {report.Verdict.Evidence.Solver}", version)
            : null;

    /// <summary>Reads a file, and sees whether it is whole.</summary>
    /// <param name="text">What is in it.</param>
    /// <param name="file">Its path, for diagnostics.</param>
    /// <exception cref="UserErrorException">VRF309: it is damaged, cut short, or not a certificate.</exception>
    public static InstanceCertificate Read(string text, string file) => new(CertificateHeader.Read(text, file, FirstLine), text, file);

    /// <summary>Sees whether it is what the model of today gives.</summary>
    /// <param name="claim">The claim that it names.</param>
    /// <returns>The instance that it is of.</returns>
    /// <exception cref="UserErrorException">VRF309: it is not what it says. VRF310: the model has changed since. VRF302, VRF303: the
    /// family does not offer the instance.</exception>
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

        var question = new ProofTask(instance.Model, instance.Model.Property(claim.Property), EngineOptions.Default, NoSolver.Instance);
        CertificateHeader.CheckLines(text, Of(claim, instance, Again(question), header["found by"], header["tool"]), file);
        return instance;
    }

    /// <summary>What the interpreter meets that speaks against it, in the states that it reaches soon; null if nothing does.</summary>
    public string? WhyNot(Claim claim, Instance instance)
    {
        var question = new ProofTask(instance.Model, instance.Model.Property(claim.Property), EngineOptions.Default, NoSolver.Instance);
        var evaluator = Induction().IsMatch(Proof) ? null : InvariantEvaluator.Of(Invariant());
        return ReachableCheck.Of(question, evaluator).Broken;
    }

    private static string Of(Claim claim, Instance instance, string obligations, string foundBy, string version)
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
            ("faults", string.Join(' ', choices.Faults.DefaultIfEmpty(None))),
            ("assumptions", string.Join(' ', choices.Assumptions.DefaultIfEmpty(None))),
            ("profile", choices.Profile ?? family.Profiles.FirstOrDefault()?.Name ?? None),
            ("found by", foundBy),
            ("model digest", instance.Model.Digest),
        ], $"\n{obligations}", version);
    }

    private const string None = "none";

    // What is proved is written down by us; what it is proved by is the solver's, and is read out of the file.
    private string Again(ProofTask question)
    {
        if (Induction().Match(Proof) is { Success: true, Groups: var groups })
        {
            return int.TryParse(groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
                && steps is > 0 and < 1000
                ? Verify.Symbolic.Induction.InstanceObligations.OfInduction(question, steps)
                : throw Bad("it is by induction over a number of steps that makes no sense");
        }

        var invariant = Invariant();
        return InvariantText.WhyNot(invariant) is not { } reason
            ? Verify.Symbolic.Induction.InstanceObligations.OfInvariant(question, invariant)
            : throw Bad($"its invariant is not the definition of one predicate: {reason}");
    }

    private string Invariant()
    {
        // In front of it is a comment that names the model, in words that may be those of the one behind it.
        var from = Proof.IndexOf("\n(define-fun inv ", StringComparison.Ordinal) + 1;
        var to = Proof.IndexOf("\n; shape: ", from, StringComparison.Ordinal);
        return from > 0 && to > from ? Proof[from..to] : throw Bad("there is no invariant in it");
    }

    private Choices Choices()
    {
        var choices = Modelling.Choices.Default;
        foreach (var word in Words("sizes", ','))
        {
            choices = word.Split('=') is [var name, var number]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? choices.Size(name, value)
                : throw Bad($"the size '{word}' is not understood");
        }

        return choices with
        {
            Faults = choices.Faults.Union(Words("faults", ' ')),
            Assumptions = choices.Assumptions.Union(Words("assumptions", ' ')),
            Profile = Words("profile", ' ').FirstOrDefault(),
        };
    }

    private ImmutableArray<string> Words(string name, char between) => header[name] == None ? [] : [.. header[name].Split(between)];

    private UserErrorException Bad(string what) => UserErrorException.At(new SourceLocation(file, 1), ErrorCodes.BadCertificate, what,
        "write it anew: verify prove CLAIM --into DIR");

    [GeneratedRegex(@"\A\n; [^\n]*\n; by ([0-9]+)-induction ")]
    private static partial Regex Induction();

    // To write a question down takes nobody who answers it.
    private sealed class NoSolver : ISolverSource
    {
        public static NoSolver Instance { get; } = new();

        public string Name => "none";

        public SolverKind Kind => SolverKind.Z3;

        public string Identity => "none";

        public string? Unavailable => "nothing is asked";

        public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
            throw new SolverException(SolverFailure.Missing, Unavailable!);
    }
}
