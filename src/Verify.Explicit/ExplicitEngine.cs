using Verify.Claims;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Explicit;

/// <summary>Exhaustive search over packed states with compiled transitions; needs nothing installed.</summary>
public sealed class ExplicitEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "explicit";

    /// <inheritdoc/>
    public string Summary => "visits every reachable state, level by level; shortest counterexamples";

    /// <inheritdoc/>
    public string? Unavailable => null;

    /// <inheritdoc/>
    public string? WhyNot(Model model, Property property) => null;

    /// <summary>Sizes that tests make small.</summary>
    internal Tuning Tuning { get; init; } = Tuning.Default;

    /// <inheritdoc/>
    public Verdict Decide(Model model, Property property, Run run)
    {
        var compiled = new CompiledModel(model, property, run.Reductions);
        if (property is Property.LeadsTo)
        {
            return new Liveness(compiled, run, Tuning).Decide();
        }

        using var checkpoint = Checkpoint.Open(compiled, run, Tuning);
        SearchResult result;
        using (var search = new Search(compiled, run, Tuning, checkpoint))
        {
            result = search.Execute(keepLevels: false);
        }

        // Where steps wait, a state can be farther away than it is: how far a search that was cut came, says nothing then.
        if (compiled.Steps is not null && result.End is SearchEnd.Cut or SearchEnd.Cancelled)
        {
            result = result with { Covered = Math.Min(result.Covered, 0) };
        }

        var verdict = VerdictOf(compiled, result, run);
        if (result.End is SearchEnd.Met or SearchEnd.Exhausted)
        {
            checkpoint?.Remove();
        }

        return verdict;
    }

    private Verdict VerdictOf(CompiledModel compiled, SearchResult result, Run run)
    {
        var evidence = result.ToEvidence(compiled);
        return (result.End, compiled.Property) switch
        {
            (SearchEnd.Met, Property.Reachable) => new Verdict.Proved(evidence, TraceOf(compiled, result, run)),
            (SearchEnd.Met, _) => new Verdict.Refuted(TraceOf(compiled, result, run), evidence),
            (SearchEnd.Exhausted, Property.Reachable) => new Verdict.Refuted(null, evidence),
            (SearchEnd.Exhausted, _) => new Verdict.Proved(evidence),
            _ when result.Covered < 0 => new Verdict.Unknown($"stopped by {result.Cause} at the start", evidence),
            (SearchEnd.Cancelled, _) or (_, Property.Reachable) => new Verdict.Unknown(
                $"stopped by {result.Cause}; every state within {result.Covered} steps was looked at", evidence),
            _ => new Verdict.HoldsUpTo(new Bound(result.Cause!, result.Covered, result.States), evidence),
        };
    }

    private Trace TraceOf(CompiledModel compiled, SearchResult result, Run run)
    {
        var trace = new TraceFinder(compiled).Find(result.Depth, run, Tuning);
        // Partial order may go a longer way round: its traces are shortened, though not to a shortest.
        return compiled.Steps is null ? trace : Shorten.Of(new Interpreter(compiled.Model), compiled.Property, trace);
    }
}
