using Verify.Cli.Hosting;
using Verify.Cli.Output;
using Verify.Modelling;
using Verify.Parametric.Search;
using Verify.Rendering;
using Verify.Semantics;

namespace Verify.Cli.Proofs;

/// <summary>
/// Prints a counterexample to induction in two columns: the state before the step and the state after it.
/// </summary>
internal static class BrokenStepText
{
    /// <summary>Prints the step and the parts of the state that are not at their default or change.</summary>
    public static void Write(Terminal terminal, Model model, CounterexampleToInduction broken)
    {
        if (broken.Step is { } step)
        {
            terminal.Out.WriteLine($"  step: {model.Rules[step.Rule].Name}({string.Join(", ", step.Arguments)})"
                + (broken.After is null ? ", which is not defined here" : ""));
        }

        var start = new Interpreter(model).InitialStates().First();
        var rows = new List<string[]>();
        foreach (var variable in model.Variables)
        {
            var before = Location.Of(model, variable, broken.Before).ToList();
            var after = Location.Of(model, variable, broken.After ?? broken.Before).ToList();
            var initial = Location.Of(model, variable, start).ToList();
            for (var i = 0; i < before.Count; i++)
            {
                if (!before[i].Value.Equals(after[i].Value) || !before[i].Value.Equals(initial[i].Value))
                {
                    rows.Add([before[i].Location.Text(0), before[i].Value.ToString(),
                        before[i].Value.Equals(after[i].Value) ? "" : after[i].Value.ToString()]);
                }
            }
        }

        string[] headings = ["", "before", broken.After is null ? "" : "after"];
        var widths = Table.Widths(headings, rows);
        foreach (var row in rows.Prepend(headings))
        {
            terminal.Out.WriteLine($"    {Table.Row(row, widths).TrimEnd()}");
        }
    }
}
