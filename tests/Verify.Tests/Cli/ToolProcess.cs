using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Verify.Cli.Compiling;

namespace Verify.Tests.Cli;

/// <summary>The tool in a separate process, which can be killed.</summary>
internal sealed partial class ToolProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private ToolProcess(Process process)
    {
        this.process = process;
        (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>The standard output, after the process has ended.</summary>
    public string Out => output.GetAwaiter().GetResult();

    /// <summary>The standard error, after the process has ended.</summary>
    public string Error => error.GetAwaiter().GetResult();

    /// <summary>The exit code, after the process has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>The bytes of address space of the process, with or without memory behind them.</summary>
    public long Addresses
    {
        get
        {
            try
            {
                process.Refresh();
                return process.HasExited ? 0 : process.VirtualMemorySize64;
            }
            catch (InvalidOperationException)
            {
                return 0; // the process has ended
            }
        }
    }

    /// <summary>The states, transitions and depth in the output.</summary>
    public string Counts => CountsIn().Match(string.Join(' ', Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Value;

    /// <summary>Starts the tool.</summary>
    public static ToolProcess Start(params string[] arguments) => new(Started(Tool, arguments));

    /// <summary>Starts the tool with another z3 program.</summary>
    public static ToolProcess StartWithZ3(string path, params string[] arguments) =>
        new(Started("env", [$"VERIFY_Z3={path}", Tool, .. arguments]));

    /// <summary>Starts the tool with models and claims of the user, or with none.</summary>
    public static ToolProcess StartWithMine(string folder, params string[] arguments) =>
        new(Started("env", [$"VERIFY_MINE={folder}", Tool, .. arguments]));

    /// <summary>Starts the tool, which is <c>$0</c>, by a line of a shell.</summary>
    public static ToolProcess StartInShell(string line) => new(Started("bash", ["-c", line, Tool]));

    /// <summary>Starts the tool with another libz3.</summary>
    public static ToolProcess StartWithLibrary(string path, params string[] arguments) =>
        new(Started("env", [$"VERIFY_LIBZ3={path}", Tool, .. arguments]));

    /// <summary>Starts the tool with a limit on the size of files.</summary>
    public static ToolProcess StartWithSmallFiles(int kilobytes, params string[] arguments)
    {
        // The runtime would map its code from a large file without this setting.
        var script = string.Create(CultureInfo.InvariantCulture,
            $"trap '' XFSZ; ulimit -f {kilobytes}; export DOTNET_EnableWriteXorExecute=0; exec \"$0\" \"$@\"");
        return new(Started("bash", ["-c", script, Tool, .. arguments]));
    }

    /// <summary>Starts the tool with a limit on its address space.</summary>
    public static ToolProcess StartWithFewAddresses(int kilobytes, params string[] arguments)
    {
        // The C library reserves 128 MB per thread for its heap, and a larger machine has more threads.
        var script = string.Create(CultureInfo.InvariantCulture, $"ulimit -v {kilobytes}; export MALLOC_ARENA_MAX=1; exec \"$0\" \"$@\"");
        return new(Started("bash", ["-c", script, Tool, .. arguments]));
    }

    /// <summary>True if the process ends within some time.</summary>
    public bool Ends(int milliseconds) => process.WaitForExit(milliseconds);

    /// <summary>Waits for the end of the process.</summary>
    public ToolProcess Ended()
    {
        process.WaitForExit();
        return this;
    }

    /// <summary>Kills the process.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Interrupts the process with a signal: by default that of Ctrl-C.</summary>
    public void Interrupt(string signal = "INT", int times = 1)
    {
        var script = string.Concat(Enumerable.Repeat($"kill -{signal} $0; ", times));
        using var kill = Process.Start("bash", ["-c", script, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    internal static string Tool => Path.Combine(AppContext.BaseDirectory, "verify");

    // Background processes of a shell ignore interrupts, and so do their children, unless this is undone.
    private static readonly Lazy<bool> MayIgnoreInterrupts = new(() =>
    {
        using var env = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "true"]) { RedirectStandardError = true })!;
        env.WaitForExit();
        return env.ExitCode != 0;
    });

    private static Process Started(string program, IEnumerable<string> arguments)
    {
        var start = MayIgnoreInterrupts.Value
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        // Models of the user of this machine are no part of a test.
        start.Environment[OwnSources.Variable] = "";
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"[\d,]+ states, [\d,]+ transitions, depth \d+")]
    private static partial Regex CountsIn();
}
