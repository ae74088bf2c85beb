using System.Collections.Immutable;
using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Cli.Commands;

/// <summary><c>replay CLAIM --trace T</c>: one run, step by step, in the reference interpreter.</summary>
internal static class ReplayCommand
{
    public static Command Create(Session session)
    {
        var claim = new Argument<string>("CLAIM") { Description = "The id of the claim that the trace is about." };
        var trace = new Option<string>("--trace")
        {
            HelpName = "T",
            Description = "The trace, as a report prints it.",
            Required = true,
        };
        var choices = new ChoiceOptions();
        var full = new Option<bool>("--full") { Description = "Whole states behind each step." };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        var command = new Command("replay", "Shows one run again, in the reference interpreter.") { claim, trace };
        choices.AddTo(command);
        command.Add(full);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var found = session.One(parsed.GetRequiredValue(claim), "a trace is about one");
            var (isFull, isJson) = (parsed.GetValue(full), parsed.GetValue(json));
            var chosen = choices.Apply(parsed, found);
            try
            {
                var (decision, run) = Replayed(found, chosen, parsed.GetRequiredValue(trace));
                Write(session.Terminal, decision, run, isFull, isJson);
                return decision.ExitCode;
            }
            catch (UndefinedException e)
            {
                return Write(session.Terminal, Outcome.Wrong(found, chosen, e), isFull, isJson);
            }
        });
        return command;
    }

    private static (ClaimDecision Decision, Trace Trace) Replayed(Claim claim, Choices choices, string text)
    {
        var instance = new Instance(claim.Family, choices);
        var property = instance.Model.Property(claim.Property);
        var interpreter = new Interpreter(instance.Model);
        var trace = Closed(interpreter, Replay.Decode(interpreter, text), property);
        if (Undefined.In(interpreter, trace, [.. instance.Model.Properties.OfType<Property.Reachable>(), property]) is { } undefined)
        {
            throw undefined.Of(instance);
        }

        var evidence = new Evidence
        {
            Kind = EvidenceKind.Partial,
            States = trace.States.Distinct().Count(),
            Transitions = trace.Length,
            Depth = trace.Length,
        };
        Verdict verdict = (Replay.Decides(interpreter, property, trace), property) switch
        {
            (true, Property.Reachable) => new Verdict.Proved(evidence, trace),
            (true, _) => new Verdict.Refuted(trace, evidence),
            _ => new Verdict.Unknown($"the run decides nothing about '{property.Name}'", evidence),
        };
        var report = new Report(instance, property, verdict, "replay", EngineOptions.Default, 0);
        var isExpected = verdict.Word == claim.Expected.Word;
        ImmutableArray<string> problems = isExpected ? [] : [$"expected {claim.Expected.Word}, found {verdict.Word}"];
        var told = new ClaimReport(claim, report, [], problems) { OpenProblems = verdict is Verdict.Unknown ? problems : [] };
        return (new ClaimDecision(claim, choices, told), trace);
    }

    /// <summary>A run about progress goes on for ever: it rests in its last state, or comes back to that of an earlier step.</summary>
    private static Trace Closed(Interpreter interpreter, Trace trace, Property property)
    {
        if (property is not Property.LeadsTo)
        {
            return trace;
        }

        var loops = Enumerable.Range(0, trace.States.Length).Where(start => trace.States[start].Equals(trace.Last))
            .Select(start => trace with { LoopStart = start }).ToList();
        return loops.Find(loop => Replay.Decides(interpreter, property, loop)) ?? trace;
    }

    // A run to what is undefined in the model.
    private static int Write(Terminal terminal, Outcome wrong, bool isFull, bool isJson)
    {
        if (isJson)
        {
            ResultJson.Write(terminal.Out, [wrong]);
        }
        else
        {
            new ResultText(terminal).Write(wrong, isFull);
        }

        ErrorOutput.Complain(terminal, wrong.Complaint!);
        return wrong.ExitCode;
    }

    private static void Write(Terminal terminal, ClaimDecision decision, Trace trace, bool isFull, bool isJson)
    {
        if (isJson)
        {
            ResultJson.Write(terminal.Out, ResultJson.Of(decision));
        }
        else
        {
            new ResultText(terminal).WriteTrace(decision, decision.Report.Main!, trace, isFull);
        }
    }
}
