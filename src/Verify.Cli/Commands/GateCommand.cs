using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Verify.Claims;
using Verify.Cli.Output;

namespace Verify.Cli.Commands;

/// <summary><c>gate</c>: every claim against its expectation.</summary>
internal static class GateCommand
{
    private static readonly string[] Headings = ["claim", "expected", "verdict", "states", "steps", "seconds", ""];

    public static Command Create(Session session)
    {
        var shard = new Option<string?>("--shard") { HelpName = "i/n", Description = "Only each n-th claim, from the i-th on." };
        var json = new Option<bool>("--json") { Description = "The results as JSON." };
        var options = new RunOptions(withCheckpoints: false);
        var command = new Command("gate", "Decides every claim and compares it with what it expects.") { shard };
        options.AddTo(command);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (engine, run) = options.Read(parsed, session);
            var (index, count) = ReadShard(parsed.GetValue(shard));
            var all = session.Catalogue.Claims;
            if (all.IsEmpty)
            {
                throw ModelException.At(null, Codes.UnknownClaim, "there are no claims to decide");
            }

            var claims = all.Where((_, position) => position % count == index - 1).ToList();
            var code = Gate(session, claims, new Batch(new CarefulEngine(engine), run), parsed.GetValue(json));
            return ExitCode.Worst([code, .. Certify(session, claims, parsed.GetValue(json))]);
        });
        return command;
    }

    private static int Gate(Session session, List<Claim> claims, Batch batch, bool isJson)
    {
        var clock = Stopwatch.StartNew();
        // Rows are written as they come, so what does not depend on them has the room that it may need.
        string[] widest = ["", "expected", "holds-up-to", "99,999,999", "steps", "seconds", "PROBLEM"];
        var widths = Table.Widths(Headings, [widest, .. claims.Select(claim => (string[])[claim.Id, .. widest[1..]])]);
        if (!isJson)
        {
            session.Terminal.Out.WriteLine(Table.Row(Headings, widths));
        }

        var rows = batch.Decide(session.Terminal, claims, row =>
        {
            if (!isJson)
            {
                session.Terminal.Out.WriteLine(Row(session.Terminal, row, widths));
            }
        });

        var decisions = rows.Select(row => row.Decision).OfType<Decision>().ToList();
        if (isJson)
        {
            ResultJson.Write(session.Terminal.Out, decisions);
        }
        else
        {
            session.Terminal.Out.WriteLine();
            WriteProblems(session.Terminal, rows);
            session.Terminal.Out.WriteLine($"{Tally.Of(decisions)} ({ResultText.Seconds(clock.Elapsed.TotalSeconds)})");
        }

        return Conclude(session, rows, claims.Count);
    }

    // Proofs for every size are held against today's model, and against fresh solvers, with the claims that they are of.
    private static IEnumerable<int> Certify(Session session, List<Claim> claims, bool isJson)
    {
        var check = new Proofs.CertificateCheck(session);
        foreach (var done in check.Of(claims))
        {
            if (!isJson || done.Failure is not null)
            {
                CertifyCommand.Write(session.Terminal, done);
            }
            else if (done.ExitCode != ExitCode.AsExpected)
            {
                session.Terminal.Error.WriteLine($"verify: {done.Line}");
            }

            // The claim was decided, and the text is today's: that nobody could be asked again is said, and is no failure.
            yield return done.LacksSolver ? ExitCode.AsExpected : done.ExitCode;
        }

        if (session.Cancellation.IsCancellationRequested)
        {
            yield return ExitCode.Undecided;
        }
    }

    private static int Conclude(Session session, List<Batch.Row> rows, int asked)
    {
        foreach (var row in rows.Where(row => row.Failure is not null))
        {
            session.Terminal.Error.WriteLine($"{row.Failure} (claim {row.Claim.Id})");
            session.Terminal.Error.WriteLine($"hint: {row.Failure!.Hint}");
        }

        if (rows.Count < asked)
        {
            session.Terminal.Error.WriteLine($"verify: interrupted; {asked - rows.Count} of {asked} claims were not looked at");
        }

        // A claim that is pending is as expected here: it says itself that this version does not decide it.
        var codes = rows.Select(row => row.Failure is { } failure
            ? (failure.Code == Codes.Internal ? ExitCode.OurFault : ExitCode.BadInput)
            : row.Decision!.Report.Main is null ? ExitCode.AsExpected : row.Decision.ExitCode);
        return ExitCode.Worst(session.Cancellation.IsCancellationRequested ? codes.Append(ExitCode.Undecided) : codes);
    }

    private static string Row(Terminal terminal, Batch.Row row, int[] widths)
    {
        var main = row.Decision?.Report.Main;
        var status = row.Decision switch
        {
            { Report.Main: null } => terminal.Paint("pending", Paint.Yellow),
            { Report.IsAsExpected: true } => terminal.Paint("ok", Paint.Green),
            _ => terminal.Paint("PROBLEM", Paint.Red),
        };
        return Table.Row(
        [
            row.Claim.Id,
            row.Claim.Expected.Word,
            main?.Verdict.Word ?? (row.Failure is null ? "" : "error"),
            (main?.Verdict.Evidence.States.ToString("N0", CultureInfo.InvariantCulture) ?? "").PadLeft(widths[3]),
            (main?.Trace?.Length.ToString(CultureInfo.InvariantCulture) ?? "").PadLeft(widths[4]),
            (main?.ElapsedSeconds.ToString("0.00", CultureInfo.InvariantCulture) ?? "").PadLeft(widths[5]),
            status,
        ], widths);
    }

    private static void WriteProblems(Terminal terminal, List<Batch.Row> rows)
    {
        foreach (var row in rows)
        {
            string[] problems = row.Failure is { } failure
                ? [failure.ToString()]
                : [.. row.Decision!.Report.Problems];
            if (problems.Length == 0)
            {
                continue;
            }

            terminal.Out.WriteLine($"{terminal.Paint("PROBLEM", Paint.Red)} {row.Claim.Id}");
            foreach (var problem in problems)
            {
                terminal.Out.WriteLine($"  {problem}");
            }

            terminal.Out.WriteLine($"  repeat: ./verify check {Traces.Fold.Quoted(row.Claim.Id)}");
            terminal.Out.WriteLine();
        }
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
            throw ModelException.At(null, Codes.BadUsage, $"the shard '{text}' is not understood", "write --shard 1/4 to 4/4");
        }

        return index >= 1 && index <= count
            ? (index, count)
            : throw ModelException.At(null, Codes.Contradiction, $"there is no shard {index} of {count}", "write --shard 1/4 to 4/4");
    }
}
