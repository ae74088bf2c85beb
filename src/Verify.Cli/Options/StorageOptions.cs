using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Engines;

namespace Verify.Cli.Options;

/// <summary>The options that say where the states of a search are kept.</summary>
/// <param name="withCheckpoints">Whether the command writes checkpoints, or only leaves memory.</param>
internal sealed class StorageOptions(bool withCheckpoints)
{
    private readonly Option<string?> memory = new("--memory")
    {
        HelpName = "SIZE",
        Description = "Memory to use before a search goes on on disk, as 256MB or 12GB; else most of what is free.",
    };

    private readonly Option<string?> spill = new("--spill")
    {
        HelpName = "DIR",
        Description = "Where it goes on; else in TMPDIR or /var/tmp.",
    };

    private readonly Option<string?> checkpoint = new("--checkpoint")
    {
        HelpName = "DIR",
        Description = "Write down now and then how far a search is, and go on from there (not for LeadsTo).",
    };

    private readonly Option<string?> every = new("--checkpoint-every")
    {
        HelpName = "TIME",
        Description = "The time between two checkpoints, as 30s, 5m or 1h; else 1m.",
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

    /// <summary>A run with what the command line says of it.</summary>
    /// <exception cref="UserErrorException">
    /// VRF304: times without checkpoints; VRF402: a directory cannot be used; VRF403: a size or a time that makes no sense.
    /// </exception>
    public EngineOptions Apply(ParseResult parsed, EngineOptions run)
    {
        run = run with { MemoryBytes = Size(parsed.GetValue(memory)), SpillDirectory = Usable(parsed.GetValue(spill)) };
        if (!withCheckpoints)
        {
            return run;
        }

        var (directory, time) = (Usable(parsed.GetValue(checkpoint)), Time(parsed.GetValue(every)));
        if (directory is null && time is not null)
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                "--checkpoint-every says how often, but no checkpoints are asked for",
                "add --checkpoint DIR");
        }

        return run with { CheckpointDirectory = directory, CheckpointInterval = time ?? run.CheckpointInterval };
    }

    private static long? Size(string? text) => text is null ? null
        : Quantity.Bytes(text) is not { } bytes
            ? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the size '{text}' is not understood",
                "write --memory 256MB, or 12GB")
        : bytes < Quantity.MinBytes
            ? throw UserErrorException.At(null, ErrorCodes.BadUsage, $"'{text}' is less memory than anything takes",
                "write the unit, as in --memory 256MB, and at least 1MB")
        : bytes;

    private static TimeSpan? Time(string? text) => text is null ? null
        : Quantity.Seconds(text) is { } seconds and < 1e9 ? TimeSpan.FromSeconds(seconds)
        : throw UserErrorException.At(null, ErrorCodes.BadUsage, $"the time '{text}' is not understood",
            "write --checkpoint-every 30s, 5m or 1h");

    private static string? Usable(string? directory) =>
        directory is null ? null : DirectoryProbe.Prepare(directory, $"the directory '{directory}' cannot be used");
}
