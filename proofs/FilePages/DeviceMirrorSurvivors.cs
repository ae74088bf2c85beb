using System.Collections.Immutable;
using Verify.Models.FilePages;

namespace Verify.Proofs.FilePages;

/// <summary>The parts that no claim about devices that mirror pages needs.</summary>
public sealed class DeviceMirrorSurvivors() : SurvivorReasons(new DeviceMirror())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.Leak,
            "break.folio_put: page_of[break.old_page[va].Value] := None"),
        Because(CommonReasons.DeviceReadsAgain,
            "driver.mmu_interval_read_begin: !device_pte[va].HasValue",
            "ATS translation: !device_pte[va].HasValue"),
        Because("It keeps the litmus test to one store to each address, the first before the second, each to a page that has an "
            + "older copy. More stores make no other order.",
            "store (first): !written_first.HasValue",
            "store (first): Exists frame2: frame. !(frame2 == frame) & page_of[frame2] == Some(va)",
            "store (second): !(written_first == Some(va))",
            "store (second): !written_second.HasValue"),
        Because("Only where the device hears late, which is refuted before this step.",
            "break.mmu_notifier_invalidate_range_end: device_pte[va] := None"),
    ];
}
