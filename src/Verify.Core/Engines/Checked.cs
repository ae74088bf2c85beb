using System.Globalization;
using Verify.Modelling;

namespace Verify.Engines;

/// <summary>The share of a proof by search that the interpreter visits again before the proof is reported.</summary>
/// <param name="Work">The maximum work in units of <see cref="Semantics.Interpreter.Work"/>; if that is not enough for
/// all states, the interpreter visits a sample.</param>
public sealed record Scrutiny(long Work)
{
    /// <summary>Some milliseconds: for many questions in a row.</summary>
    public static Scrutiny Brief { get; } = new(60_000);

    /// <summary>About a second: for a single question that a user waits for.</summary>
    public static Scrutiny Usual { get; } = new(10_000_000);

    /// <summary>Divides the work among several questions; each gets at least <see cref="Brief"/>.</summary>
    public Scrutiny Shared(int questions) => new(Math.Max(Brief.Work, Work / questions));

    /// <summary>Every reachable state, without a limit.</summary>
    public static Scrutiny Whole { get; } = new(long.MaxValue);
}

/// <summary>The extent to which the interpreter checked a proof by search. Only <c>SearchCheck</c> makes one.</summary>
public sealed record Checked
{
    internal Checked(Model model, Property property) => (Model, Property) = (model, property);

    /// <summary>True if the interpreter also visited every reachable state.</summary>
    public bool IsWhole { get; internal init; }

    /// <summary>Distinct states of the unreduced model that the interpreter visited.</summary>
    public long States { get; internal init; }

    /// <summary>Steps that the interpreter took from them.</summary>
    public long Transitions { get; internal init; }

    /// <summary>The number of reachable states of the model; null if a reduction leaves it open.</summary>
    public long? Of { get; internal init; }

    /// <summary>True if the check also looked up the successors among the states that the search visited.</summary>
    public bool WithSuccessors { get; internal init; }

    /// <summary>The seed of the sample.</summary>
    public ulong Seed { get; internal init; }

    /// <summary>The seconds that the check took.</summary>
    public double Seconds { get; internal init; }

    internal Model Model { get; }

    internal Property Property { get; }

    /// <summary>The extent of the check as one line of text.</summary>
    public override string ToString()
    {
        // The check covers states and steps. It does not cover whether an infinite run is fair.
        var open = Property is Property.LeadsTo ? "; no infinite runs" : "";
        if (IsWhole)
        {
            var states = States == 1 ? "the only state" : $"all {Amount.Of(States, "state")}";
            return $"the interpreter visited {states} and {Amount.Of(Transitions, "transition")}{open}";
        }

        var of = Of is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all:N0}") : "";
        var successors = WithSuccessors ? " and their successors" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{States:N0}{of} states{successors}, drawn by seed {Seed}{open}");
    }

    /// <summary>True if the check is about this property of this model, whichever code built the model.</summary>
    internal bool IsAbout(Model model, Property property) => Property.Name == property.Name
        && (ReferenceEquals(Model, model) || Model.Identity == model.Identity);
}
