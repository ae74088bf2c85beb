using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Explain.Asking;

/// <summary>Asks one engine about many models, and accepts no answer without its evidence.</summary>
/// <param name="engine">The engine.</param>
/// <param name="run">The options; the budget holds for each question.</param>
/// <param name="progress">Receives the number of questions after each; null for no reports.</param>
public sealed class Questions(IEngine engine, EngineOptions run, Action<int>? progress = null)
{
    /// <summary>The number of questions so far.</summary>
    public int Asked { get; private set; }

    /// <summary>Decides a property of a model.</summary>
    public Answer Decide(Model model, Property property)
    {
        if (run.Cancellation.IsCancellationRequested)
        {
            return Open("interrupted", Evidence.Nothing);
        }

        Asked++;
        progress?.Invoke(Asked);
        if ((engine.Unavailable ?? engine.WhyNot(model, property)) is { } reason)
        {
            return Open(reason, Evidence.Nothing);
        }

        try
        {
            return Of(model, property, engine.Decide(model, property, run with { Scrutiny = run.Scrutiny ?? Scrutiny.Brief }));
        }
        catch (UndefinedException e)
        {
            return new Answer(AnswerKind.Undefined, $"undefined after {Amount.Of(e.Run.Trace.Length, "step")} ({e.Diagnostic.Code.Id})",
                null, Evidence.Nothing);
        }
        catch (UserErrorException e)
        {
            return Open($"{e.Diagnostic.Code.Id}: {e.Diagnostic.Message}", Evidence.Nothing);
        }
    }

    private Answer Of(Model model, Property property, Verdict verdict)
    {
        var evidence = verdict.Evidence;
        switch (verdict)
        {
            case Verdict.Proved { Witness: null } when IsWhole(evidence):
                var empty = Vacuity.In(model, evidence);
                return new Answer(AnswerKind.Proved, empty is null ? "proved" : $"proved, but {empty}", null, evidence)
                {
                    IsEmpty = empty is not null,
                };
            case Verdict.Proved { Witness: { } witness }:
                var shown = Replayed(model, property, witness);
                return new Answer(AnswerKind.Proved, $"reached in {Amount.Of(witness.Length, "step")}", shown, evidence);
            case Verdict.Refuted { Trace: { } trace }:
                var run = Replayed(model, property, trace);
                return new Answer(AnswerKind.Refuted, $"refuted in {Amount.Of(trace.Length, "step")}", run, evidence);
            case Verdict.Refuted when IsWhole(evidence):
                return new Answer(AnswerKind.Refuted, "reached by no run", null, evidence);
            case Verdict.HoldsUpTo limit:
                return Open($"open: stopped by {limit.Bound.Cause}", evidence);
            case Verdict.Unknown unknown:
                return Open($"open: {unknown.Reason}", evidence);
            default:
                throw new UnreachableException($"engine '{engine.Name}' reports '{verdict.Word}' without evidence");
        }
    }

    private static bool IsWhole(Evidence evidence) => evidence.Kind switch
    {
        EvidenceKind.Exhaustive => evidence.Checked is not null,
        EvidenceKind.Inductive => evidence.Certificate is not null,
        _ => false,
    };

    private CheckedTrace Replayed(Model model, Property property, Trace trace) =>
        CheckedTrace.Check(new Interpreter(model), property, trace, out var fault) is { IsDecisive: true } replayed
            ? replayed
            : throw new UnreachableException($"the trace of engine '{engine.Name}' does not replay: {fault ?? "it decides nothing"}");

    private static Answer Open(string text, Evidence evidence) => new(AnswerKind.Open, text, null, evidence);
}
