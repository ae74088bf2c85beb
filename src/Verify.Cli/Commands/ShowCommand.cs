using System.Collections.Immutable;
using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Language.Parts;
using Verify.Language.Printing;
using Verify.Modelling;
using Verify.Rendering;

namespace Verify.Cli.Commands;

/// <summary>
/// <c>show CLAIM|FAMILY</c>: a model as it is built for a claim, as text that is a protocol file itself; <c>show hardware</c>: the
/// parts that such files use.
/// </summary>
internal static class ShowCommand
{
    public static Command Create(Session session)
    {
        var what = new Argument<string>("CLAIM|FAMILY")
        {
            Description = "The claim, or the family of models, that is shown; or hardware, for the parts that protocol files use.",
        };
        var json = new Option<bool>("--json") { Description = "The same as JSON." };
        var choices = new ChoiceOptions();
        var command = new Command("show", "Shows a claim's model: variables, rules, properties, and where each is written.")
        {
            what,
            json,
        };
        choices.AddTo(command);
        Completions.Add(what, session);
        command.SetAction(parsed =>
        {
            if (PartListing.Find(parsed.GetRequiredValue(what)) is { } parts)
            {
                Action<Terminal, IEnumerable<HardwarePart>> write = parsed.GetValue(json) ? PartListing.WriteJson : PartListing.Write;
                write(session.Terminal, parts);
                return ExitCode.AsExpected;
            }

            var (claims, asked) = Find(session, parsed.GetRequiredValue(what));
            var instance = new Instance(asked.Family, choices.Apply(parsed, asked));
            foreach (var question in claims.Where(claim => claim.Expected is Expectation.Open))
            {
                _ = instance.Model.Property(question.Property);
            }

            if (parsed.GetValue(json))
            {
                WriteJson(session.Terminal, claims, instance);
            }
            else
            {
                WriteHead(session.Terminal, claims, instance);
                session.Terminal.Out.Write(ModelWriter.Write(instance.Model, instance.Family.Summary,
                    instance.Family.NotModelledIn(instance.Choices), hasPlaces: true));
            }

            return ExitCode.AsExpected;
        });
        return command;
    }

    // Several claims may be about one model; a family's name stands for its model with all choices left as they are.
    private static (ImmutableArray<Claim> Claims, Claim Asked) Find(Session session, string name)
    {
        var found = session.Catalogue.Find(name);
        if (found[0].Family.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            && !found.Any(claim => claim.Id.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            return ([], found[0] with { Choices = Choices.Default });
        }

        var instances = found.DistinctBy(claim => Instance.Describe(claim.Family, claim.Choices)).ToList();
        return instances.Count == 1
            ? (found, found[0])
            : throw UserErrorException.At(null, ErrorCodes.UnknownClaim,
                $"'{name}' names claims about {instances.Count} models, and one model is shown at a time",
                $"choose from {string.Join(", ", instances.Select(claim => claim.Id))}");
    }

    private static void WriteHead(Terminal terminal, ImmutableArray<Claim> claims, Instance instance)
    {
        foreach (var claim in claims)
        {
            Comment(terminal, $"{claim.Id}  \"{claim.Sentence}\"");
            Comment(terminal, $"  {claim.Where}: property {claim.Property}, expected {ListCommand.Expected(claim.Expected)}");
            foreach (var source in claim.Sources.IsDefault ? [] : claim.Sources)
            {
                Comment(terminal, $"  {source}");
            }

            terminal.Out.WriteLine();
        }

        Comment(terminal, $"{instance}");
        foreach (var row in ListCommand.RowsOf(instance.Family).Skip(1))
        {
            Comment(terminal, $"  {row[1]} {row[2]}: {row[3]}");
        }
    }

    // What is shown is a protocol file.
    private static void Comment(Terminal terminal, string text)
    {
        var indent = text.Length - text.TrimStart().Length;
        foreach (var line in TextWrap.Lines(text.TrimStart(), 110, indent, 4))
        {
            terminal.Out.WriteLine($"// {line}");
        }
    }

    private static void WriteJson(Terminal terminal, ImmutableArray<Claim> claims, Instance instance) =>
        ResultJson.Document(terminal.Out, json =>
    {
        json.WriteString("tool", ToolVersion.Text);
        ResultJson.Array(json, "claims", claims, ListCommand.WriteClaim);
        ResultJson.Array(json, "families", [instance.Family], ListCommand.WriteFamily);
        json.WriteString("instance", instance.ToString());
        json.WriteString("digest", instance.Model.Digest);
        var model = instance.Model;
        ResultJson.Array(json, "sorts", new SortNames(model).Declarations, (_, sort) =>
        {
            json.WriteString("name", sort.Name);
            json.WriteString("kind", sort.Kind);
            json.WriteString("content", sort.Content);
        });
        ResultJson.Array(json, "variables", model.Variables, (_, variable) =>
        {
            json.WriteString("name", variable.Name);
            json.WriteString("sort", SortNames.Of(variable.Sort));
            json.WriteString("role", $"{variable.Role}");
            json.WriteString("initially", variable.Initially is { } value ? ModelPrinter.Of(value) : null);
            json.WriteString("where", $"{variable.Where}");
        });
        ResultJson.Array(json, "startConditions", model.StartConditions, (_, start) =>
        {
            json.WriteString("holds", ModelPrinter.Of(start.Holds));
            json.WriteString("where", $"{start.Where}");
        });
        ResultJson.Array(json, "rules", model.Rules, (_, rule) =>
        {
            json.WriteString("name", rule.Name);
            json.WriteString("thread", rule.Thread);
            json.WriteString("parameters", ModelListing.Parameters(rule));
            json.WriteString("actor", ModelListing.ActorOf(rule));
            json.WriteString("when", ModelListing.Guard(rule));
            ResultJson.WriteStrings(json, "updates", rule.Updates.Select(update => ModelListing.Text(rule, update)));
            json.WriteString("fairness", rule.Fairness?.Group);
            json.WriteString("never", rule.Never);
            ResultJson.WriteStrings(json, "sources", rule.Sources.Select(source => $"{source}"));
            json.WriteString("where", $"{rule.Where}");
        });
        ResultJson.Array(json, "properties", model.Properties, (_, property) =>
        {
            json.WriteString("name", property.Name);
            json.WriteString("kind", property.Kind);
            json.WriteString("text", property.Text);
            json.WriteString("holds", ModelListing.Text(property));
            json.WriteString("where", $"{property.Where}");
        });
        ResultJson.Array(json, "marks", model.Marks, (_, mark) =>
        {
            json.WriteString("text", mark.Text);
            json.WriteString("target", ModelPrinter.Readable(mark.Target, mark.Over));
            json.WriteString("when", ModelPrinter.Readable(mark.When, mark.Over));
            json.WriteString("where", $"{mark.Where}");
        });
    });
}
