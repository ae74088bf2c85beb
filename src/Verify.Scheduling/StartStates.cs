using System.Numerics;
using Verify.Explicit.Exploration;
using Verify.Semantics;

namespace Verify.Scheduling;

/// <summary>
/// The initial states of a model in the order of the interpreter, computed on demand because there may be very many.
/// </summary>
internal sealed class StartStates
{
    // The maximum number of initial states to store; if there are more, each is recomputed.
    private const int MostKept = 1 << 12;
    private readonly CompiledModel model;
    private readonly Interpreter interpreter;
    private readonly ulong[][]? kept;

    /// <summary>The initial states of a model.</summary>
    public StartStates(CompiledModel model)
    {
        (this.model, interpreter) = (model, new Interpreter(model.Model));
        Count = model.Model.Variables.Where(variable => variable.Initially is null)
            .Aggregate(BigInteger.One, (count, variable) => count * variable.Sort.ScalarCount);
        kept = Count <= MostKept ? [.. interpreter.InitialStates().Select(model.Layout.Pack)] : null;
    }

    /// <summary>
    /// The maximum number of initial states that are checked one by one before runs are drawn; the others are only
    /// drawn.
    /// </summary>
    public const int MostLookedAt = 1 << 16;

    /// <summary>The number of initial states.</summary>
    public BigInteger Count { get; }

    /// <summary>The number of initial states, limited to the largest integer.</summary>
    public int Few => (int)BigInteger.Min(Count, int.MaxValue);

    /// <summary>An initial state by its number.</summary>
    public ulong[] this[int number] => kept is not null ? kept[number]
        : model.Layout.Pack(StartNumber.StateOf(interpreter, number)
            ?? throw new ArgumentOutOfRangeException(nameof(number), "there are not so many initial states"));

    /// <summary>A random initial state.</summary>
    public ulong[] Draw(Prng random) => Count <= int.MaxValue
        ? this[random.Below((int)Count)]
        : model.Layout.Pack(interpreter.InitialState(random.Below));

    /// <summary>
    /// An initial state by a number below <see cref="Few"/>; if there are more states than numbers, the numbers are
    /// spread over all of them.
    /// </summary>
    public ulong[] At(int number) => Count <= int.MaxValue
        ? this[number]
        : model.Layout.Pack(StartNumber.StateOf(interpreter, number * (Count / int.MaxValue))!);
}
