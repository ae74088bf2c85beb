using System.Numerics;
using Verify.Explicit.Exploration;
using Verify.Semantics;

namespace Verify.Scheduling;

/// <summary>
/// The initial states of a model in the order of the interpreter, computed on demand because there may be very many.
/// </summary>
internal sealed class StartStates
{
    /// <summary>
    /// The maximum number of initial states that are checked one by one before runs are drawn; the others are only
    /// drawn.
    /// </summary>
    public const int MostLookedAt = 1 << 16;

    // The maximum number of initial states to store; if there are more, each is recomputed.
    private const int MostKept = 1 << 12;
    private const long MaxTries = 1 << 20;
    private readonly CompiledModel model;
    private readonly Interpreter interpreter;
    private readonly ulong[][]? kept;
    private readonly BigInteger? count;

    /// <summary>The initial states of a model.</summary>
    public StartStates(CompiledModel model)
    {
        (this.model, interpreter) = (model, new Interpreter(model.Model));
        if (model.Model.StartConditions.IsEmpty)
        {
            count = model.Model.Variables.Where(variable => variable.Initially is null)
                .Aggregate(BigInteger.One, (product, variable) => product * Value.CountOf(variable.Sort));
            kept = count <= MostKept ? [.. interpreter.InitialStates().Select(model.Layout.Pack)] : null;
            return;
        }

        // Conditions leave gaps between the numbers of initial states, so as many states as possible are stored.
        var (found, tries) = (new List<ulong[]>(), 0L);
        using var states = interpreter.StartsAndTries().GetEnumerator();
        var hasMore = states.MoveNext();
        for (; hasMore && found.Count < MostLookedAt && tries < MaxTries; tries++, hasMore = states.MoveNext())
        {
            found.AddRange(states.Current is { } state ? [model.Layout.Pack(state)] : []);
        }

        (kept, count) = ([.. found], hasMore ? null : found.Count);
    }

    /// <summary>The number of initial states, limited to the largest integer, which also stands for an unknown number.</summary>
    public int Few => (int)BigInteger.Min(count ?? int.MaxValue, int.MaxValue);

    /// <summary>The number of initial states to check one by one.</summary>
    public int LookedAt => Math.Min(count is null ? kept!.Length : Few, MostLookedAt);

    /// <summary>An initial state by its position below <see cref="LookedAt"/>.</summary>
    public ulong[] this[int position] => kept is not null ? kept[position]
        : model.Layout.Pack(StartNumber.StateOf(interpreter, position)
            ?? throw new ArgumentOutOfRangeException(nameof(position), "there are not so many initial states"));

    /// <summary>A random initial state.</summary>
    public ulong[] Draw(Prng random) => count <= int.MaxValue
        ? this[random.Below((int)count)]
        : model.Layout.Pack(interpreter.InitialState(random.Below));

    /// <summary>
    /// An initial state by a number below <see cref="Few"/>; if there are more states than numbers, the numbers are
    /// spread over all of them.
    /// </summary>
    public ulong[] At(int number) => count is null
        ? number < kept!.Length ? kept[number] : Draw(new Prng((ulong)number))
        : count <= int.MaxValue ? this[number]
        : model.Layout.Pack(StartNumber.StateOf(interpreter, number * (count.Value / int.MaxValue))!);
}
