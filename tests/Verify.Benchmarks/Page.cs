using System.Globalization;
using Verify.Cli.Hosting;

namespace Verify.Benchmarks;

/// <summary>The text around the tables.</summary>
internal static class Page
{
    public static string Heading(int rounds) => string.Create(CultureInfo.InvariantCulture, $"""
        # Benchmarks

        Written by `./verify bench --into tests/Verify.Benchmarks/results.md`. {HostInfo.Description}.

        Whole commands, start-up included; for Spin and Rumur without translating and compiling. All run in one go,
        alternating, {rounds} times; seconds are medians. "×" is how many times as long Spin's best takes. Spin and Rumur
        read what `./verify export` writes. Spin counts one step more, the initial one; what it and Rumur count as bytes is all
        the memory they took, as it is for Verify, of which some 45 MB is the runtime's. What threads can share is the search
        alone, as `verify check --json` tells its time: not starting up, nor making the model ready. A whole command of Verify
        that ends in a proof includes the interpreter's check of the search, about a second for a large one; Spin and Rumur
        have no such check. The interpreter runs on one thread.


        """);

    /// <summary>The growth table of the reference instance.</summary>
    public static string Growth(Measurements measurements, IReadOnlyList<Contender> contenders, int rounds, int sizes)
    {
        var what = Case.All[0];
        var rows = Case.Growth.Take(sizes).Select(size =>
        {
            var both = measurements.Of([contenders[0], contenders[1]], what.Claim, size, rounds);
            return (size, both[0], both[1]);
        });
        return Table.OfGrowth(what, [.. rows]);
    }
}
