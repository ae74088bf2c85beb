using Verify.Modelling;

namespace Verify.Hardware;

/// <summary>How Linux on x86 switches between address spaces, which has changed, as data.</summary>
/// <param name="Source">Where it is written.</param>
/// <param name="KeepsBit">Whether the bit in the cpumask stays when a processor leaves; else it is cleared on the way out.</param>
/// <param name="SkipsLazy">
/// Whether a flush lets lazy processors be, which compare generations when they run a thread again; else it interrupts
/// them as any other.
/// </param>
/// <param name="Marker">When LOADED_MM_SWITCHING is there to be seen by others.</param>
public sealed record SwitchRules(Anchor Source, bool KeepsBit, bool SkipsLazy, SwitchingMarker Marker)
{
    /// <summary>2018: the bit says it all.</summary>
    public static SwitchRules Linux420 { get; } = new(
        Anchor.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16"),
        KeepsBit: false, SkipsLazy: false, SwitchingMarker.None);

    /// <summary>Since 2025: whoever flushes looks at what is loaded, and whether it is lazy.</summary>
    public static SwitchRules Linux618 { get; } = new(
        new Anchor("switch_mm_irqs_off", "arch/x86/mm/tlb.c, v6.18"),
        KeepsBit: true, SkipsLazy: true, SwitchingMarker.BeforeGeneration);

    /// <summary>Mutation: the generation is read before the bit is set.</summary>
    public bool ReadsGenerationFirst { get; init; }

    /// <summary>Mutation: a lazy processor neither leaves when it is interrupted nor compares when it comes back.</summary>
    public bool ForgetsLazy { get; init; }

    /// <summary>Mutation: an address is flushed alone, whatever else was missed.</summary>
    public bool IsAlwaysPartial { get; init; }
}

/// <summary>When a switch shows LOADED_MM_SWITCHING to others.</summary>
public enum SwitchingMarker
{
    /// <summary>Nobody looks.</summary>
    None,

    /// <summary>After the generation is read, be it written then or only visible then.</summary>
    AfterGeneration,

    /// <summary>Before the bit is set and the generation read.</summary>
    BeforeGeneration,
}
