using System.Globalization;
using Verify.Cli.Hosting;

namespace Verify.Tests.Mutants;

/// <summary>
/// <c>verify test --mutants FAMILY,FAMILY</c>: removes each part of each guard of these models, one at a time, and
/// reports the claims whose result changes. <c>--mutants --update</c> writes the page of dropped guards.
/// </summary>
internal static class MutantCommand
{
    private const string Update = "--update";

    /// <summary>True if the arguments request the command.</summary>
    public static bool IsAsked(string[] arguments) => arguments is ["--mutants", ..];

    /// <summary>Runs the command.</summary>
    /// <returns>0 if every removal was noticed or has a reason, 1 if one was not, 3 if the arguments are wrong.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        var families = Catalogue.Load().Claims.GroupBy(claim => claim.Family.Name)
            .ToDictionary(claims => claims.Key, claims => claims.ToList());
        var isUpdate = arguments is [_, Update, ..];
        var names = arguments[(isUpdate ? 2 : 1)..] is [var list] ? list.Split(',') : [];
        if (arguments.Length > (isUpdate ? 3 : 2) || (names.Length == 0 && !isUpdate) || names.Any(name => !families.ContainsKey(name)))
        {
            errors.WriteLine("usage: verify test --mutants FAMILY[,FAMILY] | --mutants --update [FAMILY[,FAMILY]]; a family has claims: "
                + string.Join(", ", families.Keys));
            return 3;
        }

        if (!isUpdate)
        {
            return names.Sum(name => Try(new FamilyMutants(families[name]), output).Survivors.Length) == 0 ? 0 : 1;
        }

        var page = MutantPage.Read();
        foreach (var family in families.Values.Select(claims => new FamilyMutants(claims)))
        {
            if (names.Length == 0 ? page.IsAbout(family.Name) && page.KeyOf(family.Name) != family.Key : names.Contains(family.Name))
            {
                page = page.With(Try(family, output));
                page.Write();
            }
        }

        page = page.Of(families.Keys);
        page.Write();
        foreach (var mistake in page.Mistakes)
        {
            output.WriteLine(mistake);
        }

        return page.Mistakes.Count == 0 ? 0 : 1;
    }

    private static MutantResults Try(FamilyMutants family, TextWriter output)
    {
        var (kept, survivors) = (new List<string>(), new List<string>());
        foreach (var mutant in family.All)
        {
            var noticed = family.NoticedBy(mutant);
            var isKept = noticed is null && family.KeepsStates(mutant);
            if (noticed is null)
            {
                (isKept ? kept : survivors).Add(mutant.ToString());
            }

            output.WriteLine($"{(noticed is not null ? "noticed" : isKept ? "SAME STATES" : "SURVIVES")}\t{mutant}\t{noticed}");
            output.Flush();
        }

        var all = family.All.Length;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{family.Name}: {all - kept.Count - survivors.Count} of {all} dropped parts are noticed, "
            + $"{kept.Count} reach the same states"));
        return new(family.Name, family.Key, all, [.. kept.Order(StringComparer.Ordinal)], [.. survivors.Order(StringComparer.Ordinal)]);
    }
}
