using Verify.Modelling;
using Verify.Semantics;

namespace Verify.Rendering;

/// <summary>
/// The actor of a step in a state, and the step's name with its arguments, such as <c>insert_pfn(x, f0)</c>.
/// </summary>
/// <param name="Actor">The actor.</param>
/// <param name="IsProcessor">True if the actor is one of the model's processors.</param>
/// <param name="Name">The name.</param>
public sealed record StepName(string Actor, bool IsProcessor, string Name)
{
    /// <summary>The text for an actor or an argument that has no value in a state.</summary>
    public const string Unknown = "?";

    /// <summary>The name of a step.</summary>
    public static StepName Of(Interpreter interpreter, State state, Step step)
    {
        var rule = interpreter.Model.Rules[step.Rule];
        var arguments = rule.Shown.Select(Text);
        var name = rule.Shown.IsEmpty ? rule.Step : $"{rule.Step}({string.Join(", ", arguments)})";
        return rule.Actor.Processor is { } processor
            ? new StepName(Text(processor), processor.Sort.Equals(interpreter.Model.Processors), name)
            : new StepName(rule.Actor.Name ?? "environment", false, name);

        string Text(Expr shown) =>
            interpreter.ValueToShow(state, shown, rule.Parameters, step.Arguments, rule.Where, out _) is { } value
                ? (value is { Sort: Sort.Optional, Number: 0 } ? rule.NoneShown : null) ?? ShortValue.Of(value)
                : Unknown;
    }
}
