using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;

namespace Verify.Parametric.Obligations;

/// <summary>The values of a size that a proof covers.</summary>
/// <param name="Name">The name of the size.</param>
/// <param name="From">The least value, or the only one.</param>
/// <param name="IsAny">True if the proof covers every value from there on.</param>
/// <param name="IsNumber">True if the value occurs in the formulas, for example as a bound.</param>
public sealed record ProvedSize(string Name, int From, bool IsAny, bool IsNumber)
{
    /// <summary>
    /// The reason why some values that the family offers are not covered, if the family has no model for them; else
    /// null.
    /// </summary>
    public string? Without { get; init; }

    /// <summary>The text in reports: <c>cpu from 1</c>, <c>gens=0</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}{(IsAny ? " from " : "=")}{From}");
}

/// <summary>The obligations of a claim for every size, as one text.</summary>
/// <remarks>
/// The formulas do not depend on the sizes of scalar sets unless the family describes a different model for another
/// size. <see cref="OfferedSizes"/> checks this: a proof covers the values from which on all offered values give the
/// same formulas and a model with defined initial states. It also checks combinations of sizes, all of them or as many
/// as time allows; in the latter case the sentence of the proof says so. If a size occurs in the formulas as a number,
/// such as the bound of a counter, it becomes an unknown. The facts about it that were used to make the formulas, for
/// example that it is in a range, become obligations.
/// </remarks>
public sealed class AnySizeProof
{
    private readonly Claim claim;
    private readonly Invariant invariant;

    private AnySizeProof(Claim claim, Invariant invariant)
    {
        (this.claim, this.invariant) = (claim, invariant);
        var offered = new OfferedSizes(claim, invariant);
        (Sizes, Compared, Offered) = (offered.Sizes, offered.Compared, offered.Instances);
        var obligations = ObligationsFor(claim.Choices);
        Count = obligations.All.Length;
        var text = ObligationWriter.Of(obligations).Whole();
        if (offered.Number is { } known)
        {
            var grown = claim.Choices.Size(known.Size.Name, known.Value + 1);
            text = known.TemplateOf(text, ObligationWriter.Of(ObligationsFor(grown)).Whole())
                ?? throw UserErrorException.At(null, ErrorCodes.NotGeneric,
                    $"the obligations do not grow with '{known.Size.Name}' as the model does");
            var from = Sizes.First(size => size.IsNumber).From;
            var name = SizeTemplate.NameOf(known.Size.Name);
            var orders = offered.KnownOrders.Distinct().Where(order => SizeTemplate.MayEnd(order, known.Size.Name)).ToImmutableArray();
            Count += orders.Length;
            text = text.Insert(AfterSorts(text), string.Create(CultureInfo.InvariantCulture,
                $"(declare-fun {name} () Int)\n(assert (<= {from} {name}))\n{Shown(orders)}"));
        }

        (Text, ModelDigest) = (text, offered.Digest);
    }

    // A number may be defined through a property of an identity, so it must be declared after the sorts.
    private static int AfterSorts(string text)
    {
        var at = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        while (text.AsSpan(at).StartsWith("(declare-sort ", StringComparison.Ordinal)
            || text.AsSpan(at).StartsWith("(declare-datatypes ", StringComparison.Ordinal))
        {
            at = text.IndexOf('\n', at) + 1;
        }

        return at;
    }

    // These obligations come before the variables, because variables with empty ranges would make everything provable.
    private static string Shown(ImmutableArray<string> orders) => orders.IsEmpty ? "" : "(push 1)\n"
        + string.Concat(orders.Select(order => $"; whatever the number: {order}\n(push 1)\n(assert (not {order}))\n(check-sat)\n(pop 1)\n"))
        + "(pop 1)\n";

    /// <summary>Generates the obligations of a claim for an invariant.</summary>
    /// <exception cref="UserErrorException">VRF307: the model or the property cannot be expressed for every size.
    /// VRF308, VRF113, VRF101: the invariant does not fit the model.</exception>
    public static AnySizeProof Create(Claim claim, Invariant invariant) => new(claim, invariant);

    /// <summary>The family of the claim.</summary>
    public ModelFamily Family => claim.Family;

    /// <summary>The sizes that the proof covers.</summary>
    public ImmutableArray<ProvedSize> Sizes { get; }

    /// <summary>
    /// The number of instances that were checked to have the same formulas and defined initial states.
    /// </summary>
    public long Compared { get; }

    /// <summary>The number of instances of those sizes that the family offers.</summary>
    public long Offered { get; }

    /// <summary>
    /// The obligations in SMT-LIB 2: if every answer is "unsat", the claim holds for all those sizes.
    /// </summary>
    public string Text { get; }

    /// <summary>The number of obligations.</summary>
    public int Count { get; }

    /// <summary>A digest of the formulas of model and property.</summary>
    public string ModelDigest { get; }

    /// <summary>
    /// The covered sizes in one sentence: <c>for every number of cpu (from 2), page and frame; gens=0</c>.
    /// </summary>
    public string Sentence
    {
        get
        {
            var any = Sizes.Where(size => size.IsAny)
                .Select(size => size.From <= 1 ? size.Name : $"{size.Name} (from {size.From})");
            var rest = Sizes.Where(size => !size.IsAny)
                .Select(size => size.Without is { } reason ? $"{size} ({reason})" : size.ToString());
            IEnumerable<string> some = Compared == Offered ? [] : [string.Create(CultureInfo.InvariantCulture,
                $"looked at {Compared:N0} of the {Offered:N0} sizes offered")];
            var first = Sizes.Any(size => size.IsAny) ? $"for every number of {string.Join(", ", any)}" : "for one size only";
            return string.Join("; ", ((string[])[first]).Concat(rest).Concat(some));
        }
    }

    /// <summary>The property of a claim for an instance of its family.</summary>
    /// <exception cref="UserErrorException">VRF307: the property is not an <c>Always</c>, so no invariant proves
    /// it.</exception>
    public static Property.Always PropertyOf(Claim claim, Model model) => model.Property(claim.Property) as Property.Always
        ?? throw UserErrorException.At(null, ErrorCodes.NotGeneric, $"'{claim.Property}' of {claim.Id} is not an Always property",
            "an invariant proves Always properties only: check the claim on instances, 'verify check CLAIM'");

    /// <summary>
    /// The choices of small instances that the proof covers: the claim's own, the least of all sizes, and for each size
    /// with every value covered, one more than the least.
    /// </summary>
    public IEnumerable<Choices> SmallInstances()
    {
        var any = Sizes.Where(size => size.IsAny).ToList();
        var least = any.Aggregate(claim.Choices, (choices, size) => choices.Size(size.Name, size.From));
        yield return least;
        foreach (var size in any.Where(size => size.From < claim.Family.Sizes.First(s => s.Name == size.Name).High))
        {
            yield return least.Size(size.Name, size.From + 1);
        }

        yield return claim.Choices;
    }

    /// <summary>The property of a claim and an invariant for one instance.</summary>
    public (Model Model, ImmutableArray<Conjunct> Conjuncts, Property.Always Property) On(Choices choices)
    {
        var model = claim.Family.Build(choices);
        return (model, invariant.For(model), PropertyOf(claim, model));
    }

    private InvariantObligations ObligationsFor(Choices choices)
    {
        var model = claim.Family.Build(choices);
        return new InvariantObligations(new FirstOrderModel(model), invariant.For(model), PropertyOf(claim, model));
    }
}
