using System.Diagnostics;
using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Explicit;

/// <summary>What is said of a state in which something is undefined.</summary>
internal static class Undefined
{
    /// <summary>The interpreter meets what the compiled code met, and says it in the model's own words.</summary>
    public static Exception Explain(CompiledModel model, State state)
    {
        var interpreter = new Interpreter(model.Model);
        try
        {
            foreach (var step in interpreter.Enabled(state))
            {
                interpreter.Successor(state, step);
            }

            foreach (var witness in model.Witnesses)
            {
                interpreter.Holds(state, witness.Holds, witness.Where);
            }

            if (model.Property is Property.LeadsTo leadsTo)
            {
                interpreter.Holds(state, leadsTo.From, leadsTo.Where);
                interpreter.Holds(state, leadsTo.To, leadsTo.Where);
            }

            Replay.Decides(interpreter, model.Property, new Traces.Trace([state], []));
        }
        catch (ModelException found)
        {
            return found;
        }

        return new UnreachableException("compiled code calls a state undefined that the interpreter finds nothing wrong with");
    }
}
