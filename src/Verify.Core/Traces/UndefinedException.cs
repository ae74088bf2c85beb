using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Traces;

/// <summary>A model is not well defined in a state that it can come to, and this is how it comes there.</summary>
/// <param name="diagnostic">VRF104, VRF120 or VRF121, at the line of the model.</param>
/// <param name="run">The way there.</param>
public sealed class UndefinedException(Diagnostic diagnostic, UndefinedRun run) : UserErrorException(diagnostic)
{
    /// <summary>The way there; replayed by the interpreter up to what is undefined.</summary>
    public UndefinedRun Run { get; } = run;

    /// <summary>What is undefined, without where and when.</summary>
    public string What { get; init; } = diagnostic.Message;

    /// <summary>The same of an instance.</summary>
    public UndefinedException Of(Instance instance) => new(Diagnostic, Run with { Instance = instance }) { What = What };
}

/// <summary>A run to a state in which something is undefined.</summary>
/// <param name="Interpreter">The interpreter that met it.</param>
/// <param name="Trace">The run; what is undefined is so in its last state.</param>
/// <param name="Step">The step that is undefined there; null if a property is.</param>
/// <param name="Property">The property that is undefined there; null if a step is.</param>
public sealed record UndefinedRun(Interpreter Interpreter, Trace Trace, Step? Step, Property? Property)
{
    /// <summary>The model.</summary>
    public Model Model => Interpreter.Model;

    /// <summary>The instance that the model is of; null where no instance was asked about.</summary>
    public Instance? Instance { get; init; }
}
