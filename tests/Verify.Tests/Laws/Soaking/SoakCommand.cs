using System.Globalization;
using Verify.Tests.Laws.Oracles;

namespace Verify.Tests.Laws.Soaking;

/// <summary>
/// <c>verify test --soak MINUTES --seed N</c>: tries the laws for a given time and prints the results.
/// </summary>
internal static class SoakCommand
{
    private const string Usage = """
        usage: verify test --soak MINUTES [--seed N] [--models N] [--laws PART-OF-A-NAME] [--out FOLDER]
        """;

    /// <summary>True if the arguments request a soak.</summary>
    public static bool IsAsked(string[] arguments) => arguments.Contains("--soak");

    /// <summary>Runs the command.</summary>
    /// <returns>0 if all laws hold, 1 on a disagreement, 3 if the arguments are wrong.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors) =>
        Run(arguments, Lawbook.All, output, errors);

    /// <summary>Runs the command with given laws.</summary>
    internal static int Run(string[] arguments, IEnumerable<Law> laws, TextWriter output, TextWriter errors)
    {
        if (Read(arguments) is not var (request, part, folder))
        {
            errors.WriteLine(Usage);
            return 3;
        }

        using var stop = new CancellationTokenSource();
        void OnInterrupt(object? sender, ConsoleCancelEventArgs e)
        {
            // The first interrupt stops the soak, the second ends the process.
            e.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        Console.CancelKeyPress += OnInterrupt;
        try
        {
            var asked = laws.Where(law => law.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
            var soak = new Soak(request, asked, failure => output.WriteLine(FailureReport.Leave(failure, request, folder)));
            using var table = new Timer(_ => Save(folder, request, soak), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            soak.Run(stop.Token);
            output.Write(SoakTable.Of(soak));
            Save(folder, request, soak);
            return soak.Rows.Any(row => row.Disagreements > 0) || !soak.Undrawn.IsEmpty ? 1 : 0;
        }
        finally
        {
            Console.CancelKeyPress -= OnInterrupt;
        }
    }

    // Saves intermediate results.
    private static void Save(string folder, SoakRequest request, Soak soak)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"table-{request.Seed}.txt"), $"{SoakTable.Of(soak)}\nnow: {soak.Now}\n");
    }

    private static (SoakRequest Request, string Laws, string Folder)? Read(string[] arguments)
    {
        var request = new SoakRequest(TimeSpan.Zero, 1);
        var laws = "";
        var folder = Path.Combine(Repository.Root, "artifacts", "soak");
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            var isNumber = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
            switch (arguments[i])
            {
                case "--soak" when isNumber && number is > 0 and < 100_000:
                    request = request with { Time = TimeSpan.FromMinutes(number) };
                    break;
                case "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                    request = request with { Seed = seed };
                    break;
                case "--models" when isNumber && double.IsInteger(number) && number is > 0 and < 1e15:
                    request = request with { Models = (long)number };
                    break;
                case "--laws" when value != "":
                    laws = value;
                    break;
                case "--out" when value != "":
                    folder = value;
                    break;
                default:
                    return null;
            }
        }

        return (request, laws, folder);
    }
}
