using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Proofs;

namespace Verify.Tests.Mutants;

/// <summary>The results of the mutants of a family.</summary>
/// <param name="Family">The family.</param>
/// <param name="Key">A digest of all that the results depend on.</param>
/// <param name="All">The number of mutants.</param>
/// <param name="Kept">Those without which the same states are reached.</param>
/// <param name="Survivors">The others that no claim notices.</param>
internal sealed record MutantResults(
    string Family, string Key, int All, ImmutableArray<string> Kept, ImmutableArray<string> Survivors)
{
    /// <summary>The number of those that a claim notices.</summary>
    public int Noticed => All - Kept.Length - Survivors.Length;
}

/// <summary>
/// The page of dropped guards: the results of the last run, and the reasons, which are read anew from the code.
/// </summary>
internal sealed class MutantPage(ImmutableArray<MutantResults> results, IReadOnlyList<SurvivorReasons> reasons)
{
    public const string File = "proofs/DROPPED.md";
    private const string Command = "./verify test --mutants --update";
    private const string Fence = "```";

    /// <summary>The results, by family.</summary>
    public ImmutableArray<MutantResults> Results => results;

    /// <summary>
    /// The survivors without a reason, and the reasons without a survivor; only of families that have reasons.
    /// </summary>
    public IReadOnlyList<string> Mistakes => [.. results.SelectMany(MistakesIn)];

    /// <summary>The page as it is in the repository.</summary>
    public static MutantPage Read() => new(
        Repository.Files.Contains(File) ? Parse(Repository.Lines(File)) : [], SurvivorReasons.All);

    /// <summary>The digest of a family in the last run; null if there was none.</summary>
    public string? KeyOf(string family) => results.FirstOrDefault(one => one.Family == family)?.Key;

    /// <summary>True if the page is about a family: one with reasons, or with results.</summary>
    public bool IsAbout(string family) => KeyOf(family) is not null || reasons.Any(list => list.Family.Name == family);

    /// <summary>The page with new results of a family.</summary>
    public MutantPage With(MutantResults one)
    {
        var others = results.Where(other => other.Family != one.Family);
        return new([.. others.Append(one).OrderBy(other => other.Family, StringComparer.Ordinal)], reasons);
    }

    /// <summary>The page without other families than these.</summary>
    public MutantPage Of(IReadOnlyCollection<string> families) => new([.. results.Where(one => families.Contains(one.Family))], reasons);

    /// <summary>Writes the page.</summary>
    public void Write() => System.IO.File.WriteAllText(Path.Combine(Repository.Root, File), Text());

    /// <summary>The page.</summary>
    public string Text()
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Dropped guards and updates

            This page is generated. `{Command}` drops each part of each guard, and each update, of a model, one at
            a time, and decides all claims about it again. A part is noticed if the result of a claim is another one then: the
            verdict, with or without an assumption, the length of a shortest violation, or what the gate calls vacuous. A key stands for
            the models and claims of a family; the command goes through the families that have another one by now.

            What no claim notices is below, with the reason. If the same states are reached without the part, no claim that
            something never happens can need it: a guard repeats what the step implies, or keeps out a step that changes nothing;
            an update sets what is so already. This is looked up in each instance of the claims (up to {FamilyMutants.MaxCounted:N0}
            states), and in those that are larger in one size (up to {FamilyMutants.MaxLargerCounted:N0}); one of them must have the part.

            | family | noticed | same states | with a reason | without | all | key |
            |---|---:|---:|---:|---:|---:|---|

            """);
        foreach (var one in results)
        {
            var without = Without(one).Count;
            page.AppendLine(CultureInfo.InvariantCulture, $"| {one.Family} | {one.Noticed} | {one.Kept.Length} "
                + $"| {one.Survivors.Length - without} | {without} | {one.All} | {one.Key} |");
        }

        foreach (var one in results.Where(one => one.Noticed < one.All))
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {one.Family}");
            Append(page, "The same states are reached without these.", one.Kept);
            foreach (var reason in ReasonsOf(one))
            {
                Append(page, reason.Text, [.. one.Survivors.Where(reason.IsAbout)]);
            }

            Append(page, "No reason is given yet.", Without(one));
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, string text, IReadOnlyCollection<string> lines)
    {
        if (lines.Count > 0)
        {
            page.AppendLine().AppendLine(text).AppendLine().AppendLine(Fence + "text")
                .AppendJoin('\n', lines).AppendLine().AppendLine(Fence);
        }
    }

    /// <summary>Reads the results from the page.</summary>
    internal static ImmutableArray<MutantResults> Parse(string[] lines)
    {
        var rows = lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1);
        return [.. rows.Select(row => row.Trim('|', ' ').Split(" | ")).Select(row => new MutantResults(
            row[0], row[6], Number(row[5]), [.. Section(row[0]).Take(Number(row[2]))],
            [.. Section(row[0]).Skip(Number(row[2])).Order(StringComparer.Ordinal)]))];

        static int Number(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

        IEnumerable<string> Section(string family)
        {
            var isInside = false;
            foreach (var line in lines.SkipWhile(line => line != $"## {family}").Skip(1)
                .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)))
            {
                var isFence = line.StartsWith(Fence, StringComparison.Ordinal);
                if (isInside && !isFence)
                {
                    yield return line;
                }

                isInside ^= isFence;
            }
        }
    }

    private ImmutableArray<SurvivorReason> ReasonsOf(MutantResults one) =>
        reasons.FirstOrDefault(list => list.Family.Name == one.Family)?.Reasons ?? [];

    private List<string> Without(MutantResults one) =>
        [.. one.Survivors.Where(part => !ReasonsOf(one).Any(reason => reason.IsAbout(part)))];

    private IEnumerable<string> MistakesIn(MutantResults one)
    {
        if (reasons.All(list => list.Family.Name != one.Family))
        {
            yield break;
        }

        foreach (var part in Without(one))
        {
            yield return $"{one.Family}: no reason why no claim notices that this is dropped: {part}";
        }

        foreach (var pattern in ReasonsOf(one).SelectMany(reason => reason.Parts)
            .Where(pattern => !one.Survivors.Any(part => SurvivorReason.IsMatch(pattern, part))))
        {
            yield return $"{one.Family}: a reason for a part that a claim notices, or for none of the model: {pattern}";
        }

        foreach (var part in one.Survivors.Where(part => ReasonsOf(one).Count(reason => reason.IsAbout(part)) > 1))
        {
            yield return $"{one.Family}: two reasons for {part}";
        }
    }
}
