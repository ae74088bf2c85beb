using System.Collections.Immutable;
using Verify.Modelling;

namespace Verify.Models.Hardware;

/// <summary>The properties of an architecture as a table of switches.</summary>
/// <param name="Profile">The profile, which names it.</param>
/// <param name="Remote">The way in which other processors are made to drop a translation.</param>
/// <param name="AddressFlushClearsUpperLevels">True if invalidating an address also drops cached upper levels.</param>
/// <param name="AllowsLiveOverwrite">True if a valid entry may get another address without being invalid, and flushed
/// everywhere, in between.</param>
/// <param name="LocalFlush">The name of the invalidation on the own processor.</param>
/// <param name="RemoteFlush">The name of the step that starts the invalidation on other processors.</param>
/// <param name="Completion">The name of the step on each of them.</param>
/// <param name="Source">The manual.</param>
public sealed record Architecture(
    Profile Profile,
    RemoteInvalidation Remote,
    bool AddressFlushClearsUpperLevels,
    bool AllowsLiveOverwrite,
    string LocalFlush,
    string RemoteFlush,
    string Completion,
    Source Source)
{
    private const string RiscVLeftOut = "riscv: cached invalid entries, Svinval; a fence takes effect at once on its own hart";
    private const string TwoEntries = "two entries for one address in one TLB";

    /// <summary>
    /// True if Linux has an invalidation of leaf entries alone, which it uses if no page table was freed.
    /// </summary>
    public bool HasLastLevelFlush { get; init; }

    /// <summary>x86-64: invalidation by interrupts; any valid value may follow any other.</summary>
    public static Architecture X86 { get; } = new(
        new Profile("x86", "x86-64: remote invalidation by IPI, live overwrite allowed"),
        RemoteInvalidation.Interrupt,
        AddressFlushClearsUpperLevels: true,
        AllowsLiveOverwrite: true,
        "flush_tlb_func_local", "flush_tlb_others", "flush_tlb_func",
        Source.Manual("INVLPG, MOV to CR3", "Intel SDM 3A, 4.10.4.1"))
    { LeftOut = "x86: INVLPGB, huge pages, errata; a store that has not left the store buffer" };

    /// <summary>Arm: the hardware broadcasts invalidations, and break-before-make is required.</summary>
    public static Architecture Arm64 { get; } = new(
        new Profile("arm64", "VMSAv8-64: broadcast TLBI, break-before-make required"),
        RemoteInvalidation.Broadcast,
        AddressFlushClearsUpperLevels: true,
        AllowsLiveOverwrite: false,
        "TLBI VAE1; DSB NSH", "TLBI VAE1IS", "TLBI completes",
        Source.Manual("TLB maintenance requirements", "Arm ARM, G5.9"))
    {
        HasLastLevelFlush = true,
        LeftOut = "arm64: a TLBI without its barriers, contiguous entries, conflict aborts; after a break-before-make violation "
            + "the model promises nothing and explores no further misbehaviour",
    };

    /// <summary>RISC-V whose firmware executes fences on other harts: the kernel there gets no interrupt.</summary>
    /// <remarks>
    /// The fence runs in machine mode, which a hart enters whatever sstatus.SIE is, so a software walk with interrupts
    /// off does not delay it. That is why page tables are freed by RCU there (69be3fb111e7).
    /// </remarks>
    public static Architecture RiscVSbi { get; } = new(
        new Profile("riscv-sbi",
            "RISC-V: the firmware fences other harts, whatever the kernel there does; an address fence covers leaf entries only"),
        RemoteInvalidation.Broadcast,
        AddressFlushClearsUpperLevels: false,
        AllowsLiveOverwrite: true,
        "local_flush_tlb_page", "sbi_remote_sfence_vma_asid", "sfence.vma (SBI)",
        Source.Kernel("__flush_tlb_range", "arch/riscv/mm/tlbflush.c", "038ac18aae93"))
    { LeftOut = RiscVLeftOut };

    /// <summary>RISC-V that delivers interrupts itself (AIA): the kernel executes fences in an interrupt.</summary>
    public static Architecture RiscVIpi { get; } = new(
        new Profile("riscv-ipi", "RISC-V: remote fences by IPI, an address fence covers leaf entries only"),
        RemoteInvalidation.Interrupt,
        AddressFlushClearsUpperLevels: false,
        AllowsLiveOverwrite: true,
        "local_flush_tlb_page", "on_each_cpu_mask", "__ipi_flush_tlb_range_asid",
        Source.Kernel("__flush_tlb_range", "arch/riscv/mm/tlbflush.c", "038ac18aae93"))
    { LeftOut = RiscVLeftOut };

    /// <summary>All architectures; the first is the default.</summary>
    public static ImmutableArray<Architecture> All { get; } = [X86, Arm64, RiscVSbi, RiscVIpi];

    /// <summary>The profiles of all architectures.</summary>
    public static ImmutableArray<Profile> Profiles { get; } = [.. All.Select(one => one.Profile)];

    /// <summary>The simplifications of the architecture in one plain line.</summary>
    public required string LeftOut { get; init; }

    /// <summary>The simplifications in these switches, for a family whose profiles are the architectures.</summary>
    public static ImmutableArray<Limit> NotModelled { get; } =
        [.. All.Select(one => Limit.Of(one.LeftOut, one.Profile)), TwoEntries];

    /// <summary>The simplifications in these switches, for a family of this architecture alone.</summary>
    public ImmutableArray<Limit> NotModelledHere => [LeftOut, TwoEntries];

    /// <summary>The architecture that an instance has chosen.</summary>
    public static Architecture Of(ModelBuilder m) => All.First(one => m.Is(one.Profile));
}

/// <summary>The ways in which other processors are made to drop a translation.</summary>
public enum RemoteInvalidation
{
    /// <summary>By an interrupt, which waits until the target has interrupts enabled.</summary>
    Interrupt,

    /// <summary>By the hardware, whatever the target is doing.</summary>
    Broadcast,
}
