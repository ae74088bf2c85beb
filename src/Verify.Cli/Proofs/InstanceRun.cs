using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Symbolic.Induction;

namespace Verify.Cli.Proofs;

/// <summary>Proves instances by solvers, and writes down what a proof rests on.</summary>
/// <param name="session">What there is to work with.</param>
/// <param name="folder">Where certificates are written; null for nowhere.</param>
internal sealed class InstanceRun(Session session, string? folder)
{
    // The engines whose proofs are obligations; the others visit states, or prove nothing.
    private static readonly string[] Names = ["kinduction", "pdr", "spacer"];

    /// <summary>The engine of a name, or all that leave a certificate, racing.</summary>
    /// <exception cref="UserErrorException">VRF201: there is no such engine. VRF304: it leaves no certificate.</exception>
    public static IEngine EngineOf(Session session, string? name)
    {
        var all = session.Engines.Where(engine => Names.Contains(engine.Name)).ToList();
        if (name is not null)
        {
            var chosen = session.Engine(name);
            return all.Contains(chosen) ? chosen : throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"prove writes down what a proof rests on, engine '{chosen.Name}' leaves nothing of the kind",
                $"choose from {string.Join(", ", Names)}, or decide it with 'verify check CLAIM --engine {chosen.Name}'");
        }

        var available = all.Where(engine => engine.Unavailable is null).ToList();
        return available.Count > 1 ? new PortfolioEngine(available) : available.FirstOrDefault() ?? session.Engine(Names[0]);
    }

    /// <summary>Decides one instance of a claim, and writes the certificate.</summary>
    /// <returns>The report, and the path of the certificate; null when none was written.</returns>
    /// <exception cref="UserErrorException">VRF402: it cannot be written.</exception>
    public (ClaimReport Report, string? Certificate) Prove(Claim claim, Choices choices, IEngine engine, EngineOptions run)
    {
        // What each assumption carries is another question: 'check' asks it.
        var asked = claim.Expected is Expectation.ProvedIf ? claim with { Expected = new Expectation.Proved() } : claim;
        var report = ProgressDisplay.Run(session.Terminal, claim.Id,
            progress => ClaimReport.Decide(asked, choices, engine, run with { Progress = progress }));
        if (folder is null || report.Main is not { } main || InstanceCertificate.Of(claim, main, ToolVersion.Text) is not { } text)
        {
            return (report, null);
        }

        var path = Path.Combine(folder, InstanceCertificate.FileName(claim, choices));
        ProofFiles.Write(Path.GetFullPath(path), text);
        return (report, path);
    }

    /// <summary>Writes one result.</summary>
    public void Write(ClaimReport report, string? certificate)
    {
        var output = session.Terminal.Out;
        new ResultText(session.Terminal).Write(report, showStates: false);
        if (certificate is not null)
        {
            output.WriteLine($"  certificate: {certificate}");
        }
        else if (report.Main?.Verdict.Evidence.Obligations is not null)
        {
            output.WriteLine("  --into DIR writes the certificate, which './verify certify FILE' checks again");
        }
    }

    /// <summary>A report whose evidence names the file.</summary>
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
