using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;

namespace Verify.Cli.Hosting;

/// <summary>A claim without an expectation, which asks for a property of a family.</summary>
internal static class Question
{
    /// <summary>
    /// The questions about all properties of a model, or about one. A witness is asked for only where there is nothing else.
    /// </summary>
    /// <param name="family">The family.</param>
    /// <param name="prefix">The text before the colon of an identifier.</param>
    /// <param name="properties">The properties of an instance.</param>
    /// <param name="name">The one that is asked for, which other choices may add; null for all.</param>
    public static ImmutableArray<Claim> About(
        ModelFamily family, string prefix, ImmutableArray<Property> properties, string? name)
    {
        Claim Of(string asked)
        {
            var property = properties.FirstOrDefault(one => one.Name == asked);
            return About(family, $"{prefix}:{asked}", asked) with
            {
                Sentence = property?.Text is { Length: > 0 } text ? text : family.Summary,
                Where = (property ?? properties[0]).Where,
            };
        }

        var isOfWitnesses = properties.All(property => property is Property.Reachable);
        return name is not null ? [Of(name)]
            : [.. properties.Where(property => isOfWitnesses || property is not Property.Reachable).Select(property => Of(property.Name))];
    }

    /// <summary>A question about a family.</summary>
    public static Claim About(ModelFamily family, string id, string property) => new()
    {
        Id = id,
        Sentence = family.Summary,
        Family = family,
        Choices = Choices.Default,
        Property = property,
        Expected = new Expectation.Open(),
        Sources = [],
    };
}
