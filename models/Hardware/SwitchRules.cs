using Verify.Modelling;

namespace Verify.Models.Hardware;

/// <summary>How Linux on x86 switches between address spaces, which has changed, as data.</summary>
/// <param name="Source">Where it is written.</param>
/// <param name="KeepsBit">Whether the bit in the cpumask stays when a processor leaves; else it is cleared on the way out.</param>
/// <param name="SkipsLazy">
/// Whether a flush skips lazy processors, which compare generations when they run a thread again; else it interrupts
/// them as any other.
/// </param>
/// <param name="LooksAtLoaded">Whether a flush skips processors of the cpumask that have loaded another address space.</param>
/// <param name="Marker">When other processors can see LOADED_MM_SWITCHING.</param>
/// <param name="SkipsKnown">
/// Whether a processor ignores a flush whose generation it has reached, without a look at that of the address space.
/// </param>
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

    /// <summary>What a load of CR3 drops.</summary>
    internal static Source MovCr3 { get; } = Source.Manual("MOV to CR3 with PCIDs", "Intel SDM 3A, 4.10.4.1");

    /// <summary>Whether a processor may be in another address space for a while without a word to others.</summary>
    public RawCr3 Raw { get; init; }

    /// <summary>Mutation: the generation is read before the bit is set.</summary>
    public bool ReadsGenerationFirst { get; init; }

    /// <summary>Mutation: a lazy processor neither leaves when it is interrupted nor compares when it comes back.</summary>
    public bool ForgetsLazy { get; init; }

    /// <summary>Whether a processor may leave as from a temporary address space, which clears the bit on the way out.</summary>
    public bool ClearsAsTemporary { get; init; }

    /// <summary>Whether the TLB entries are global: a flush of an address drops them, and no load of CR3 does.</summary>
    public bool HasGlobalEntries { get; init; }

    /// <summary>Whether TLB entries carry the tag of their address space (PCID); else every load of CR3 drops them.</summary>
    public bool HasTags { get; init; } = true;

    /// <summary>Mutation: a processor ignores a flush that comes with no generation, as if it had reached it.</summary>
    public bool IgnoresZero { get; init; }

    /// <summary>Mutation: an address is flushed alone, however far behind the processor is.</summary>
    public bool IgnoresLocal { get; init; }

    /// <summary>Mutation: an address is flushed alone, whatever generation the flush is for.</summary>
    public bool IgnoresAsked { get; init; }

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

/// <summary>How CR3 is written behind the back of what is kept about it.</summary>
public enum RawCr3
{
    /// <summary>Not at all.</summary>
    Never,

    /// <summary>So that the way back keeps what the TLB has (bit 63 of CR3).</summary>
    Keeping,

    /// <summary>So that the way back drops what has the tag, as a value does that was read from CR3.</summary>
    Flushing,
}

/// <summary>The address space that a processor has loaded.</summary>
public enum LoadedMm
{
    /// <summary>Another one, or the kernel's own: none of the modelled addresses can be reached.</summary>
    Other,

    /// <summary>The modelled one, which the modelled threads share.</summary>
    User,

    /// <summary>LOADED_MM_SWITCHING: a switch is under way.</summary>
    Switching,
}
