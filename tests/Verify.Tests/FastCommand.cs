using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Soaking;

namespace Verify.Tests;

/// <summary><c>verify test --fast</c>: what tells most mistakes, in some 20 seconds.</summary>
internal static class FastCommand
{
    /// <summary>The option; nothing follows it.</summary>
    public const string Option = "--fast";

    /// <summary>The laws take this long; what is left of 20 seconds is for the classes, and for starting.</summary>
    private static readonly TimeSpan LawTime = TimeSpan.FromSeconds(10);

    /// <summary>Classes that look at small things, each of them in a moment.</summary>
    public static IReadOnlyList<string> Classes { get; } =
    [
        "*InterpreterTests", "*BadModelTests", "*ThreadTests", "*RegressionTests", "*NamedNumbersTests",
        "*SeenSetTests", "*CanonicalizerTests", "*ToolTests", "*OptionUseTests", "*VacuousTests", "*WriterTests",
        "*TidyTests", "*RoomTests",
    ];

    /// <summary>Tries the laws on models that are the same each time, as many as there is time for, then runs the classes.</summary>
    /// <param name="output">Where a law that fails is told.</param>
    /// <param name="runTests">Runs tests with some arguments; what comes back is the exit code.</param>
    /// <returns>0 if all holds.</returns>
    public static int Run(TextWriter output, Func<string[], int> runTests) => Run(Lawbook.All, LawTime, output, runTests);

    /// <summary>The same with other laws than those of the book, and other time.</summary>
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
