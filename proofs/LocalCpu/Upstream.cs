using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.LocalCpu;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.LocalCpu;

/// <summary>The baseline for the flag: upstream's munmap, and the benefit of mm_cpumask without a flag.</summary>
public sealed class Upstream : ClaimList
{
    private static readonly Source Range = Source.Kernel("flush_tlb_mm_range", "arch/x86/mm/tlb.c", "016c4d92cd16");
    private static readonly Source Switch = Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16");
    private static readonly Source Gather = Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583");

    private static readonly MmInstance Full = new(
        "VL-FULL", MmInstance.Upstream.Size("gens", 1).Size("frame", 1), Range, Switch, Gather);

    private static readonly MmInstance FullWide = new(
        "VL-FULL-WIDE", MmInstance.Upstream.Size("gens", 2).Size("frame", 2), Range, Switch, Gather);

    private static readonly MmInstance FullPages = new("VL-FULL-PAGES", MmInstance.Upstream.Size("va", 2), Range, Gather);

    private static readonly MmInstance FullOnArm = new(
        "VL-FULL-ARM", MmInstance.Upstream.On(Architecture.Arm64.Profile),
        Source.Manual("TLB maintenance requirements", "Arm ARM, G5.9.1"), Gather);

    private static readonly MmInstance FullWithDevice = new(
        "VL-FULL-SVA", MmInstance.Upstream.With(LocalCpuFlag.Sva),
        Source.Kernel("mmu_notifier_invalidate_range", "Documentation/mm/mmu_notifier.rst", "b39955e3dfec"), Gather);

    private static readonly MmInstance FullTables = new(
        "VL-FULL-TABLES", MmInstance.Upstream.With(LocalCpuFlag.FreeTables).Size("va", 2),
        Source.Kernel("tlb_remove_table", "mm/mmu_gather.c", "06d074298583"),
        Source.Manual("INVLPG", "Intel SDM 3A, 4.10.4.1"));

    private static readonly MmInstance FullTablesOnRiscV = new(
        "VL-FULL-TABLES-RISCV", FullTables.Choices.On(Architecture.RiscVIpi.Profile),
        Source.Manual("SFENCE.VMA with an address orders leaf entries only", "RISC-V privileged specification"));

    private static readonly MmInstance FullTablesOnSbi = new(
        "VL-FULL-TABLES-SBI", FullTables.Choices.On(Architecture.RiscVSbi.Profile),
        Source.Manual("SFENCE.VMA with an address orders leaf entries only", "RISC-V privileged specification"));

    private static readonly MmInstance After = new(
        "VL-1CPU-AFTER",
        MmInstance.Upstream.Size("gens", 2).Size("frame", 1).Assume(LocalCpuFlag.Pinned),
        Mails.Rutland, Mails.Cpumask, Range, Switch);

    private static readonly MmInstance AfterWide = new(
        "VL-1CPU-AFTER-WIDE",
        MmInstance.Upstream.Size("gens", 3).Size("frame", 2).Assume(LocalCpuFlag.Pinned),
        Mails.Rutland, Mails.Cpumask, Range, Switch);

    private static readonly MmInstance Before = new(
        "VL-1CPU-BEFORE",
        MmInstance.Upstream.Size("gens", 1).Size("frame", 1)
            .With(LocalCpuFlag.MaskBefore).Assume(LocalCpuFlag.Pinned),
        Mails.Cpumask, Range, Switch);

    public override IEnumerable<Claim> Claims =>
    [
        Full.Claim("I-ENTRY", Proved,
            "The munmap of Linux 4.19 leaves no stale TLB entry that a thread could still use, whoever touches the address, "
                + "wherever threads run, and however CPUs switch between address spaces."),
        Full.Claim("I-USE", Proved,
            "Under the munmap of Linux 4.19 no access goes through a stale TLB entry."),
        Full.Claim("I-SPEC", Refuted(15),
            "Under the munmap of Linux 4.19 not even a speculative access goes through a stale TLB entry.",
            "Stronger than anything that was claimed, and not so. switch_mm_irqs_off clears the CPU's bit in the "
                + "cpumask of the old mm before it loads the new CR3. In between nobody interrupts that CPU, its TLB "
                + "still serves the old mm, and a munmap elsewhere can free the frame. Interrupts are off and no "
                + "instruction of the old mm can retire before the way back in compares generations, so I-ENTRY (an "
                + "entry that can still be used) and I-USE hold. Later kernels keep the bit, and have the same finding by "
                + "way of lazy CPUs: B-SPEC-6.18."),
        FullWide.Claim("I-ENTRY", Proved,
            "The munmap of Linux 4.19 leaves no stale TLB entry that a thread could still use, also when an address is mapped "
                + "again, to another frame, while the flush of the first mapping is under way."),
        FullWide.Claim("I-USE", Proved,
            "Under the munmap of Linux 4.19 no access goes through a stale TLB entry, also when an address is mapped again, to "
                + "another frame, while the flush of the first mapping is under way."),
        FullPages.Claim("I-ENTRY", Proved,
            "munmap of several addresses, one at a time under mmap_lock, leaves no stale TLB entry."),
        FullOnArm.Claim("I-ENTRY", Proved,
            "With a broadcast TLBI in place of the IPI, munmap leaves no stale TLB entry."),
        FullOnArm.Claim("I-USE", Proved,
            "With a broadcast TLBI in place of the IPI, no access goes through a stale TLB entry."),
        FullWithDevice.Claim("I-ENTRY", Proved,
            "Upstream's munmap leaves no stale entry in the TLB of a device that shares the address space."),
        FullTables.Claim("I-TABLE", Proved,
            "If munmap frees the page table after a flush of all CPUs, no walk goes through a freed page table."),
        FullTablesOnRiscV.Claim("I-TABLE", Refuted(11),
            "An address-only fence on every hart is enough before a page table is freed.",
            "On RISC-V a fence with an address covers leaf entries only, so every hart, the caller's included, can "
                + "still walk through what it has cached of the upper level."),
        FullTablesOnRiscV.Claim("I-ENTRY", Proved,
            "An address-only fence on every hart is enough for leaf entries, where munmap frees page tables."),
        FullTablesOnSbi.Claim("I-TABLE", Refuted(11),
            "An address-only fence by the firmware on every hart is enough before a page table is freed."),
        FullTablesOnSbi.Claim("I-ENTRY", Proved,
            "An address-only fence by the firmware on every hart is enough for leaf entries, where munmap frees page tables."),
        After.Claim("I-ENTRY", Proved,
            "If mm_cpumask is read after the PTE is cleared and the generation has gone up, no IPI is missed: a CPU "
                + "that joins late sees the new generation or the new PTE.",
            "So a process that runs on one CPU pays for no IPI and needs no flag."),
        After.Claim("I-USE", Proved,
            "If mm_cpumask is read after the PTE is cleared and the generation has gone up, no access goes through a "
                + "stale TLB entry."),
        AfterWide.Claim("I-ENTRY", Proved,
            "If mm_cpumask is read after the PTE is cleared and the generation has gone up, no IPI is missed over several "
                + "rounds of munmap, each with a frame of its own."),
        Before.Claim("I-ENTRY", Refuted(12),
            "It is enough to look at mm_cpumask before the PTE is cleared: a single bit means that no IPI is needed.",
            "CPU 1 joins between the sample and the PTE write."),
        Before.Claim("I-USE", Refuted(14),
            "It is enough to look at mm_cpumask before the PTE is cleared, as long as only accesses count.",
            "The run of VL-1CPU-BEFORE:I-ENTRY, the end of the switch, and an access. With the mm loaded from the start, "
                + "and without steps of their own for the end of the flush and the end of the switch, it is 11 steps long."),
    ];
}
