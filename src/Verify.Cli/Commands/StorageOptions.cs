using System.CommandLine;
using System.Globalization;
using Verify.Engines;

namespace Verify.Cli.Commands;

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
    /// <exception cref="ModelException">
    /// VRF304: times without checkpoints; VRF402: a directory cannot be used; VRF403: a size or a time that makes no sense.
    /// </exception>
    public Run Apply(ParseResult parsed, Run run)
    {
        run = run with { MemoryBytes = Size(parsed.GetValue(memory)), SpillDirectory = Usable(parsed.GetValue(spill)) };
        if (!withCheckpoints)
        {
            return run;
        }

        var (directory, time) = (Usable(parsed.GetValue(checkpoint)), Time(parsed.GetValue(every)));
        if (directory is null && time is not null)
        {
            throw ModelException.At(null, Codes.Contradiction, "--checkpoint-every says how often, but no checkpoints are asked for",
                "add --checkpoint DIR");
        }

        return run with { CheckpointDirectory = directory, CheckpointInterval = time ?? run.CheckpointInterval };
    }

    private const double LeastBytes = 1e6; // the runtime alone takes more

    private static long? Size(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var (number, unit) = Split(text);
        var scale = unit.ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" => 1e3,
            "M" or "MB" => 1e6,
            "G" or "GB" => 1e9,
            "T" or "TB" => 1e12,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => double.NaN,
        };
        var bytes = number * scale;
        if (bytes is > 0 and < LeastBytes)
        {
            throw ModelException.At(null, Codes.BadUsage, $"'{text}' is less memory than anything takes",
                "write the unit, as in --memory 256MB, and at least 1MB");
        }

        return bytes is > 0 and < 9e18
            ? (long)bytes
            : throw ModelException.At(null, Codes.BadUsage, $"the size '{text}' is not understood", "write --memory 256MB, or 12GB");
    }

    private static TimeSpan? Time(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var (number, unit) = Split(text);
        var seconds = number * unit switch
        {
            "" or "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => double.NaN,
        };
        return seconds is >= 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : throw ModelException.At(null, Codes.BadUsage, $"the time '{text}' is not understood",
                "write --checkpoint-every 30s, 5m or 1h");
    }

    // What is no number is NaN, which is in no range.
    private static (double Number, string Unit) Split(string text)
    {
        var unit = text.AsSpan().TrimStart("0123456789.").ToString();
        return double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var number) ? (number, unit) : (double.NaN, unit);
    }

    private static string? Usable(string? directory) =>
        directory is null ? null : WritableFolder.Prepare(directory, $"the directory '{directory}' cannot be used");
}
