using System.Collections.Immutable;
using System.Globalization;

namespace Verify.Modelling;

/// <summary>A model family together with its choices.</summary>
public sealed class Instance
{
    /// <summary>Builds the model of a family for one set of choices.</summary>
    /// <exception cref="UserErrorException">VRF302, VRF303: the family does not offer a choice; VRF1xx: a bad
    /// model.</exception>
    public Instance(ModelFamily family, Choices choices) =>
        (Family, Choices, Model) = (family, choices, family.Build(choices));

    /// <summary>The family.</summary>
    public ModelFamily Family { get; }

    /// <summary>The choices.</summary>
    public Choices Choices { get; }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The value of a size parameter.</summary>
    public int SizeOf(SizeParameter size) => SizeIn(Choices, size);

    /// <summary>The family, sizes, features, faults, assumptions and profile in one line.</summary>
    public override string ToString() => Describe(Family, Choices);

    /// <summary>The same line as <see cref="ToString"/>, without building the model.</summary>
    public static string Describe(ModelFamily family, Choices choices)
    {
        var parts = new List<string> { family.Name, DescribeSizes(family, choices) };
        parts.AddRange(choices.Features.Select(feature => $"feature:{feature}"));
        parts.AddRange(choices.Faults.Select(fault => $"fault:{fault}"));
        parts.AddRange(choices.Assumptions);
        parts.Add(choices.Profile ?? family.Profiles.FirstOrDefault()?.Name ?? "");
        return string.Join(" ", parts.Where(part => part.Length > 0));
    }

    /// <summary>All sizes, such as <c>cpu=2,frame=3</c>.</summary>
    public static string DescribeSizes(ModelFamily family, Choices choices) =>
        string.Join(",", family.Sizes.Select(size => DescribeSize(choices, size)));

    /// <summary>One size, such as <c>cpu=2</c>.</summary>
    public static string DescribeSize(Choices choices, SizeParameter size) =>
        string.Create(CultureInfo.InvariantCulture, $"{size.Name}={SizeIn(choices, size)}");

    /// <summary>The value of a size parameter in a set of choices.</summary>
    public static int SizeIn(Choices choices, SizeParameter size) =>
        choices.Sizes.TryGetValue(size.Name, out var value) ? value : size.Default;
}

/// <summary>A size parameter of a model family.</summary>
/// <param name="Name">The name, as in <c>--size name=n</c>; for the size of a scalar set, the name of the set.</param>
/// <param name="Default">The default size.</param>
/// <param name="Low">The minimum that the family accepts.</param>
/// <param name="High">The maximum that the family accepts.</param>
/// <param name="Text">The counted things, such as "processors".</param>
public sealed record SizeParameter(string Name, int Default, int Low, int High, string Text);

/// <summary>A switch of an instance: a <see cref="Fault"/> or a <see cref="Feature"/>.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Text">The difference in one sentence.</param>
/// <param name="Source">The source; null if there is none to cite.</param>
public abstract record Switch(string Name, string Text, Source? Source)
{
    /// <summary>The word for the kind of switch.</summary>
    public string Kind => this is Fault ? "fault" : "feature";
}

/// <summary>
/// One deviation of a model from the kernel, such as a dropped flush, a missing check or a proposed design.
/// </summary>
/// <param name="Name">The name, as in <c>--fault name</c>.</param>
/// <param name="Text">The difference in one sentence.</param>
/// <param name="Source">The source; null if there is none to cite.</param>
public sealed record Fault(string Name, string Text, Source? Source = null) : Switch(Name, Text, Source);

/// <summary>
/// One optional part of a model, such as another system call: the kernel or its user has it, and the model can omit it.
/// </summary>
/// <param name="Name">The name, as in <c>--feature name</c>.</param>
/// <param name="Text">The feature in one sentence.</param>
/// <param name="Source">The source; null if there is none to cite.</param>
public sealed record Feature(string Name, string Text, Source? Source = null) : Switch(Name, Text, Source);

/// <summary>One named assumption; it removes steps of the environment.</summary>
/// <param name="Name">The name, as in <c>--assume name</c>.</param>
/// <param name="Text">The assumption in one sentence.</param>
/// <param name="EnforcedBy">The component that would have to enforce it.</param>
public sealed record Assumption(string Name, string Text, string EnforcedBy);

/// <summary>An architecture: settings of the hardware parts.</summary>
/// <param name="Name">The name, as in <c>--profile name</c>.</param>
/// <param name="Text">The architecture in a few words.</param>
public sealed record Profile(string Name, string Text);

/// <summary>Something that a family leaves out and that a reader of a proof must know.</summary>
/// <remarks>A plain text is a limit of all instances.</remarks>
/// <param name="Text">One plain line.</param>
public sealed record Limit(string Text)
{
    // The names of the profiles or switches that the limit is about; null if it is about every instance.
    private ImmutableArray<string>? Profiles { get; init; }

    private ImmutableArray<string>? Switches { get; init; }

    /// <summary>A limit of all instances.</summary>
    public static implicit operator Limit(string text) => new(text);

    /// <summary>A limit of the instances with one of these profiles.</summary>
    public static Limit Of(string text, params ReadOnlySpan<Profile> profiles) =>
        new(text) { Profiles = [.. profiles.ToArray().Select(profile => profile.Name)] };

    /// <summary>A limit of the instances in which one of these features or faults is switched on.</summary>
    public static Limit With(string text, params ReadOnlySpan<Switch> switches) =>
        new(text) { Switches = [.. switches.ToArray().Select(one => one.Name)] };

    /// <summary>True if the limit is about an instance.</summary>
    public bool IsOf(ModelFamily family, Choices choices) =>
        (Profiles is not { } profiles || profiles.Contains(choices.Profile ?? family.Profiles.FirstOrDefault()?.Name ?? ""))
        && (Switches is not { } switches || switches.Any(choices.Switched.Contains));
}

/// <summary>The choices of an instance: sizes, features, faults, assumptions and a profile, by name.</summary>
/// <param name="Sizes">Sizes that differ from the defaults.</param>
/// <param name="Features">The features switched on.</param>
/// <param name="Faults">The faults switched on.</param>
/// <param name="Assumptions">The assumptions made.</param>
/// <param name="Profile">The profile; null for the family's first.</param>
public sealed record Choices(
    ImmutableSortedDictionary<string, int> Sizes,
    ImmutableSortedSet<string> Features,
    ImmutableSortedSet<string> Faults,
    ImmutableSortedSet<string> Assumptions,
    string? Profile)
{
    /// <summary>The default choices: no feature, no fault, no assumption, the first profile.</summary>
    public static Choices Default { get; } = new(
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        null);

    /// <summary>The same choices with another value of one size.</summary>
    public Choices Size(string name, int value) => this with { Sizes = Sizes.SetItem(name, value) };

    /// <summary>The features and faults that are switched on.</summary>
    public ImmutableSortedSet<string> Switched => Features.Union(Faults);

    /// <summary>The same choices with these features and faults switched on as well.</summary>
    public Choices With(params ReadOnlySpan<Switch> switches)
    {
        var (features, faults) = (Features, Faults);
        foreach (var one in switches)
        {
            (features, faults) = one is Fault ? (features, faults.Add(one.Name)) : (features.Add(one.Name), faults);
        }

        return this with { Features = features, Faults = faults };
    }

    /// <summary>The same choices with these assumptions made as well.</summary>
    public Choices Assume(params ReadOnlySpan<Assumption> assumptions)
    {
        var names = Assumptions;
        foreach (var assumption in assumptions)
        {
            names = names.Add(assumption.Name);
        }

        return this with { Assumptions = names };
    }

    /// <summary>The same choices without one assumption, fault or feature.</summary>
    public Choices Drop(string name) => this with
    {
        Assumptions = Assumptions.Remove(name),
        Faults = Faults.Remove(name),
        Features = Features.Remove(name),
    };

    /// <summary>The same choices with another profile.</summary>
    public Choices On(Profile profile) => this with { Profile = profile.Name };
}
