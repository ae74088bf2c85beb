using System.Runtime.CompilerServices;

namespace Verify.Explicit;

/// <summary>What is noted about new states, and about states in which something is undefined.</summary>
internal sealed unsafe class Findings(CompiledModel model)
{
    private readonly Canonicalizer? canonicalizer = model.Symmetry is null ? null : new Canonicalizer(model.Symmetry);
    private readonly int wordCount = model.Layout.WordCount;

    /// <summary>Under symmetry, the states that those noted stand for; the largest number if they are more.</summary>
    public Int128 StoodFor { get; set; }

    /// <summary>The bits of <see cref="CheckState"/> met in new states.</summary>
    public long Met { get; set; }

    /// <summary>The least state in which something is undefined.</summary>
    public ulong[]? UndefinedIn { get; private set; }

    /// <summary>Forgets what was met, not what was counted.</summary>
    public void StartLevel() => (Met, UndefinedIn) = (0, null);

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
        if ((met & TransitionCompiler.Undefined) != 0)
        {
            NoteUndefined(state);
        }
    }

    /// <summary>Notes a state in which something is undefined.</summary>
    public void NoteUndefined(ulong* state) => NoteUndefined(new ReadOnlySpan<ulong>(state, wordCount));

    /// <summary>Takes over what another has noted.</summary>
    public void Add(Findings other)
    {
        StoodFor = Sum(StoodFor, other.StoodFor);
        Met |= other.Met;
        if (other.UndefinedIn is { } state)
        {
            NoteUndefined(state);
        }
    }

    /// <summary>The sum of two numbers of states, or the largest number there is.</summary>
    /// <remarks>One orbit of 33 identities has more than a twentieth of it.</remarks>
    public static Int128 Sum(Int128 one, Int128 other) => one > Int128.MaxValue - other ? Int128.MaxValue : one + other;

    // The least one, so that the diagnostic does not depend on which thread comes first.
    private void NoteUndefined(ReadOnlySpan<ulong> words)
    {
        if (UndefinedIn is null || words.SequenceCompareTo(UndefinedIn) < 0)
        {
            UndefinedIn = words.ToArray();
        }
    }
}
