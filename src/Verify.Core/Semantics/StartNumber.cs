using System.Numerics;

namespace Verify.Semantics;

/// <summary>
/// Numbers the initial states in the interpreter's order without listing them, because there may be very many.
/// </summary>
public static class StartNumber
{
    /// <summary>The initial state with a given number, from 0; null if the number is too large.</summary>
    public static State? StateOf(Interpreter interpreter, BigInteger number)
    {
        var codes = new Stack<int>();
        foreach (var variable in interpreter.Model.Variables.Where(variable => variable.Initially is null).Reverse())
        {
            codes.Push((int)(number % variable.Sort.ScalarCount));
            number /= variable.Sort.ScalarCount;
        }

        return number.IsZero ? interpreter.InitialState(_ => codes.Pop()) : null;
    }

    /// <summary>The number of an initial state; null for any other state.</summary>
    public static BigInteger? Of(Interpreter interpreter, State state)
    {
        var number = BigInteger.Zero;
        foreach (var (variable, value) in interpreter.Model.Variables.Zip(state.Values).Where(pair => pair.First.Initially is null))
        {
            number = (number * variable.Sort.ScalarCount) + int.Max(0, value.CodeIn(variable.Sort));
        }

        return state.Equals(StateOf(interpreter, number)) ? number : null;
    }
}
