using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>An IOMMU between one device and memory: the mapping of one address, the IOTLB, and a write under way.</summary>
/// <remarks>
/// A write that has been translated lands whenever it likes, and no change of the mapping or of the IOTLB stops it: that
/// is why clearing the mapping, invalidating the IOTLB and waiting for what is under way are three things.
/// </remarks>
public sealed class Iommu
{
    private static readonly Source Translation =
        Source.Manual("Address translation and invalidation", "Intel VT-d, 6.5; Arm SMMUv3, 3.21");

    private readonly Expr mapping;
    private readonly Expr iotlb;
    private readonly Expr posted;

    /// <summary>Declares it, with nothing mapped.</summary>
    public Iommu(ModelBuilder m, Translation translation)
    {
        var entry = Sort.Option(translation.Sort);
        mapping = m.Var("iova", entry);
        iotlb = m.Var("iotlb", entry);
        posted = m.Var("posted_write", entry);
    }

    /// <summary>Whether the address is mapped.</summary>
    public Expr IsMapped => mapping.HasValue;

    /// <summary>Whether no write is under way.</summary>
    public Expr IsDrained => posted.IsNone;

    /// <summary>Adds to a step that the address leads somewhere from now on.</summary>
    public StepBuilder Map(StepBuilder s, Expr translation) => s.Set(mapping, translation);

    /// <summary>Adds to a step that the address leads nowhere; what is cached of it stays.</summary>
    public StepBuilder Unmap(StepBuilder s) => s.Set(mapping, None)
        .From(Source.Kernel("iommu_unmap_fast", "drivers/iommu/iommu.c", "v6.19"));

    /// <summary>Adds to a step that nothing is cached any more.</summary>
    public StepBuilder Sync(StepBuilder s) => s.Set(iotlb, None)
        .From(Source.Kernel("iommu_iotlb_sync", "include/linux/iommu.h", "v6.19"), Translation);

    /// <summary>Adds to a step that the device forgets what it has under way.</summary>
    public StepBuilder Drop(StepBuilder s) => s.Set(posted, None);

    /// <summary>Adds the writes of the device, which are translated first and land later.</summary>
    /// <param name="m">The model.</param>
    /// <param name="land">Adds to a step where an optional translation, which is there, makes the write land.</param>
    public void AddWrites(ModelBuilder m, Action<StepBuilder, Expr> land)
    {
        m.Rule("DMA is translated", s => s
            .When(posted.IsNone & (iotlb.HasValue | mapping.HasValue))
            .Set(posted, If(iotlb.HasValue, iotlb, mapping))
            .SetIf(iotlb.IsNone, iotlb, mapping).By("NIC")).From(Translation);
        m.Rule("DMA lands", s =>
        {
            s.When(posted.HasValue).Set(posted, None).By("NIC");
            land(s, posted);
        }).Fair().From(Translation);
        m.Reachable("a write is under way", posted.HasValue);
    }
}
