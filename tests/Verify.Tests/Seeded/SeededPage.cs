using System.Text;

namespace Verify.Tests.Seeded;

/// <summary>The law or test class that detected a bug.</summary>
/// <param name="Law">The law or the test class; empty if none did.</param>
/// <param name="Models">The number of models drawn until then.</param>
/// <param name="Seconds">The CPU seconds.</param>
internal sealed record Finding(string Law, string Models, string Seconds);

/// <summary>The page with the seeded bugs and the law or test class that detected each.</summary>
internal sealed class SeededPage
{
    /// <summary>The path of the page.</summary>
    public const string File = "tests/SEEDED-BUGS.md";

    private readonly string store;
    private readonly Dictionary<string, Finding> found = [];

    private SeededPage(string store) => this.store = store;

    /// <summary>The number of tried bugs that no law or test detected.</summary>
    public int Unnoticed => SeededBug.All.Count(bug => found.TryGetValue(KeyOf(bug), out var one) && one.Law.Length == 0);

    /// <summary>Loads the results of earlier runs for bugs that have not changed.</summary>
    public static SeededPage Load(string folder)
    {
        var page = new SeededPage(Path.Combine(folder, "found.tsv"));
        foreach (var line in System.IO.File.Exists(page.store) ? System.IO.File.ReadAllLines(page.store) : [])
        {
            if (line.Split('\t') is [var key, var law, var models, var seconds])
            {
                page.found[key] = new Finding(law, models, seconds);
            }
        }

        return page;
    }

    /// <summary>Records and saves the result for a bug.</summary>
    public void Set(SeededBug bug, Finding finding)
    {
        found[KeyOf(bug)] = finding;
        System.IO.File.WriteAllLines(store, found.Select(pair =>
            $"{pair.Key}\t{pair.Value.Law}\t{pair.Value.Models}\t{pair.Value.Seconds}"));
    }

    /// <summary>Writes the page.</summary>
    public void Write()
    {
        var known = SeededBug.All.Select(bug => (Bug: bug, Found: found.GetValueOrDefault(KeyOf(bug)))).ToList();
        var byLaws = known.Count(row => IsByLaw(row.Found));
        var byTests = known.Count(row => row.Found?.Law.StartsWith("tests ", StringComparison.Ordinal) == true);
        var text = new StringBuilder($"""
            # Seeded bugs

            {known.Count} mistakes, each made on purpose behind a switch ([the list](Verify.Tests/Seeded/bugs.txt)), and who notices:
            the laws on generated models for {byLaws} of them, a class of tests where no law does for {byTests}. `models` were drawn
            until then, `seconds` are those of a processor. Written by `./verify test --seeded-bugs`.

            | bug | component | what is wrong | noticed by | models | seconds |
            |---|---|---|---|---|---|

            """);
        foreach (var (bug, one) in known)
        {
            var who = one is null ? "not tried" : one.Law.Length == 0 ? "**none**" : one.Law;
            who = bug.Why.Length > 0 && !IsByLaw(one) ? $"{who}: {bug.Why}" : who;
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"| {bug.Number} | {bug.Component} | {bug.Sentence} | {who} | {one?.Models} | {one?.Seconds} |\n");
        }

        System.IO.File.WriteAllText(Path.Combine(Repository.Root, File), text.ToString());
    }

    private static bool IsByLaw(Finding? found) =>
        found is { Law.Length: > 0 } && !found.Law.StartsWith("tests ", StringComparison.Ordinal);

    // A changed bug has to be tried again.
    private static string KeyOf(SeededBug bug) => Fingerprint.Of($"{bug.File} {bug.Old} {bug.New}");
}
