using Verify.Semantics;

namespace Verify.Explicit;

/// <summary>What is wrong with a state that compiled code calls undefined.</summary>
internal static class Undefined
{
    /// <summary>The interpreter meets what the compiled code met, and says it in the model's own words.</summary>
    public static Exception Explain(CompiledModel model, State state) =>
        Semantics.Undefined.Explain(model.Model, state, [.. model.Witnesses, model.Property]);
}
