using System.CommandLine;
using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Modelling;

namespace Verify.Cli.Commands;

/// <summary><c>list</c>: lists families, claims, engines and solvers without building models.</summary>
internal static class ListCommand
{
    public static Command Create(Session session)
    {
        var json = new Option<bool>("--json") { Description = "Write the list as JSON." };
        var part = new Argument<string?>("PART")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "List only claims and families whose name contains this, such as VL; or those of a protocol file.",
        };
        var command = new Command("list", "Lists families of models, claims, engines, and solvers.") { part, json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(part) is { } file && ProtocolFiles.IsOne(file))
            {
                WriteFile(session, file, parsed.GetValue(json));
                return ExitCode.AsExpected;
            }

            if (parsed.GetValue(part) is { } wanted)
            {
                WriteFound(session, wanted, parsed.GetValue(json));
            }
            else if (parsed.GetValue(json))
            {
                WriteJson(session, session.Catalogue.Families, session.Catalogue.Claims);
            }
            else
            {
                WriteTables(session);
            }

            var mistakes = session.Catalogue.Mistakes.ToList();
            mistakes.ForEach(mistake => ErrorOutput.Complain(session.Terminal, mistake));
            return mistakes.Count > 0 ? ExitCode.BadInput : ExitCode.AsExpected;
        });
        return command;
    }

    private static void WriteFile(Session session, string argument, bool isJson)
    {
        var claims = session.Catalogue.Find(argument);
        Action<Session, IEnumerable<ModelFamily>, IEnumerable<Claim>> write = isJson ? WriteJson : WriteModels;
        write(session, claims.Select(claim => claim.Family).Distinct(), claims);
    }

    // The claims and families whose name contains the text; a family comes with all its claims, and a claim with its
    // family.
    private static void WriteFound(Session session, string part, bool isJson)
    {
        bool Has(string name) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
        var catalogue = session.Catalogue;
        List<Claim> claims = [.. catalogue.Claims.Where(claim => Has(claim.Id) || Has(claim.Family.Name))];
        var names = claims.Select(claim => claim.Family.Name).ToHashSet(StringComparer.Ordinal);
        List<ModelFamily> families = [.. catalogue.Families.Where(family => Has(family.Name) || names.Contains(family.Name))];
        if (families.Count == 0)
        {
            throw UserErrorException.At(null, ErrorCodes.UnknownClaim, $"no claim and no family has '{part}' in its name",
                Suggestion.Hint(part, catalogue.Families.Select(family => family.Name).Concat(catalogue.Names)));
        }

        if (isJson)
        {
            WriteJson(session, families, claims);
        }
        else
        {
            WriteModels(session, families, claims);
        }
    }

    private static void WriteModels(Session session, IEnumerable<ModelFamily> families, IEnumerable<Claim> claims)
    {
        var output = session.Terminal.Out;
        output.WriteLine("FAMILIES");
        output.WriteLine();
        Table.Write(session.Terminal, ["family", "what", "name", "meaning"], [.. families.SelectMany(RowsOf)]);
        output.WriteLine();
        output.WriteLine("CLAIMS");
        output.WriteLine();
        Table.Write(session.Terminal, ["claim", "expected", "family", "sentence"],
            [.. claims.Select(c => new[] { c.Id, Expected(c.Expected), c.Family.Name, c.Sentence })]);
    }

    private static void WriteTables(Session session)
    {
        var output = session.Terminal.Out;
        WriteModels(session, session.Catalogue.Families, session.Catalogue.Claims);
        output.WriteLine();
        output.WriteLine("ENGINES");
        output.WriteLine();
        Table.Write(session.Terminal, ["engine", "available", "description"],
            [.. session.Engines.Select(e => new[] { e.Name, e.Unavailable is null ? "yes" : $"no: {e.Unavailable}", e.Summary })]);
        output.WriteLine();
        output.WriteLine("SOLVERS");
        output.WriteLine();
        Table.Write(session.Terminal, ["solver", "available"],
            [.. session.Solvers.All.Select(s => new[] { s.Name, s.Unavailable is null ? $"yes: {s.Identity}" : $"no: {s.Unavailable}" })]);
    }

    internal static IEnumerable<string[]> RowsOf(ModelFamily family) =>
    [
        [family.Name, "", "", family.Summary],
        .. family.Sizes.Select(s => new[] { "", "size", $"{s.Name}={s.Default}", $"{s.Text} ({s.Low}..{s.High})" }),
        .. family.AllSwitches.Select(s => new[] { "", s.Kind, s.Name, s.Text }),
        .. family.Assumptions.Select(a => new[] { "", "assumption", a.Name, $"{a.Text} (enforced by: {a.EnforcedBy})" }),
        .. family.Profiles.Select((p, i) => new[] { "", "profile", p.Name, i == 0 ? $"{p.Text} (default)" : p.Text }),
    ];

    internal static string Expected(Expectation expected) => expected switch
    {
        Expectation.ProvedIf => "proved if",
        Expectation.Refuted { Steps: { } steps } => $"refuted in {steps}",
        _ => expected.Word,
    };

    private static void WriteJson(Session session, IEnumerable<ModelFamily> families, IEnumerable<Claim> claims) =>
        ResultJson.Document(session.Terminal.Out, json =>
    {
        json.WriteString("tool", ToolVersion.Text);
        ResultJson.Array(json, "families", families, WriteFamily);
        ResultJson.Array(json, "claims", claims, WriteClaim);
        ResultJson.Array(json, "engines", session.Engines, (_, engine) =>
        {
            json.WriteString("name", engine.Name);
            json.WriteString("summary", engine.Summary);
            json.WriteBoolean("available", engine.Unavailable is null);
            json.WriteString("reason", engine.Unavailable);
        });
        ResultJson.Array(json, "solvers", session.Solvers.All, (_, solver) =>
        {
            json.WriteString("name", solver.Name);
            json.WriteString("identity", solver.Unavailable is null ? solver.Identity : null);
            json.WriteBoolean("available", solver.Unavailable is null);
            json.WriteString("reason", solver.Unavailable);
        });
    });

    internal static void WriteFamily(Utf8JsonWriter json, ModelFamily family)
    {
        json.WriteString("name", family.Name);
        json.WriteString("summary", family.Summary);
        ResultJson.Array(json, "sizes", family.Sizes, (_, size) =>
        {
            json.WriteString("name", size.Name);
            json.WriteNumber("default", size.Default);
            json.WriteNumber("low", size.Low);
            json.WriteNumber("high", size.High);
            json.WriteString("text", size.Text);
        });
        ResultJson.Array(json, "features", family.Features, (_, feature) => WriteSwitch(json, feature));
        ResultJson.Array(json, "faults", family.Faults, (_, fault) => WriteSwitch(json, fault));
        ResultJson.Array(json, "assumptions", family.Assumptions, (_, assumption) =>
        {
            json.WriteString("name", assumption.Name);
            json.WriteString("text", assumption.Text);
            json.WriteString("enforcedBy", assumption.EnforcedBy);
        });
        ResultJson.Array(json, "profiles", family.Profiles, (_, profile) =>
        {
            json.WriteString("name", profile.Name);
            json.WriteString("text", profile.Text);
        });
        ResultJson.WriteStrings(json, "notModelled", family.NotModelled.Select(limit => limit.Text).Distinct());
    }

    private static void WriteSwitch(Utf8JsonWriter json, Switch one)
    {
        json.WriteString("name", one.Name);
        json.WriteString("text", one.Text);
        json.WriteString("source", one.Source?.ToString());
    }

    internal static void WriteClaim(Utf8JsonWriter json, Claim claim)
    {
        json.WriteString("id", claim.Id);
        json.WriteString("sentence", claim.Sentence);
        json.WriteString("family", claim.Family.Name);
        json.WriteString("instance", Instance.Describe(claim.Family, claim.Choices));
        json.WriteString("property", claim.Property);
        json.WriteString("expected", claim.Expected.Word);
        json.WriteString("reason", (claim.Expected as Expectation.Pending)?.Reason);
        ResultJson.WriteStrings(json, "assumptions", claim.Choices.Assumptions);
        ResultJson.WriteStrings(json, "sources", claim.Sources.IsDefault ? [] : claim.Sources.Select(source => source.ToString()));
    }
}
