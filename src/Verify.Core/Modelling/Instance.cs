using System.Collections.Immutable;
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

/// <summary>A size that an instance fills in.</summary>
/// <param name="Name">As in <c>--size name=n</c>; the name of the scalar set where it sizes one.</param>
/// <param name="Default">The size unless another is asked for.</param>
/// <param name="Low">The least that makes sense.</param>
/// <param name="High">The most that is accepted.</param>
/// <param name="Text">What it is the number of.</param>
public sealed record SizeParameter(string Name, int Default, int Low, int High, string Text);

/// <summary>One named deviation of a model: a dropped flush, a missing check, a design that was proposed.</summary>
/// <param name="Name">As in <c>--fault name</c>.</param>
/// <param name="Text">What differs, in a sentence.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record Fault(string Name, string Text, Source? Source = null);

/// <summary>One named removal of steps of the environment.</summary>
/// <param name="Name">As in <c>--assume name</c>.</param>
/// <param name="Text">What is taken for granted, in a sentence.</param>
/// <param name="EnforcedBy">Who would have to make it true.</param>
public sealed record Assumption(string Name, string Text, string EnforcedBy);

/// <summary>An architecture: a set of switches of the hardware parts.</summary>
/// <param name="Name">As in <c>--profile name</c>.</param>
/// <param name="Text">What it stands for.</param>
public sealed record Profile(string Name, string Text);

/// <summary>What an instance chooses: sizes, faults, assumptions and a profile, by name.</summary>
/// <param name="Sizes">Sizes that differ from the defaults.</param>
/// <param name="Faults">The faults switched on.</param>
/// <param name="Assumptions">The assumptions made.</param>
/// <param name="Profile">The profile; null for the family's first.</param>
public sealed record Choices(
    ImmutableSortedDictionary<string, int> Sizes,
    ImmutableSortedSet<string> Faults,
    ImmutableSortedSet<string> Assumptions,
    string? Profile)
{
    /// <summary>Defaults: no fault, no assumption, the first profile.</summary>
    public static Choices Default { get; } = new(
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        null);

    /// <summary>With one size.</summary>
    public Choices Size(string name, int value) => this with { Sizes = Sizes.SetItem(name, value) };

    /// <summary>With faults switched on.</summary>
    public Choices With(params ReadOnlySpan<Fault> faults)
    {
        var names = Faults;
        foreach (var fault in faults)
        {
            names = names.Add(fault.Name);
        }

        return this with { Faults = names };
    }

    /// <summary>With assumptions made.</summary>
    public Choices Assume(params ReadOnlySpan<Assumption> assumptions)
    {
        var names = Assumptions;
        foreach (var assumption in assumptions)
        {
            names = names.Add(assumption.Name);
        }

        return this with { Assumptions = names };
    }

    /// <summary>Without one assumption.</summary>
    public Choices Drop(string assumption) => this with { Assumptions = Assumptions.Remove(assumption) };

    /// <summary>With a profile.</summary>
    public Choices On(Profile profile) => this with { Profile = profile.Name };
}
