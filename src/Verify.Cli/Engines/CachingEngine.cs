using System.Collections.Concurrent;
using Verify.Engines;
using Verify.Modelling;

namespace Verify.Cli.Engines;

/// <summary>
/// Caches the verdicts of another engine, and reports "unknown" if memory runs out. Claims often share a decision: one
/// needs it with an assumption dropped, another needs it directly.
/// </summary>
/// <param name="inner">The engine that decides.</param>
/// <remarks>It does not cache a verdict that depends on a budget or an interrupt.</remarks>
internal sealed class CachingEngine(IEngine inner) : IEngine
{
    // The key contains the property and the reductions, because the evidence depends on both.
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Answer>> known = new(StringComparer.Ordinal);

    private sealed record Answer(Model Model, Verdict Verdict);

    public string Name => inner.Name;

    public string Summary => inner.Summary;

    public string? Unavailable => inner.Unavailable;

    public string? WhyNot(Model model, Property property) => inner.WhyNot(model, property);

    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        // Models with equal identity have equal states, steps and properties, so a verdict and a trace are valid for
        // all of them.
        // A question that the model does not have itself is known by its predicates.
        var question = model.Properties.Contains(property)
            ? property.Name
            : string.Join(" ~> ", property.Predicates.Select(one => ModelPrinter.Of(one, [])).Prepend($"{property.Kind} {property.Name}"));
        var answers = known.GetOrAdd($"{model.Name}: {question} {run.Reductions}", _ => new ConcurrentQueue<Answer>());
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
                    $"'{property.Name}' is a LeadsTo property, whose search supports no checkpoints", "omit --checkpoint");
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

    /// <summary>Stores the last progress report and forwards it.</summary>
    private sealed class Latest(IProgress<Progress>? next) : IProgress<Progress>
    {
        private volatile object? last;

        /// <summary>The evidence about the part that was covered.</summary>
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

    // A claim needs several decisions, and several claims may share a directory.
    private static string PlaceOf(Model model, Property property, EngineOptions run) =>
        $"{model.Name}-{Fingerprint.Of($"{model.Identity} {property.Kind} {property.Name} {run.Reductions}")}";
}
