using System.CommandLine;
using Verify.Engines;
using Verify.Explicit;
using Verify.Symbolic;

namespace Verify.Cli.Commands;

/// <summary>Which engines heed which option. One that would do nothing is refused by name.</summary>
internal static class OptionUse
{
    /// <summary>An option, and the engines that heed it.</summary>
    /// <param name="Option">Its name.</param>
    /// <param name="Heeds">Whether an engine does.</param>
    /// <param name="About">What it is about, as a sentence goes on behind "is about".</param>
    /// <param name="Engines">How such an engine is asked for.</param>
    internal sealed record Use(string Option, Func<IEngine, bool> Heeds, string About, string Engines);

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
    ];

    /// <summary>Refuses options that the engine does not heed.</summary>
    /// <exception cref="ModelException">VRF304.</exception>
    public static void Check(ParseResult parsed, IEngine engine)
    {
        // Whatever the engine, the gate asks solvers about certificates.
        var isAsked = parsed.CommandResult.Command.Name == "gate";
        foreach (var use in All.Where(use => !use.Heeds(engine) && !(isAsked && use.Option == "--solver")))
        {
            var option = parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == use.Option);
            if (option is not null && parsed.GetResult(option) is { Implicit: false })
            {
                throw ModelException.At(null, Codes.Contradiction,
                    $"{use.Option} is about {use.About}, and does nothing for engine '{engine.Name}'", use.Engines);
            }
        }
    }

    // What is none of ours is taken to heed everything.
    private static bool Draws(IEngine engine) => engine is RandomEngine or IScheduleEngine;

    private static bool Searches(IEngine engine) => engine is not SymbolicEngine && !Draws(engine);

    private static bool Solves(IEngine engine) => engine is not ExplicitEngine && !Draws(engine);
}
