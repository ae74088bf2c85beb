using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Proofs;
using Verify.Cli.Running;
using Verify.Rendering;

namespace Verify.Cli.Commands;

/// <summary><c>certify [FILE…]</c>: checks stored certificates with fresh solvers.</summary>
internal static class CertifyCommand
{
    public static Command Create(Session session)
    {
        var named = new Argument<string[]>("FILE")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Certificates or folders with certificates; by default all accepted proofs for every size.",
        };
        var folder = new Option<string?>("--write")
        {
            HelpName = "DIR",
            Description = "Only write the certificates for every size into a folder, for use with other solvers.",
        };
        var json = new Option<bool>("--json") { Description = "The results as JSON." };
        var command = new Command("certify", "Checks stored proofs again, with fresh solvers.") { named, folder, json };
        var solver = new SolverOption();
        solver.AddTo(command);
        command.SetAction(parsed =>
        {
            OptionUse.CheckContradictions(parsed);
            solver.Apply(parsed, session);
            var check = new CertificateCheck(session);
            var chosen = parsed.GetValue(named) ?? [];
            if (parsed.GetValue(folder) is { } into)
            {
                return WriteAll(session, check, into, chosen);
            }

            var certificates = chosen.Length > 0
                ? check.At([.. chosen.SelectMany(ProofFiles.CertificatesAt).Select(FromRoot)])
                : check.Of(session.Catalogue.Claims);
            var done = new List<CheckedCertificate>();
            var reasons = new HashSet<string>(StringComparer.Ordinal);
            foreach (var one in ProgressDisplay.Each(session.Terminal, () => check.Progress, certificates))
            {
                done.Add(one);
                if (!parsed.GetValue(json))
                {
                    Write(session.Terminal, one, reasons);
                }
            }

            if (parsed.GetValue(json))
            {
                WriteJson(session.Terminal.Out, done);
            }

            return ExitCode.Worst(session.Cancellation.IsCancellationRequested
                ? [ExitCode.Undecided] : done.Select(one => one.ExitCode));
        });
        return command;
    }

    /// <summary>
    /// Writes the result of one certificate: results to standard output, errors in the file to standard error.
    /// </summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="one">The certificate.</param>
    /// <param name="reasons">The reasons printed so far for certificates without a solver; each is printed once.</param>
    public static void Write(Terminal terminal, CheckedCertificate one, ISet<string> reasons)
    {
        if (one.Failure is { } failure)
        {
            terminal.Error.WriteLine(failure.ToString());
            terminal.Error.WriteLine($"hint: {failure.Hint}");
            return;
        }

        var (word, paint) = one.LacksSolver ? ("skipped", Paint.Yellow)
            : one.ExitCode == ExitCode.AsExpected ? ("ok", Paint.Green) : ("PROBLEM", Paint.Red);
        // On a terminal the line is broken between words, and not within one.
        var lines = TextWrap.Lines($"{word}  {one.Line}", Math.Max(terminal.Columns, 40), hanging: word.Length + 2).ToList();
        terminal.Out.WriteLine(terminal.Paint(word, paint) + lines[0][word.Length..]);
        lines.Skip(1).ToList().ForEach(terminal.Out.WriteLine);
        foreach (var problem in one.Problems.Where(problem => !one.LacksSolver || reasons.Add(problem)))
        {
            terminal.Out.WriteLine($"  {problem}");
        }
    }

    private static int WriteAll(Session session, CertificateCheck check, string folder, string[] chosen)
    {
        if (chosen.Length > 0)
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, "--write needs no certificate files", "omit the files or --write");
        }

        if (string.IsNullOrWhiteSpace(folder))
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, "--write needs a folder", "use --write DIR");
        }

        foreach (var path in check.WriteTo(folder))
        {
            session.Terminal.Out.WriteLine(path);
        }

        return ExitCode.AsExpected;
    }

    private static string FromRoot(string path) => Path.GetRelativePath(ProofFiles.Root, path).Replace('\\', '/');

    private static void WriteJson(TextWriter output, List<CheckedCertificate> done) => ResultJson.Document(output, json =>
    {
        ResultJson.WriteTool(json);
        ResultJson.WriteCertificates(json, done);
    });
}
