using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>
/// The states seen so far in sorted files, when there are more than memory holds. Whether a state is new is found out for
/// a whole level at a time, by merging what was found with all that was seen before.
/// </summary>
/// <remarks>Korf, "Best-first frontier search with delayed duplicate detection", 2004; here with sorted files.</remarks>
internal sealed unsafe class ExternalSet(int wordCount, StateDirectory scratch, StorageTuning tuning)
{
    private const int StatesBetweenLooks = 4096;
    private readonly List<StateFile> seen = [];
    private readonly List<StateFile> candidates = [];

    /// <summary>Files that hold the states seen so far, each once.</summary>
    public IReadOnlyList<StateFile> Seen => seen;

    /// <summary>Files that hold what was found of the next level; some of it more than once, some of it seen before.</summary>
    public IReadOnlyList<StateFile> Candidates => candidates;

    /// <summary>Begins with files that another search wrote, or one that left memory.</summary>
    public void Add(IEnumerable<StateFile> seenFiles, IEnumerable<StateFile> candidateFiles)
    {
        seen.AddRange(seenFiles);
        candidates.AddRange(candidateFiles);
    }

    /// <summary>Adds a sorted file of what was found of the next level; nothing if there is none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void AddCandidates(StateFile? file)
    {
        if (file is not null)
        {
            candidates.Add(file);
            Compact(candidates);
        }
    }

    /// <summary>Finds out which of the states found are new; they are then seen. Stopped, it changes nothing.</summary>
    /// <param name="visit">Called with each new state.</param>
    /// <param name="isStopped">Asked now and then.</param>
    /// <param name="fresh">The new ones; null if there are none.</param>
    /// <returns>False if it was stopped.</returns>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public bool TrySettle(VisitState visit, Func<bool> isStopped, out StateFile? fresh)
    {
        fresh = null;
        using var writer = new StateWriter(scratch, wordCount, isSorted: true);
        var found = new MergeReader(candidates, wordCount, tuning.BufferStates);
        StateReader[] known = [.. seen.Select(file => new StateReader(file, wordCount, tuning.BufferStates))];
        for (var i = 1; found.MoveNext(); i++)
        {
            if (!IsAmong(known, found.Hash, found.Current))
            {
                writer.Add(found.Current, found.Hash);
                visit(found.Current);
            }

            if (i % StatesBetweenLooks == 0 && isStopped())
            {
                return false;
            }
        }

        fresh = writer.Finish();
        candidates.Clear();
        if (fresh is not null)
        {
            seen.Add(fresh);
            Compact(seen);
        }

        return true;
    }

    /// <summary>The number of a state among those seen, each its own; -1 if it is not there.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public long Find(ulong* state, ulong hash)
    {
        var before = 0L;
        foreach (var file in seen)
        {
            if (file.Find(state, hash) is >= 0 and var place)
            {
                return before + place;
            }

            before += file.Count;
        }

        return -1;
    }

    private static bool IsAmong(StateReader[] known, ulong hash, ulong* state)
    {
        foreach (var reader in known)
        {
            if (reader.Find(hash, state))
            {
                return true;
            }
        }

        return false;
    }

    // The small half becomes one, so that a state is written again as often as the logarithm of their number.
    private void Compact(List<StateFile> files)
    {
        if (files.Count <= tuning.MaxRuns)
        {
            return;
        }

        files.Sort((a, b) => a.Count.CompareTo(b.Count));
        var merged = files[..(files.Count - (tuning.MaxRuns / 2))];
        using var writer = new StateWriter(scratch, wordCount, isSorted: true);
        var union = new MergeReader(merged, wordCount, tuning.BufferStates);
        while (union.MoveNext())
        {
            writer.Add(union.Current, union.Hash);
        }

        files.RemoveRange(0, merged.Count);
        files.Add(writer.Finish()!);
    }
}
