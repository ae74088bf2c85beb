using System.Numerics;
using Verify.Explicit.Exploration;
using Verify.Semantics;

namespace Verify.Scheduling;

/// <summary>
/// The initial states of a model, in the order of the interpreter, each made when it is asked for: there may be very many.
/// </summary>
internal sealed class StartStates
{
    // So many are kept; of more, each is made anew.
    private const int MostKept = 1 << 12;
    private readonly CompiledModel model;
    private readonly Interpreter interpreter;
    private readonly ulong[][]? kept;

    /// <summary>Those of a model.</summary>
    public StartStates(CompiledModel model)
    {
        (this.model, interpreter) = (model, new Interpreter(model.Model));
        Count = model.Model.Variables.Where(variable => variable.Initially is null)
            .Aggregate(BigInteger.One, (count, variable) => count * variable.Sort.ScalarCount);
        kept = Count <= MostKept ? [.. interpreter.InitialStates().Select(model.Layout.Pack)] : null;
    }

    /// <summary>The most that are looked at one by one before runs are drawn; of more, those after them are left to chance.</summary>
    public const int MostLookedAt = 1 << 16;

    /// <summary>The number of initial states.</summary>
    public BigInteger Count { get; }

    /// <summary>The number of initial states, limited to the largest integer.</summary>
    public int Few => (int)BigInteger.Min(Count, int.MaxValue);

    /// <summary>One of them, by its number.</summary>
    public ulong[] this[int number] => kept is not null ? kept[number]
        : model.Layout.Pack(StartNumber.StateOf(interpreter, number)
            ?? throw new ArgumentOutOfRangeException(nameof(number), "there are not so many initial states"));

    /// <summary>One of them, drawn.</summary>
    public ulong[] Draw(Prng random) => Count <= int.MaxValue
        ? this[random.Below((int)Count)]
        : model.Layout.Pack(interpreter.InitialState(random.Below));

    /// <summary>
    /// One of as many as <see cref="Few"/> numbers; where there are more of them than numbers, they are spread over all.
    /// </summary>
    public ulong[] At(int number) => Count <= int.MaxValue
        ? this[number]
        : model.Layout.Pack(StartNumber.StateOf(interpreter, number * (Count / int.MaxValue))!);
}
