using System.Globalization;
using Verify.Engines;
using Verify.Explicit.Checkpoints;
using Verify.Explicit.Counterexamples;
using Verify.Explicit.Disk;
using Verify.Explicit.Exploration;
using Verify.Explicit.Liveness;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Explicit;

/// <summary>Exhaustive search over packed states with compiled transitions. It needs no other program.</summary>
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

    /// <summary>Storage sizes; tests use small ones.</summary>
    internal StorageTuning Tuning { get; init; } = StorageTuning.Default;

    /// <summary>
    /// The time that finding a trace may take after the time budget has ended or the run was cancelled.
    /// </summary>
    internal TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The maximum number of states to visit for the rules and witnesses that a cone of influence left out; 0 for none.
    /// </summary>
    internal long MaxStatesForTheRest { get; init; } = 5_000_000;

    /// <inheritdoc/>
    public Verdict Decide(Model model, Property property, EngineOptions run)
    {
        if (run.ThreadCount > 1)
        {
            JitWarmup.CompileAside();
        }

        var compiled = new CompiledModel(model, property, run.Reductions);
        if (property is Property.LeadsTo)
        {
            if (run.IsCompact)
            {
                throw UserErrorException.At(null, ErrorCodes.Contradiction,
                    $"'{property.Name}' needs the graph of all states, so --compact cannot be used");
            }

            return new LeadsToSearch(compiled, run, Tuning, Grace).Decide();
        }

        if (run.IsCompact && run.CheckpointDirectory is not null)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                "--checkpoint and --compact cannot be combined: a checkpoint stores whole states");
        }

        using var checkpoint = Checkpoint.Open(compiled.Question, compiled.Layout.WordCount, run, Tuning);
        SearchResult result;
        Evidence? evidence = null;
        using (var search = new Search(compiled, run, Tuning, checkpoint))
        {
            result = search.Execute(keepLevels: false);
            if (result is { End: SearchEnd.Exhausted, IsCompact: false })
            {
                evidence = result.ToEvidence(compiled);
                if (!InterpreterCheck.TryAdd(compiled, run, search.Visited, ref evidence))
                {
                    return new Verdict.Unknown("interrupted while the interpreter checked the search",
                        evidence with { Kind = EvidenceKind.Partial });
                }
            }
        }

        if (result.End == SearchEnd.Undefined)
        {
            throw UndefinedTrace.Explain(compiled, result, run, Tuning, Grace);
        }

        // With partial-order reduction the depth of a state may exceed its distance, so the depth of an incomplete
        // search gives no bound.
        if (compiled.Steps is not null && result.End is SearchEnd.Cut or SearchEnd.Cancelled)
        {
            result = result with { Covered = Math.Min(result.Covered, 0) };
        }

        var verdict = VerdictOf(compiled, result, evidence ?? result.ToEvidence(compiled), run);
        if (verdict is Verdict.Proved or Verdict.Refuted)
        {
            checkpoint?.Remove();
        }

        return verdict;
    }

    private Verdict VerdictOf(CompiledModel compiled, SearchResult result, Evidence evidence, EngineOptions run)
    {
        return (result.End, compiled.Property) switch
        {
            (SearchEnd.Found, _) => WithTrace(compiled, result, evidence, run),
            (SearchEnd.Exhausted, Property.Reachable) when result.IsCompact => new Verdict.Unknown(
                $"not reached in {Odds(result)}", evidence),
            (SearchEnd.Exhausted, _) when result.IsCompact => new Verdict.HoldsUpTo(
                new ExplorationBound(Odds(result), result.Depth, result.States), evidence),
            (SearchEnd.Exhausted, Property.Reachable) => new Verdict.Refuted(null, Complete()),
            (SearchEnd.Exhausted, _) => new Verdict.Proved(Complete()),
            _ when result.Covered < 0 => new Verdict.Unknown($"stopped by {result.Cause} at the start", evidence),
            (SearchEnd.Cancelled, _) or (_, Property.Reachable) => new Verdict.Unknown(
                $"stopped by {result.Cause}; every state within {Amount.Of(result.Covered, "step")} was checked", evidence),
            _ => new Verdict.HoldsUpTo(new ExplorationBound(result.Cause!, result.Covered, result.States), evidence),
        };

        Evidence Complete() => new SecondLook(compiled, run, Tuning, MaxStatesForTheRest).Complete(evidence, result.Seconds);
    }

    private static string Odds(SearchResult result) => string.Create(CultureInfo.InvariantCulture,
        $"{Amount.Of(result.States, "state")}; the probability that a hash collision hid one is below {result.MissedProbability:0.0e+0}");

    // A violation is reported only with its trace.
    private Verdict WithTrace(CompiledModel compiled, SearchResult result, Evidence evidence, EngineOptions run)
    {
        using var time = new TraceDeadline(run, result.Seconds, Grace);
        if (new TraceFinder(compiled).Find(result.Depth, run, Tuning, time, out var lostTo) is not { } trace)
        {
            var met = compiled.Property is Property.Reachable ? "reached" : "violated";
            return new Verdict.Unknown(
                $"{met} at depth {result.Depth}; no trace: stopped by {lostTo}", evidence);
        }

        // Partial-order reduction may find a longer run; its trace is shortened, though not to a shortest one.
        trace = compiled.Steps is null ? trace : Shorten.Apply(new Interpreter(compiled.Model), compiled.Property, trace);
        return compiled.Property is Property.Reachable
            ? new Verdict.Proved(evidence, trace)
            : new Verdict.Refuted(trace, evidence);
    }
}
