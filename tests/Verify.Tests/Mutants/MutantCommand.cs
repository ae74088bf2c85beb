using System.Globalization;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Engines;
using Verify.Explicit;
using Verify.Modelling;

namespace Verify.Tests.Mutants;

/// <summary>
/// <c>verify test --mutants FAMILY,FAMILY</c>: removes each part of each guard of these models, one at a time, and
/// reports the claims whose result changes.
/// </summary>
internal static class MutantCommand
{
    private const long MaxStates = 2_000_000;
    private static readonly ExplicitEngine Engine = new();

    /// <summary>True if the arguments request the command.</summary>
    public static bool IsAsked(string[] arguments) => arguments is ["--mutants", ..];

    /// <summary>Runs the command.</summary>
    /// <returns>0 if every removal was noticed, 1 if one was not, 3 if the arguments are wrong.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        var claims = Catalogue.Load().Claims;
        var names = arguments.Length == 2 ? arguments[1].Split(',') : [];
        if (names.Length == 0 || names.Any(name => claims.All(claim => claim.Family.Name != name)))
        {
            errors.WriteLine("usage: verify test --mutants FAMILY[,FAMILY]; a family has claims: "
                + string.Join(", ", claims.Select(claim => claim.Family.Name).Distinct()));
            return 3;
        }

        var survivors = names.Sum(name => OfFamily([.. claims.Where(claim => claim.Family.Name == name)], output));
        return survivors == 0 ? 0 : 1;
    }

    private static int OfFamily(List<Claim> claims, TextWriter output)
    {
        var known = claims.Select(claim => (Claim: claim, Model: claim.Family.Build(claim.Choices)))
            .Select(pair => (pair.Claim, pair.Model, Result: Decide(pair.Model, pair.Claim.Property)))
            .OrderBy(one => one.Result.Text != "proved").ThenBy(one => one.Result.States).ToList();
        var mutants = known.SelectMany(one => Mutant.Of(one.Model)).Distinct().ToList();
        var survivors = 0;
        foreach (var mutant in mutants)
        {
            var noticed = "";
            foreach (var (claim, model, result) in known)
            {
                if (mutant.In(model) is { } changed && Decide(changed, claim.Property) is var other && other.Text != result.Text)
                {
                    noticed = $"{claim.Id}: {result.Text} -> {other.Text}";
                    break;
                }
            }

            survivors += noticed.Length == 0 ? 1 : 0;
            output.WriteLine($"{(noticed.Length == 0 ? "SURVIVES" : "noticed")}\t{mutant.Rule}\t{mutant.Part}\t{noticed}");
            output.Flush();
        }

        output.WriteLine($"{claims[0].Family.Name}: {mutants.Count - survivors} of {mutants.Count} dropped parts are noticed");
        return survivors;
    }

    private static (string Text, long States) Decide(Model model, string property)
    {
        try
        {
            var verdict = Engine.Decide(model, model.Property(property),
                EngineOptions.Default with { Budget = Budget.Unlimited with { States = MaxStates } });
            var text = verdict is Verdict.Refuted { Trace: { } trace }
                ? string.Create(CultureInfo.InvariantCulture, $"refuted in {trace.Steps.Length}")
                : verdict.Word;
            return (text, verdict.Evidence.States);
        }
        catch (UserErrorException e)
        {
            return ($"undefined ({e.Diagnostic.Code.Id})", 0);
        }
    }
}
