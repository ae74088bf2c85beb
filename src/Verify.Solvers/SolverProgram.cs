using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Verify.Solvers;

/// <summary>The supported kinds of solvers.</summary>
public enum SolverKind
{
    /// <summary>Z3.</summary>
    Z3,

    /// <summary>cvc5.</summary>
    Cvc5,
}

/// <summary>A solver program on this machine.</summary>
/// <param name="Kind">The kind of solver.</param>
/// <param name="Path">The path; empty if the program is missing.</param>
/// <param name="Version">The version; empty if the program is missing.</param>
/// <param name="Unavailable">The reason why it cannot be used; null if it can.</param>
public sealed partial record SolverProgram(SolverKind Kind, string Path, string Version, string? Unavailable)
    : ISolverSource
{
    private const int MaxMillisecondsForVersion = 10_000;

    /// <inheritdoc/>
    public string Identity => Version.Length == 0 ? Name : $"{Name} {Version}";

    /// <inheritdoc/>
    public string Name { get; init; } = NameOf(Kind);

    /// <summary>The arguments that make it read SMT-LIB text from standard input.</summary>
    public ImmutableArray<string> Arguments { get; init; } = Kind == SolverKind.Z3
        ? ["-in", "-smt2"]
        : ["--lang=smt2", "--incremental", "--produce-models", "-q", "-"];

    /// <summary>The name of a kind of solver and of its program.</summary>
    public static string NameOf(SolverKind kind) => kind == SolverKind.Z3 ? "z3" : "cvc5";

    /// <summary>The environment variable with the path of the program.</summary>
    public static string Setting(SolverKind kind) => kind == SolverKind.Z3 ? "VERIFY_Z3" : "VERIFY_CVC5";

    /// <summary>
    /// Locates a solver: the path in its environment variable, else the first on PATH, else the one that
    /// <c>./verify</c> has unpacked.
    /// </summary>
    public static SolverProgram Find(SolverKind kind)
    {
        if (Environment.GetEnvironmentVariable(Setting(kind)) is { Length: > 0 } set)
        {
            return At(kind, set);
        }

        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
            .Where(folder => folder.Length > 0)
            .Append(LocalTools.Programs)
            .Select(folder => System.IO.Path.Combine(folder, NameOf(kind)))
            .FirstOrDefault(File.Exists);
        return found is not null
            ? At(kind, found)
            : new SolverProgram(kind, "", "",
                $"no {NameOf(kind)} on PATH; install the package '{NameOf(kind)}', or name the file in {Setting(kind)}");
    }

    /// <summary>The solver at a given path; runs it to find its version.</summary>
    public static SolverProgram At(SolverKind kind, string path)
    {
        SolverProgram Not(string why) => new(kind, path, "", why);
        if (!File.Exists(path))
        {
            return Not($"the file {path} does not exist");
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, ["--version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            });
            if (process is null)
            {
                return Not($"{path} cannot be started");
            }

            var text = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Close();
            if (!text.Wait(MaxMillisecondsForVersion))
            {
                process.Kill(entireProcessTree: true);
                return Not($"{path} does not report its version within {MaxMillisecondsForVersion / 1000} s");
            }

            return VersionNumber().Match(text.Result) is { Success: true } version
                ? new SolverProgram(kind, path, version.Value, null)
                : Not($"{path} does not report its version");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return Not($"{path} cannot be started: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public ISolver Start(ulong seed, SolverLimits limits, CancellationToken cancellation = default) =>
        new SolverProcess(this, seed, limits, cancellation);

    // The commands that are sent first. Some solvers read a seed of 0 as "none", and seeds have 32 bits.
    internal string Preamble(ulong seed) => Kind == SolverKind.Z3
        ? $"(set-option :smt.random_seed {seed % int.MaxValue})\n(set-option :sat.random_seed {seed % int.MaxValue})\n"
        : $"(set-option :seed {seed % int.MaxValue})\n";

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)+")]
    private static partial Regex VersionNumber();
}
