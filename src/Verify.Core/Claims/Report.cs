using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Claims;

/// <summary>One decision with all that is needed to repeat it.</summary>
/// <param name="Instance">What was looked at.</param>
/// <param name="Property">What was asked.</param>
/// <param name="Verdict">What was found.</param>
/// <param name="Engine">By which engine.</param>
/// <param name="Run">Under which budget and seed.</param>
/// <param name="ElapsedSeconds">How long it took in all.</param>
public sealed record Report(
    Instance Instance, Property Property, Verdict Verdict, string Engine, EngineOptions Run, double ElapsedSeconds)
{
    /// <summary>How long the engine took, without the walk of the interpreter behind it.</summary>
    public double EngineSeconds => ElapsedSeconds - (Verdict.Evidence.Checked?.Seconds ?? 0);

    /// <summary>The trace that the verdict shows, replayed; null if it shows none.</summary>
    public CheckedTrace? CheckedTrace { get; init; }

    /// <summary>The trace that the verdict shows, if any.</summary>
    public Trace? Trace => CheckedTrace?.Trace;

    /// <summary>
    /// Lets an engine decide. What it found is told only when the reference interpreter has replayed its trace or, of a
    /// proof by search, has walked as much as <see cref="EngineOptions.Scrutiny"/> says.
    /// </summary>
    /// <exception cref="UndefinedException">The model is not well defined in a state that it can come to.</exception>
    /// <exception cref="UnreachableException">Engine and interpreter differ, or nothing backs the verdict: our mistake.</exception>
    public static Report Decide(IEngine engine, Instance instance, Property property, EngineOptions run)
    {
        var clock = Stopwatch.StartNew();
        run = run with { Scrutiny = run.Scrutiny ?? Scrutiny.Brief };
        var verdict = (engine.Unavailable ?? engine.WhyNot(instance.Model, property)) is { } reason
            ? new Verdict.Unknown(reason, Evidence.Nothing)
            : Decided(engine, instance, property, run);
        var report = new Report(instance, property, verdict, engine.Name, run, clock.Elapsed.TotalSeconds);
        CheckBacked(engine, instance, property, verdict);
        return report with { CheckedTrace = CheckTrace(engine, instance, property, verdict) };
    }

    private static Verdict Decided(IEngine engine, Instance instance, Property property, EngineOptions run)
    {
        try
        {
            return engine.Decide(instance.Model, property, run);
        }
        catch (UndefinedException undefined)
        {
            throw undefined.Of(instance);
        }
    }

    // No engine gets a verdict past here that nothing stands behind.
    private static void CheckBacked(IEngine engine, Instance instance, Property property, Verdict verdict)
    {
        var evidence = verdict.Evidence;
        var met = evidence.Witnesses.Where(witness => !witness.IsTrigger).ToList();
        var isAccounted = evidence.NotLookedFor.Length
            + met.Count(w => instance.Model.Properties.Any(p => p is Property.Reachable && p.Name == w.Property))
            == instance.Model.Properties.Count(p => p is Property.Reachable);
        var isWhole = evidence.Kind switch
        {
            EvidenceKind.Exhaustive => evidence.RuleCounts.Length == instance.Model.Rules.Length && isAccounted
                && evidence.Checked?.IsAbout(instance.Model, property) == true,
            EvidenceKind.Inductive => evidence.Certificate is not null && isAccounted,
            _ => false,
        };
        var isBacked = (verdict, property) switch
        {
            (Verdict.Proved { Witness: var witness }, Property.Reachable) => witness is not null,
            (Verdict.Proved, _) => isWhole,
            (Verdict.Refuted { Trace: null }, Property.Reachable) => isWhole,
            (Verdict.Refuted { Trace: var trace }, _) => trace is not null,
            _ => true,
        };
        if (!isBacked)
        {
            throw new UnreachableException($"engine '{engine.Name}' says '{verdict.Word}' of '{property.Name}' and shows nothing for it");
        }
    }

    private static CheckedTrace? CheckTrace(IEngine engine, Instance instance, Property property, Verdict verdict)
    {
        if ((verdict is Verdict.Proved proved ? proved.Witness : (verdict as Verdict.Refuted)?.Trace) is not { } trace)
        {
            return null;
        }

        var replayed = CheckedTrace.Of(new Interpreter(instance.Model), property, trace, out var fault)
            ?? throw new UnreachableException($"the trace of engine '{engine.Name}' does not replay: {fault}");
        return replayed.IsDecisive
            ? replayed
            : throw new UnreachableException($"the trace of engine '{engine.Name}' does not decide '{property.Name}'");
    }

    /// <summary>
    /// What makes a proof say nothing, or that something is never reached: witnesses that were not met, rules that never
    /// fired, and that nobody asked for another witness.
    /// </summary>
    public ImmutableArray<string> Vacuities()
    {
        var evidence = Verdict.Evidence;
        if (!IsAboutAllStates || evidence.Kind is not (EvidenceKind.Exhaustive or EvidenceKind.Inductive))
        {
            return [];
        }

        // That what was asked about is not met is the answer.
        var unmet = evidence.Witnesses.Where(witness => witness.Depth is null && (witness.IsTrigger || witness.Property != Property.Name))
            .Select(witness => $"vacuous: '{witness.Property}' is not reachable");
        var idle = Instance.Model.Rules
            .Where((rule, i) => rule.Never is null && i < evidence.RuleCounts.Length && evidence.RuleCounts[i] == 0)
            .Select(rule => $"vacuous: rule '{rule.Name}' never fires");
        string[] unasked = Instance.Model.Properties.Any(other => other is Property.Reachable && other.Name != Property.Name)
            ? []
            : [Property is Property.Reachable
                ? "vacuous: the model has no other Reachable property, so nothing shows that the answer is about anything"
                : "vacuous: the model has no Reachable property, so nothing shows that the proof is about anything"];
        return [.. unmet, .. idle, .. unasked];
    }

    /// <summary>Rules that are declared never to fire, and fire.</summary>
    public ImmutableArray<string> Forbidden()
    {
        var counts = Verdict.Evidence.RuleCounts;
        return
        [
            .. Instance.Model.Rules.Where((rule, i) => rule.Never is not null && i < counts.Length && counts[i] > 0)
                .Select(rule => $"rule '{rule.Name}' fires, and shall never: {rule.Never}"),
        ];
    }

    /// <summary>Rules that are declared never to fire, where nobody looked whether that is so.</summary>
    public ImmutableArray<string> NotJudged() => IsAboutAllStates
        ? [.. Verdict.Evidence.NotJudged(Instance.Model)
            .Select(rule => $"not judged: whether rule '{rule.Name}' never fires ({rule.Never})")]
        : [];

    /// <summary>
    /// What is not known of whether what exhaustion shows of all states says anything: witnesses and rules that a reduction left
    /// out, and that a search without it did not meet within what it was allowed.
    /// </summary>
    public ImmutableArray<string> OpenVacuities() => IsAboutAllStates && Verdict.Evidence is { Kind: EvidenceKind.Exhaustive } evidence
        ? [.. evidence.LeftOut(Instance.Model).Select(part => $"may be vacuous: {part}"), .. NotJudged()]
        : [];

    // A proof, or that something is never reached: no trace shows it.
    private bool IsAboutAllStates => Verdict is Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null };
}
