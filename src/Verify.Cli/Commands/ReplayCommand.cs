using System.Collections.Immutable;
using System.CommandLine;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Cli.Options;
using Verify.Cli.Output;
using Verify.Cli.Running;
using Verify.Engines;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Semantics;
using Verify.Traces;

namespace Verify.Cli.Commands;

/// <summary><c>replay CLAIM --trace T</c>: replays a trace step by step in the reference interpreter.</summary>
internal static class ReplayCommand
{
    public static Command Create(Session session)
    {
        var claim = new Argument<string>("CLAIM") { Description = "The claim that the trace belongs to." };
        var trace = new Option<string>("--trace")
        {
            HelpName = "T",
            Description = "The trace in the form that a report prints.",
            Required = true,
        };
        var choices = new ChoiceOptions();
        var detail = new TraceOptions();
        var json = new Option<bool>("--json") { Description = "Write the result as JSON." };
        var command = new Command("replay", "Replays a trace in the reference interpreter.") { claim, trace };
        choices.AddTo(command);
        detail.AddTo(command);
        Completions.Add(claim, session);
        command.Add(json);
        command.SetAction(parsed =>
        {
            OptionUse.CheckContradictions(parsed);
            var found = session.One(parsed.GetRequiredValue(claim), "but a trace belongs to one");
            var (shown, isJson) = (detail.Read(parsed), parsed.GetValue(json));
            var chosen = choices.Apply(parsed, found);
            try
            {
                var (report, run) = Replayed(found, chosen, parsed.GetRequiredValue(trace));
                Write(session.Terminal, report, run, shown, isJson);
                return ExitCode.Of(report);
            }
            catch (UndefinedException e)
            {
                return Write(session.Terminal, Outcome.Wrong(found, chosen, e), shown, isJson);
            }
        });
        return command;
    }

    private static (ClaimReport Report, CheckedTrace Run) Replayed(Claim claim, Choices choices, string text)
    {
        var instance = new Instance(claim.Family, choices);
        var property = instance.Model.Property(claim.Property);
        var run = CheckedTrace.Decode(new Interpreter(instance.Model), property, text);
        var trace = run.Trace;
        ImmutableArray<Property> asked = [.. instance.Model.Properties.OfType<Property.Reachable>(), property];
        // A search looks at the steps of a state last: only a deadlock is about them.
        var isAboutSteps = property is Property.NoDeadlock;
        var undefined = isAboutSteps ? null : Undefined.InProperties(run.Interpreter, trace, asked);
        undefined ??= isAboutSteps || !run.IsDecisive ? Undefined.In(run.Interpreter, trace, asked) : null;
        if (undefined is not null)
        {
            throw undefined.Of(instance);
        }

        var evidence = new Evidence
        {
            Kind = EvidenceKind.Partial,
            States = trace.States.Distinct().Count(),
            Transitions = trace.Length,
            Depth = trace.Length,
            RuleCounts = [.. instance.Model.Rules.Select((_, rule) => (long)trace.Steps.Count(step => step.Rule == rule))],
        };
        Verdict verdict = (run.IsDecisive, property) switch
        {
            (true, Property.Reachable) => new Verdict.Proved(evidence, trace),
            (true, _) => new Verdict.Refuted(trace, evidence),
            _ => new Verdict.Unknown($"the run does not decide '{property.Name}'", evidence),
        };
        return (ClaimReport.OfRun(claim, choices, new Report(instance, property, verdict, "replay", EngineOptions.Default, 0)
        {
            IsChosen = true,
            CheckedTrace = run.IsDecisive ? run : null,
        }), run);
    }

    // Writes a run to an undefined state.
    private static int Write(Terminal terminal, Outcome wrong, TraceDetail shown, bool isJson)
    {
        if (isJson)
        {
            ResultJson.Write(terminal.Out, [wrong]);
        }
        else
        {
            new ResultText(terminal).Write(wrong, shown);
        }

        ErrorOutput.Complain(terminal, wrong.Complaint!);
        return ExitCode.Of(wrong);
    }

    private static void Write(Terminal terminal, ClaimReport report, CheckedTrace run, TraceDetail shown, bool isJson)
    {
        if (isJson)
        {
            ResultJson.Write(terminal.Out, ResultJson.EntriesOf(report));
        }
        else
        {
            new ResultText(terminal).WriteTrace(report.Claim, report.Main!.Instance, run, shown);
        }
    }
}
