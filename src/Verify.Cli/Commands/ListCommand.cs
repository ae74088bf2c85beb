using System.CommandLine;
using System.Text.Json;
using Verify.Claims;
using Verify.Cli.Output;
using Verify.Modelling;

namespace Verify.Cli.Commands;

/// <summary><c>list</c>: families, claims, engines and solvers. Builds no model.</summary>
internal static class ListCommand
{
    public static Command Create(Session session)
    {
        var json = new Option<bool>("--json") { Description = "The same as JSON." };
        var command = new Command("list", "Lists families of models, claims, engines, and solvers.") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                WriteJson(session);
            }
            else
            {
                WriteTables(session);
            }

            var mistakes = session.Catalogue.Mistakes.ToList();
            mistakes.ForEach(mistake => Tool.Complain(session.Terminal, mistake));
            return mistakes.Count > 0 ? ExitCode.BadInput : ExitCode.AsExpected;
        });
        return command;
    }

    private static void WriteTables(Session session)
    {
        var (output, catalogue) = (session.Terminal.Out, session.Catalogue);
        output.WriteLine("FAMILIES");
        output.WriteLine();
        Table.Write(session.Terminal, ["family", "what", "name", "meaning"], [.. catalogue.Families.SelectMany(RowsOf)]);
        output.WriteLine();
        output.WriteLine("CLAIMS");
        output.WriteLine();
        Table.Write(session.Terminal, ["claim", "expected", "family", "sentence"],
            [.. catalogue.Claims.Select(c => new[] { c.Id, Expected(c.Expected), c.Family.Name, c.Sentence })]);
        output.WriteLine();
        output.WriteLine("ENGINES");
        output.WriteLine();
        Table.Write(session.Terminal, ["engine", "available", "what it does"],
            [.. session.Engines.Select(e => new[] { e.Name, e.Unavailable is null ? "yes" : $"no: {e.Unavailable}", e.Summary })]);
        output.WriteLine();
        output.WriteLine("SOLVERS");
        output.WriteLine();
        Table.Write(session.Terminal, ["solver", "available"],
            [.. session.Solvers.All.Select(s => new[] { s.Name, s.Unavailable is null ? $"yes: {s.Identity}" : $"no: {s.Unavailable}" })]);
    }

    private static IEnumerable<string[]> RowsOf(ModelFamily family) =>
    [
        [family.Name, "", "", family.Summary],
        .. family.Sizes.Select(s => new[] { "", "size", $"{s.Name}={s.Default}", $"{s.Text} ({s.Low}..{s.High})" }),
        .. family.Faults.Select(f => new[] { "", "fault", f.Name, f.Text }),
        .. family.Assumptions.Select(a => new[] { "", "assumption", a.Name, $"{a.Text} (up to: {a.EnforcedBy})" }),
        .. family.Profiles.Select((p, i) => new[] { "", "profile", p.Name, i == 0 ? $"{p.Text} (default)" : p.Text }),
    ];

    private static string Expected(Expectation expected) => expected switch
    {
        Expectation.ProvedIf => "proved if",
        Expectation.Refuted { Steps: { } steps } => $"refuted in {steps}",
        _ => expected.Word,
    };

    private static void WriteJson(Session session) => ResultJson.Document(session.Terminal.Out, json =>
    {
        json.WriteString("tool", Tool.Version);
        Array(json, "families", session.Catalogue.Families, WriteFamily);
        Array(json, "claims", session.Catalogue.Claims, WriteClaim);
        Array(json, "engines", session.Engines, (_, engine) =>
        {
            json.WriteString("name", engine.Name);
            json.WriteString("summary", engine.Summary);
            json.WriteBoolean("available", engine.Unavailable is null);
            json.WriteString("reason", engine.Unavailable);
        });
        Array(json, "solvers", session.Solvers.All, (_, solver) =>
        {
            json.WriteString("name", solver.Name);
            json.WriteString("identity", solver.Unavailable is null ? solver.Identity : null);
            json.WriteBoolean("available", solver.Unavailable is null);
            json.WriteString("reason", solver.Unavailable);
        });
    });

    private static void WriteFamily(Utf8JsonWriter json, ModelFamily family)
    {
        json.WriteString("name", family.Name);
        json.WriteString("summary", family.Summary);
        Array(json, "sizes", family.Sizes, (_, size) =>
        {
            json.WriteString("name", size.Name);
            json.WriteNumber("default", size.Default);
            json.WriteNumber("low", size.Low);
            json.WriteNumber("high", size.High);
            json.WriteString("text", size.Text);
        });
        Array(json, "faults", family.Faults, (_, fault) =>
        {
            json.WriteString("name", fault.Name);
            json.WriteString("text", fault.Text);
            json.WriteString("source", fault.Source?.ToString());
        });
        Array(json, "assumptions", family.Assumptions, (_, assumption) =>
        {
            json.WriteString("name", assumption.Name);
            json.WriteString("text", assumption.Text);
            json.WriteString("enforcedBy", assumption.EnforcedBy);
        });
        Array(json, "profiles", family.Profiles, (_, profile) =>
        {
            json.WriteString("name", profile.Name);
            json.WriteString("text", profile.Text);
        });
        Strings(json, "notModelled", family.NotModelled);
    }

    private static void WriteClaim(Utf8JsonWriter json, Claim claim)
    {
        json.WriteString("id", claim.Id);
        json.WriteString("sentence", claim.Sentence);
        json.WriteString("family", claim.Family.Name);
        json.WriteString("instance", Instance.Describe(claim.Family, claim.Choices));
        json.WriteString("property", claim.Property);
        json.WriteString("expected", claim.Expected.Word);
        json.WriteString("reason", (claim.Expected as Expectation.Pending)?.Reason);
        Strings(json, "assumptions", claim.Choices.Assumptions);
        Strings(json, "sources", claim.Sources.IsDefault ? [] : claim.Sources.Select(source => source.ToString()));
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
