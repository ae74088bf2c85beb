using System.Diagnostics;
using Verify.Modelling;
using Verify.Murphi;

namespace Verify.Tests.Murphi;

/// <summary>A damaged file is read to its end, and answered by diagnostics.</summary>
public sealed class MurphiDamageTests
{
    private static readonly string[] Scraps =
        [.. "end ; := ( ) [ ] ==> if for while begin 0 1 - ! & ruleset alias undefine \" -- /* .. :".Split(' ')];

    /// <summary>As many texts of each model as MURPHI_DAMAGE says.</summary>
    [Fact]
    public void A_damaged_text_neither_crashes_nor_hangs()
    {
        var wanted = int.TryParse(Environment.GetEnvironmentVariable("MURPHI_DAMAGE"), out var count) ? count : 20;
        var prng = new Prng(16);
        var slowest = TimeSpan.Zero;
        var (whole, tried) = (0, 0);
        var folder = Path.Combine(Repository.Root, "tests/Verify.Tests/Murphi/Models");
        foreach (var path in Directory.EnumerateFiles(folder, "*.m").Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(path);
            for (var i = 0; i < wanted; i++)
            {
                var damaged = Damaged(text, prng);
                var watch = Stopwatch.StartNew();
                whole += IsWhole(damaged) ? 1 : 0;
                tried++;
                slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{tried} texts, {whole} of them models; the slowest took {slowest.TotalSeconds:0.00} s");
        Assert.True(whole < tried);
        Assert.True(slowest < TimeSpan.FromSeconds(20), $"{slowest}");
    }

    private static bool IsWhole(string text)
    {
        try
        {
            var file = MurphiFile.Parse("damaged.m", text);
            file.Check([Choices.Default]);
            return true;
        }
        catch (UserErrorException e)
        {
            Assert.DoesNotContain(e.All, found => found.Code == ErrorCodes.ModelThrows || found.Code == ErrorCodes.Internal);
            return false;
        }
    }

    private static string Damaged(string text, Prng prng)
    {
        for (var times = prng.Below(3) + 1; times > 0; times--)
        {
            var at = prng.Below(text.Length + 1);
            var length = Math.Min(prng.Below(12), text.Length - at);
            text = prng.Below(4) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, $" {Scraps[prng.Below(Scraps.Length)]} "),
                2 => text.Remove(at, length).Insert(prng.Below(text.Length - length + 1), text.Substring(at, length)),
                _ => text[..at],
            };
        }

        return text;
    }
}
