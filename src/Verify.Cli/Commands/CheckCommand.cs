using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Output;

namespace Verify.Cli.Commands;

/// <summary><c>check CLAIM…</c>: decides claims and shows what backs the verdict.</summary>
internal static class CheckCommand
{
    public static Command Create(Session session)
    {
        var claims = new Argument<string[]>("CLAIM")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "An id, as VL-MARK:I-USE, or a group of them, as VL-MARK.",
        };
        var (choices, run) = (new ChoiceOptions(), new RunOptions(withCheckpoints: true));
        var full = new Option<bool>("--full") { Description = "Whole states behind each step of a trace." };
        var json = new Option<bool>("--json") { Description = "The results as JSON." };
        var command = new Command("check", "Decides claims: the verdict, what backs it, and the trace.") { claims };
        choices.AddTo(command);
        run.AddTo(command);
        command.Add(full);
        command.Add(json);
        command.SetAction(parsed => Check(session, parsed, session.Catalogue.Find(parsed.GetRequiredValue(claims)),
            choices, run, parsed.GetValue(full), parsed.GetValue(json)));
        return command;
    }

    private static int Check(Session session, ParseResult parsed, IReadOnlyList<Claim> claims,
        ChoiceOptions choices, RunOptions options, bool isFull, bool isJson)
    {
        // What can be wrong with the command line is found before the first of many claims is decided.
        var (engine, run) = options.Read(parsed, session);
        var chosen = claims.Select(claim => choices.Apply(parsed, claim)).ToList();
        var careful = new CarefulEngine(engine);
        var decisions = new List<Decision>();
        var refused = 0;
        try
        {
            for (var i = 0; i < claims.Count && !(i > 0 && session.Cancellation.IsCancellationRequested); i++)
            {
                var (claim, choice) = (claims[i], chosen[i]);
                try
                {
                    decisions.Add(Live.Run(session.Terminal, claim.Id,
                        progress => Decision.Of(claim, choice, careful, run with { Progress = progress })));
                }
                catch (ModelException e) when (claims.Count > 1 && IsAboutThisQuestion(e.Diagnostic.Code))
                {
                    refused++;
                    Tool.Complain(session.Terminal, e.Diagnostic with { Message = $"{claim.Id}: {e.Diagnostic.Message}" });
                    continue;
                }

                if (!isJson)
                {
                    Separate(session.Terminal.Out, decisions.Count - 1);
                    new ResultText(session.Terminal).Write(decisions[^1], isFull);
                }
            }
        }
        finally
        {
            // Also when a later claim turns out to be ill-formed: what is decided is not lost.
            if (isJson && decisions.Count > 0)
            {
                ResultJson.Write(session.Terminal.Out, decisions);
            }
        }

        var code = Conclude(session, decisions, claims.Count - refused, isJson);
        return refused > 0 ? ExitCode.BadInput : code;
    }

    // What cannot be asked of one claim may well be asked of the next.
    private static bool IsAboutThisQuestion(ErrorCode code) => code == Codes.BadReduction || code == Codes.Contradiction;

    private static int Conclude(Session session, List<Decision> decisions, int asked, bool isJson)
    {
        if (decisions.Count < asked)
        {
            session.Terminal.Error.WriteLine($"verify: interrupted; {asked - decisions.Count} of {asked} claims were not looked at");
            return ExitCode.Undecided;
        }

        if (asked > 1 && !isJson)
        {
            Separate(session.Terminal.Out, 1);
            session.Terminal.Out.WriteLine(Tally.Of(decisions));
        }

        return session.Cancellation.IsCancellationRequested
            ? ExitCode.Undecided
            : ExitCode.Worst(decisions.Select(decision => decision.ExitCode));
    }

    private static void Separate(TextWriter output, int position)
    {
        if (position > 0)
        {
            output.WriteLine();
        }
    }
}
