using System.CommandLine;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Language.Printing;

namespace Verify.Cli.Commands;

/// <summary><c>format FILE…</c>: lays protocol files out.</summary>
internal static class FormatCommand
{
    public static Command Create(Session session)
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Protocol files." };
        var check = new Option<bool>("--check") { Description = "Change nothing; exit 1 if a file would change." };
        var command = new Command("format", "Lays protocol files out: indents, blanks, empty lines.") { files, check };
        command.SetAction(parsed =>
        {
            var isCheck = parsed.GetValue(check);
            var changed = 0;
            foreach (var path in parsed.GetRequiredValue(files))
            {
                var before = ProtocolFiles.FromDisk(path).Syntax.Source.Text;
                var after = Formatter.Format(path, before);
                if (after == before)
                {
                    continue;
                }

                changed++;
                session.Terminal.Out.WriteLine(isCheck ? $"{path} would change" : $"{path} changed");
                if (!isCheck)
                {
                    TextFile.Write(path, after);
                }
            }

            return isCheck && changed > 0 ? ExitCode.Otherwise : ExitCode.AsExpected;
        });
        return command;
    }
}
