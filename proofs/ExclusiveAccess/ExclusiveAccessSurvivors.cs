using System.Collections.Immutable;
using Verify.Models.ExclusiveAccess;

namespace Verify.Proofs.ExclusiveAccess;

/// <summary>The parts that no claim about the proposal of 2020 needs.</summary>
public sealed class WriteProtectionSurvivors() : SurvivorReasons(new WriteProtection())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        .. OfPage,
        Because("The device is given what it has, or a fault begins where stores are allowed: the steps that follow are the same.",
            "task.folio_lock (grant): !device_pte",
            "task.do_wp_page: folio_lock: !(pte[X].HasValue & pte[X].Value.writable)"),
        Because(CommonReasons.NotWritable,
            "task.folio_mkclean: pte[X].Value.dirty := false if pte[X].HasValue"),
        Because(CommonReasons.WalkAgain, "speculative walk: !tlb[cpu][X].HasValue"),
    ];

    /// <summary>The reasons of both families: those about the page and the CPUs.</summary>
    internal static ImmutableArray<SurvivorReason> OfPage { get; } =
    [
        Because(CommonReasons.OneAddress,
            "task.flush_tlb_mm_range: flush_va[cpu] := Some(X)",
            "task.flush is complete: flush_va[cpu] := None"),
        Because(CommonReasons.FlushUnasked, "flush_tlb_func: pending[cpu2][cpu]"),
        Because(CommonReasons.OtherFill,
            "speculative walk: tlb[cpu][X] := pte[X]",
            "store: tlb[cpu][X] := Some(translation(…"),
        Because("A pin that stays keeps the device out, or is left out by the assumption: no claim asks that the device gets in.",
            "unpin_user_page: pinned := false"),
    ];
}

/// <summary>The parts that no claim about make_device_exclusive() needs.</summary>
public sealed class DeviceExclusiveSurvivors() : SurvivorReasons(new DeviceExclusive())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        .. WriteProtectionSurvivors.OfPage,
        Because("A call begins where there is nothing to do: the device has the page, or the entry is not device-exclusive. What "
            + "follows looks again under the locks.",
            "task.mmu_interval_read_begin: !device_pte",
            "task.do_swap_page: device_exclusive_entry"),
        Because("The driver then gives up, or waits, once something was invalidated: no claim asks that the device gets the page again.",
            "task.mmu_interval_read_begin: sequence_has_moved[cpu] := false",
            "task.folio_unlock: invalidating[cpu] := false"),
        Because("No claim asks that MADV_DONTNEED drops the page: the frame that comes back would be the same one, as there is only one.",
            "task.zap_pte_range: !ptl",
            "task.zap_pte_range: pte[X] := None"),
    ];
}
