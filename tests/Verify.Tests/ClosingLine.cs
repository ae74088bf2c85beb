using System.Collections.Concurrent;
using Microsoft.Testing.Platform.Extensions;
using Microsoft.Testing.Platform.Extensions.Messages;

namespace Verify.Tests;

/// <summary>Counts results, and prints the names of failed tests and a summary at the end.</summary>
internal sealed class ClosingLine : IDataConsumer
{
    private const int BadArguments = 5; // the exit code of the test platform
    private static readonly string[] AskedOnly = ["--help", "-?", "--info", "--list-tests"];

    private readonly ConcurrentDictionary<string, TestNodeStateProperty> results = [];
    private readonly ConcurrentDictionary<string, string> names = [];

    /// <inheritdoc/>
    public string Uid => nameof(ClosingLine);

    /// <inheritdoc/>
    public string Version => "1";

    /// <inheritdoc/>
    public string DisplayName => "closing line";

    /// <inheritdoc/>
    public string Description => "Prints the numbers of a run last.";

    /// <inheritdoc/>
    public Type[] DataTypesConsumed => [typeof(TestNodeUpdateMessage)];

    /// <summary>True if a command line runs tests, false if it only asks for information.</summary>
    public static bool RunsTests(string[] arguments) => !arguments.Any(AskedOnly.Contains);

    /// <summary>Converts a command line to the form of the test platform.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="isLogged">True if the output is not a terminal; progress lines would then hide the
    /// failures.</param>
    public static string[] Arguments(string[] arguments, bool isLogged)
    {
        var isSaid = arguments.Any(argument => argument.StartsWith("--progress", StringComparison.Ordinal));
        return [.. arguments, "--no-banner", .. isLogged && !isSaid ? (string[])["--progress", "off"] : []];
    }

    /// <inheritdoc/>
    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    /// <inheritdoc/>
    public Task ConsumeAsync(IDataProducer dataProducer, IData value, CancellationToken cancellationToken)
    {
        var node = ((TestNodeUpdateMessage)value).TestNode;
        if (node.Properties.SingleOrDefault<TestNodeStateProperty>() is { } state
            and not (InProgressTestNodeStateProperty or DiscoveredTestNodeStateProperty))
        {
            results[node.Uid.Value] = state;
            names[node.Uid.Value] = node.DisplayName;
        }

        return Task.CompletedTask;
    }

    /// <summary>Writes the summary.</summary>
    /// <param name="code">The exit code of the test platform.</param>
    /// <param name="output">The output.</param>
    /// <returns>The exit code: 0 all passed, 1 some failed or none ran, 3 the arguments are wrong.</returns>
    public int Write(int code, TextWriter output)
    {
        if (code == BadArguments)
        {
            return 3;
        }

        var passed = results.Values.Count(state => state is PassedTestNodeStateProperty);
        var skipped = results.Values.Count(state => state is SkippedTestNodeStateProperty);
        var failed = results.Count - passed - skipped;
        foreach (var name in results.Where(pair => pair.Value is not (PassedTestNodeStateProperty or SkippedTestNodeStateProperty))
            .Select(pair => names[pair.Key]).Order(StringComparer.Ordinal))
        {
            output.WriteLine($"failed {name}");
        }

        if (code != 0 && failed == 0)
        {
            output.WriteLine(results.IsEmpty ? "no test ran" : $"ended with exit code {code} although no test failed");
            failed = results.IsEmpty ? 0 : 1;
        }

        output.WriteLine(skipped > 0 ? $"{passed} passed, {failed} failed, {skipped} skipped" : $"{passed} passed, {failed} failed");
        return code == 0 && failed == 0 && passed > 0 ? 0 : 1;
    }
}
