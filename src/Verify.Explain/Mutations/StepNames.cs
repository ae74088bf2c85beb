using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>Names the step that a rule is part of.</summary>
internal static class StepNames
{
    /// <summary>The name of the thread and of the step, without the suffix of a copy.</summary>
    public static string Of(Rule rule) => rule.Thread is null ? rule.Step : $"{rule.Thread}.{rule.Step}";

    /// <summary>True if an update changes what others can see, not only where a thread is or what it remembers.</summary>
    public static bool IsState(Update update) => update.Variable.Role == VariableRole.State;
}
