using Verify.Modelling;

namespace Verify.Models.Hardware;

/// <summary>The versions of the switch between address spaces in Linux on x86, as a table.</summary>
/// <param name="Source">The source of the code.</param>
/// <param name="KeepsBit">True if the bit in the cpumask stays when a processor leaves; else the switch clears
/// it.</param>
/// <param name="SkipsLazy">True if a flush skips lazy processors, which compare generations when they run a thread
/// again; else it interrupts them like others.</param>
/// <param name="LooksAtLoaded">True if a flush skips processors of the cpumask that have loaded another address
/// space.</param>
/// <param name="Marker">The time at which other processors can see LOADED_MM_SWITCHING.</param>
/// <param name="SkipsKnown">True if a processor ignores a flush whose generation it has reached, without reading the
/// generation of the address space.</param>
public sealed record SwitchRules(
    Source Source, bool KeepsBit, bool SkipsLazy, bool LooksAtLoaded, SwitchingMarker Marker, bool SkipsKnown)
{
    /// <summary>Linux 4.19: a flush interrupts every processor in the cpumask, and switches clear the bit.</summary>
    public static SwitchRules Linux419 { get; } = new(
        Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16"),
        KeepsBit: false, SkipsLazy: false, LooksAtLoaded: false, SwitchingMarker.None, SkipsKnown: false);

    /// <summary>Linux 4.20 to 6.13: a flush skips lazy processors, and switches clear the bit.</summary>
    /// <remarks>Processors ignore a flush whose generation they have reached since 6.0 (aa44284960d5).</remarks>
    public static SwitchRules Linux420 { get; } = new(
        Source.Kernel("switch_mm_irqs_off, tlb_is_not_lazy", "arch/x86/mm/tlb.c", "as of 6.4 to 6.13"),
        KeepsBit: false, SkipsLazy: true, LooksAtLoaded: false, SwitchingMarker.None, SkipsKnown: true);

    /// <summary>Linux 6.14 and later: a flush also looks at loaded_mm, and switches keep the bit.</summary>
    public static SwitchRules Linux618 { get; } = new(
        Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "v6.18"),
        KeepsBit: true, SkipsLazy: true, LooksAtLoaded: true, SwitchingMarker.BeforeGeneration, SkipsKnown: true);

    /// <summary>The entries that a load of CR3 drops.</summary>
    internal static Source MovCr3 { get; } = Source.Manual("MOV to CR3 with PCIDs", "Intel SDM 3A, 4.10.4.1");

    /// <summary>The raw writes of CR3 that a processor may make without informing others.</summary>
    public RawCr3 Raw { get; init; }

    /// <summary>Mutation: the generation is read before the bit is set.</summary>
    public bool ReadsGenerationFirst { get; init; }

    /// <summary>
    /// Mutation: a lazy processor neither leaves on an interrupt nor compares generations on its return.
    /// </summary>
    public bool ForgetsLazy { get; init; }

    /// <summary>True if a processor may leave as from a temporary address space, which clears the bit.</summary>
    public bool ClearsAsTemporary { get; init; }

    /// <summary>True if TLB entries are global: a flush of an address drops them, but a load of CR3 does not.</summary>
    public bool HasGlobalEntries { get; init; }

    /// <summary>
    /// True if TLB entries carry the tag of their address space (PCID); else every load of CR3 drops them.
    /// </summary>
    public bool HasTags { get; init; } = true;

    /// <summary>Mutation: a processor ignores a flush without a generation, as if it had reached it.</summary>
    public bool IgnoresZero { get; init; }

    /// <summary>Mutation: an address is flushed alone, however far behind the processor is.</summary>
    public bool IgnoresLocal { get; init; }

    /// <summary>Mutation: an address is flushed alone, whatever generation the flush is for.</summary>
    public bool IgnoresAsked { get; init; }

    /// <summary>Mutation: an address is flushed alone, whatever else was missed.</summary>
    public bool IsAlwaysPartial { get; init; }
}

/// <summary>The time at which a switch shows LOADED_MM_SWITCHING to other processors.</summary>
public enum SwitchingMarker
{
    /// <summary>Other processors do not read it.</summary>
    None,

    /// <summary>After the generation is read: written then, or visible only then.</summary>
    AfterGeneration,

    /// <summary>Before the bit is set and the generation is read.</summary>
    BeforeGeneration,
}

/// <summary>Raw writes of CR3, which bypass the recorded state of the processor.</summary>
public enum RawCr3
{
    /// <summary>CR3 is never written directly.</summary>
    Never,

    /// <summary>CR3 is written so that the switch back keeps TLB entries (bit 63 of CR3).</summary>
    Keeping,

    /// <summary>
    /// CR3 is written so that the switch back drops entries with the tag, as with a value that was read from CR3.
    /// </summary>
    Flushing,
}

/// <summary>The address space that a processor has loaded.</summary>
public enum LoadedMm
{
    /// <summary>Another one, or the kernel's own: the modelled addresses are unreachable.</summary>
    Other,

    /// <summary>The modelled one, which the modelled threads share.</summary>
    User,

    /// <summary>LOADED_MM_SWITCHING: a switch is in progress.</summary>
    Switching,
}
