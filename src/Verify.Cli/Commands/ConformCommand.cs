using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Engines;
using Verify.Harness;
using Verify.Scheduling;

namespace Verify.Cli.Commands;

/// <summary><c>conform [NAME…]</c>: holds the user's code against models.</summary>
internal static class ConformCommand
{
    public static Command Create(Session session)
    {
        var explorer = new ScheduleExplorer();
        var names = new Argument<string[]>("NAME")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Classes that derive from ConformanceCase; all in the folder 'mine' by default.",
        };
        var strategy = new Option<string>("--strategy")
        {
            HelpName = "S",
            Description = $"How schedules are drawn: {string.Join(", ", explorer.Strategies)}.",
            DefaultValueFactory = _ => "pct",
        };
        var schedules = CountOption.Create("--schedules",
            $"The number of schedules; {IScheduleEngine.DefaultSchedules} by default.");
        var budget = new BudgetOption("The budget: seconds=10,states=1M; depth=N is the maximum number of turns in a schedule.");
        var seed = new Option<ulong>("--seed")
        {
            HelpName = "N",
            Description = "The seed of random choices.",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command("conform", "Holds concurrent C# against models under many schedules.")
        {
            names, strategy, schedules, budget.Option, seed,
        };
        command.SetAction(parsed =>
        {
            var found = Find(session.Catalogue, parsed.GetValue(names) ?? []);
            var run = new EngineOptions(budget.Read(parsed), parsed.GetValue(seed), Cancellation: session.Cancellation);
            var codes = new List<int>();
            foreach (var one in found.TakeWhile((_, i) => i == 0 || !session.Cancellation.IsCancellationRequested))
            {
                var test = one.Test();
                var result = ProgressDisplay.Run(session.Terminal, one.Name, _ => explorer.Explore(test,
                    parsed.GetRequiredValue(strategy), parsed.GetValue(schedules) ?? IScheduleEngine.DefaultSchedules, run));
                session.Terminal.Out.WriteLine($"{(codes.Count > 0 ? "\n" : "")}{result.Text(test).TrimEnd()}");
                codes.Add(CodeOf(result));
            }

            return ExitCode.Worst(codes);
        });
        return command;
    }

    private static List<ConformanceCase> Find(Catalogue catalogue, string[] names)
    {
        var all = catalogue.Cases;
        if (all.IsEmpty)
        {
            throw UserErrorException.At(null, ErrorCodes.UnknownClaim, "no class in the folder 'mine' derives from ConformanceCase",
                "src/docs/harness.md shows one");
        }

        return names.Length == 0 ? [.. all]
        : [
            .. names.Select(name => all.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw UserErrorException.At(null, ErrorCodes.UnknownClaim, $"no ConformanceCase has the name '{name}'",
                    Suggestion.Hint(name, all.Select(one => one.Name)) ?? $"choose from {string.Join(", ", all.Select(one => one.Name))}")),
        ];
    }

    // More than that the drawn schedules find nothing cannot be expected.
    private static int CodeOf(ConformanceResult result) => result.Trace is not null ? ExitCode.Otherwise
        : result.Verdict is Verdict.HoldsUpTo ? ExitCode.AsExpected : ExitCode.Undecided;
}
