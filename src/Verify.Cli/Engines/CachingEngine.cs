using System.Collections.Concurrent;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Engines;

/// <summary>
/// An engine that decides nothing twice, and says "unknown" when memory runs out. Claims often share a question: what
/// one asks with an assumption dropped, another asks outright.
/// </summary>
/// <param name="inner">The engine that does the work.</param>
/// <remarks>A verdict that depends on the budget or on an interrupt is not kept, nor one that a budget may have left open.</remarks>
internal sealed class CachingEngine(IEngine inner) : IEngine
{
    // By what was asked and what could be left out: the evidence says what was looked at.
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Answer>> known = new(StringComparer.Ordinal);

    private sealed record Answer(Model Model, Verdict Verdict);

    public string Name => inner.Name;

    public string Summary => inner.Summary;

    public string? Unavailable => inner.Unavailable;

    public string? WhyNot(Model model, Property property) => inner.WhyNot(model, property);

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        // What is the same has the same states, steps and properties: a verdict fits both, and a trace is the best of both.
        var answers = known.GetOrAdd($"{model.Name}: {property.Name} {run.Reductions}", _ => new ConcurrentQueue<Answer>());
        if (answers.FirstOrDefault(answer => answer.Model.Identity == model.Identity) is { } answer)
        {
            return answer.Verdict;
        }

        Verdict verdict;
        if (run.CheckpointDirectory is { } directory)
        {
            if (property is Property.LeadsTo)
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction,
                    $"there are no checkpoints of a search for a LeadsTo, and '{property.Name}' is one", "leave out --checkpoint");
            }

            run = run with { CheckpointDirectory = Path.Combine(directory, PlaceOf(model, property, run)) };
        }

        var latest = new Latest(run.Progress);
        try
        {
            verdict = inner.Decide(model, property, run with { Progress = latest });
        }
        catch (OutOfMemoryException)
        {
            verdict = new Verdict.Unknown("memory ran out; try a smaller size or a budget of bytes", latest.Evidence);
        }

        var isOpen = verdict is Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null }
            && verdict.Evidence.IsOpen(model);
        if (verdict is (Verdict.Proved or Verdict.Refuted) && !isOpen)
        {
            answers.Enqueue(new Answer(model, verdict));
        }

        return verdict;
    }

    /// <summary>Keeps the last that was heard of a run, and passes it on.</summary>
    private sealed class Latest(IProgress<Progress>? next) : IProgress<Progress>
    {
        private volatile object? last;

        /// <summary>What is known to have been looked at.</summary>
        public Evidence Evidence => last is Progress known
            ? new Evidence
            {
                Kind = EvidenceKind.Partial,
                States = known.States,
                Transitions = known.Transitions,
                Depth = known.Depth,
            }
            : Evidence.Nothing;

        public void Report(Progress value)
        {
            last = value;
            next?.Report(value);
        }
    }

    // A claim asks several questions, and several claims may share a directory.
    private static string PlaceOf(Model model, Property property, EngineOptions run) =>
        $"{model.Name}-{Fingerprint.Of($"{model.Identity} {property.Kind} {property.Name} {run.Reductions}")}";
}
