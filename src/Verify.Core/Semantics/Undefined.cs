using Verify.Modelling;
using Verify.Traces;
using UnreachableException = System.Diagnostics.UnreachableException;

namespace Verify.Semantics;

/// <summary>What is wrong with a state that an engine calls undefined, in the model's own words.</summary>
public static class Undefined
{
    /// <summary>The interpreter meets what an engine met.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state.</param>
    /// <param name="asked">The properties that were looked at.</param>
    /// <returns>VRF104, VRF120 or VRF121; our own mistake if the interpreter finds nothing wrong.</returns>
    public static Exception Explain(Model model, State state, IEnumerable<Property> asked)
    {
        var interpreter = new Interpreter(model);
        try
        {
            foreach (var step in interpreter.Enabled(state))
            {
                interpreter.Successor(state, step);
            }

            foreach (var property in asked)
            {
                if (property is Property.LeadsTo leadsTo)
                {
                    interpreter.Holds(state, leadsTo.From, leadsTo.Where);
                    interpreter.Holds(state, leadsTo.To, leadsTo.Where);
                }

                Replay.Decides(interpreter, property, new Trace([state], []));
            }
        }
        catch (ModelException found)
        {
            return found;
        }

        return new UnreachableException("an engine calls a state undefined that the interpreter finds nothing wrong with");
    }
}
