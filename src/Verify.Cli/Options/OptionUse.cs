using System.CommandLine;
using Verify.Cli.Engines;
using Verify.Coyote;
using Verify.Engines;
using Verify.Explicit;
using Verify.Scheduling;
using Verify.Symbolic;
using Verify.Symbolic.Tasks;

namespace Verify.Cli.Options;

/// <summary>
/// The engines that use each option, and the options that contradict each other. An option without effect is rejected.
/// </summary>
internal static class OptionUse
{
    /// <summary>An option and the engines that use it.</summary>
    /// <param name="Option">The name of the option.</param>
    /// <param name="Heeds">True if an engine uses the option.</param>
    /// <param name="About">The subject of the option, which completes the sentence "--option is about …".</param>
    /// <param name="Engines">The advice on how to select such an engine.</param>
    internal sealed record Use(string Option, Func<IEngine, bool> Heeds, string About, string Engines)
    {
        /// <summary>True if an engine uses the option, or one of those that it chooses from.</summary>
        public bool IsUsedBy(IEngine engine) => engine switch
        {
            AutoEngine auto => auto.Engines.Any(Heeds) && !IsOfOne,
            PortfolioEngine portfolio => portfolio.Engines.Any(Heeds) && !IsOfOne,
            _ => Heeds(engine),
        };

        /// <summary>True if the user must choose the engine by name.</summary>
        public bool IsOfOne { get; init; }
    }

    /// <summary>Two options that cannot be combined.</summary>
    /// <param name="Option">One option.</param>
    /// <param name="Other">The other option.</param>
    /// <param name="Why">The reason.</param>
    internal sealed record Contradiction(string Option, string Other, string Why);

    /// <summary>An option that has no effect without another one.</summary>
    /// <param name="Option">The option.</param>
    /// <param name="Other">The other option, with its value.</param>
    internal sealed record Need(string Option, string Other);

    private const string Scheduling = "add --engine schedules";
    private const string Searching = "omit --engine, or choose explicit, auto or portfolio";

    /// <summary>The options that only some engines use.</summary>
    public static IReadOnlyList<Use> All { get; } =
    [
        new("--seed", _ => true, "", ""),
        new("--threads", engine => engine is not (SymbolicEngine or CoyoteEngine), "searches and walks", Searching),
        new("--budget seconds", _ => true, "", ""),
        new("--budget bytes", _ => true, "", ""),
        new("--budget states", engine => engine is not SymbolicEngine, "states that are visited", "use seconds, depth or bytes"),
        new("--budget depth", engine => engine is not SpacerEngine, "the number of steps", "use seconds or bytes"),
        new("--strategy", engine => engine is IScheduleEngine, "schedules", Scheduling) { IsOfOne = true },
        new("--schedules", engine => engine is IScheduleEngine, "schedules", Scheduling) { IsOfOne = true },
        new("--steps", engine => engine is IScheduleEngine, "schedules", Scheduling) { IsOfOne = true },
        new("--solver", Solves, "engines that use a solver", "add --engine bmc, kinduction, pdr, spacer, auto or portfolio"),
        new("--memory", Searches, "the states that a search keeps", Searching),
        new("--spill", Searches, "the states that a search keeps", Searching),
        new("--checkpoint", Searches, "the states that a search keeps", Searching),
        new("--checkpoint-every", Searches, "the states that a search keeps", Searching),
        new("--reduce", engine => !Draws(engine), "reductions of a search", Searching),
        new("--paranoid", engine => engine is ExplicitEngine, "the states of a proof by search", Searching),
        new("--compact", engine => engine is ExplicitEngine, "the states that a search keeps", "omit --engine, or choose explicit")
        {
            IsOfOne = true,
        },
        new("--sizes", engine => !Draws(engine), "what follows a proof", "choose an engine that proves"),
    ];

    /// <summary>The options that cannot be combined.</summary>
    public static IReadOnlyList<Contradiction> Contradictions { get; } =
    [
        new("--paranoid", "--compact", "--paranoid checks the states of a proof, but a search with --compact proves nothing"),
        new("--checkpoint", "--compact", "a checkpoint stores whole states, but --compact stores hashes"),
        new("--sizes", "--compact", "--sizes follows a proof, but a search with --compact proves nothing"),
        new("--spill", "--compact", "a search with --compact stays in memory"),
        new("--spill", "--checkpoint", "with --checkpoint, states that leave memory go to its directory"),
        new("--full", "--json", "--full is about the text of a trace, which --json does not print"),
        new("--markdown", "--json", "both are forms of the same output"),
        new("--sources", "--json", "--sources is about the text of a trace; --json has the sources of each step anyway"),
        new("--write", "--json", "--write checks nothing and has no results for --json"),
        new("--write", "--solver", "--write checks nothing and asks no solver"),
        .. ((string[])["--engine", "--budget", "--seed", "--into", "--size", "--feature", "--fault", "--assume", "--drop", "--profile"])
            .Select(option => new Contradiction("--any-size", option, $"{option} is about one instance, and --any-size about all")),
    ];

    /// <summary>The options that have no effect without another one.</summary>
    public static IReadOnlyList<Need> Needs { get; } =
    [
        new("--checkpoint-every", "--checkpoint DIR"),
        new("--find", "--any-size"),
    ];

    /// <summary>Rejects options that no selected engine uses, and options that contradict each other.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Check(ParseResult parsed, params IReadOnlyList<IEngine> engines)
    {
        // Whatever the engine, the gate uses solvers for certificates, and two commands decide several claims at once.
        string[] excused = parsed.CommandResult.Command.Name switch
        {
            "gate" => ["--solver", "--threads"],
            "compare" => ["--threads"],
            _ => [],
        };
        foreach (var use in All.Where(use => !engines.Any(use.IsUsedBy) && !excused.Contains(use.Option)))
        {
            if (IsGiven(parsed, use.Option))
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction,
                    $"{use.Option} is about {use.About} and has no effect for engine '{engines[0].Name}'", use.Engines);
            }
        }

        CheckContradictions(parsed);
    }

    /// <summary>Rejects options that contradict each other or lack another one.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void CheckContradictions(ParseResult parsed)
    {
        if (Contradictions.FirstOrDefault(pair => IsGiven(parsed, pair.Option) && IsGiven(parsed, pair.Other)) is { } both)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, both.Why);
        }

        if (Needs.FirstOrDefault(need => IsGiven(parsed, need.Option) && !IsGiven(parsed, need.Other.Split(' ')[0])) is { } lacking)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                $"{lacking.Option} needs {lacking.Other.Split(' ')[0]}", $"add {lacking.Other}");
        }
    }

    // A part of a budget is an option of its own here.
    private static bool IsGiven(ParseResult parsed, string name)
    {
        var words = name.Split(' ');
        return parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == words[0]) is { } option
            && parsed.GetResult(option) is { Implicit: false } given
            && (words.Length == 1 || given.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))
                .Any(part => part.StartsWith($"{words[1]}=", StringComparison.Ordinal)));
    }

    // An unknown engine is assumed to use every option.
    private static bool Draws(IEngine engine) => engine is RandomEngine or IScheduleEngine;

    private static bool Searches(IEngine engine) => engine is not SymbolicEngine && !Draws(engine);

    private static bool Solves(IEngine engine) => engine is not ExplicitEngine && !Draws(engine);
}
