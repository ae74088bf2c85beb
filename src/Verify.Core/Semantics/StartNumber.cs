using System.Numerics;

namespace Verify.Semantics;

/// <summary>
/// Numbers the initial states in the interpreter's order, without listing them; the numbers of excluded states are free.
/// </summary>
public static class StartNumber
{
    /// <summary>The initial state with a given number, from 0; null if there is none.</summary>
    public static State? StateOf(Interpreter interpreter, BigInteger number)
    {
        var values = new Stack<Value>();
        foreach (var variable in interpreter.Model.Variables.Reverse())
        {
            var own = BigInteger.Zero;
            if (variable.Initially is null)
            {
                number = BigInteger.DivRem(number, Value.CountOf(variable.Sort), out own);
            }

            values.Push(interpreter.FixedStart(variable) ?? Value.At(variable.Sort, own));
        }

        var state = new State([.. values]);
        return number.IsZero && interpreter.Model.StartConditions.All(one => interpreter.Holds(state, one.Holds, one.Where)) ? state : null;
    }

    /// <summary>The number of an initial state; null for any other state.</summary>
    public static BigInteger? Of(Interpreter interpreter, State state)
    {
        var number = BigInteger.Zero;
        foreach (var (variable, value) in interpreter.Model.Variables.Zip(state.Values).Where(pair => pair.First.Initially is null))
        {
            number = (number * Value.CountOf(variable.Sort)) + value.NumberIn(variable.Sort);
        }

        return state.Equals(StateOf(interpreter, number)) ? number : null;
    }
}
