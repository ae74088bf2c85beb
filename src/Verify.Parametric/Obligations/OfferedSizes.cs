using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Verify.Claims;
using Verify.Modelling;
using Verify.Parametric.Logic;
using Verify.Parametric.Lowering;
using Verify.Semantics;

namespace Verify.Parametric.Obligations;

/// <summary>
/// Determines the sizes of a family that give one model: the same formulas, and defined initial states. It checks each
/// size alone, then combinations of sizes.
/// </summary>
internal sealed class OfferedSizes
{
    /// <summary>
    /// The maximum number of instances to compare; of more, it compares the corners and a random sample.
    /// </summary>
    public const int MaxCompared = 128;

    private readonly Claim claim;
    private readonly Invariant invariant;
    private readonly string basis;
    private readonly Dictionary<string, string?> known = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Text, int Value, string Template), bool> fitting = [];

    public OfferedSizes(Claim claim, Invariant invariant)
    {
        (this.claim, this.invariant) = (claim, invariant);
        basis = Essence(claim.Choices);
        var sizes = ImmutableArray.CreateBuilder<ProvedSize>();
        foreach (var size in claim.Family.Sizes)
        {
            var (proved, grown) = Alone(size);
            if (proved.IsAny && Together([.. sizes, proved], grown ?? Number) is { } other)
            {
                (proved, grown) = (Only(size, other), null);
            }

            Number = grown ?? Number;
            sizes.Add(proved);
        }

        Sizes = sizes.ToImmutable();
        Instances = BoxOf(Sizes).Aggregate(1L, (product, side) => product * side.Values.Length);
        Compared = Chosen(BoxOf(Sizes)).Count;
    }

    /// <summary>A size that occurs in the formulas as a number, with the text for any value of it.</summary>
    /// <param name="Size">The size.</param>
    /// <param name="Value">The value of the size in the claim.</param>
    /// <param name="Template">The text with the size as an unknown.</param>
    public sealed record Growth(SizeParameter Size, int Value, string Template)
    {
        /// <summary>
        /// Derives the text for any value from the texts for the claim's value and the next one; null if that is
        /// impossible.
        /// </summary>
        public string? TemplateOf(string text, string more) => SizeTemplate.Of(text, Value, more, Value + 1, Size.Name);
    }

    /// <summary>The sizes that give one model.</summary>
    public ImmutableArray<ProvedSize> Sizes { get; }

    /// <summary>The number of compared instances.</summary>
    public long Compared { get; }

    /// <summary>The number of instances of these sizes that the family offers.</summary>
    public long Instances { get; }

    /// <summary>The size that occurs in the formulas; null if none does.</summary>
    public Growth? Number { get; }

    /// <summary>
    /// The inequalities that the formulas rely on (<see cref="FirstOrderModel.KnownOrders"/>), with the numeric size as
    /// an unknown.
    /// </summary>
    public ImmutableArray<string> KnownOrders => [.. Lines[0].Split('\t').Skip(1)];

    /// <summary>A digest of the formulas of model, property and invariant.</summary>
    public string Digest => Fingerprint.Of(Lines[1]);

    private string[] Lines => (Number?.Template ?? basis).Split('\n', 2);

    private int ValueOf(SizeParameter size) => Instance.SizeIn(claim.Choices, size);


    private (ProvedSize Proved, Growth? Growth) Alone(SizeParameter size)
    {
        var value = ValueOf(size);
        var next = value < size.High ? EssenceIfAny(claim.Choices.Size(size.Name, value + 1)) : null;
        if (next is not null && next != basis)
        {
            SizeInNames.Refuse(size, value, ModelOf(claim.Choices), value + 1, ModelOf(claim.Choices.Size(size.Name, value + 1)));
        }

        var template = next is null || next == basis ? null : SizeTemplate.Of(basis, value, next, value + 1, size.Name);
        var grown = template is null || Number is not null ? null : new Growth(size, value, template);
        bool Fits(int other) => other == value || IsSame(claim.Choices.Size(size.Name, other), grown);
        var misfit = Enumerable.Range(value + 1, size.High - value).Cast<int?>().FirstOrDefault(other => !Fits(other!.Value));
        if (value == size.High || misfit is not null)
        {
            return (Only(size, misfit is { } at ? claim.Choices.Size(size.Name, at) : null), null);
        }

        var from = value;
        while (from > size.Low && Fits(from - 1))
        {
            from--;
        }

        return (new ProvedSize(size.Name, from, IsAny: true, IsNumber: grown is not null), grown);
    }

    private ProvedSize Only(SizeParameter size, Choices? misfit) => new(size.Name, ValueOf(size), IsAny: false, IsNumber: false)
    {
        Without = misfit is not null && !HasModel(misfit) ? $"the family has no model for {NameOf(misfit)}" : null,
    };

    private bool HasModel(Choices choices)
    {
        try
        {
            _ = ModelOf(choices);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    // Checking one size at a time would miss a rule that exists only if two of them are large.

    // One size at a time does not show a rule that is there only if two of them are large.
    private Choices? Together(ImmutableArray<ProvedSize> sizes, Growth? number) =>
        Chosen(BoxOf(sizes)).FirstOrDefault(choices => !IsSame(choices, number));

    private ImmutableArray<(string Name, ImmutableArray<int> Values)> BoxOf(ImmutableArray<ProvedSize> sizes) =>
    [
        .. claim.Family.Sizes.Join(sizes.Where(size => size.IsAny), size => size.Name, proved => proved.Name,
            (size, proved) => (size.Name, (ImmutableArray<int>)[.. Enumerable.Range(proved.From, size.High - proved.From + 1)])),
    ];

    // All combinations of values, or the corners and a random sample.
    private List<Choices> Chosen(ImmutableArray<(string Name, ImmutableArray<int> Values)> box)
    {
        IEnumerable<Choices> Product(Func<ImmutableArray<int>, IEnumerable<int>> values) =>
            box.Aggregate((IEnumerable<Choices>)[claim.Choices],
                (some, side) => some.SelectMany(choices => values(side.Values).Select(value => choices.Size(side.Name, value))));
        if (box.Aggregate(1L, (product, side) => product * side.Values.Length) <= MaxCompared)
        {
            return [.. Product(values => values)];
        }

        var chosen = Product(values => [values[0], values[^1]]).DistinctBy(NameOf).Take(MaxCompared).ToList();
        var names = chosen.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var random = new Prng(1);
        while (chosen.Count < MaxCompared)
        {
            var drawn = box.Aggregate(claim.Choices,
                (choices, side) => choices.Size(side.Name, side.Values[random.Below(side.Values.Length)]));
            if (names.Add(NameOf(drawn)))
            {
                chosen.Add(drawn);
            }
        }

        return chosen;
    }

    private string NameOf(Choices choices) => Instance.DescribeSizes(claim.Family, choices);


    private bool IsSame(Choices choices, Growth? number)
    {
        if (EssenceIfAny(choices) is not { } essence)
        {
            return false;
        }

        var value = number is null ? 0 : Instance.SizeIn(choices, number.Size);
        if (number is null || value == number.Value)
        {
            return essence == basis;
        }

        // Most sizes give a text that was compared before.
        return fitting.TryGetValue((essence, value, number.Template), out var fits)
            ? fits
            : fitting[(essence, value, number.Template)] =
                SizeTemplate.Of(basis, number.Value, essence, value, number.Size.Name) == number.Template;
    }

    private string? EssenceIfAny(Choices choices)
    {
        if (!known.TryGetValue(NameOf(choices), out var essence))
        {
            try
            {
                essence = Essence(choices);
            }
            catch (UserErrorException)
            {
                essence = null; // the model does not exist, has no initial state, or cannot be expressed for every size
            }

            known[NameOf(choices)] = essence == basis ? basis : essence;
        }

        return essence;
    }

    // The formulas of model, property and invariant; instances with equal formulas have equal obligations. The first
    // line contains the conditions under which the property and the witnesses are defined, and the known inequalities.
    private string Essence(Choices choices)
    {
        var model = ModelOf(choices);
        var logic = new FirstOrderModel(model);
        var asked = AnySizeProof.PropertyOf(claim, model);
        var isDefined = model.Properties.OfType<Property.Reachable>()
            .Select(witness => $"{witness.Name} {logic.IsDefined(witness.Holds, witness.Where)}")
            .Prepend(logic.IsDefined(asked.Holds, asked.Where).ToString())
            .ToList();
        var text = new StringBuilder($"{ObligationWriter.Of(logic)}{logic.Holds(asked.Holds, asked.Where)}\n");
        foreach (var conjunct in invariant.For(model))
        {
            text.Append(CultureInfo.InvariantCulture, $"{conjunct.Name} {logic.Holds(conjunct.Holds, conjunct.Where)}\n");
        }

        return $"{string.Join(' ', isDefined)}{string.Concat(logic.KnownOrders().Select(order => $"\t{order}"))}\n{text}";
    }

    // A model with undefined or out-of-range initial values counts as missing.
    private Model ModelOf(Choices choices)
    {
        var model = claim.Family.Build(choices);
        _ = new Interpreter(model).InitialStates().First();
        return model;
    }
}
