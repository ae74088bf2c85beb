using System.Collections.Immutable;
using Verify.Claims;
using Verify.Cli.Hosting;
using Verify.Modelling;

namespace Verify.Tests;

/// <summary>The families and claims of the product, those of code and those of protocol files.</summary>
internal static class Product
{
    private static readonly Catalogue Catalogue = Catalogue.Load();

    /// <summary>The families, sorted by name.</summary>
    public static ImmutableArray<ModelFamily> Families => Catalogue.Families;

    /// <summary>The claims in the order of reports.</summary>
    public static ImmutableArray<Claim> Claims => Catalogue.Claims;
}
