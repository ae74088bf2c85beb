using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Lowering.FirstOrder;
using Verify.Modelling;

namespace Verify.Claims;

/// <summary>For which values of a size a proof is.</summary>
/// <param name="Name">The size.</param>
/// <param name="From">The least value; or the only one.</param>
/// <param name="IsAny">Whether it is for every value from there on.</param>
/// <param name="IsNumber">Whether the formulas speak of the value, as of a bound.</param>
public sealed record ProvedSize(string Name, int From, bool IsAny, bool IsNumber)
{
    /// <summary>As reports say it: <c>cpu from 1</c>, <c>gens=0</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}{(IsAny ? " from " : "=")}{From}");
}

/// <summary>What has to be shown for a claim to hold for every size, as one text.</summary>
/// <remarks>
/// The formulas do not depend on the sizes of scalar sets, unless the family describes another model for another size.
/// That is looked at: a proof is for the values from which on all that the family offers give the same formulas, and so
/// do the least and the most of all of them together; other combinations are not looked at. Where a size is a number in
/// them, as the bound of a counter, it becomes an unknown of the formulas.
/// </remarks>
public sealed class AnySizeProof
{
    private readonly Claim claim;
    private readonly Invariant invariant;

    private AnySizeProof(Claim claim, Invariant invariant)
    {
        (this.claim, this.invariant) = (claim, invariant);
        var basis = Essence(claim.Choices)!;
        var sizes = ImmutableArray.CreateBuilder<ProvedSize>();
        (SizeParameter Size, int Other)? number = null;
        foreach (var size in claim.Family.Sizes)
        {
            var value = Instance.SizeIn(claim.Choices, size);
            var proved = Range(size, value, basis, number is null);
            var grown = proved.IsNumber ? (size, value + 1) : number;
            if (proved.IsAny && !AreSameTogether([.. sizes, proved], basis, grown?.Item1))
            {
                sizes.Add(new ProvedSize(size.Name, value, IsAny: false, IsNumber: false));
                continue;
            }

            number = grown;
            sizes.Add(proved);
        }

        Sizes = sizes.ToImmutable();
        var obligations = ObligationsFor(claim.Choices);
        Count = obligations.All.Length;
        var text = ProofText.Of(obligations).Whole();
        var numbered = number is not { } n ? null
            : ProofText.Of(ObligationsFor(claim.Choices.Size(n.Size.Name, n.Other))).Whole();
        if (number is { } known)
        {
            var value = Instance.SizeIn(claim.Choices, known.Size);
            text = SizeTemplate.Of(text, value, numbered!, known.Other, known.Size.Name)
                ?? throw ModelException.At(null, Codes.NotGeneric,
                    $"the obligations do not grow with '{known.Size.Name}' as the model does");
            var other = Essence(claim.Choices.Size(known.Size.Name, known.Other))!;
            basis = SizeTemplate.Of(basis, value, other, known.Other, known.Size.Name)!;
            var from = Sizes.First(size => size.IsNumber).From;
            var name = SizeTemplate.NameOf(known.Size.Name);
            text = text.Insert(text.IndexOf('\n', StringComparison.Ordinal) + 1, string.Create(CultureInfo.InvariantCulture,
                $"(declare-fun {name} () Int)\n(assert (<= {from} {name}))\n"));
        }

        (Text, ModelDigest) = (text, Fingerprint.Of(basis[(basis.IndexOf('\n', StringComparison.Ordinal) + 1)..]));
    }

    /// <summary>The obligations of a claim, given an invariant.</summary>
    /// <exception cref="ModelException">VRF307: the model, or the property, cannot be told for every size. VRF308, VRF113,
    /// VRF101: the invariant does not fit the model.</exception>
    public static AnySizeProof Of(Claim claim, Invariant invariant) => new(claim, invariant);

    /// <summary>For which sizes it is.</summary>
    public ImmutableArray<ProvedSize> Sizes { get; }

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
            var rest = Sizes.Where(size => !size.IsAny).Select(size => size.ToString());
            return string.Join("; ", ((string[])[$"for every number of {string.Join(", ", any)}"]).Concat(rest));
        }
    }

    /// <summary>What a claim says of every state of an instance of its family.</summary>
    /// <exception cref="ModelException">VRF307: it says something else, which no invariant proves.</exception>
    public static Property.Always Asked(Claim claim, Model model) => model.Property(claim.Property) as Property.Always
        ?? throw ModelException.At(null, Codes.NotGeneric, $"'{claim.Property}' of {claim.Id} is no property of every state",
            "no invariant proves what is about runs, or about what can be reached: check it on instances, 'verify check CLAIM'");

    private Obligations ObligationsFor(Choices choices)
    {
        var model = claim.Family.Build(choices);
        return new Obligations(new FirstOrderModel(model), invariant.For(model), Asked(model));
    }

    private Property.Always Asked(Model model) => Asked(claim, model);

    // The formulas of model, property and invariant. What differs in them differs in the obligations. The first line says
    // where the property is defined.
    private string? Essence(Choices choices)
    {
        var model = claim.Family.Build(choices);
        var logic = new FirstOrderModel(model);
        var asked = Asked(model);
        var text = new StringBuilder($"{logic.IsDefined(asked.Holds, asked.Where)}\n{ProofText.Of(logic)}");
        text.Append(CultureInfo.InvariantCulture, $"{logic.Holds(asked.Holds, asked.Where)}\n");
        foreach (var conjunct in invariant.For(model))
        {
            text.Append(CultureInfo.InvariantCulture, $"{conjunct.Name} {logic.Holds(conjunct.Holds, conjunct.Where)}\n");
        }

        return text.ToString();
    }

    private string? EssenceIfAny(Choices choices)
    {
        try
        {
            return Essence(choices);
        }
        catch (ModelException)
        {
            return null; // the family does not offer that size together with the rest
        }
    }

    // One size at a time does not show a rule that is there only if two of them are large.
    private bool AreSameTogether(ImmutableArray<ProvedSize> sizes, string basis, SizeParameter? number)
    {
        var ends = claim.Family.Sizes.Join(sizes.Where(size => size.IsAny), size => size.Name, proved => proved.Name,
            (size, proved) => (size.Name, Values: (int[])[proved.From, size.High]));
        var value = number is null ? 0 : Instance.SizeIn(claim.Choices, number);
        var template = number is null ? null : Template(value + 1);
        return ends.Aggregate((IEnumerable<Choices>)[claim.Choices],
                (some, end) => some.SelectMany(choices => end.Values.Select(v => choices.Size(end.Name, v))))
            .All(choices =>
            {
                var (essence, own) = (EssenceIfAny(choices), number is null ? 0 : Instance.SizeIn(choices, number));
                return essence is not null
                    && (own == value ? essence == basis : SizeTemplate.Of(basis, value, essence, own, number!.Name) == template);
            });

        string? Template(int other) => SizeTemplate.Of(
            basis, value, Essence(claim.Choices.Size(number!.Name, other))!, other, number.Name);
    }

    private ProvedSize Range(SizeParameter size, int value, string basis, bool mayBeNumber)
    {
        var next = value < size.High ? EssenceIfAny(claim.Choices.Size(size.Name, value + 1)) : null;
        var template = next is null || next == basis ? null : SizeTemplate.Of(basis, value, next, value + 1, size.Name);
        bool Fits(int other)
        {
            var essence = EssenceIfAny(claim.Choices.Size(size.Name, other));
            return essence is not null && (template is null
                ? essence == basis
                : other == value || SizeTemplate.Of(basis, value, essence, other, size.Name) == template);
        }

        if (next is null || (next != basis && (template is null || !mayBeNumber))
            || !Enumerable.Range(value + 1, size.High - value).All(Fits))
        {
            return new ProvedSize(size.Name, value, IsAny: false, IsNumber: false);
        }

        var from = value;
        while (from > size.Low && Fits(from - 1))
        {
            from--;
        }

        return new ProvedSize(size.Name, from, IsAny: true, IsNumber: template is not null);
    }
}
