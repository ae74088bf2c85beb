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
            Description = "An id, as VL-MARK:I-USE, a group of them, as VL-MARK, or a pattern, as 'VL-*'; "
                + "or a family, or a property of it, as 'peterson:no deadlock'.",
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
        run = run with { Scrutiny = run.Scrutiny ?? Scrutiny.Usual.Shared(claims.Count) };
        var chosen = claims.Select(claim => choices.Apply(parsed, claim)).ToList();
        var careful = new CarefulEngine(engine);
        var outcomes = new List<Outcome>();
        for (var i = 0; i < claims.Count && !(i > 0 && session.Cancellation.IsCancellationRequested); i++)
        {
            var (claim, choice) = (claims[i], chosen[i]);
            var outcome = session.Catalogue.MistakeIn(claim) is { } mistake
                ? Outcome.Wrong(claim, choice, mistake)
                : Live.Run(session.Terminal, claim.Id,
                    progress => Outcome.Of(claim, choice, careful, run with { Progress = progress }));
            outcomes.Add(outcome);
            if (!isJson && outcome.IsResult)
            {
                Separate(session.Terminal.Out, outcomes.Count(one => one.IsResult) - 1);
                new ResultText(session.Terminal).Write(outcome, isFull);
            }

            if (outcome.Complaint is { } complaint)
            {
                Tool.Complain(session.Terminal, complaint);
            }
        }

        if (isJson)
        {
            ResultJson.Write(session.Terminal.Out, outcomes);
        }

        return Conclude(session, outcomes, claims.Count, isJson);
    }

    private static int Conclude(Session session, List<Outcome> outcomes, int asked, bool isJson)
    {
        if (outcomes.Count < asked)
        {
            session.Terminal.Error.WriteLine($"verify: interrupted; {asked - outcomes.Count} of {asked} claims were not looked at");
            return ExitCode.Worst([ExitCode.Undecided, .. outcomes.Where(one => one.Failure is not null).Select(one => one.ExitCode)]);
        }

        if (asked > 1 && !isJson)
        {
            Separate(session.Terminal.Out, outcomes.Count(one => one.IsResult));
            session.Terminal.Out.WriteLine(Tally.Of(outcomes));
        }

        return session.Cancellation.IsCancellationRequested
            ? ExitCode.Undecided
            : ExitCode.Worst(outcomes.Select(outcome => outcome.ExitCode));
    }

    private static void Separate(TextWriter output, int position)
    {
        if (position > 0)
        {
            output.WriteLine();
        }
    }
}
