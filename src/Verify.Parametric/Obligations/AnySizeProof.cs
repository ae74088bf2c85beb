using System.Collections.Immutable;
using System.Globalization;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;

namespace Verify.Parametric.Obligations;

/// <summary>For which values of a size a proof is.</summary>
/// <param name="Name">The size.</param>
/// <param name="From">The least value; or the only one.</param>
/// <param name="IsAny">Whether it is for every value from there on.</param>
/// <param name="IsNumber">Whether the formulas speak of the value, as of a bound.</param>
public sealed record ProvedSize(string Name, int From, bool IsAny, bool IsNumber)
{
    /// <summary>Why it is not for every value that the family offers, where the family has no model for some; else null.</summary>
    public string? Without { get; init; }

    /// <summary>As reports say it: <c>cpu from 1</c>, <c>gens=0</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}{(IsAny ? " from " : "=")}{From}");
}

/// <summary>What has to be shown for a claim to hold for every size, as one text.</summary>
/// <remarks>
/// The formulas do not depend on the sizes of scalar sets, unless the family describes another model for another size.
/// That is looked at (<see cref="OfferedSizes"/>): a proof is for the values from which on all that the family offers give
/// the same formulas, and a model whose initial states are defined. All together are looked at too, or as many as there is
/// time for, and then the sentence says so. Where a size is a number in them, as the bound of a counter, it becomes an
/// unknown of the formulas, and what was known of it while they were made, as that it fits a range, becomes an obligation.
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

    // A number may be told by what holds of some identity, hence of a sort.
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

    // Before the variables are known: that their values are in ranges which there are not would show anything.
    private static string Shown(ImmutableArray<string> orders) => orders.IsEmpty ? "" : "(push 1)\n"
        + string.Concat(orders.Select(order => $"; whatever the number: {order}\n(push 1)\n(assert (not {order}))\n(check-sat)\n(pop 1)\n"))
        + "(pop 1)\n";

    /// <summary>The obligations of a claim, given an invariant.</summary>
    /// <exception cref="UserErrorException">VRF307: the model, or the property, cannot be told for every size. VRF308, VRF113,
    /// VRF101: the invariant does not fit the model.</exception>
    public static AnySizeProof Of(Claim claim, Invariant invariant) => new(claim, invariant);

    /// <summary>The family of the claim.</summary>
    public ModelFamily Family => claim.Family;

    /// <summary>For which sizes it is.</summary>
    public ImmutableArray<ProvedSize> Sizes { get; }

    /// <summary>How many instances have been seen to have the same formulas, and to start defined.</summary>
    public long Compared { get; }

    /// <summary>How many instances of those sizes the family offers.</summary>
    public long Offered { get; }

    /// <summary>The obligations in SMT-LIB 2: "unsat" to each means that the claim holds for all those sizes.</summary>
    public string Text { get; }

    /// <summary>The number of obligations.</summary>
    public int Count { get; }

    /// <summary>A digest of the formulas of model and property.</summary>
    public string ModelDigest { get; }

    /// <summary>The sizes in a sentence: <c>for every number of cpu (from 2), page and frame; gens=0</c>.</summary>
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

    /// <summary>What a claim says of every state of an instance of its family.</summary>
    /// <exception cref="UserErrorException">VRF307: it says something else, which no invariant proves.</exception>
    public static Property.Always Asked(Claim claim, Model model) => model.Property(claim.Property) as Property.Always
        ?? throw UserErrorException.At(null, ErrorCodes.NotGeneric, $"'{claim.Property}' of {claim.Id} is no property of every state",
            "no invariant proves what is about runs, or about what can be reached: check it on instances, 'verify check CLAIM'");

    /// <summary>
    /// The choices of small instances that it is a proof of: the claim's, the least of all sizes, and, of each size that it is
    /// for every value of, one more than the least.
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

    /// <summary>The property of a claim, and an invariant, on an instance.</summary>
    public (Model Model, ImmutableArray<Conjunct> Conjuncts, Property.Always Property) On(Choices choices)
    {
        var model = claim.Family.Build(choices);
        return (model, invariant.For(model), Asked(claim, model));
    }

    private InvariantObligations ObligationsFor(Choices choices)
    {
        var model = claim.Family.Build(choices);
        return new InvariantObligations(new FirstOrderModel(model), invariant.For(model), Asked(claim, model));
    }
}
