using System.Globalization;
using Verify.Modelling;

namespace Verify.Engines;

/// <summary>How much of a proof by search the interpreter walks once more before the proof is told.</summary>
/// <param name="Work">What it may take, in <see cref="Semantics.Interpreter.Work"/>; where that is not enough, a sample is walked.</param>
public sealed record Scrutiny(long Work)
{
    /// <summary>Some milliseconds: for many questions, one after the other.</summary>
    public static Scrutiny Brief { get; } = new(60_000);

    /// <summary>About a second: for a question that somebody waits for.</summary>
    public static Scrutiny Usual { get; } = new(10_000_000);

    /// <summary>The same in all for several questions, and not less than is brief for each.</summary>
    public Scrutiny Shared(int questions) => new(Math.Max(Brief.Work, Work / questions));

    /// <summary>Every reachable state, however long it takes.</summary>
    public static Scrutiny Whole { get; } = new(long.MaxValue);
}

/// <summary>What the interpreter walked of a search that proves something, made by the claims' check of searches alone.</summary>
public sealed record Checked
{
    internal Checked(Model model, Property property) => (Model, Property) = (model, property);

    /// <summary>Whether every reachable state was visited, by the interpreter too.</summary>
    public bool IsWhole { get; internal init; }

    /// <summary>Distinct states that the interpreter visited, of the model as it is without reductions.</summary>
    public long States { get; internal init; }

    /// <summary>Steps that it took from them.</summary>
    public long Transitions { get; internal init; }

    /// <summary>The reachable states of the model; null where a reduction leaves their number open.</summary>
    public long? Of { get; internal init; }

    /// <summary>Whether the successors were looked for among what the search visited, too.</summary>
    public bool WithSuccessors { get; internal init; }

    /// <summary>Where the draws of a sample started.</summary>
    public ulong Seed { get; internal init; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; internal init; }

    internal Model Model { get; }

    internal Property Property { get; }

    /// <summary>The same in a line.</summary>
    public override string ToString()
    {
        // States and steps are all that is looked at; whether a run that goes on for ever is fair is not.
        var open = Property is Property.LeadsTo ? "; no runs that go on for ever" : "";
        if (IsWhole)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"the interpreter visited all {States:N0} states and {Transitions:N0} transitions{open}");
        }

        var of = Of is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all:N0}") : "";
        var successors = WithSuccessors ? " and their successors" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{States:N0}{of} states{successors}, drawn by seed {Seed}{open}");
    }

    /// <summary>Whether it was made of this question: of the same model, whoever built it.</summary>
    internal bool IsAbout(Model model, Property property) => Property.Name == property.Name
        && (ReferenceEquals(Model, model) || Model.Identity == model.Identity);
}
