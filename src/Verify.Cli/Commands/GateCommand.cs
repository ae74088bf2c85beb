using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Verify.Claims;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Proofs;
using Verify.Cli.Running;

namespace Verify.Cli.Commands;

/// <summary><c>gate</c>: compares every claim with its expectation.</summary>
internal static class GateCommand
{
    public static Command Create(Session session)
    {
        var shard = new Option<string?>("--shard") { HelpName = "i/n", Description = "Only every n-th claim, starting with the i-th." };
        var json = new Option<bool>("--json") { Description = "Write the results as JSON." };
        var options = new RunOptions(withCheckpoints: false);
        var files = new Argument<string[]>("FILE")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Protocol files whose claims are decided; without any, the claims in proofs/.",
        };
        var command = new Command("gate", "Decides every claim and compares it with its expectation.") { files, shard };
        options.AddTo(command);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (engine, run) = options.Read(parsed, session);
            var claims = ClaimsOf(session.Catalogue, parsed.GetValue(files) ?? [], ReadShard(parsed.GetValue(shard)));
            var isJson = parsed.GetValue(json);
            var clock = Stopwatch.StartNew();
            var batch = new Batch(new CachingEngine(engine), run, session.Catalogue.MistakeIn);
            var outcomes = Decide(session, claims, batch, [.. options.Given(parsed)], isJson);
            var certificates = Certify(session, claims, isJson);
            return Conclude(session, new GateOutcome(
                claims.Count, outcomes, [.. session.Catalogue.Unread, .. session.Catalogue.FamilyMistakes], certificates)
            {
                IsInterrupted = session.Cancellation.IsCancellationRequested,
                Seconds = clock.Elapsed.TotalSeconds,
            }, isJson);
        });
        return command;
    }

    private static List<Claim> ClaimsOf(Catalogue catalogue, string[] files, (int Index, int Count) shard)
    {
        var all = files.Length == 0 ? catalogue.Claims : catalogue.Find(files);
        if (all.IsEmpty)
        {
            throw catalogue.Unread.Count > 0
                ? new UserErrorException(catalogue.Unread[0])
                : UserErrorException.At(null, ErrorCodes.UnknownClaim, "the catalogue has no claims");
        }

        return shard.Index <= all.Length
            ? [.. all.Where((_, position) => position % shard.Count == shard.Index - 1)]
            : throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"shard {shard.Index} of {shard.Count} is empty: there are only {Quantity.Of(all.Length, "claim")}",
                $"use at most {all.Length} shards");
    }

    private static List<Outcome> Decide(Session session, List<Claim> claims, Batch batch, IReadOnlyList<string> given, bool isJson)
    {
        var clock = Stopwatch.StartNew();
        var table = new GateTable(session.Terminal, claims.Select(claim => claim.Id), given);
        if (isJson)
        {
            return batch.Decide(session.Terminal, claims, _ => { });
        }

        table.Begin();
        var outcomes = batch.Decide(session.Terminal, claims, table.Add);
        session.Terminal.Out.WriteLine();
        table.WriteProblems(outcomes);
        session.Terminal.Out.WriteLine($"{Summary.Of(outcomes)} ({Quantity.InSeconds(clock.Elapsed.TotalSeconds)})");
        return outcomes;
    }

    // Checks the proofs for every size of the selected claims against the current model and with fresh solvers.
    private static List<CheckedCertificate> Certify(Session session, List<Claim> claims, bool isJson)
    {
        var done = new List<CheckedCertificate>();
        var reasons = new HashSet<string>(StringComparer.Ordinal);
        var check = new CertificateCheck(session);
        foreach (var one in ProgressDisplay.Each(session.Terminal, () => check.Progress, check.Of(claims)))
        {
            done.Add(one);
            if (!isJson || one.Failure is not null)
            {
                CertifyCommand.Write(session.Terminal, one, reasons);
            }
            else if (one.ExitCode != ExitCode.AsExpected)
            {
                session.Terminal.Error.WriteLine($"verify: {one.Line}");
            }
        }

        return done;
    }

    private static int Conclude(Session session, GateOutcome gate, bool isJson)
    {
        var (output, error, code) = (session.Terminal.Out, session.Terminal.Error, ExitCode.Of(gate));
        foreach (var complaint in gate.Unread.Concat(gate.Outcomes.Select(outcome => outcome.Complaint).OfType<Diagnostic>()))
        {
            ErrorOutput.Complain(session.Terminal, complaint);
        }

        if (gate.Outcomes.Count < gate.Asked)
        {
            error.WriteLine($"verify: interrupted; {gate.Asked - gate.Outcomes.Count} of {gate.Asked} claims were not decided");
        }

        if (isJson)
        {
            ResultJson.Write(output, gate);
        }
        else
        {
            output.WriteLine();
            output.WriteLine(session.Terminal.Paint($"gate: {Summary.Of(gate)}",
                code == ExitCode.AsExpected ? Paint.Green : code == ExitCode.Undecided ? Paint.Yellow : Paint.Red));
        }

        return code;
    }

    private static (int Index, int Count) ReadShard(string? text)
    {
        if (text is null)
        {
            return (1, 1);
        }

        var parts = text.Split('/');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the shard '{text}' cannot be parsed", "use --shard 1/4 to 4/4");
        }

        return index >= 1 && index <= count
            ? (index, count)
            : throw UserErrorException.At(null, ErrorCodes.Contradiction, $"shard {index} of {count} does not exist",
                "use --shard 1/4 to 4/4");
    }
}
