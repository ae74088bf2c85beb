using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Engines;
using Verify.Explain.Mutations;
using Verify.Explicit;
using Verify.Modelling;

namespace Verify.Tests.Mutants;

/// <summary>The mutants of a family, and the claims and instances that they are tried on.</summary>
internal sealed class FamilyMutants
{
    /// <summary>The maximum number of states of an instance in which states are counted.</summary>
    public const long MaxCounted = 1_000_000;

    /// <summary>The same for an instance that is larger than those of the claims.</summary>
    public const long MaxLargerCounted = 60_000;

    private const long MaxStates = 3_000_000;
    private const string Everything = "every state";
    private static readonly ExplicitEngine Engine = new();

    private readonly List<(Claim Claim, Model Model)> claims;
    private readonly List<Model> models;
    private readonly Lazy<List<Known>> decided;
    private readonly Lazy<List<(Model Model, long States)>> counted;
    private readonly long maxCounted;

    /// <summary>Builds the models; nothing is decided yet.</summary>
    /// <param name="claims">All claims about a family.</param>
    /// <param name="maxCounted">The maximum number of states of an instance in which states are counted.</param>
    public FamilyMutants(IReadOnlyCollection<Claim> claims, long maxCounted = MaxCounted)
    {
        this.maxCounted = maxCounted;
        var asked = claims.SelectMany(Questions).ToList();
        var built = asked.DistinctBy(InstanceOf).ToDictionary(InstanceOf, claim => claim.Family.Build(claim.Choices));
        Name = asked[0].Family.Name;
        this.claims = [.. asked.Select(claim => (claim, built[InstanceOf(claim)]))];
        models = [.. built.Values];
        All = [.. models.SelectMany(DroppedPart.Of).Distinct()];
        decided = new(() => [.. this.claims.Select(one => new Known(one.Claim, one.Model, Decide(one.Model, one.Claim.Property)))
            .OrderBy(one => !one.IsProved).ThenBy(one => one.Result.States)]);
        counted = new(Count);
    }

    /// <summary>The name of the family.</summary>
    public string Name { get; }

    /// <summary>The mutants, in the order of the rules.</summary>
    public ImmutableArray<DroppedPart> All { get; }

    /// <summary>A digest of all that the outcomes depend on.</summary>
    public string Key => Fingerprint.Of(string.Join('\n', claims
        .Select(one => $"{one.Claim.Id} {one.Claim.Property} {one.Model.Digest}").Concat(All.Select(mutant => mutant.ToString()))));

    /// <summary>The first claim whose result is another one without the part, and both results; null if there is none.</summary>
    public string? NoticedBy(DroppedPart mutant)
    {
        var mutated = new Dictionary<Model, Model?>();
        foreach (var (claim, model, result) in decided.Value)
        {
            mutated.TryAdd(model, mutant.In(model));
            if (mutated[model] is { } changed && Decide(changed, claim.Property) is var other && other.Text != result.Text)
            {
                return $"{claim.Id}: {result.Text} -> {other.Text}";
            }
        }

        return null;
    }

    /// <summary>
    /// True if the same states are reached without the part, in each instance of the claims and in those that are larger by
    /// one, unless they are too large to count; one that has the part must be small enough.
    /// </summary>
    /// <remarks>
    /// What lacks a part of a guard reaches all states that it reached before. So it reaches no other one if there are as many.
    /// An update must change nothing in any of these states.
    /// </remarks>
    public bool KeepsStates(DroppedPart mutant)
    {
        var all = counted.Value.Select(one => (one.Model, one.States, Changed: mutant.In(one.Model))).Where(one => one.Changed is not null)
            .ToList();
        return all.Count > 0 && all.TrueForAll(one => mutant.IsUpdate
            ? CountStates(one.Model, one.States + 1, mutant.HasNoEffect(one.Model)) is not null
            : CountStates(one.Changed!, one.States + 1) == one.States);
    }

    // A claim that holds under assumptions also says that it does not hold without one of them.
    private static IEnumerable<Claim> Questions(Claim claim) => claim.Expected is Expectation.ProvedIf conditional
        ? claim.Choices.Assumptions.Except(conditional.Superfluous)
            .Select(name => claim with { Id = $"{claim.Id} without {name}", Choices = claim.Choices.Drop(name) }).Prepend(claim)
        : [claim];

    private static string InstanceOf(Claim claim) => Instance.Describe(claim.Family, claim.Choices);

    private List<(Model Model, long States)> Count()
    {
        var all = models.Select(model => (model, States: CountStates(model, maxCounted))).ToList();
        foreach (var claim in decided.Value.Where(one => one.IsProved).Select(one => one.Claim).DistinctBy(InstanceOf))
        {
            foreach (var size in claim.Family.Sizes)
            {
                var larger = Instance.SizeIn(claim.Choices, size) + 1;
                if (larger <= size.High && Build(claim.Family, claim.Choices.Size(size.Name, larger)) is { } model)
                {
                    all.Add((model, CountStates(model, Math.Min(MaxLargerCounted, maxCounted))));
                }
            }
        }

        return [.. all.Where(one => one.States is not null).Select(one => (one.model, one.States!.Value)).OrderBy(one => one.Value)];
    }

    // Null if the choices do not go together.
    private static Model? Build(ModelFamily family, Choices choices)
    {
        try
        {
            return family.Build(choices);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    // The number of states; null if there are too many, or if the model, or the condition, is not defined or false in one.
    private static long? CountStates(Model model, long max, Expr? holds = null)
    {
        var all = new Property.Always(Everything, "", model.Rules[0].Where, holds ?? true);
        try
        {
            var counted = new Model(model.Name, model.Variables, model.Rules, [all], model.Marks, model.Processors)
            {
                Threads = model.Threads,
            };
            return Engine.Decide(counted, all, Options(max)) is Verdict.Proved proved ? proved.Evidence.States : null;
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    private static (string Text, long States) Decide(Model model, string property)
    {
        try
        {
            var verdict = Engine.Decide(model, model.Property(property), Options(MaxStates));
            var text = verdict is Verdict.Refuted { Trace: { } trace }
                ? string.Create(CultureInfo.InvariantCulture, $"refuted in {trace.Steps.Length}")
                : verdict.Word + string.Concat(Vacuities(model, verdict.Evidence).Select(what => $", {what}"));
            return (text, verdict.Evidence.States);
        }
        catch (UserErrorException e)
        {
            return ($"undefined ({e.Diagnostic.Code.Id})", 0);
        }
    }

    // What the gate does not accept in a proof.
    private static IEnumerable<string> Vacuities(Model model, Evidence evidence) => evidence.Witnesses
        .Where(witness => witness.Depth is null).Select(witness => $"'{witness.Property}' is not reached")
        .Concat(model.Rules.Where((rule, i) => i < evidence.RuleCounts.Length && evidence.RuleCounts[i] == 0 == rule.Never is null)
            .Select(rule => $"'{rule.Name}' {(rule.Never is null ? "never fires" : "fires")}"));

    private static EngineOptions Options(long states) =>
        EngineOptions.Default with { Budget = Budget.Unlimited with { States = states }, Threads = 1 };

    private sealed record Known(Claim Claim, Model Model, (string Text, long States) Result)
    {
        public bool IsProved => Result.Text.StartsWith("proved", StringComparison.Ordinal);
    }
}
