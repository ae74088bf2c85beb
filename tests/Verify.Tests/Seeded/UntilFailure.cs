using System.Globalization;
using Verify.Tests.Laws.Oracles;
using Verify.Tests.Laws.Soaking;

namespace Verify.Tests.Seeded;

/// <summary>Tries laws until the first one fails; each seeded bug runs it in a process of its own.</summary>
internal static class UntilFailure
{
    /// <summary>The argument for it; CPU seconds, a seed and parts of names of laws follow.</summary>
    public const string Command = "--until-failure";

    /// <summary>The prefix of the line with the outcome.</summary>
    public const string Mark = "outcome";

    /// <summary>Runs the command.</summary>
    /// <returns>0 if all laws held within the time, 1 if one failed.</returns>
    public static int Run(string[] arguments, TextWriter output)
    {
        var seconds = double.Parse(arguments[1], CultureInfo.InvariantCulture);
        var seed = ulong.Parse(arguments[2], CultureInfo.InvariantCulture);
        var parts = arguments[3..];
        var laws = Lawbook.All.Where(law => parts.Length == 0
            || parts.Any(part => law.Name.Contains(part, StringComparison.OrdinalIgnoreCase))).ToList();
        // If some laws are named, the cheapest of them is tried on every model.
        var often = laws.Min(law => law.Odds);
        using var over = new CancellationTokenSource();
        Disagreement? first = null;
        var soak = new Soak(new SoakRequest(TimeSpan.FromDays(1), seed, Often: often), laws, failure =>
        {
            first ??= failure;
            over.Cancel();
        });
        using var clock = new Timer(_ => CancelAfter(seconds, over), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        soak.Run(over.Token);
        var tried = soak.Rows.Sum(row => row.Models);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Mark}\t{first?.Law.Name}\t{soak.Models}\t{tried}\t{Usage.Cpu.TotalSeconds:0.0}"));
        return first is null ? 0 : 1;
    }

    private static void CancelAfter(double seconds, CancellationTokenSource over)
    {
        if (Usage.Cpu.TotalSeconds > seconds)
        {
            over.Cancel();
        }
    }
}
