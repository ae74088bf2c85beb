using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Engines;

namespace Verify.Cli.Options;

/// <summary>The options for the storage of states.</summary>
/// <param name="withCheckpoints">True if the command supports checkpoints, false if it only supports disk
/// storage.</param>
internal sealed class StorageOptions(bool withCheckpoints)
{
    private readonly Option<string?> memory = new("--memory")
    {
        HelpName = "SIZE",
        Description = "The memory to use before a search continues on disk, such as 256MB or 12GB; by default most of the free memory.",
    };

    private readonly Option<string?> spill = new("--spill")
    {
        HelpName = "DIR",
        Description = "The directory for a search on disk; by default TMPDIR or /var/tmp (not for LeadsTo).",
    };

    private readonly Option<string?> checkpoint = new("--checkpoint")
    {
        HelpName = "DIR",
        Description = "Save the progress of a search in this directory and resume from it (not for LeadsTo).",
    };

    private readonly Option<string?> every = new("--checkpoint-every")
    {
        HelpName = "TIME",
        Description = "The time between two checkpoints, such as 30s, 5m or 1h; by default 1m.",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(memory);
        command.Add(spill);
        if (withCheckpoints)
        {
            command.Add(checkpoint);
            command.Add(every);
        }
    }

    /// <summary>Applies the options of a command line to a run.</summary>
    /// <exception cref="UserErrorException">VRF402: a directory cannot be used; VRF403: a size or a time is malformed.</exception>
    public EngineOptions Apply(ParseResult parsed, EngineOptions run)
    {
        run = run with { MemoryBytes = Size(parsed.GetValue(memory)), SpillDirectory = Usable(parsed.GetValue(spill)) };
        if (!withCheckpoints)
        {
            return run;
        }

        return run with
        {
            CheckpointDirectory = Usable(parsed.GetValue(checkpoint)),
            CheckpointInterval = Time(parsed.GetValue(every)) ?? run.CheckpointInterval,
        };
    }

    private static long? Size(string? text) => text is null ? null
        : Quantity.Bytes(text) is not { } bytes
            ? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the size '{text}' cannot be parsed",
                "use a form such as --memory 256MB or 12GB")
        : bytes < Quantity.MinBytes
            ? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"--memory must be at least 1MB, got '{text}'",
                "add the unit, as in --memory 256MB")
        : bytes;

    private static TimeSpan? Time(string? text) => text is null ? null
        : Quantity.Seconds(text) is { } seconds and < 1e9 ? TimeSpan.FromSeconds(seconds)
        : throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the time '{text}' cannot be parsed",
            "use a form such as --checkpoint-every 30s, 5m or 1h");

    private static string? Usable(string? directory) =>
        directory is null ? null : DirectoryProbe.Prepare(directory, $"the directory '{directory}' cannot be used");
}
