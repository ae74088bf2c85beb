using System.Collections.Immutable;
using Verify.Traces;

namespace Verify.Engines;

/// <summary>The result of an engine. It claims no more than the engine has done.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>The evidence behind the verdict.</summary>
    public abstract Evidence Evidence { get; init; }

    /// <summary>The name of the verdict in JSON and in reports.</summary>
    public abstract string Word { get; }

    /// <summary>
    /// The property holds: the search visited every reachable state of the instance, or a solver accepted an inductive
    /// invariant.
    /// </summary>
    /// <param name="Evidence">The evidence behind the verdict.</param>
    /// <param name="Witness">For a <c>Reachable</c> property, the trace that reaches it.</param>
    public sealed record Proved(Evidence Evidence, Trace? Witness = null) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "proved";
    }

    /// <summary>The engine found no violation in the part that it covered.</summary>
    /// <param name="Bound">The extent of the covered part and the reason why the engine stopped.</param>
    /// <param name="Evidence">The evidence about the covered part.</param>
    public sealed record HoldsUpTo(ExplorationBound Bound, Evidence Evidence) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "holds-up-to";
    }

    /// <summary>
    /// The property does not hold. Reports show this only after the reference interpreter has replayed the trace.
    /// </summary>
    /// <param name="Trace">The violation; null only for a <c>Reachable</c> property of an exhausted instance.</param>
    /// <param name="Evidence">The evidence behind the verdict.</param>
    public sealed record Refuted(Trace? Trace, Evidence Evidence) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "refuted";
    }

    /// <summary>The engine could not decide the property.</summary>
    /// <param name="Reason">The reason.</param>
    /// <param name="Evidence">The evidence about the part that the engine covered.</param>
    public sealed record Unknown(string Reason, Evidence Evidence) : Verdict
    {
        /// <inheritdoc/>
        public override Evidence Evidence { get; init; } = Evidence;

        /// <inheritdoc/>
        public override string Word => "unknown";
    }
}

/// <summary>The extent of an incomplete search.</summary>
/// <param name="Cause">The reason why the search stopped, in a few words.</param>
/// <param name="Depth">The search checked every state within this many steps of an initial state.</param>
/// <param name="States">The number of states checked; some may lie deeper.</param>
public sealed record ExplorationBound(string Cause, int Depth, long States);

/// <summary>The evidence behind a verdict.</summary>
public sealed record Evidence
{
    /// <summary>No evidence.</summary>
    public static Evidence Nothing { get; } = new() { Kind = EvidenceKind.None };

    /// <summary>The way in which the evidence was obtained.</summary>
    public required EvidenceKind Kind { get; init; }

    /// <summary>Distinct states visited.</summary>
    public long States { get; init; }

    /// <summary>Steps taken from them, those to known states included.</summary>
    public long Transitions { get; init; }

    /// <summary>The number of steps to the farthest state visited.</summary>
    public int Depth { get; init; }

    /// <summary>
    /// Under symmetry, the number of states that the visited representatives stand for, which equals the count of a
    /// search without symmetry; else null.
    /// </summary>
    public long? StatesRepresented { get; init; }

    /// <summary>
    /// The number of times each rule fired, in the order of the model's rules. <see cref="NotCounted"/> marks a rule
    /// that a reduction left out. Empty if the engine counted nothing.
    /// </summary>
    public ImmutableArray<long> RuleCounts { get; init; } = [];

    /// <summary>The count of a rule that the search left out; the rule may fire or not.</summary>
    public const long NotCounted = -1;

    /// <summary>
    /// The <c>Reachable</c> properties that the search checked, each with the depth of its first witness.
    /// </summary>
    public ImmutableArray<Witness> Witnesses { get; init; } = [];

    /// <summary>The <c>Reachable</c> properties that a reduction left out; they may be reachable or not.</summary>
    public ImmutableArray<string> NotLookedFor { get; init; } = [];

    /// <summary>
    /// The states, not all distinct, that a second search visited to find the witnesses and rules that a reduction had
    /// left out; null if there was no second search. Its results are part of <see cref="Witnesses"/> and
    /// <see cref="RuleCounts"/>.
    /// </summary>
    public long? StatesForTheRest { get; init; }

    /// <summary>
    /// The witnesses and rules that no search covered, one phrase each; until then a proof may be vacuous. Rules that
    /// are declared never to fire are in <see cref="NotJudged"/> instead.
    /// </summary>
    public ImmutableArray<string> LeftOut(Modelling.Model model)
    {
        static IEnumerable<string> Phrase(string what, IReadOnlyCollection<string> names) =>
            names.Count == 0 ? [] : [$"{what}: {string.Join(", ", names.Select(name => $"'{name}'"))}"];

        var uncounted = model.Rules.Where((rule, i) => rule.Never is null && i < RuleCounts.Length && RuleCounts[i] == NotCounted);
        return [.. Phrase("not looked for", NotLookedFor), .. Phrase("not counted", [.. uncounted.Select(rule => rule.Name)])];
    }

    /// <summary>The rules that are declared never to fire and that no search has checked.</summary>
    public IEnumerable<Modelling.Rule> NotJudged(Modelling.Model model) =>
        model.Rules.Where((rule, i) => rule.Never is not null && (i >= RuleCounts.Length || RuleCounts[i] == NotCounted));

    /// <summary>True if a search without reductions could still find a missing witness or rule.</summary>
    public bool IsOpen(Modelling.Model model) => !LeftOut(model).IsEmpty || NotJudged(model).Any();

    /// <summary>The number of runs drawn, up to the one that decided the property; null if none were drawn.</summary>
    public long? Schedules { get; init; }

    /// <summary>
    /// The number of distinct pairs of rules that fired one directly after the other in the drawn runs; null if none
    /// were drawn.
    /// </summary>
    public int? RulePairs { get; init; }

    /// <summary>
    /// The seconds spent visiting states, without the preparation of the model and the search for a trace; null if no
    /// such search ran.
    /// </summary>
    public double? SearchSeconds { get; init; }

    /// <summary>The certificate, which can be checked again; null if there is none.</summary>
    public string? Certificate { get; init; }

    /// <summary>
    /// The proof as SMT-LIB 2 text for any solver; every answer has to be <c>unsat</c>. Null if there is none.
    /// </summary>
    public string? Obligations { get; init; }

    /// <summary>The solver, its version and its seed; null if none was used.</summary>
    public string? Solver { get; init; }

    /// <summary>
    /// The engine that was selected or finished first, and the reason; null if there was no selection.
    /// </summary>
    public string? Selection { get; init; }

    /// <summary>
    /// For a run that never ends: true if no violation has fewer steps, those before the loop and in it together; false if
    /// only those before the loop are known to be the fewest.
    /// </summary>
    public bool IsShortestLasso { get; init; }

    /// <summary>
    /// The extent to which the interpreter checked a search before its proof was reported; null if no search proved
    /// anything.
    /// </summary>
    public Checked? Checked { get; init; }

    /// <summary>
    /// The value of <see cref="Identity"/> for runs whose states were not counted; <see cref="States"/> is then 0.
    /// </summary>
    public const string StatesNotCounted = "states not counted";

    /// <summary>The way in which the engine distinguished states, in a few words.</summary>
    public string Identity { get; init; } = "exact states";
}

/// <summary>The ways in which an engine obtains evidence.</summary>
public enum EvidenceKind
{
    /// <summary>No evidence.</summary>
    None,

    /// <summary>The engine visited every reachable state, or with reductions every state that they keep.</summary>
    Exhaustive,

    /// <summary>The engine visited some of the reachable states.</summary>
    Partial,

    /// <summary>The engine drew random runs.</summary>
    Sampled,

    /// <summary>The engine visited every reachable state except for possible hash collisions.</summary>
    Hashed,

    /// <summary>A solver accepted an inductive invariant.</summary>
    Inductive,
}

/// <summary>A <c>Reachable</c> property and the depth of its first witness.</summary>
/// <param name="Property">The name of the property.</param>
/// <param name="Depth">The number of steps to the first witness; null if it was not reached.</param>
public sealed record Witness(string Property, int? Depth)
{
    /// <summary>
    /// True if it is the trigger of a <c>LeadsTo</c>; a property of the model may have the same name.
    /// </summary>
    public bool IsTrigger { get; init; }
}
