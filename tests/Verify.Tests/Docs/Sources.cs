using Verify.Modelling;

namespace Verify.Tests.Docs;

/// <summary>Collects the sources that models and claims cite.</summary>
internal static class Sources
{
    /// <summary>The sources of all claims, of the rules of their instances, and of the features and faults of all families.</summary>
    public static IEnumerable<Source> OfAll()
    {
        var claims = Product.Claims;
        return claims.SelectMany(claim => claim.Sources)
            .Concat(claims.DistinctBy(claim => Instance.Describe(claim.Family, claim.Choices))
                .SelectMany(claim => claim.Family.Build(claim.Choices).Rules).SelectMany(rule => rule.Sources))
            .Concat(Product.Families.SelectMany(family => family.AllSwitches)
                .Select(one => one.Source).OfType<Source>());
    }

    /// <summary>An instance of each class of a kind, from the assembly of a type.</summary>
    public static IEnumerable<T> All<T>(Type neighbour) => neighbour.Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract)
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .Select(type => (T)Activator.CreateInstance(type)!);
}
