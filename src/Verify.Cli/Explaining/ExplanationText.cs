using System.Collections.Immutable;
using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Explain.Asking;
using Verify.Explain.Assumptions;
using Verify.Explain.Mutations;
using Verify.Modelling;
using Verify.Rendering;
using Verify.Traces;

namespace Verify.Cli.Explaining;

/// <summary>Prints what a verdict rests on, for a terminal.</summary>
/// <param name="terminal">The terminal to write to.</param>
internal sealed class ExplanationText(Terminal terminal)
{
    private const int MaxRescues = 8;

    private readonly ResultPage page = new(terminal);

    /// <summary>Prints an explanation.</summary>
    public void Write(ClaimExplanation of)
    {
        page.Head(of.Claim.Id, of.Word, of.Word switch { "proved" => Paint.Green, "refuted" => Paint.Red, _ => Paint.Yellow });
        page.Text(of.Claim.Sentence);
        page.Text($"on {of.Main.Instance}");
        page.Text($"{Quantity.Of(of.Decisions, "variation")} decided, {Quantity.InSeconds(of.Seconds)}");
        page.Problems(of.Problems, isExpected: false);
        if (of.Cores is { } cores)
        {
            WriteAssumptions(of, cores);
        }
        else if (of.Claim.Family.Assumptions.Length is > AssumptionCores.Most and var many)
        {
            Title($"ASSUMPTIONS: {many}, and {AssumptionCores.Most} are the most that are looked at");
        }

        WriteSteps(of.Steps);
        WriteMiss(of);
        WriteBlame(of);
        WriteTraces(of);
    }

    private void WriteAssumptions(ClaimExplanation of, AssumptionCores cores)
    {
        Title($"ASSUMPTIONS: {Quantity.Of(cores.Sets, "set")}, {Quantity.Of(cores.Decisions, "decision")}");
        foreach (var row in ExplanationTables.AssumptionRows(of, cores))
        {
            page.Item($"{row[0]}: {row[1]} (enforced by: {row[2]})");
        }

        Sets("minimal, it holds:", cores.Holding);
        Sets("maximal, it does not hold:", cores.Failing);
        Sets("not decided:", cores.Open);
        Sets("it does not hold, though it holds under fewer assumptions:", cores.Exceptions);
    }

    private void WriteTraces(ClaimExplanation of)
    {
        foreach (var set in of.Cores?.Failing ?? [])
        {
            if (set.Answer.Trace is { } trace && set.Choices.Assumptions != of.Main.Instance.Choices.Assumptions)
            {
                Title($"UNDER {ExplanationTables.Names(set.Assumptions)}");
                WriteTrace(of, trace, set.Choices);
            }
        }
    }

    private void Sets(string heading, ImmutableArray<AssumptionSet> sets)
    {
        if (!sets.IsEmpty)
        {
            page.Text(heading);
        }

        foreach (var set in sets)
        {
            page.Item($"{ExplanationTables.Names(set.Assumptions)}: {ExplanationTables.Text(set)}");
        }
    }

    private void WriteSteps(ImmutableArray<StepReport> steps)
    {
        if (steps.IsEmpty)
        {
            return;
        }

        var changes = steps.SelectMany(step => step.Answers).ToList();
        Title($"STEPS: {Quantity.Of(changes.Count, "change")}, of which {changes.Count(one => one.Breaks)} break the claim");
        foreach (var step in steps.Where(step => step.Matters))
        {
            page.Text($"{step.Step}{(step.IsOfThread ? "" : " (of no thread)")}");
            foreach (var one in step.Answers.Where(one => one.Breaks || one.Empties || one.Answer.Kind == AnswerKind.Open))
            {
                page.Item($"{one.Mutation.Text}: {one.Answer.Text}");
            }
        }

        if (steps.Any(step => step.Matters))
        {
            page.Text("each other change of these steps leaves the claim as it is (--json lists them)");
        }

        List("each change of these leaves the claim as it is:",
            steps.Where(step => step is { Matters: false, IsOpen: false, Answers.Length: > 0 }));
        List("not decided for some change:", steps.Where(step => step is { Matters: false, IsOpen: true }));
    }

    private void List(string heading, IEnumerable<StepReport> steps)
    {
        var names = string.Join(", ", steps.Select(step => step.Step));
        if (names.Length > 0)
        {
            page.Text($"{heading} {names}");
        }
    }

    private void WriteMiss(ClaimExplanation of)
    {
        if (of.Miss is not { } miss)
        {
            return;
        }

        Title("NEAREST MISS");
        page.Text($"a violation needs {Quantity.Of(miss.Conditions.Length, "condition")}; {miss.Missing.Length} of them "
            + $"{(miss.Missing.Length == 1 ? "is" : "are")} missing here:");
        foreach (var condition in miss.Conditions)
        {
            page.Item($"{(miss.Missing.Contains(condition) ? "missing" : "holds")}: {condition}");
        }

        page.Line("");
        WriteTrace(of, miss.Trace);
    }

    private void WriteBlame(ClaimExplanation of)
    {
        if (of is not { Blame: { } blame, Main.CheckedTrace: { } trace })
        {
            return;
        }

        page.Line("");
        WriteTrace(of, trace);
        Title("STEPS OF THE VIOLATION");
        foreach (var row in ExplanationTables.BlameRows(blame))
        {
            page.Item($"{row[0]}. {row[1]}{(row[2] == row[0] ? "" : $"; may come as step {row[2]}")}"
                + (row[3].Length > 0 ? $"; no violation unless {row[3]}" : ""));
        }

        Title("WHAT WOULD HAVE PREVENTED IT");
        foreach (var row in ExplanationTables.RescueRows(blame, MaxRescues))
        {
            page.Item($"{row[0]}, {row[1]}: {row[2]}");
        }

        if (blame.Rescues.IsEmpty)
        {
            page.Text("no single step");
        }

        if (blame.Safe is { } safe)
        {
            page.Line("");
            page.Text("the nearest run that violates nothing:");
            WriteTrace(of, safe);
        }
    }

    private void WriteTrace(ClaimExplanation of, CheckedTrace trace, Choices? choices = null)
    {
        var instance = Instance.Describe(of.Claim.Family, choices ?? of.Main.Instance.Choices);
        terminal.Out.Write(ColumnTrace.Of(trace, new Caption(of.Claim.Id, instance, []) { Family = of.Claim.Family }));
    }

    private void Title(string text)
    {
        page.Line("");
        page.Line(terminal.Paint(text, Paint.Bold));
    }
}
