using System.CommandLine;
using Verify.Rendering;

namespace Verify.Cli.Options;

/// <summary>The options of what a trace shows in addition to its steps.</summary>
internal sealed class TraceOptions
{
    private readonly Option<bool> full = new("--full") { Description = "Show the whole state after each step of a trace." };

    private readonly Option<bool> sources = new("--sources")
    {
        Description = "Show the sources of each step of a trace: the kernel function, the mail or the manual.",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(full);
        command.Add(sources);
    }

    /// <summary>Reads the options.</summary>
    public TraceDetail Read(ParseResult parsed) => new(parsed.GetValue(full), parsed.GetValue(sources));
}
