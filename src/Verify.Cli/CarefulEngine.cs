using System.Collections.Concurrent;
using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli;

/// <summary>
/// An engine that decides nothing twice, and says "unknown" when memory runs out. Claims often share a question: what
/// one asks with an assumption dropped, another asks outright.
/// </summary>
/// <param name="inner">The engine that does the work.</param>
/// <remarks>A verdict that depends on the budget or on an interrupt is not kept.</remarks>
internal sealed class CarefulEngine(IEngine inner) : IEngine
{
    private readonly ConcurrentDictionary<(string Model, string Property), Verdict> known = new();

    public string Name => inner.Name;

    public string Summary => inner.Summary;

    public string? Unavailable => inner.Unavailable;

    public string? WhyNot(Model model, Property property) => inner.WhyNot(model, property);

    public Verdict Decide(Model model, Property property, Run run)
    {
        // Equal digests mean equal states, steps and properties, so that a verdict fits both and a trace replays in both.
        var key = (model.Digest, property.Name);
        if (known.TryGetValue(key, out var verdict))
        {
            return verdict;
        }

        if (run.CheckpointDirectory is { } directory)
        {
            run = run with { CheckpointDirectory = Path.Combine(directory, PlaceOf(model, property, run)) };
        }

        try
        {
            verdict = inner.Decide(model, property, run);
        }
        catch (OutOfMemoryException)
        {
            verdict = new Verdict.Unknown("memory ran out; try a smaller size or a budget of bytes", Evidence.Nothing);
        }

        if (verdict is Verdict.Proved or Verdict.Refuted)
        {
            known[key] = verdict;
        }

        return verdict;
    }

    // A claim asks several questions, and several claims may share a directory.
    private static string PlaceOf(Model model, Property property, Run run) =>
        $"{model.Name}-{Fingerprint.Of($"{model.Digest} {property.Kind} {property.Name} {run.Reductions}")}";
}
