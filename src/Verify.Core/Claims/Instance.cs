using System.Globalization;
using Verify.Modelling;

namespace Verify.Claims;

/// <summary>A model family with its choices filled in.</summary>
public sealed class Instance
{
    /// <summary>Builds the model of a family for one set of choices.</summary>
    /// <exception cref="ModelException">VRF302, VRF303: a choice the family does not offer; VRF1xx: a bad model.</exception>
    public Instance(ModelFamily family, Choices choices) =>
        (Family, Choices, Model) = (family, choices, family.Build(choices));

    /// <summary>The family.</summary>
    public ModelFamily Family { get; }

    /// <summary>What was chosen.</summary>
    public Choices Choices { get; }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The size that a parameter has here.</summary>
    public int SizeOf(SizeParameter size) => Choices.Sizes.TryGetValue(size.Name, out var value) ? value : size.Default;

    /// <summary>The options that name this instance on a command line, sizes first; defaults are left out but for sizes.</summary>
    public override string ToString()
    {
        var sizes = Family.Sizes.Select(size => string.Create(CultureInfo.InvariantCulture, $"{size.Name}={SizeOf(size)}"));
        var parts = new List<string> { Family.Name, string.Join(",", sizes) };
        parts.AddRange(Choices.Faults.Select(fault => $"fault:{fault}"));
        parts.AddRange(Choices.Assumptions);
        parts.Add(Choices.Profile ?? Family.Profiles.FirstOrDefault()?.Name ?? "");
        return string.Join(" ", parts.Where(part => part.Length > 0));
    }
}
