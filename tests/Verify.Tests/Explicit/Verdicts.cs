using System.Globalization;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.Explicit;

/// <summary>The parts of a verdict that must not depend on threads, memory and interruptions.</summary>
internal static class Verdicts
{
    /// <summary>A text that is equal for equal verdicts.</summary>
    public static string TextOf(Model model, Verdict verdict)
    {
        var evidence = verdict.Evidence;
        var trace = verdict switch
        {
            Verdict.Refuted refuted => refuted.Trace,
            Verdict.Proved proved => proved.Witness,
            _ => null,
        };
        return string.Create(CultureInfo.InvariantCulture, $"""
            {verdict.Word} {(verdict as Verdict.HoldsUpTo)?.Bound} {(verdict as Verdict.Unknown)?.Reason}
            {evidence.Kind} {evidence.States} {evidence.StatesRepresented} {evidence.Transitions} {evidence.Depth}
            {string.Join(' ', evidence.RuleCounts)} {string.Join(' ', evidence.Witnesses)}
            {(trace is null ? "no trace" : Replay.Encode(new Interpreter(model), trace))}
            """);
    }

    /// <summary>The same text, or the code of the diagnostic.</summary>
    public static string TextOf(Model model, Func<Verdict> decide)
    {
        try
        {
            return TextOf(model, decide());
        }
        catch (UserErrorException e) when (e.Diagnostic.Code.Id.StartsWith("VRF1", StringComparison.Ordinal)
            || e.Diagnostic.Code == ErrorCodes.BadReduction)
        {
            return e.Message;
        }
    }
}
