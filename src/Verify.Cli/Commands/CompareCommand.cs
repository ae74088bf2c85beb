using System.Collections.Concurrent;
using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Rendering;

namespace Verify.Cli.Commands;

/// <summary><c>compare</c>: runs several engines on the same claims; they must not contradict each other.</summary>
internal static class CompareCommand
{
    private const string Default = "explicit,bmc,kinduction,spacer,pdr";

    public static Command Create(Session session)
    {
        var claims = new Argument<string[]>("CLAIM")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Claims or groups of claims; all claims by default.",
        };
        var engines = new Option<string>("--engines")
        {
            HelpName = "E,F",
            Description = "Engines to compare. Claims that the first cannot decide within the budget are skipped.",
            DefaultValueFactory = _ => Default,
        };
        var budget = new Option<string>("--budget")
        {
            HelpName = "B",
            Description = "The budget per engine and claim: states=1M,seconds=10,depth=30,bytes=2G.",
            DefaultValueFactory = _ => "states=100k,seconds=5",
        };
        var threads = new Option<int>("--threads")
        {
            HelpName = "N",
            Description = "Claims to run in parallel; use 1 for reliable timings.",
            DefaultValueFactory = _ => 1,
        };
        var page = new Option<string?>("--page") { HelpName = "FILE", Description = "Also write the table to a Markdown file." };
        var paranoid = RunOptions.ParanoidOption();
        var json = new Option<bool>("--json") { Description = "Write the comparison as JSON." };
        var command = new Command("compare", "Runs several engines on the same claims and compares verdicts and times.")
        {
            claims,
            engines,
            budget,
            threads,
            page,
            paranoid,
            json,
        };
        command.SetAction(parsed =>
        {
            var named = parsed.GetValue(claims) ?? [];
            var asked = named.Length == 0 ? session.Catalogue.Claims : session.Catalogue.Find(named);
            var names = parsed.GetRequiredValue(engines).Split(',', StringSplitOptions.TrimEntries);
            var chosen = Engines(session, names);
            var allowed = parsed.GetRequiredValue(budget);
            var run = new EngineOptions(BudgetOption.Read([allowed]), Threads: 1, Cancellation: session.Cancellation)
            {
                Scrutiny = parsed.GetValue(paranoid) ? Scrutiny.Whole : null,
            };
            OptionUse.Check(parsed, chosen);
            var atOnce = parsed.GetValue(threads) is > 0 and <= 512 and var number ? number
                : throw UserErrorException.At(null, ErrorCodes.BadUsage, $"--threads must be 1 to 512, got {parsed.GetValue(threads)}",
                    "use a number from 1 to 512");
            if (parsed.GetValue(page) is { } target)
            {
                CheckWritable(target);
            }

            var isJson = parsed.GetValue(json);
            var outcome = new ComparisonOutcome(asked.Length, Compare(session, asked, chosen, run, atOnce, isJson), chosen);
            if (parsed.GetValue(page) is { } file && !outcome.IsInterrupted)
            {
                var again = string.Join(' ', ["./verify compare", .. named, $"--engines {string.Join(',', names)}",
                    $"--budget {allowed}", $"--threads {atOnce}", $"--page {file}"]);
                TextFile.Write(file, ComparisonPage.Of(outcome, again));
            }

            return Conclude(session, outcome, isJson);
        });
        return command;
    }

    private static List<IEngine> Engines(Session session, string[] names)
    {
        List<IEngine> chosen = [.. names.Select(session.Engine)];
        return chosen.GroupBy(engine => engine.Name).FirstOrDefault(same => same.Count() > 1) is not { } twice ? chosen
            : throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"the engine '{twice.Key}' is named twice, and would second itself", "name each engine once");
    }

    private static List<Comparison> Compare(Session session, IReadOnlyList<Claim> claims, List<IEngine> engines, EngineOptions run,
        int threads, bool isJson)
    {
        string[] headings = ["claim", .. engines.Select(engine => engine.Name)];
        // Rows are printed as they arrive, so the columns have a fixed width.
        var widths = headings.Select(_ => "unknown past 99, 99.99".Length).ToArray();
        widths[0] = claims.Select(claim => claim.Id.Length).Append(headings[0].Length).Max();
        // On a terminal that is too narrow for a row, an answer has a line of its own.
        var isNarrow = widths.Sum(width => width + 2) - 2 > session.Terminal.Columns;
        if (!isNarrow && !isJson)
        {
            session.Terminal.Out.WriteLine(Table.Row(headings, widths));
        }

        var (rows, done) = (new List<Comparison>(), 0);
        var compared = Partitioner.Create(claims, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered()
            .WithDegreeOfParallelism(threads).WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(claim =>
            {
                var row = Comparison.Compare(claim, engines, run);
                Interlocked.Increment(ref done);
                return row;
            });
        string Title() => $"{Volatile.Read(ref done)} of {Quantity.Of(claims.Count, "claim")} compared";
        foreach (var row in ProgressDisplay.Each(session.Terminal, Title, compared))
        {
            if (run.Cancellation.IsCancellationRequested)
            {
                break;
            }

            rows.Add(row);
            string[] cells = row.LeftOut is { } reason
                ? [row.Claim.Id, $"left out: {reason}", .. engines.Skip(1).Select(_ => "")]
                : [row.Claim.Id, .. row.Answers.Select(ComparisonPage.Cell)];
            foreach (var line in isJson ? [] : isNarrow ? Stacked(headings, cells) : [Table.Row(cells, widths)])
            {
                session.Terminal.Out.WriteLine(line);
            }
        }

        return rows;
    }

    private static IEnumerable<string> Stacked(string[] headings, string[] cells)
    {
        var width = headings.Skip(1).Max(heading => heading.Length) + 2;
        return cells[1].StartsWith("left out", StringComparison.Ordinal)
            ? TextWrap.Lines($"{cells[0]}  {cells[1]}")
            : cells.Skip(1).Select((cell, i) => $"  {headings[i + 1].PadRight(width)}{cell}").Prepend(cells[0]);
    }

    private static int Conclude(Session session, ComparisonOutcome outcome, bool isJson)
    {
        var (output, error) = (session.Terminal.Out, session.Terminal.Error);
        if (isJson)
        {
            ComparisonJson.Write(output, outcome);
        }
        else
        {
            output.WriteLine();
            foreach (var row in outcome.Rows.Where(row => row.Contradiction is not null))
            {
                output.WriteLine($"{session.Terminal.Paint("CONTRADICTION", Paint.Red)} {row.Claim.Id}: {row.Contradiction}");
            }

            foreach (var line in TextWrap.Lines(outcome.Sentence, session.Terminal.Columns))
            {
                output.WriteLine(line);
            }
        }

        foreach (var (engine, reason) in outcome.Missing)
        {
            error.WriteLine($"verify: {engine} was skipped: {reason}");
        }

        if (outcome.IsInterrupted)
        {
            error.WriteLine($"verify: interrupted; {outcome.Asked - outcome.Rows.Count} of {outcome.Asked} claims were not compared");
        }

        foreach (var (row, answer) in outcome.Mistakes)
        {
            error.WriteLine($"{answer.Failure} (claim {row.Claim.Id}, engine '{answer.Engine}')");
        }

        foreach (var failure in outcome.Failures)
        {
            ErrorOutput.Complain(session.Terminal, failure);
        }

        return ExitCode.Of(outcome);
    }

    // Reported before the work, which may take hours.
    private static void CheckWritable(string file)
    {
        if (string.IsNullOrWhiteSpace(file))
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage, "--page needs a file", "use --page FILE");
        }

        try
        {
            using var probe = File.Open(file, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UserErrorException.At(null, ErrorCodes.BadFile, e.Message);
        }
    }
}
