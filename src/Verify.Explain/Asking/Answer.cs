using Verify.Engines;
using Verify.Traces;

namespace Verify.Explain.Asking;

/// <summary>The answer of an engine about a variation of a claim's model.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Text">The answer in a few words, such as "refuted in 7".</param>
/// <param name="Trace">The replayed violation; null without one.</param>
/// <param name="Evidence">The evidence of the engine.</param>
public sealed record Answer(AnswerKind Kind, string Text, CheckedTrace? Trace, Evidence Evidence)
{
    /// <summary>True for a proof about a model that misses a witness, or in which a rule never fires.</summary>
    public bool IsEmpty { get; init; }
}

/// <summary>The kinds of answers.</summary>
public enum AnswerKind
{
    /// <summary>The property holds.</summary>
    Proved,

    /// <summary>The property is violated.</summary>
    Refuted,

    /// <summary>A reachable state of the variation has no meaning: an empty option is read, or a value leaves its range.</summary>
    Undefined,

    /// <summary>No answer within the budget.</summary>
    Open,
}
