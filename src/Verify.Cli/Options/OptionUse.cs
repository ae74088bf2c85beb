using System.CommandLine;
using Verify.Cli.Engines;
using Verify.Engines;
using Verify.Explicit;
using Verify.Scheduling;
using Verify.Symbolic.Tasks;

namespace Verify.Cli.Options;

/// <summary>
/// Which engines heed which option, and which options contradict each other. One that would do nothing is refused by name.
/// </summary>
internal static class OptionUse
{
    /// <summary>An option, and the engines that heed it.</summary>
    /// <param name="Option">Its name.</param>
    /// <param name="Heeds">Whether an engine does.</param>
    /// <param name="About">What it is about, as a sentence goes on behind "is about".</param>
    /// <param name="Engines">How such an engine is asked for.</param>
    internal sealed record Use(string Option, Func<IEngine, bool> Heeds, string About, string Engines);

    /// <summary>Two options that cannot be had together.</summary>
    /// <param name="Option">The one.</param>
    /// <param name="Other">The other.</param>
    /// <param name="Why">Why not.</param>
    internal sealed record Contradiction(string Option, string Other, string Why);

    private const string Searching = "leave out --engine, or choose explicit, auto or portfolio";

    /// <summary>The options that not every engine heeds.</summary>
    public static IReadOnlyList<Use> All { get; } =
    [
        new("--solver", Solves, "engines that ask one", "add --engine bmc, kinduction, pdr, spacer, auto or portfolio"),
        new("--memory", Searches, "the states that a search keeps", Searching),
        new("--spill", Searches, "the states that a search keeps", Searching),
        new("--checkpoint", Searches, "the states that a search keeps", Searching),
        new("--checkpoint-every", Searches, "the states that a search keeps", Searching),
        new("--reduce", engine => !Draws(engine), "what a search may leave out", Searching),
        new("--paranoid", ProvesBySearch, "the states of a proof by search", Searching),
        new("--compact", engine => engine is ExplicitEngine, "the states that a search keeps", "leave out --engine, or choose explicit"),
    ];

    /// <summary>The options that cannot be had together.</summary>
    public static IReadOnlyList<Contradiction> Contradictions { get; } =
    [
        new("--paranoid", "--compact", "--paranoid walks the states of a proof once more, a search with --compact proves nothing"),
        new("--checkpoint", "--compact", "checkpoints are of whole states, --compact keeps hashes"),
    ];

    /// <summary>Refuses options that no engine that is asked heeds, and options that contradict each other.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Check(ParseResult parsed, params IReadOnlyList<IEngine> engines)
    {
        // Whatever the engine, the gate asks solvers about certificates.
        var isAsked = parsed.CommandResult.Command.Name == "gate";
        foreach (var use in All.Where(use => !engines.Any(use.Heeds) && !(isAsked && use.Option == "--solver")))
        {
            if (IsGiven(parsed, use.Option))
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction,
                    $"{use.Option} is about {use.About}, and does nothing for engine '{engines[0].Name}'", use.Engines);
            }
        }

        if (Contradictions.FirstOrDefault(pair => IsGiven(parsed, pair.Option) && IsGiven(parsed, pair.Other)) is { } both)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, both.Why);
        }
    }

    private static bool IsGiven(ParseResult parsed, string name) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == name) is { } option
        && parsed.GetResult(option) is { Implicit: false };

    // The interpreter walks once more what one of ours has visited.
    private static bool ProvesBySearch(IEngine engine) => engine is ExplicitEngine or AutoEngine or PortfolioEngine;

    // What is none of ours is taken to heed everything.
    private static bool Draws(IEngine engine) => engine is RandomEngine or IScheduleEngine;

    private static bool Searches(IEngine engine) => engine is not SymbolicEngine && !Draws(engine);

    private static bool Solves(IEngine engine) => engine is not ExplicitEngine && !Draws(engine);
}
