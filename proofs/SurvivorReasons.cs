using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Proofs;

/// <summary>
/// The reasons why no claim of a family notices that some part of a guard, or some update, is missing. Reflection finds every public
/// class with a parameterless constructor.
/// </summary>
/// <param name="family">The family.</param>
public abstract class SurvivorReasons(ModelFamily family)
{
    /// <summary>The lists of all families.</summary>
    public static ImmutableArray<SurvivorReasons> All { get; } =
    [
        .. typeof(SurvivorReasons).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(SurvivorReasons)) && !type.IsAbstract)
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (SurvivorReasons)Activator.CreateInstance(type)!),
    ];

    /// <summary>The family.</summary>
    public ModelFamily Family { get; } = family;

    /// <summary>The reasons, in the order in which the page shows them.</summary>
    public abstract ImmutableArray<SurvivorReason> Reasons { get; }

    /// <summary>One reason for several parts.</summary>
    /// <param name="text">The reason, in a sentence.</param>
    /// <param name="parts">The parts, each with its rule, as the page spells them; three dots stand for any end.</param>
    protected static SurvivorReason Because(string text, params ImmutableArray<string> parts) => new(text, parts);
}

/// <summary>One reason for several parts.</summary>
/// <param name="Text">The reason, in a sentence.</param>
/// <param name="Parts">The parts, each with its rule, as the page spells them; three dots stand for any end.</param>
public sealed record SurvivorReason(string Text, ImmutableArray<string> Parts)
{
    private const char Dots = '…';

    /// <summary>True if the reason is about a part.</summary>
    public bool IsAbout(string part) => Parts.Any(pattern => IsMatch(pattern, part));

    /// <summary>True if a pattern stands for a part.</summary>
    public static bool IsMatch(string pattern, string part) => pattern.EndsWith(Dots)
        ? part.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : part == pattern;
}
