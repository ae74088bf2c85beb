using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Verify.Tests.Cli;

/// <summary>The tool in a process of its own, which can be killed.</summary>
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

    /// <summary>What it wrote, once it has ended.</summary>
    public string Out => output.GetAwaiter().GetResult();

    /// <summary>What it complained about, once it has ended.</summary>
    public string Error => error.GetAwaiter().GetResult();

    /// <summary>The exit code, once it has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Bytes of addresses that it has now, whether there is memory behind them or not.</summary>
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
                return 0; // it has ended meanwhile
            }
        }
    }

    /// <summary>States, transitions and depth, as it says them.</summary>
    public string Counts => CountsIn().Match(string.Join(' ', Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Value;

    /// <summary>Starts it.</summary>
    public static ToolProcess Start(params string[] arguments) => new(Started(Tool, arguments));

    /// <summary>Starts it with another z3.</summary>
    public static ToolProcess StartWithZ3(string path, params string[] arguments) =>
        new(Started("env", [$"VERIFY_Z3={path}", Tool, .. arguments]));

    /// <summary>Starts it with another libz3.</summary>
    public static ToolProcess StartWithLibrary(string path, params string[] arguments) =>
        new(Started("env", [$"VERIFY_LIBZ3={path}", Tool, .. arguments]));

    /// <summary>Starts it where no file may become larger.</summary>
    public static ToolProcess StartWithSmallFiles(int kilobytes, params string[] arguments)
    {
        // The runtime keeps its code in a large file unless it is told not to.
        var script = string.Create(CultureInfo.InvariantCulture,
            $"trap '' XFSZ; ulimit -f {kilobytes}; export DOTNET_EnableWriteXorExecute=0; exec \"$0\" \"$@\"");
        return new(Started("bash", ["-c", script, Tool, .. arguments]));
    }

    /// <summary>Starts it where addresses are scarce.</summary>
    public static ToolProcess StartWithFewAddresses(int kilobytes, params string[] arguments)
    {
        // The C library sets 128 MB aside for the small change of each thread, and there are more of them on a larger machine.
        var script = string.Create(CultureInfo.InvariantCulture, $"ulimit -v {kilobytes}; export MALLOC_ARENA_MAX=1; exec \"$0\" \"$@\"");
        return new(Started("bash", ["-c", script, Tool, .. arguments]));
    }

    /// <summary>Whether it ends within some time.</summary>
    public bool Ends(int milliseconds) => process.WaitForExit(milliseconds);

    /// <summary>Waits until it ends.</summary>
    public ToolProcess Ended()
    {
        process.WaitForExit();
        return this;
    }

    /// <summary>Ends it at once, whatever it is at.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Asks it to stop, as Ctrl-C does, or, with another signal, as a system does that shuts down.</summary>
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

    private static string Tool => Path.Combine(AppContext.BaseDirectory, "verify");

    // What a shell runs in the background ignores interrupts, and so does what that starts: unless it is told not to.
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
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"[\d,]+ states, [\d,]+ transitions, depth \d+")]
    private static partial Regex CountsIn();
}
