using System.CommandLine;
using System.Globalization;
using Verify.Cli.Engines;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;

namespace Verify.Cli.Commands;

/// <summary><c>watch FILE</c>: decides a protocol file again whenever it is saved.</summary>
internal static class WatchCommand
{
    private const int MillisecondsBetweenLooks = 200;

    public static Command Create(Session session)
    {
        var file = new Argument<string>("FILE") { Description = "A protocol file, as FILE or FILE:CLAIM." };
        var options = new RunOptions(withCheckpoints: false);
        var command = new Command("watch", "Decides the claims of a protocol file again at every save, until it is interrupted.") { file };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var argument = parsed.GetRequiredValue(file);
            var path = ProtocolFiles.PathOf(argument) ?? throw UserErrorException.At(null, ErrorCodes.BadUsage,
                $"'{argument}' is not a protocol file", $"name a file that ends in {Language.ProtocolFile.Ending}");
            if (!File.Exists(path))
            {
                new ProtocolFiles().Load(path); // throws the reason
            }

            var (engine, run) = options.Read(parsed, session);
            return Watch(session, argument, path, new CachingEngine(engine), run);
        });
        return command;
    }

    private static int Watch(Session session, string argument, string path, IEngine engine, EngineOptions run)
    {
        var code = ExitCode.AsExpected;
        var last = "";
        while (!session.Cancellation.IsCancellationRequested)
        {
            var now = StateOf(path);
            if (now != last)
            {
                last = now;
                code = Decide(session, argument, engine, run);
                session.Terminal.Error.WriteLine($"verify: watching {path}");
            }

            session.Cancellation.WaitHandle.WaitOne(MillisecondsBetweenLooks);
        }

        return code;
    }

    // Editors replace a file, or write it in place; both change one of these.
    private static string StateOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks} {file.Length}") : "none";
    }

    private static int Decide(Session session, string argument, IEngine engine, EngineOptions run)
    {
        try
        {
            var codes = new List<int>();
            var text = new ResultText(session.Terminal, []);
            foreach (var claim in new ProtocolFiles().Find(argument))
            {
                var outcome = Outcome.Decide(claim, claim.Choices, engine, run);
                if (outcome.IsResult)
                {
                    text.Write(outcome, default);
                    session.Terminal.Out.WriteLine();
                }

                if (outcome.Complaint is { } complaint)
                {
                    ErrorOutput.Complain(session.Terminal, complaint);
                }

                codes.Add(ExitCode.Of(outcome));
            }

            return ExitCode.Worst(codes);
        }
        catch (UserErrorException e)
        {
            ErrorOutput.Complain(session.Terminal, e);
            return ExitCode.BadInput;
        }
        catch (IOException e)
        {
            // The editor is still writing; its next change is seen.
            ErrorOutput.Complain(session.Terminal, e);
            return ExitCode.BadInput;
        }
    }
}
