using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>The model is not well defined in a reachable state; the exception carries the run to that state.</summary>
/// <param name="diagnostic">VRF104, VRF120 or VRF121, at the line of the model.</param>
/// <param name="run">The run to the undefined state.</param>
public sealed class UndefinedException(Diagnostic diagnostic, UndefinedRun run) : UserErrorException(diagnostic)
{
    /// <summary>The run; the interpreter has replayed it up to the undefined part.</summary>
    public UndefinedRun Run { get; } = run;

    /// <summary>The error without the place and time.</summary>
    public string What { get; init; } = diagnostic.Message;

    /// <summary>A copy that names the instance.</summary>
    public UndefinedException Of(Instance instance) => new(Diagnostic, Run with { Instance = instance }) { What = What };
}

/// <summary>A run to a state in which a step or a property is undefined.</summary>
/// <param name="Interpreter">The interpreter that found the error.</param>
/// <param name="Trace">The run; its last state is the undefined one.</param>
/// <param name="Step">The step that is undefined there; null if a property is.</param>
/// <param name="Property">The property that is undefined there; null if a step is.</param>
public sealed record UndefinedRun(Interpreter Interpreter, Trace Trace, Step? Step, Property? Property)
{
    /// <summary>The model.</summary>
    public Model Model => Interpreter.Model;

    /// <summary>The instance of the model; null if the model was not built from one.</summary>
    public Instance? Instance { get; init; }
}
