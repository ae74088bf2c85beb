using System.Text.RegularExpressions;
using Verify.Modelling;

namespace Verify.Tests.Docs;

/// <summary>A kernel source names a version, or is marked as cited from memory.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void A_kernel_source_names_its_version_or_is_from_memory()
    {
        var sources = Sources.OfAll().Distinct().ToList();
        Assert.True(sources.Count > 100);
        Assert.All(sources.Where(source => File().IsMatch(source.Reference) && !source.IsRecalled),
            source => Assert.Matches(Version(), source.Reference));
    }

    [Fact]
    [Provokes("VRF103")]
    public void A_kernel_source_without_a_version_is_refused()
    {
        var refused = Assert.Throws<UserErrorException>(() => Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "mainline"));
        Assert.Equal(ErrorCodes.BadDeclaration, refused.Diagnostic.Code);
        Assert.False(Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583").IsRecalled);
        Assert.True(Source.Recalled("tlb_finish_mmu", "mm/mmu_gather.c").IsRecalled);
    }

    [GeneratedRegex(@"\.(c|h|rst|S)\b")]
    private static partial Regex File();

    [GeneratedRegex(@", .*([0-9a-f]{12}|\b[0-9]+\.[0-9]+|v[0-9]|\b20[0-9][0-9]\b)")]
    private static partial Regex Version();
}
