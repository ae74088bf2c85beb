using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Verify.Engines;
using Verify.Explicit.Disk;
using Verify.Lowering;

namespace Verify.Explicit.Checkpoints;

/// <summary>
/// The directory in which a search saves its progress. It holds one complete checkpoint or none: a new checkpoint is
/// written to disk before it replaces the old one, and the files of the old one are removed afterwards.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private const string Name = "checkpoint";
    private const int RestPerWork = 10;
    private readonly string identity;
    private readonly TimeSpan interval;
    private readonly Stopwatch sinceLast = Stopwatch.StartNew();
    private readonly bool isAlwaysDue;
    private TimeSpan took;
    private HashSet<StateFile> files = [];

    private Checkpoint(StateDirectory directory, string identity, EngineOptions run, StorageTuning tuning) =>
        (Directory, this.identity, interval, isAlwaysDue) = (directory, identity, run.CheckpointInterval, tuning.AlwaysCheckpoints);

    /// <summary>The directory.</summary>
    public StateDirectory Directory { get; }

    /// <summary>The snapshot of an earlier search; null if there is none.</summary>
    public SearchSnapshot? Found { get; private set; }

    /// <summary>The files of the checkpoint.</summary>
    public IReadOnlyCollection<StateFile> Files => files;

    /// <summary>True if the next checkpoint is due. Thread-safe.</summary>
    public bool IsDue => isAlwaysDue || sinceLast.Elapsed > interval && sinceLast.Elapsed > RestPerWork * took;

    /// <summary>Opens the checkpoint directory of a run and reads the checkpoint in it.</summary>
    /// <param name="question">The text that identifies the model and the property.</param>
    /// <param name="wordCount">The number of words of a state.</param>
    /// <param name="run">The options; they name the directory and the reductions.</param>
    /// <param name="tuning">Storage sizes.</param>
    /// <returns>Null if the run saves no checkpoints.</returns>
    /// <exception cref="UserErrorException">VRF402: the directory cannot be used; VRF406: the checkpoint is damaged or
    /// belongs to another search.</exception>
    public static Checkpoint? Open(string question, int wordCount, EngineOptions run, StorageTuning tuning)
    {
        if (run.CheckpointDirectory is not { } path)
        {
            return null;
        }

        StateDirectory? directory = null;
        try
        {
            directory = StateDirectory.Lasting(path, tuning);
            var checkpoint = new Checkpoint(directory, IdentityOf(question, run), run, tuning);
            checkpoint.Load(wordCount);
            return checkpoint;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            directory?.Dispose();
            throw UserErrorException.At(null, ErrorCodes.BadFile, $"the checkpoint directory '{path}' cannot be used: {e.Message}");
        }
        catch
        {
            directory?.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the checkpoint by a new one.</summary>
    /// <exception cref="IOException">The checkpoint cannot be written; the old one is kept.</exception>
    public void Write(SearchSnapshot snapshot)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var file in snapshot.Files)
        {
            file.Flush();
        }

        var body = SnapshotText.Write(snapshot, identity);
        var head = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        Directory.Replace(Name, Encoding.UTF8.GetBytes($"{head}\n{body}"));
        files = [.. snapshot.Files];
        took = Stopwatch.GetElapsedTime(start);
        sinceLast.Restart();
    }

    /// <summary>Removes the checkpoint after the search has finished.</summary>
    public void Remove()
    {
        try
        {
            Directory.Remove(Name);
            files = [];
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            // The checkpoint stays together with its files; a later run repeats the last part of the search.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.KeepOnly(files);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            // Leftover files do no harm; the next search removes them.
        }
        finally
        {
            Directory.Dispose();
        }
    }

    private void Load(int wordCount)
    {
        if (Directory.TryRead(Name) is { } bytes)
        {
            var text = Encoding.UTF8.GetString(bytes);
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            var body = text[(end + 1)..];
            if (end < 0 || text[..end] != Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))))
            {
                throw Refuse("is damaged: its checksum is wrong", "delete the directory to start again");
            }

            if (SnapshotText.IdentityOf(body) is var found && found != identity)
            {
                throw Refuse($"belongs to another search, '{found}'; this one is '{identity}'",
                    "repeat the command line of the run that was interrupted, or choose another directory");
            }

            var readFiles = new Dictionary<string, StateFile>();
            Found = SnapshotText.Read(body, (name, count, checksum, isSorted) =>
            {
                if (!readFiles.TryGetValue(name, out var file))
                {
                    file = StateFile.Verify(Directory, name, wordCount, count, checksum, isSorted)
                        ?? throw Refuse($"is damaged: the content of '{name}' has changed", "delete the directory to start again");
                    readFiles.Add(name, file);
                }

                return file;
            });
            files = [.. Found.Files];
        }

        Directory.RemoveStrays();
    }

    private UserErrorException Refuse(string what, string hint) =>
        UserErrorException.At(null, ErrorCodes.BadCheckpoint, $"the checkpoint in '{Directory.Path}' {what}", hint);

    // The packing of states may differ between two builds of this code, so a build reads only its own checkpoints.
    private static string IdentityOf(string question, EngineOptions run)
    {
        Type[] parts = [typeof(Checkpoint), typeof(StateShape), typeof(EngineOptions)];
        var builds = string.Concat(parts.Select(part => part.Module.ModuleVersionId.ToString("N")));
        return $"{question}, reductions {run.Reductions}, build {Fingerprint.Of(builds)}";
    }
}
