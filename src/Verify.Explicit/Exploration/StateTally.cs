using System.Runtime.CompilerServices;
using Verify.Explicit.Compilation;
using Verify.Explicit.Symmetry;

namespace Verify.Explicit.Exploration;

/// <summary>What is noted about new states, and about states in which something is undefined.</summary>
internal sealed unsafe class StateTally(CompiledModel model)
{
    private readonly Canonicalizer? canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
    private readonly int wordCount = model.Layout.WordCount;

    /// <summary>Under symmetry, the states that those noted stand for; the largest number if they are more.</summary>
    public Int128 StoodFor { get; set; }

    /// <summary>The predicates met in new states.</summary>
    public PredicateBits Met { get; set; }

    /// <summary>Of the nearest states in which something is undefined, the least.</summary>
    public UndefinedState? Undefined { get; private set; }

    /// <summary>Forgets what was met, not what was counted.</summary>
    public void StartLevel() => (Met, Undefined) = (default, null);

    /// <summary>Looks at a new state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Note(ulong* state)
    {
        if (canonicalizer is not null)
        {
            canonicalizer.Apply(state);
            StoodFor = Sum(StoodFor, canonicalizer.OrbitSize);
        }

        var met = model.Check(state);
        Met |= met;
        if (met.IsUndefined)
        {
            NoteUndefined(state, isNew: true);
        }
    }

    /// <summary>Notes a state in which something is undefined.</summary>
    /// <param name="state">The state.</param>
    /// <param name="isNew">Whether it is of the next level, and not of the one that is being expanded.</param>
    public void NoteUndefined(ulong* state, bool isNew) =>
        Note(new UndefinedState(isNew, new ReadOnlySpan<ulong>(state, wordCount).ToArray()));

    /// <summary>Takes over what another has noted.</summary>
    public void Add(StateTally other)
    {
        StoodFor = Sum(StoodFor, other.StoodFor);
        Met |= other.Met;
        if (other.Undefined is { } state)
        {
            Note(state);
        }
    }

    /// <summary>The sum of two numbers of states, or the largest number there is.</summary>
    /// <remarks>One orbit of 33 identities has more than a twentieth of it.</remarks>
    public static Int128 Sum(Int128 one, Int128 other) => one > Int128.MaxValue - other ? Int128.MaxValue : one + other;

    // The least one, so that the diagnostic does not depend on which thread comes first.
    private void Note(UndefinedState state)
    {
        if (Undefined is null || state.CompareTo(Undefined) < 0)
        {
            Undefined = state;
        }
    }
}

/// <summary>A state in which something is undefined. Those of the level that is being expanded come first, then by their words.</summary>
/// <param name="IsNew">Whether it is of the next level.</param>
/// <param name="Words">The words of the state.</param>
internal sealed record UndefinedState(bool IsNew, ulong[] Words) : IComparable<UndefinedState>
{
    public int CompareTo(UndefinedState? other) => other is null ? 1
        : IsNew != other.IsNew ? IsNew.CompareTo(other.IsNew)
        : Words.AsSpan().SequenceCompareTo(other.Words);
}
