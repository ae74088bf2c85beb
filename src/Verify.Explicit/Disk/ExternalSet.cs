using Verify.Explicit.Packing;

namespace Verify.Explicit.Disk;

/// <summary>
/// The set of seen states in sorted files, for searches that do not fit into memory. A merge of the states found for a
/// level with all seen states removes the duplicates of the whole level at once.
/// </summary>
/// <remarks>Korf, "Best-first frontier search with delayed duplicate detection", 2004; here with sorted files.</remarks>
internal sealed unsafe class ExternalSet(int wordCount, StateDirectory directory, StorageTuning tuning)
{
    private const int StatesBetweenLooks = 4096;
    private readonly List<StateFile> seen = [];
    private readonly List<StateFile> candidates = [];

    /// <summary>The files of the seen states; each state occurs once.</summary>
    public IReadOnlyList<StateFile> Seen => seen;

    /// <summary>
    /// The files of the states found for the next level; they may contain duplicates and seen states.
    /// </summary>
    public IReadOnlyList<StateFile> Candidates => candidates;

    /// <summary>Adds existing files: those of a checkpoint, or of a search that has just moved to disk.</summary>
    public void Add(IEnumerable<StateFile> seenFiles, IEnumerable<StateFile> candidateFiles)
    {
        seen.AddRange(seenFiles);
        candidates.AddRange(candidateFiles);
    }

    /// <summary>Adds a sorted file of states found for the next level; null adds nothing.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void AddCandidates(StateFile? file)
    {
        if (file is not null)
        {
            candidates.Add(file);
            Compact(candidates);
        }
    }

    /// <summary>
    /// Determines which of the found states are new and adds those to the seen states. If it is stopped, the set is
    /// unchanged.
    /// </summary>
    /// <param name="visit">Called for each new state.</param>
    /// <param name="isStopped">Polled from time to time.</param>
    /// <param name="fresh">The new states; null if there are none.</param>
    /// <returns>False if it was stopped.</returns>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public bool TrySettle(VisitState visit, Func<bool> isStopped, out StateFile? fresh)
    {
        fresh = null;
        using var writer = new StateWriter(directory, wordCount, isSorted: true);
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

    /// <summary>A unique number of a seen state; -1 if the state was not seen.</summary>
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

    // Merges the smaller half into one file, so that a state is rewritten a logarithmic number of times.
    private void Compact(List<StateFile> files)
    {
        if (files.Count <= tuning.MaxRuns)
        {
            return;
        }

        files.Sort((a, b) => a.Count.CompareTo(b.Count));
        var merged = files[..(files.Count - (tuning.MaxRuns / 2))];
        using var writer = new StateWriter(directory, wordCount, isSorted: true);
        var union = new MergeReader(merged, wordCount, tuning.BufferStates);
        while (union.MoveNext())
        {
            writer.Add(union.Current, union.Hash);
        }

        files.RemoveRange(0, merged.Count);
        files.Add(writer.Finish()!);
    }
}
