using System.Globalization;

namespace Verify.Modelling;

/// <summary>A model family with its choices filled in.</summary>
public sealed class Instance
{
    /// <summary>Builds the model of a family for one set of choices.</summary>
    /// <exception cref="UserErrorException">VRF302, VRF303: a choice the family does not offer; VRF1xx: a bad model.</exception>
    public Instance(ModelFamily family, Choices choices) =>
        (Family, Choices, Model) = (family, choices, family.Build(choices));

    /// <summary>The family.</summary>
    public ModelFamily Family { get; }

    /// <summary>What was chosen.</summary>
    public Choices Choices { get; }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The size that a parameter has here.</summary>
    public int SizeOf(SizeParameter size) => SizeIn(Choices, size);

    /// <summary>The family, sizes, faults, assumptions and profile in one line.</summary>
    public override string ToString() => Describe(Family, Choices);

    /// <summary>The line that <see cref="ToString"/> gives, for an instance whose model is not built.</summary>
    public static string Describe(ModelFamily family, Choices choices)
    {
        var parts = new List<string> { family.Name, DescribeSizes(family, choices) };
        parts.AddRange(choices.Faults.Select(fault => $"fault:{fault}"));
        parts.AddRange(choices.Assumptions);
        parts.Add(choices.Profile ?? family.Profiles.FirstOrDefault()?.Name ?? "");
        return string.Join(" ", parts.Where(part => part.Length > 0));
    }

    /// <summary>Every size, as <c>cpu=2,frame=3</c>.</summary>
    public static string DescribeSizes(ModelFamily family, Choices choices) =>
        string.Join(",", family.Sizes.Select(size => DescribeSize(choices, size)));

    /// <summary>One size, as <c>cpu=2</c>.</summary>
    public static string DescribeSize(Choices choices, SizeParameter size) =>
        string.Create(CultureInfo.InvariantCulture, $"{size.Name}={SizeIn(choices, size)}");

    /// <summary>The size that a parameter has with some choices.</summary>
    public static int SizeIn(Choices choices, SizeParameter size) =>
        choices.Sizes.TryGetValue(size.Name, out var value) ? value : size.Default;
}
