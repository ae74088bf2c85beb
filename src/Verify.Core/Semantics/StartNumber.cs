using System.Numerics;

namespace Verify.Semantics;

/// <summary>Initial states by their numbers in the interpreter's order, without a list of them: there may be very many.</summary>
public static class StartNumber
{
    /// <summary>The initial state of a number, from 0; null if there are not so many.</summary>
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

    /// <summary>The number of a state among the initial ones; null when it is none of them.</summary>
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
