using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Symbolic.Induction;

namespace Verify.Cli.Proofs;

/// <summary>Proves instances with solvers and writes certificates.</summary>
/// <param name="session">The context of the command.</param>
/// <param name="folder">The folder for certificates; null to write none.</param>
internal sealed class InstanceRun(Session session, string? folder)
{
    // The engines whose proofs consist of obligations; the others visit states or prove nothing. The last proves only
    // what ends, and takes no part in a race.
    private static readonly string[] Names = ["kinduction", "pdr", "spacer", "bmc"];

    private readonly ResultText text = new(session.Terminal);

    /// <summary>The engine of a name, or a race of all that produce certificates.</summary>
    /// <exception cref="UserErrorException">VRF201: the engine does not exist. VRF304: the engine produces no
    /// certificates.</exception>
    public static IEngine EngineOf(Session session, string? name)
    {
        var all = session.Engines.Where(engine => Names.Contains(engine.Name)).ToList();
        if (name is not null)
        {
            var chosen = session.Engine(name);
            return all.Contains(chosen) ? chosen : throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"engine '{chosen.Name}' produces no certificates",
                $"choose from {string.Join(", ", Names)}, or decide it with 'verify check CLAIM --engine {chosen.Name}'");
        }

        var available = all.Where(engine => engine.Unavailable is null && engine.Name != Names[^1]).ToList();
        return available.Count > 1 ? new PortfolioEngine(available) : available.FirstOrDefault() ?? session.Engine(Names[0]);
    }

    /// <summary>Decides one instance of a claim and writes the certificate.</summary>
    /// <returns>The report and the path of the certificate; the path is null if none was written.</returns>
    /// <exception cref="UserErrorException">VRF402: the certificate cannot be written.</exception>
    public (ClaimReport Report, string? Certificate) Prove(Claim claim, Choices choices, IEngine engine, EngineOptions run)
    {
        // The command 'check' examines the assumptions one by one; this one does not.
        var asked = claim.Expected is Expectation.ProvedIf ? claim with { Expected = new Expectation.Proved() } : claim;
        var report = ProgressDisplay.Run(session.Terminal, claim.Id,
            progress => ClaimReport.Decide(asked, choices, engine, run with { Progress = progress }));
        if (folder is null || report.Main is not { } main || InstanceCertificate.Create(claim, main, ToolVersion.Text) is not { } text)
        {
            return (report, null);
        }

        var path = Path.Combine(folder, InstanceCertificate.FileName(claim, choices));
        ProofFiles.Write(Path.GetFullPath(path), text);
        return (report, path);
    }

    /// <summary>Prints one result.</summary>
    public void Write(ClaimReport report, string? certificate)
    {
        var output = session.Terminal.Out;
        text.Write(report, default);
        if (certificate is not null)
        {
            output.WriteLine($"  certificate: {certificate}");
        }
        else if (report.Main?.Verdict.Evidence.Obligations is not null)
        {
            output.WriteLine("  --into DIR writes the certificate, which './verify certify FILE' checks again");
        }
    }

    /// <summary>A report whose evidence names the certificate file.</summary>
    public static ClaimReport Naming(ClaimReport report, string? certificate)
    {
        if (certificate is null || report.Main is not { } main)
        {
            return report;
        }

        var verdict = main.Verdict with { Evidence = main.Verdict.Evidence with { Certificate = certificate } };
        return report with { Main = main with { Verdict = verdict } };
    }
}
