using System.Collections.Immutable;
using Verify.Explain.Asking;
using Verify.Modelling;

namespace Verify.Explain.Mutations;

/// <summary>The answers about a claim when a step does less, or comes at another time.</summary>
/// <param name="Step">The step, with the name of its thread.</param>
/// <param name="IsOfThread">True if a thread takes the step; false for hardware, interrupts and other steps by themselves.</param>
/// <param name="Answers">The answer for each change.</param>
public sealed record StepReport(string Step, bool IsOfThread, ImmutableArray<MutationAnswer> Answers)
{
    /// <summary>True if some change of the step breaks the claim.</summary>
    public bool IsLoadBearing => Answers.Any(one => one.Breaks);

    /// <summary>True if some change of the step breaks the claim, or leaves a proof of nothing.</summary>
    public bool Matters => Answers.Any(one => one.Breaks || one.Empties);

    /// <summary>True if some change of the step was not decided.</summary>
    public bool IsOpen => Answers.Any(one => one.Answer.Kind == AnswerKind.Open);

    /// <summary>Changes each step of a model in turn and decides a property that holds in it.</summary>
    public static ImmutableArray<StepReport> Of(Model model, Property property, Questions questions)
    {
        var mutations = IdleStep.Of(model).Concat<IMutation>(DroppedPart.Of(model).Distinct())
            .Concat(ForcedWay.Of(model)).Concat(SwappedSteps.Of(model))
            .ToLookup(mutation => mutation.Step);
        return
        [
            .. model.Rules.GroupBy(StepNames.Of).Select(rules => new StepReport(rules.Key, rules.First().Thread is not null,
                [.. mutations[rules.Key].Select(mutation => new MutationAnswer(mutation, Ask(mutation)))])),
        ];

        Answer Ask(IMutation mutation) => questions.Decide(mutation.In(model)!, property);
    }
}

/// <summary>A change of a step, and the answer for the changed model.</summary>
/// <param name="Mutation">The change.</param>
/// <param name="Answer">The answer.</param>
public sealed record MutationAnswer(IMutation Mutation, Answer Answer)
{
    /// <summary>True if the claim does not hold in the changed model, or the model has no meaning any more.</summary>
    public bool Breaks => Answer.Kind is AnswerKind.Refuted or AnswerKind.Undefined;

    /// <summary>True if the claim still holds, but the changed model no longer reaches what it is about.</summary>
    public bool Empties => Answer is { Kind: AnswerKind.Proved, IsEmpty: true };
}
