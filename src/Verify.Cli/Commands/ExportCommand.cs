using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Formats;
using Verify.Modelling;
using Verify.Solvers;

namespace Verify.Cli.Commands;

/// <summary><c>export CLAIM --to FORMAT</c>: writes a model and its properties for another checker.</summary>
internal static class ExportCommand
{
    public static Command Create(Session session)
    {
        var names = string.Join(", ", session.Writers.Select(writer => writer.Name));
        var claim = new Argument<string>("CLAIM") { Description = "The claim whose instance is exported." };
        var to = new Option<string>("--to") { HelpName = "FORMAT", Description = $"The format: {names}.", Required = true };
        var into = new Option<string?>("--into")
        {
            HelpName = "DIR",
            Description = "Write all files into this folder; by default the model goes to standard output.",
        };
        var choices = new ChoiceOptions();
        var command = new Command("export", "Writes a claim's model for another checker: the same states, the same verdict.")
        {
            claim,
            to,
            into,
        };
        choices.AddTo(command);
        Completions.Add(claim, session);
        command.SetAction(parsed =>
        {
            var writer = Writer(session, parsed.GetRequiredValue(to));
            var found = session.One(parsed.GetRequiredValue(claim), "but export needs one");
            var instance = new Instance(found.Family, choices.Apply(parsed, found));
            var property = instance.Model.Property(found.Property);
            if (writer.WhyNot(instance.Model, property) is { } reason)
            {
                throw UserErrorException.At(property.Where, ErrorCodes.BadFormat, reason);
            }

            var files = writer.Export(instance.Model, property, instance.ToString(), NameOf(found, instance.Choices));
            Write(session.Terminal, files, parsed.GetValue(into));
            return ExitCode.AsExpected;
        });
        return command;
    }

    // Each claim, and each instance of it, has files of its own.
    private static string NameOf(Claim claim, Choices choices)
    {
        var other = ChoiceDifference.Of(claim, choices);
        return string.Join(' ', [claim.Id, .. other.Sizes, .. other.Features, .. other.Faults, .. other.Assumptions,
            .. other.Dropped.Select(name => $"without {name}"), .. other.Profile is { } profile ? (string[])[profile] : []]);
    }

    private static IModelWriter Writer(Session session, string name) =>
        session.Writers.FirstOrDefault(writer => writer.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw UserErrorException.At(null, ErrorCodes.BadFormat, $"the format '{name}' does not exist",
            $"choose from {string.Join(", ", session.Writers.Select(writer => writer.Name))}");

    private static void Write(Terminal terminal, IReadOnlyList<ExportFile> files, string? folder)
    {
        if (folder is null)
        {
            terminal.Out.Write(files[0].Text);
            foreach (var other in files.Skip(1))
            {
                terminal.Error.WriteLine($"verify: the export has another file, {other.Name}; --into DIR writes all files");
            }

            return;
        }

        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Name);
            TextFile.Write(path, file.Text);
            terminal.Out.WriteLine(path);
        }
    }
}
