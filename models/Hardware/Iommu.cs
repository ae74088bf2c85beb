using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>
/// An IOMMU between a device and memory: the mapping of one address, the IOTLB, and a write in flight.
/// </summary>
/// <remarks>
/// A translated write lands at any later time, and no change of the mapping or of the IOTLB stops it. So clearing the
/// mapping, invalidating the IOTLB and waiting for writes in flight are three separate steps.
/// </remarks>
public sealed class Iommu
{
    private static readonly Source Translation =
        Source.Manual("Address translation and invalidation", "Intel VT-d, 6.5; Arm SMMUv3, 3.21");

    private readonly Expr mapping;
    private readonly Expr iotlb;
    private readonly Expr posted;

    /// <summary>Declares the state, with nothing mapped.</summary>
    public Iommu(ModelBuilder m, Translation translation)
    {
        var entry = Sort.Option(translation.Sort);
        mapping = m.Var("iova", entry);
        iotlb = m.Var("iotlb", entry);
        posted = m.Var("posted_write", entry);
    }

    /// <summary>True if the address is mapped.</summary>
    public Expr IsMapped => mapping.HasValue;

    /// <summary>True if no write is in flight.</summary>
    public Expr IsDrained => posted.IsNone;

    /// <summary>Extends a step: the address is mapped.</summary>
    public StepBuilder Map(StepBuilder s, Expr translation) => s.Set(mapping, translation);

    /// <summary>Extends a step: the address is unmapped; the IOTLB keeps its entry.</summary>
    public StepBuilder Unmap(StepBuilder s) => s.Set(mapping, None)
        .From(Source.Kernel("iommu_unmap_fast", "drivers/iommu/iommu.c", "v6.19"));

    /// <summary>Extends a step: the IOTLB is cleared.</summary>
    public StepBuilder Sync(StepBuilder s) => s.Set(iotlb, None)
        .From(Source.Kernel("iommu_iotlb_sync", "include/linux/iommu.h", "v6.19"), Translation);

    /// <summary>Extends a step: the device drops its write in flight.</summary>
    public StepBuilder Drop(StepBuilder s) => s.Set(posted, None);

    /// <summary>Adds the writes of the device, which are translated first and land later.</summary>
    /// <param name="m">The model.</param>
    /// <param name="land">Extends a step: a write lands at the target of a translation, which is not empty.</param>
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
