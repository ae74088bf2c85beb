using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Verify.Cli.Compiling;

/// <summary>Runs the C# compiler of the SDK without MSBuild, which takes many times as long.</summary>
internal static partial class CSharpCompiler
{
    // The usings that the SDK adds to a project.
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>An error in a source file.</summary>
    /// <param name="Where">The source location; null for an error of the compiler itself.</param>
    /// <param name="Code">The code of the compiler, such as CS0103.</param>
    /// <param name="Text">The message in one line.</param>
    public sealed record Error(SourceLocation? Where, string Code, string Text)
    {
        /// <summary>The error in one line, <c>FILE(LINE): error CSnnnn: message</c>.</summary>
        public override string ToString() => $"{Where?.ToString() ?? "csc"}: error {Code}: {Text}";
    }

    /// <summary>Compiles files into a library, with the options of the product but without its rules of style.</summary>
    /// <param name="sources">The files.</param>
    /// <param name="references">The libraries that the files may use, beside those of the framework.</param>
    /// <param name="library">The path of the library, which also gets a file with debugging information.</param>
    /// <returns>The errors in the files; empty if the library was written.</returns>
    /// <exception cref="UserErrorException">VRF401: there is no compiler here.</exception>
    public static IReadOnlyList<Error> Compile(IEnumerable<string> sources, IEnumerable<string> references, string library)
    {
        var (program, compiler) = Find();
        var usings = library + ".usings.cs";
        var response = library + ".rsp";
        File.WriteAllText(usings, Usings);
        File.WriteAllLines(response,
        [
            "-nologo", "-nostdlib+", "-utf8output", "-preferreduilang:en", "-target:library", "-nullable:enable", "-checked+",
            "-deterministic", "-debug:portable", "-warn:0", $"-out:\"{library}\"",
            .. FrameworkLibraries().Concat(references).Select(path => $"-r:\"{path}\""),
            $"\"{usings}\"", .. sources.Select(path => $"\"{path}\""),
        ]);
        try
        {
            return Run(program, [compiler, "-noconfig", $"@{response}"]);
        }
        finally
        {
            File.Delete(usings);
            File.Delete(response);
        }
    }

    private static List<Error> Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        process.StandardInput.Close();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        process.WaitForExit();
        List<Error> errors = [.. lines.Select(Parsed).OfType<Error>().Distinct()];
        return process.ExitCode == 0 || errors.Count > 0 ? errors
            : [new Error(null, "none", $"the compiler ends with exit code {process.ExitCode}: {string.Join(' ', lines)}")];
    }

    private static Error? Parsed(string line) => Line().Match(line) is { Success: true } match
        ? new Error(
            match.Groups["file"] is { Success: true, Value: var file }
                ? SourceLocation.From(file, int.Parse(match.Groups["line"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
                : null,
            match.Groups["code"].Value, match.Groups["text"].Value)
        : null;

    // The runtime of this process belongs to an installation, in which the SDK is too, if there is one.
    private static (string Program, string Compiler) Find()
    {
        var root = Installation;
        var compiler = Newest(Path.Combine(root, "sdk"))
            .Select(version => Path.Combine(version, "Roslyn", "bincore", "csc.dll")).FirstOrDefault(File.Exists)
            ?? throw UserErrorException.At(null, ErrorCodes.MissingTool, $"there is no C# compiler below {root}",
                "install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0");
        return (Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), compiler);
    }

    private static string Installation =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    // Reference assemblies are a tenth of the size of those that run; a few installations lack them.
    private static IEnumerable<string> FrameworkLibraries()
    {
        var targets = $"net{Environment.Version.Major}.0";
        var folder = Newest(Path.Combine(Installation, "packs", "Microsoft.NETCore.App.Ref"))
            .Select(version => Path.Combine(version, "ref", targets)).FirstOrDefault(Directory.Exists);
        return folder is not null
            ? Directory.EnumerateFiles(folder, "*.dll")
            : Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll")
                .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
                    || name is "mscorlib.dll" or "netstandard.dll") && !name.Contains(".Native.", StringComparison.Ordinal));
    }

    // The folders of versions of this runtime, the newest first.
    private static IEnumerable<string> Newest(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateDirectories(folder)
            .Select(path => (Path: path, Version: Version.TryParse(Path.GetFileName(path).Split('-')[0], out var version) ? version : null))
            .Where(one => one.Version?.Major == Environment.Version.Major)
            .OrderByDescending(one => one.Version).Select(one => one.Path);

    [GeneratedRegex(@"^(?:(?<file>.+)\((?<line>\d+),\d+\): )?error (?<code>CS\d+): (?<text>.*)$")]
    private static partial Regex Line();
}
