using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Scheduling;

namespace Verify.Cli.Options;

/// <summary>The options for the engine and the run.</summary>
/// <param name="withCheckpoints">True if the command supports checkpoints.</param>
internal sealed class RunOptions(bool withCheckpoints)
{
    private static readonly NamedReduction[] Known =
    [
        new("cone", Reductions.ConeOfInfluence),
        new("partial-order", Reductions.PartialOrder),
        new("symmetry", Reductions.Symmetry),
    ];

    private readonly Option<string?> engine = new("--engine")
    {
        HelpName = "E",
        Description = "The engine; see 'verify list'.",
    };

    private readonly BudgetOption budget = new("The budget: states=1M,seconds=10,depth=30,bytes=2G.");

    private readonly Option<ulong> seed = new("--seed")
    {
        HelpName = "N",
        Description = "The seed of random choices.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> threads = new("--threads")
    {
        HelpName = "N",
        Description = "The number of threads; 0 for one per core.",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<string[]> reduce = new("--reduce")
    {
        HelpName = "R",
        Description = $"Reduce the state space without changing the verdict: {Names}.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<long?> random =
        CountOption.Create("--random", "Take N random walks instead of a search; refutes, but proves nothing.");

    private readonly Option<bool> compact = new("--compact")
    {
        Description = "Store a hash of each state longer than a word: less memory, but never a proof.",
    };

    private readonly Option<bool> paranoid = ParanoidOption();
    private readonly ScheduleOptions schedules = new();
    private readonly SolverOption solver = new();
    private readonly StorageOptions storage = new(withCheckpoints);
    private readonly List<Option> options = [];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        var others = command.Options.Count;
        foreach (var option in new Option[] { engine, random, budget.Option, reduce, compact, paranoid, seed, threads })
        {
            command.Add(option);
        }

        schedules.AddTo(command);
        solver.AddTo(command);
        storage.AddTo(command);
        options.AddRange(command.Options.Skip(others));
    }

    /// <summary>The engine and the options of a command line.</summary>
    /// <exception cref="UserErrorException">VRF201, VRF202, VRF403: an unknown engine, a malformed budget or a number
    /// out of range; VRF304: options contradict each other; VRF402: a directory cannot be used.</exception>
    public (IEngine Engine, EngineOptions Run) Read(ParseResult parsed, Session session)
    {
        var limit = budget.Read(parsed);
        var count = parsed.GetValue(threads);
        var reductions = Reductions.None;
        foreach (var name in (parsed.GetValue(reduce) ?? []).SelectMany(names => names.Split(',')))
        {
            var known = Array.Find(Known, one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the reduction '{name}' does not exist",
                    $"use --reduce with one of {Names}");
            reductions |= known.Reduction;
        }

        if (count is < 0 or > 1024)
        {
            throw UserErrorException.At(null, ErrorCodes.BadUsage,
                $"--threads must be 0 (one per core) to 1024, got {count}",
                "use a number from 0 to 1024");
        }

        solver.Apply(parsed, session);
        (var chosen, limit) = schedules.Apply(parsed, Engine(parsed, session), limit);
        OptionUse.Check(parsed, chosen);
        return (chosen, storage.Apply(parsed, new EngineOptions(limit, parsed.GetValue(seed), count, null, reductions, session.Cancellation)
        {
            IsCompact = parsed.GetValue(compact),
            Scrutiny = parsed.GetValue(paranoid) ? Scrutiny.Whole : null,
        }));
    }

    /// <summary>The option to check proofs by search completely.</summary>
    public static Option<bool> ParanoidOption() => new("--paranoid")
    {
        Description = "Check every state of a proof by search with the interpreter, instead of a sample.",
    };

    /// <summary>The options that a command line contains, as words of a command.</summary>
    public IEnumerable<string> Given(ParseResult parsed) => options
        .Select(option => (option.Name, Result: parsed.GetResult(option)))
        .Where(one => one.Result is { Implicit: false })
        .SelectMany(one => one.Result!.Tokens is { Count: > 0 } values
            ? values.Select(value => $"{one.Name} {Verify.Rendering.TextWrap.Quoted(value.Value)}")
            : [one.Name]);

    private static string Names => string.Join(", ", Known.Select(one => one.Name));

    private IEngine Engine(ParseResult parsed, Session session)
    {
        var (name, walks) = (parsed.GetValue(engine), parsed.GetValue(random));
        if (walks is null)
        {
            return session.Engine(name);
        }

        if (name is not null && !name.Equals("random", StringComparison.OrdinalIgnoreCase))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, $"--random cannot be combined with --engine {name}");
        }

        return walks > 0
            ? new RandomEngine(walks.Value)
            : throw UserErrorException.At(null, ErrorCodes.BadUsage, $"--random must be at least 1, got {walks}", "use --random 1000");
    }

    private sealed record NamedReduction(string Name, Reductions Reduction);
}
