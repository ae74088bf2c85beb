using System.Globalization;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Engines;

/// <summary>
/// Selects an engine by size: a search if the instance is small, solvers otherwise. It reports its choice and the
/// reason.
/// </summary>
/// <param name="search">The engine that visits every state.</param>
/// <param name="bounded">The engine that refutes properties of larger instances.</param>
/// <param name="proving">The engine that proves properties of larger instances.</param>
internal sealed class AutoEngine(IEngine search, IEngine bounded, IEngine proving) : IEngine
{
    /// <summary>
    /// The maximum number of states to search before solvers are used: some seconds and some hundred megabytes.
    /// </summary>
    public const long MaxStates = 5_000_000;

    /// <summary>The maximum number of steps to search for a violation before a proof is attempted.</summary>
    public const int MaxSteps = 20;

    /// <summary>The engines that it selects from.</summary>
    public IReadOnlyList<IEngine> Engines => [search, bounded, proving];

    public string Name => "auto";

    public string Summary => "selects by size: a search for small instances, solvers for large ones; reports the choice and the reason";

    public string? Unavailable => null;

    public string? WhyNot(Model model, Property property) => null;

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        if (bounded.WhyNot(model, property) is { } reason)
        {
            return Chosen(search.Decide(model, property, run), search, reason);
        }

        var mayGrow = run.Budget.States is null or > MaxStates;
        var first = search.Decide(model, property, mayGrow ? run with { Budget = run.Budget with { States = MaxStates } } : run);
        var states = first.Evidence.States;
        if (IsDecided(first) || !mayGrow || run.Cancellation.IsCancellationRequested || states < MaxStates)
        {
            return Chosen(first, search, IsDecided(first) ? "the instance is small enough to be searched" : "a budget ended it");
        }

        if (bounded.Unavailable is { } missing)
        {
            return Chosen(search.Decide(model, property, run), search, missing);
        }

        var size = string.Create(CultureInfo.InvariantCulture, $"more than {MaxStates:N0} states");
        var plain = run with { Reductions = Reductions.None };
        var depth = Math.Min(run.Budget.Depth ?? MaxSteps, MaxSteps);
        var second = bounded.Decide(model, property, plain with { Budget = run.Budget with { Depth = depth } });
        if (IsDecided(second) || run.Cancellation.IsCancellationRequested)
        {
            return Chosen(second, bounded, size);
        }

        var third = proving.Decide(model, property, plain);
        return IsDecided(third) ? Chosen(third, proving, size) : Chosen(Farthest([first, second, third]), bounded, $"{size}, and no proof");
    }

    /// <summary>True for a verdict that decides the property.</summary>
    public static bool IsDecided(Verdict verdict) => verdict is Verdict.Proved or Verdict.Refuted;

    /// <summary>Of several undecided verdicts, the one that covers the most.</summary>
    public static Verdict Farthest(IReadOnlyList<Verdict> open) => open.OfType<Verdict.HoldsUpTo>().MaxBy(verdict => verdict.Bound.Depth)
        ?? open.MaxBy(verdict => verdict.Evidence.Depth)!;

    /// <summary>A verdict with the selection that led to it.</summary>
    public static Verdict Chosen(Verdict verdict, IEngine engine, string why) =>
        verdict with { Evidence = verdict.Evidence with { Selection = $"{engine.Name} ({why})" } };
}
