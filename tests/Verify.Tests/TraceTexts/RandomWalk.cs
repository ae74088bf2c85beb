using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Tests.TraceTexts;

internal static class RandomWalk
{
    /// <summary>A random run of limited length, determined by a seed.</summary>
    public static Trace Of(Model model, ulong seed, int length, Func<Interpreter, Trace, bool>? until = null)
    {
        var interpreter = new Interpreter(model);
        var prng = new Prng(seed);
        var initial = interpreter.InitialStates().ToList();
        var trace = new Trace([initial[prng.Below(initial.Count)]], []);
        while (trace.Length < length && until?.Invoke(interpreter, trace) != true)
        {
            var enabled = interpreter.Enabled(trace.Last).ToList();
            if (enabled.Count == 0)
            {
                break;
            }

            var step = enabled[prng.Below(enabled.Count)];
            trace = new Trace(trace.States.Add(interpreter.Successor(trace.Last, step)), trace.Steps.Add(step));
        }

        return trace;
    }
}
