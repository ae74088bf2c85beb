using System.CommandLine;
using Verify.Cli.Engines;
using Verify.Engines;
using Verify.Explicit;
using Verify.Scheduling;
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
    internal sealed record Use(string Option, Func<IEngine, bool> Heeds, string About, string Engines);

    /// <summary>Two options that cannot be combined.</summary>
    /// <param name="Option">One option.</param>
    /// <param name="Other">The other option.</param>
    /// <param name="Why">The reason.</param>
    internal sealed record Contradiction(string Option, string Other, string Why);

    private const string Searching = "omit --engine, or choose explicit, auto or portfolio";

    /// <summary>The options that only some engines use.</summary>
    public static IReadOnlyList<Use> All { get; } =
    [
        new("--solver", Solves, "engines that use a solver", "add --engine bmc, kinduction, pdr, spacer, auto or portfolio"),
        new("--memory", Searches, "the states that a search keeps", Searching),
        new("--spill", Searches, "the states that a search keeps", Searching),
        new("--checkpoint", Searches, "the states that a search keeps", Searching),
        new("--checkpoint-every", Searches, "the states that a search keeps", Searching),
        new("--reduce", engine => !Draws(engine), "reductions of a search", Searching),
        new("--paranoid", ProvesBySearch, "the states of a proof by search", Searching),
        new("--compact", engine => engine is ExplicitEngine, "the states that a search keeps", "omit --engine, or choose explicit"),
    ];

    /// <summary>The options that cannot be combined.</summary>
    public static IReadOnlyList<Contradiction> Contradictions { get; } =
    [
        new("--paranoid", "--compact", "--paranoid checks the states of a proof, but a search with --compact proves nothing"),
        new("--checkpoint", "--compact", "a checkpoint stores whole states, but --compact stores hashes"),
    ];

    /// <summary>Rejects options that no selected engine uses, and options that contradict each other.</summary>
    /// <exception cref="UserErrorException">VRF304.</exception>
    public static void Check(ParseResult parsed, params IReadOnlyList<IEngine> engines)
    {
        // The gate uses solvers for certificates, whatever the engine.
        var isAsked = parsed.CommandResult.Command.Name == "gate";
        foreach (var use in All.Where(use => !engines.Any(use.Heeds) && !(isAsked && use.Option == "--solver")))
        {
            if (IsGiven(parsed, use.Option))
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction,
                    $"{use.Option} is about {use.About} and has no effect for engine '{engines[0].Name}'", use.Engines);
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

    // The interpreter checks proofs of these engines by visiting states again.
    private static bool ProvesBySearch(IEngine engine) => engine is ExplicitEngine or AutoEngine or PortfolioEngine;

    // An unknown engine is assumed to use every option.
    private static bool Draws(IEngine engine) => engine is RandomEngine or IScheduleEngine;

    private static bool Searches(IEngine engine) => engine is not SymbolicEngine && !Draws(engine);

    private static bool Solves(IEngine engine) => engine is not ExplicitEngine && !Draws(engine);
}
