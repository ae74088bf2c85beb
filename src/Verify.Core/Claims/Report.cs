using System.Collections.Immutable;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using Stopwatch = System.Diagnostics.Stopwatch;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Claims;

/// <summary>One decision, with everything that is needed to repeat it.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Property">The property.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Engine">The name of the engine.</param>
/// <param name="Run">The options of the run: budget, seed and so on.</param>
/// <param name="ElapsedSeconds">The seconds that the decision took in all.</param>
public sealed record Report(
    Instance Instance, Property Property, Verdict Verdict, string Engine, EngineOptions Run, double ElapsedSeconds)
{
    /// <summary>The seconds that the engine took, without the checks afterwards.</summary>
    public double EngineSeconds => ElapsedSeconds - PremiseSeconds - (Verdict.Evidence.Checked?.Seconds ?? 0);

    /// <summary>The premises of a verdict about all states, each with the answer whether it happens.</summary>
    public ImmutableArray<CheckedPremise> Premises { get; init; } = [];

    /// <summary>True if the user chose the run that decides the property.</summary>
    public bool IsChosen { get; init; }

    private double PremiseSeconds { get; init; }

    /// <summary>The replayed trace of the verdict; null if it has none.</summary>
    public CheckedTrace? CheckedTrace { get; init; }

    /// <summary>The trace of the verdict; null if it has none.</summary>
    public Trace? Trace => CheckedTrace?.Trace;

    /// <summary>
    /// The part of the trace of which no other run that decides the property has fewer steps; null if there is no trace, or
    /// if the engine did not look at shorter runs first.
    /// </summary>
    public MinimalPart? Minimal => CheckedTrace is null || IsChosen || Verdict.Evidence.Kind == EvidenceKind.Sampled
        || Run.Reductions.HasFlag(Reductions.PartialOrder) ? null
        : Property is Property.LeadsTo && !Verdict.Evidence.IsShortestLasso ? MinimalPart.Prefix
        : MinimalPart.Run;

    /// <summary>
    /// Decides a property with an engine. The result is reported only after the reference interpreter has replayed its
    /// trace or, for a proof by search, has visited the share of states that <see cref="EngineOptions.Scrutiny"/>
    /// demands.
    /// </summary>
    /// <exception cref="UndefinedException">The model is not well defined in a reachable state.</exception>
    /// <exception cref="UnreachableException">The engine and the interpreter differ, or the verdict has no evidence: an
    /// internal error.</exception>
    public static Report Decide(IEngine engine, Instance instance, Property property, EngineOptions run)
    {
        var clock = Stopwatch.StartNew();
        run = run with { Scrutiny = run.Scrutiny ?? Scrutiny.Brief };
        var verdict = (engine.Unavailable ?? engine.WhyNot(instance.Model, property)) is { } reason
            ? new Verdict.Unknown(reason, Evidence.Nothing)
            : Decided(engine, instance, property, run);
        var seconds = clock.Elapsed.TotalSeconds;
        var report = new Report(instance, property, verdict, engine.Name, run, seconds);
        CheckBacked(engine, instance, property, verdict);
        if (report.IsAboutAllStates)
        {
            var premises = PremiseCheck.Of(engine, instance.Model, property, verdict.Evidence, run, seconds);
            var total = clock.Elapsed.TotalSeconds;
            return report with { ElapsedSeconds = total, PremiseSeconds = total - seconds, Premises = premises };
        }

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

    // Rejects verdicts without evidence.
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
            throw new UnreachableException($"engine '{engine.Name}' reports '{verdict.Word}' for '{property.Name}' without evidence");
        }
    }

    private static CheckedTrace? CheckTrace(IEngine engine, Instance instance, Property property, Verdict verdict)
    {
        if ((verdict is Verdict.Proved proved ? proved.Witness : (verdict as Verdict.Refuted)?.Trace) is not { } trace)
        {
            return null;
        }

        var replayed = CheckedTrace.Check(new Interpreter(instance.Model), property, trace, out var fault)
            ?? throw new UnreachableException($"the trace of engine '{engine.Name}' does not replay: {fault}");
        return replayed.IsDecisive
            ? replayed
            : throw new UnreachableException($"the trace of engine '{engine.Name}' does not decide '{property.Name}'");
    }

    /// <summary>
    /// The reasons for which a proof, or a refuted <c>Reachable</c> property, is vacuous: witnesses that were not
    /// reached, rules that never fired, premises that never happened, or no witness at all.
    /// </summary>
    public ImmutableArray<string> Vacuities()
    {
        var evidence = Verdict.Evidence;
        if (!IsAboutAllStates || evidence.Kind is not (EvidenceKind.Exhaustive or EvidenceKind.Inductive))
        {
            return [];
        }

        // The property in question is left out: that it was not reached is the answer.
        var unmet = evidence.Witnesses.Where(witness => witness.Depth is null && (witness.IsTrigger || witness.Property != Property.Name))
            .Select(witness => $"vacuous: '{witness.Property}' is not reachable");
        var idle = Instance.Model.Rules
            .Where((rule, i) => rule.Never is null && i < evidence.RuleCounts.Length && evidence.RuleCounts[i] == 0)
            .Select(rule => $"vacuous: rule '{rule.Name}' never fires");
        string[] unasked = Instance.Model.Properties.Any(other => other is Property.Reachable && other.Name != Property.Name)
            ? []
            : [Property is Property.Reachable
                ? "vacuous: the model has no other Reachable property, so the answer may be vacuous"
                : "vacuous: the model has no Reachable property, so the proof may be vacuous"];
        var missing = Premises.Where(one => one is { IsMet: false, Premise.Never: null })
            .Select(one => $"vacuous: {one.Premise.Subject} {one.Premise.NeverHappens}");
        return [.. unmet, .. idle, .. missing, .. unasked];
    }

    /// <summary>Rules that fire, and premises that happen, although they are declared never to.</summary>
    public ImmutableArray<string> Forbidden()
    {
        var counts = Verdict.Evidence.RuleCounts;
        return
        [
            .. Instance.Model.Rules.Where((rule, i) => rule.Never is not null && i < counts.Length && counts[i] > 0)
                .Select(rule => $"rule '{rule.Name}' fires although it is declared never to: {rule.Never}"),
            .. Premises.Where(one => one is { IsMet: true, Premise.Never: not null }).Select(one =>
                $"{one.Premise.Subject} {one.Premise.Happens} although it is declared never to: {one.Premise.Never}"),
        ];
    }

    /// <summary>Rules and premises that are declared never to happen and that no search has checked.</summary>
    public ImmutableArray<string> NotJudged() => IsAboutAllStates
        ?
        [
            .. Verdict.Evidence.NotJudged(Instance.Model)
                .Select(rule => $"not judged: whether rule '{rule.Name}' never fires ({rule.Never})"),
            .. Premises.Where(one => one is { IsMet: null, Premise.Never: not null }).Select(one =>
                $"not judged: whether {one.Premise.Subject} {one.Premise.NeverHappens} ({one.Premise.Never})"),
            .. Verdict.Evidence.Kind == EvidenceKind.Inductive ? OpenPremises() : [],
        ]
        : [];

    /// <summary>
    /// The open questions about vacuity: witnesses and rules that a reduction left out and that the unreduced search
    /// did not reach within its limit.
    /// </summary>
    public ImmutableArray<string> OpenVacuities() => IsAboutAllStates && Verdict.Evidence is { Kind: EvidenceKind.Exhaustive } evidence
        ?
        [
            .. evidence.LeftOut(Instance.Model).Select(part => $"may be vacuous: {part}"),
            .. OpenPremises(),
            .. NotJudged(),
        ]
        : [];

    private IEnumerable<string> OpenPremises() => Premises.Where(one => one is { IsMet: null, Premise.Never: null })
        .Select(one => $"may be vacuous: it is not known whether {one.Premise.Subject} {one.Premise.Happens}");

    /// <summary>True if the verdict is about all states, so that no trace shows it.</summary>
    public bool IsAboutAllStates => Verdict is Verdict.Proved { Witness: null } or Verdict.Refuted { Trace: null };
}

/// <summary>A part of a trace.</summary>
public enum MinimalPart
{
    /// <summary>All steps; for a run that never ends, those before the loop and in it together.</summary>
    Run,

    /// <summary>The steps before the loop of a run that never ends.</summary>
    Prefix,
}
