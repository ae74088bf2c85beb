using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Verify.Engines;
using Verify.Explicit.Disk;
using Verify.Lowering;

namespace Verify.Explicit.Checkpoints;

/// <summary>
/// A directory in which a search writes down how far it is. There is always one whole checkpoint in it, or none: a new
/// one is on the disk before it takes the place of the old one, and only then the files of the old one are removed.
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

    private Checkpoint(StateDirectory scratch, string identity, EngineOptions run, StorageTuning tuning) =>
        (Scratch, this.identity, interval, isAlwaysDue) = (scratch, identity, run.CheckpointInterval, tuning.AlwaysCheckpoints);

    /// <summary>The directory.</summary>
    public StateDirectory Scratch { get; }

    /// <summary>Where a search before this one was; null if there was none.</summary>
    public SearchSnapshot? Found { get; private set; }

    /// <summary>Files that the checkpoint is made of.</summary>
    public IReadOnlyCollection<StateFile> Files => files;

    /// <summary>Whether it is time for another one. Any thread may ask.</summary>
    public bool IsDue => isAlwaysDue || sinceLast.Elapsed > interval && sinceLast.Elapsed > RestPerWork * took;

    /// <summary>Opens the directory of a run and reads the checkpoint that is in it.</summary>
    /// <param name="question">Names the model and the property.</param>
    /// <param name="wordCount">Words of a state.</param>
    /// <param name="run">Names the directory and the reductions.</param>
    /// <param name="tuning">Sizes.</param>
    /// <returns>Null if the run asks for none.</returns>
    /// <exception cref="UserErrorException">
    /// VRF402: the directory cannot be used; VRF406: what is in it is damaged, or of another question.
    /// </exception>
    public static Checkpoint? Open(string question, int wordCount, EngineOptions run, StorageTuning tuning)
    {
        if (run.CheckpointDirectory is not { } path)
        {
            return null;
        }

        StateDirectory? scratch = null;
        try
        {
            scratch = StateDirectory.Lasting(path, tuning);
            var checkpoint = new Checkpoint(scratch, IdentityOf(question, run), run, tuning);
            checkpoint.Load(wordCount);
            return checkpoint;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            scratch?.Dispose();
            throw UserErrorException.At(null, ErrorCodes.BadFile, $"the checkpoint directory '{path}' cannot be used: {e.Message}");
        }
        catch
        {
            scratch?.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the checkpoint by another one.</summary>
    /// <exception cref="IOException">It cannot be written; the old one is still there.</exception>
    public void Write(SearchSnapshot snapshot)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var file in snapshot.Files)
        {
            file.Flush();
        }

        var body = SnapshotText.Write(snapshot, identity);
        var head = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        Scratch.Replace(Name, Encoding.UTF8.GetBytes($"{head}\n{body}"));
        files = [.. snapshot.Files];
        took = Stopwatch.GetElapsedTime(start);
        sinceLast.Restart();
    }

    /// <summary>Removes the checkpoint: the search is finished.</summary>
    public void Remove()
    {
        try
        {
            Scratch.Remove(Name);
            files = [];
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            // Then it stays, with what belongs to it: the last part of the search can be repeated.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Scratch.KeepOnly(files);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            // They are in nobody's way; the next search removes them.
        }
        finally
        {
            Scratch.Dispose();
        }
    }

    private void Load(int wordCount)
    {
        if (Scratch.TryRead(Name) is { } bytes)
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
                throw Refuse($"is of another search: it says '{found}', this is '{identity}'",
                    "repeat the command line of the run that was interrupted, or choose another directory");
            }

            var readFiles = new Dictionary<string, StateFile>();
            Found = SnapshotText.Read(body, (name, count, checksum, isSorted) =>
            {
                if (!readFiles.TryGetValue(name, out var file))
                {
                    file = StateFile.Verify(Scratch, name, wordCount, count, checksum, isSorted)
                        ?? throw Refuse($"is damaged: '{name}' is not what was written", "delete the directory to start again");
                    readFiles.Add(name, file);
                }

                return file;
            });
            files = [.. Found.Files];
        }

        Scratch.RemoveStrays();
    }

    private UserErrorException Refuse(string what, string hint) =>
        UserErrorException.At(null, ErrorCodes.BadCheckpoint, $"the checkpoint in '{Scratch.Path}' {what}", hint);

    // How states are packed may differ between two builds of this code: what one wrote, another does not read.
    private static string IdentityOf(string question, EngineOptions run)
    {
        Type[] parts = [typeof(Checkpoint), typeof(StateShape), typeof(EngineOptions)];
        var builds = string.Concat(parts.Select(part => part.Module.ModuleVersionId.ToString("N")));
        return $"{question}, reductions {run.Reductions}, build {Fingerprint.Of(builds)}";
    }
}
