using System.Runtime.CompilerServices;
using Verify.Explicit.Compilation;
using Verify.Explicit.Symmetry;

namespace Verify.Explicit.Exploration;

/// <summary>Collects facts about new states and about undefined states.</summary>
internal sealed unsafe class StateTally(CompiledModel model)
{
    private readonly Canonicalizer? canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
    private readonly int wordCount = model.Layout.WordCount;

    /// <summary>
    /// Under symmetry, the number of states that the recorded ones stand for; saturates at the largest number.
    /// </summary>
    public Int128 StatesRepresented { get; set; }

    /// <summary>The predicates that hold in some new state.</summary>
    public PredicateBits Satisfied { get; set; }

    /// <summary>The least of the nearest undefined states.</summary>
    public UndefinedState? Undefined { get; private set; }

    /// <summary>Clears the facts about a level; keeps the totals.</summary>
    public void StartLevel() => (Satisfied, Undefined) = (default, null);

    /// <summary>Records a new state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Note(ulong* state)
    {
        if (canonicalizer is not null)
        {
            canonicalizer.Apply(state);
            StatesRepresented = Sum(StatesRepresented, canonicalizer.OrbitSize);
        }

        var met = model.Check(state);
        Satisfied |= met;
        if (met.IsUndefined)
        {
            NoteUndefined(state, isNew: true);
        }
    }

    /// <summary>Records an undefined state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="isNew">True if it belongs to the next level, false if to the level that is being expanded.</param>
    public void NoteUndefined(ulong* state, bool isNew) =>
        Note(new UndefinedState(isNew, new ReadOnlySpan<ulong>(state, wordCount).ToArray()));

    /// <summary>Adds the facts that another tally has collected.</summary>
    public void Add(StateTally other)
    {
        StatesRepresented = Sum(StatesRepresented, other.StatesRepresented);
        Satisfied |= other.Satisfied;
        if (other.Undefined is { } state)
        {
            Note(state);
        }
    }

    /// <summary>The sum of two numbers of states; saturates at the largest number.</summary>
    /// <remarks>A single orbit of 33 identities can exceed a twentieth of the range.</remarks>
    public static Int128 Sum(Int128 one, Int128 other) => one > Int128.MaxValue - other ? Int128.MaxValue : one + other;

    // Keeps the least state, so that the diagnostic does not depend on the timing of threads.
    private void Note(UndefinedState state)
    {
        if (Undefined is null || state.CompareTo(Undefined) < 0)
        {
            Undefined = state;
        }
    }
}

/// <summary>
/// An undefined state. States of the level that is being expanded come first, then the order is that of their words.
/// </summary>
/// <param name="IsNew">True if it belongs to the next level.</param>
/// <param name="Words">The words of the state.</param>
internal sealed record UndefinedState(bool IsNew, ulong[] Words) : IComparable<UndefinedState>
{
    public int CompareTo(UndefinedState? other) => other is null ? 1
        : IsNew != other.IsNew ? IsNew.CompareTo(other.IsNew)
        : Words.AsSpan().SequenceCompareTo(other.Words);
}
