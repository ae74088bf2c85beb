using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Soaking;

namespace Verify.Tests;

/// <summary><c>verify test --fast</c>: finds most mistakes in about 20 seconds.</summary>
internal static class FastCommand
{
    /// <summary>The option; it has no arguments.</summary>
    public const string Option = "--fast";

    /// <summary>The time for the laws; the rest of the 20 seconds is for the test classes and the start-up.</summary>
    private static readonly TimeSpan LawTime = TimeSpan.FromSeconds(10);

    /// <summary>Fast test classes of small components.</summary>
    public static IReadOnlyList<string> Classes { get; } =
    [
        "*InterpreterTests", "*BadModelTests", "*ThreadTests", "*RegressionTests", "*NamedNumbersTests",
        "*SeenSetTests", "*CanonicalizerTests", "*ToolTests", "*OptionUseTests", "*VacuousTests", "*WriterTests",
        "*TidyTests", "*RoomTests",
    ];

    /// <summary>Tries the laws on a fixed sequence of models for a limited time, then runs the classes.</summary>
    /// <param name="output">The output for failed laws.</param>
    /// <param name="runTests">Runs tests with some arguments and returns the exit code.</param>
    /// <returns>0 if all pass.</returns>
    public static int Run(TextWriter output, Func<string[], int> runTests) => Run(Lawbook.All, LawTime, output, runTests);

    /// <summary>The same with given laws and time.</summary>
    internal static int Run(IEnumerable<Law> laws, TimeSpan time, TextWriter output, Func<string[], int> runTests)
    {
        var request = new SoakRequest(time, Seed: 1, Often: 2);
        var folder = Path.Combine(Repository.Root, "artifacts", "soak");
        var soak = new Soak(request, laws, failure => output.WriteLine(FailureReport.Leave(failure, request, folder)));
        soak.Run(CancellationToken.None);
        var failed = soak.Rows.Count(row => row.Disagreements > 0) + soak.Undrawn.Length;
        var tried = soak.Rows.Count(row => row.Models > 0);
        output.WriteLine($"laws: {tried} of {soak.Rows.Count} tried on {soak.Models} models, {failed} failed");
        var code = runTests([.. Classes.SelectMany(name => new[] { "--filter-class", name })]);
        return failed > 0 ? Math.Max(code, 1) : code;
    }
}
