using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Flush generations, lazy TLB mode and context switches of Linux on x86.</summary>
public sealed class FlushGenerations : ClaimList
{
    private static readonly Source Flush = Source.Kernel("flush_tlb_func_common", "arch/x86/mm/tlb.c", "016c4d92cd16");
    private static readonly Source Switch = Source.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16");
    private static readonly Source ShouldFlush = Source.Kernel("should_flush_tlb", "arch/x86/mm/tlb.c", "v6.18.38");

    private static readonly Choices Concurrent = Choices.Default.Size("va", 2).Size("frame", 2).Size("gens", 3);
    private static readonly Choices Batches = Choices.Default.With(TlbGenerations.Batched).Size("va", 2).Size("frame", 2);
    private static readonly Choices Old = Choices.Default.With(TlbGenerations.Switches).Size("gens", 1)
        .On(TlbGenerations.Linux419);
    private static readonly Choices Middle = Old.On(TlbGenerations.Linux420);
    private static readonly Choices New = Old.On(TlbGenerations.Linux618);
    private static readonly Choices Tables = New.With(TlbGenerations.FreeTables).Size("frame", 2);

    private static readonly MmInstance Generation = Of("B-TLBGEN", Concurrent);
    private static readonly MmInstance Partial = Of("B-TLBGEN/buggy", Concurrent.With(TlbGenerations.AlwaysPartial));
    private static readonly MmInstance PartialLocal = Of("B-TLBGEN/local", Concurrent.With(TlbGenerations.IgnoreLocal));
    private static readonly MmInstance PartialAsked = Of("B-TLBGEN/asked", Concurrent.With(TlbGenerations.IgnoreAsked));
    private static readonly MmInstance GenerationOld = Of("B-TLBGEN-4.19", Concurrent.On(TlbGenerations.Linux419));
    private static readonly MmInstance PartialAskedOld = Of("B-TLBGEN-4.19/asked",
        Concurrent.With(TlbGenerations.IgnoreAsked).On(TlbGenerations.Linux419));
    private static readonly MmInstance Batch = Of("B-TLBGEN-BATCH", Batches, TlbGenerations.ZeroKnown.Source!);
    private static readonly MmInstance BatchZero = Of("B-TLBGEN-BATCH/buggy", Batches.With(TlbGenerations.ZeroKnown),
        TlbGenerations.ZeroKnown.Source!);
    private static readonly MmInstance Join = Of("B-JOIN", Old, Switch);
    private static readonly MmInstance JoinEarly = Of("B-JOIN/buggy", Old.With(TlbGenerations.GenerationFirst), Switch);
    private static readonly MmInstance JoinEarlyNow = Of("B-JOIN-6.18-WIDE",
        New.With(TlbGenerations.GenerationFirst).Size("va", 2).Size("frame", 2).Size("gens", 2), ShouldFlush);
    private static readonly MmInstance JoinEarlyTemporary = Of("B-JOIN-6.18-TEMP",
        New.With(TlbGenerations.GenerationFirst, TlbGenerations.TemporaryMm).Size("gens", 2), ShouldFlush);
    private static readonly MmInstance WindowTemporary = Of("B-SWITCHWIN-TEMP",
        New.With(TlbGenerations.TemporaryMm).Size("gens", 2), ShouldFlush);
    private static readonly MmInstance JoinWide = Of("B-JOIN-WIDE", Old.Size("gens", 3), Switch);
    private static readonly MmInstance JoinPages = Of("B-JOIN-PAGES", Old.Size("va", 2).Size("frame", 2).Size("gens", 2), Switch);
    private static readonly MmInstance Window = Of("B-SWITCHWIN", New, ShouldFlush);
    private static readonly MmInstance WindowWide = Of("B-SWITCHWIN-WIDE", New.Size("gens", 2).Size("frame", 2), ShouldFlush);
    private static readonly MmInstance WindowOpen = Of("B-SWITCHWIN/buggy", New.With(TlbGenerations.OnlyLoaded),
        TlbGenerations.OnlyLoaded.Source!);
    private static readonly MmInstance WindowLate = Of("B-SWITCHWIN/late", New.With(TlbGenerations.MarkerLate),
        TlbGenerations.MarkerLate.Source!);
    private static readonly MmInstance Lazy = Of("B-LAZY", New, ShouldFlush);
    private static readonly MmInstance LazyOld = Of("B-LAZY-4.19", Old, Switch);
    private static readonly MmInstance LazyForgets = Of("B-LAZY/buggy", New.With(TlbGenerations.ForgetLazy), ShouldFlush);
    private static readonly MmInstance LazyForgetsOld = Of("B-LAZY-4.19/buggy", Old.With(TlbGenerations.ForgetLazy), Switch);
    private static readonly MmInstance LazyMiddle = Of("B-LAZY-4.20", Middle.Size("gens", 2), SwitchRules.Linux420.Source);
    private static readonly MmInstance LazyForgetsMiddle = Of("B-LAZY-4.20/buggy", Middle.With(TlbGenerations.ForgetLazy),
        SwitchRules.Linux420.Source);
    private static readonly MmInstance Speculation = Of("B-SPEC-6.18", New, ShouldFlush);
    private static readonly MmInstance SpeculationMiddle = Of("B-SPEC-4.20", Middle, SwitchRules.Linux420.Source);
    private static readonly MmInstance LazyTables = Of("B-TABLE-LAZY", Tables, ShouldFlush);
    private static readonly MmInstance LazyTablesSkipped = Of("B-TABLE-LAZY/buggy", Tables.With(TlbGenerations.SkipLazy), ShouldFlush);

    public override IEnumerable<Claim> Claims =>
    [
        Generation.Claim("I-ENTRY", Proved,
            "A CPU that flushes one address only if new_tlb_gen is its own plus one, and the mm's, and everything "
                + "otherwise, keeps no stale TLB entry, in whatever order flushes reach it."),
        Generation.Claim("I-USE", Proved,
            "With flush generations no access goes through a stale TLB entry, in whatever order flushes reach a CPU."),
        Generation.Claim("I-LEAK", Proved,
            "With flush generations each page that is unmapped is freed, in whatever order flushes reach a CPU."),
        Partial.Claim("I-ENTRY", Refuted(14),
            "A CPU that is asked to flush one address may flush that alone and be up to date with the mm."),
        Partial.Claim("I-USE", Refuted(15),
            "A CPU that is asked to flush one address may flush that alone and be up to date with the mm, as long as only "
                + "accesses count.",
            "Two flushes of one address each are enough, and neither has to be a full one: CPU 0 has bumped the "
                + "generation for its own flush; that of CPU 1 gets ahead; CPU 0's own, partial, takes it to the later "
                + "generation; and the interrupt for the other address finds nothing to do."),
        PartialLocal.Claim("I-ENTRY", Refuted(14),
            "A CPU may flush one address alone if new_tlb_gen is the mm's, whatever its own generation is.",
            "The example in the comment of flush_tlb_func: the CPU is two generations behind, and what the first of them was "
                + "for is forgotten."),
        GenerationOld.Claim("I-ENTRY", Proved,
            "With the flush generations of Linux 4.19 a CPU keeps no stale TLB entry, in whatever order flushes reach it."),
        PartialAskedOld.Claim("I-ENTRY", Refuted(21),
            "A CPU that is one generation behind may flush the one address that it is asked for, whatever new_tlb_gen is.",
            "The interrupt of an earlier flush comes late, when the CPU has caught up with that one already, and there is "
                + "a third. It takes three flushes to see it."),
        PartialAsked.Claim("I-ENTRY", Proved,
            "Since Linux 6.0 a CPU that is one generation behind may flush the one address that it is asked for, whatever "
                + "new_tlb_gen is.",
            "It ignores a flush whose generation it has reached, so new_tlb_gen is above its own, and not above the mm's: "
                + "that leaves one value. The test that it is the mm's is an optimisation, as the comment says. Before, it was "
                + "not: B-TLBGEN-4.19/asked."),
        Batch.Claim("I-ENTRY", Proved,
            "Reclaim may flush its batches for no generation: a CPU that has not reached that of the mm then flushes "
                + "everything."),
        BatchZero.Claim("I-ENTRY", Refuted(9),
            "A CPU may ignore a flush whose generation is not above its own.",
            "The batches of reclaim come with a generation of zero, which is never above. No flush of theirs was done at all "
                + "until new_tlb_gen was ignored when zero."),
        Join.Claim("I-ENTRY", Proved,
            "A CPU that sets its bit in mm_cpumask, then reads tlb_gen, then loads CR3 misses no flush: who clears a PTE, "
                + "bumps tlb_gen and then reads mm_cpumask either interrupts it or is seen by it."),
        Join.Claim("I-USE", Proved,
            "A CPU that joins in that order makes no access through a stale TLB entry."),
        JoinWide.Claim("I-ENTRY", Proved,
            "A CPU that joins in that order keeps no stale TLB entry over several flushes."),
        JoinWide.Claim("I-LEAK", Proved,
            "munmap frees each page that it unhooks, while CPUs join and leave."),
        JoinPages.Claim("I-ENTRY", Proved,
            "A CPU that joins in that order keeps no stale TLB entry over flushes of several pages."),
        JoinEarly.Claim("I-ENTRY", Refuted(19),
            "switch_mm_irqs_off may read tlb_gen before it sets its bit in mm_cpumask."),
        JoinEarly.Claim("I-USE", Refuted(21),
            "switch_mm_irqs_off may read tlb_gen before it sets its bit in mm_cpumask, as long as only accesses count.",
            "The flush comes between the two: its generation is not seen, and the CPU is not in the mask yet."),
        JoinEarlyNow.Claim("I-ENTRY", Refuted(31),
            "Where a switch keeps its bit in mm_cpumask, as in Linux 6.18, the order of the bit and tlb_gen does not matter "
                + "for the TLB entries of an mm that nobody uses as a temporary one.",
            "Believed to hold, as a bit is cleared only by an interrupt that came with a new generation, and with one page "
                + "nothing is seen. The CPU may have read that generation when it joined, cached another page, and left before "
                + "the interrupt reaches it: the bit goes, and nothing is behind."),
        JoinEarlyTemporary.Claim("I-ENTRY", Refuted(23),
            "In Linux 6.18, the order of the bit and tlb_gen does not matter for TLB entries.",
            "unuse_temporary_mm clears the bit, too. The CPU comes back, reads tlb_gen, and is not in the "
                + "mask yet when the flush looks. In the kernel text_mutex keeps others from poking_mm, and no memory "
                + "that is flushed by munmap is mapped there."),
        WindowTemporary.Claim("I-ENTRY", Proved,
            "A temporary mm that clears its bit on the way out does no harm if a switch sets it before it reads tlb_gen."),
        Window.Claim("I-ENTRY", Proved,
            "A flush may skip a CPU that has neither the mm nor LOADED_MM_SWITCHING loaded, if a switch stores the latter "
                + "before it reads tlb_gen."),
        Window.Claim("I-USE", Proved,
            "With LOADED_MM_SWITCHING counted, and stored before tlb_gen is read, no access goes through a stale TLB entry."),
        WindowWide.Claim("I-ENTRY", Proved,
            "With LOADED_MM_SWITCHING counted, and stored before tlb_gen is read, no stale TLB entry is left over several "
                + "flushes and pages."),
        WindowOpen.Claim("I-ENTRY", Refuted(14),
            "A flush may skip a CPU of the cpumask whose loaded_mm is not the mm."),
        WindowOpen.Claim("I-USE", Refuted(16),
            "A flush may skip a CPU of the cpumask whose loaded_mm is not the mm, as long as only accesses count.",
            "The window of 2024 and 2025: CR3 has the mm, loaded_mm does not say so yet, and the interrupt is not sent."),
        WindowLate.Claim("I-ENTRY", Refuted(22),
            "It is enough that should_flush_tlb counts LOADED_MM_SWITCHING."),
        WindowLate.Claim("I-USE", Refuted(24),
            "It is enough that should_flush_tlb counts LOADED_MM_SWITCHING, as long as only accesses count.",
            "Not if the switch reads tlb_gen first: in between it looks like a CPU that has left, its generation is "
                + "already taken, and CR3 keeps the old entries. The stable kernels 6.1, 6.6 and 6.12 had the two in this order, "
                + "with the fix of May 2025 in place, until 2026 (6.12.97); upstream had them right in the code, and needed a "
                + "barrier (83b0177a6c48)."),
        Lazy.Claim("I-USE", Proved,
            "A flush may leave lazy CPUs alone if they compare generations before they run a thread of the mm again."),
        LazyOld.Claim("I-USE", Proved,
            "A lazy CPU need not compare generations when it comes back if every flush makes it leave the mm."),
        LazyMiddle.Claim("I-ENTRY", Proved,
            "A flush may leave lazy CPUs alone if they compare generations before they run a thread of the mm again, where "
                + "switches clear the bit."),
        LazyMiddle.Claim("I-USE", Proved,
            "Where switches clear the bit and flushes skip lazy CPUs, no access goes through a stale TLB entry."),
        LazyForgetsMiddle.Claim("I-USE", Refuted(16),
            "A flush may leave lazy CPUs alone, and they need not compare generations, where switches clear the bit."),
        Speculation.Claim("I-SPEC", Refuted(16),
            "As a switch keeps its bit in mm_cpumask, no CPU speculates through a stale TLB entry.",
            "should_flush_tlb skips lazy CPUs. One that is lazy has the mm in CR3, executes nothing of it, and speculates: "
                + "what it has cached is stale until it compares generations. Keeping the bit only closes the window that "
                + "VL-FULL:I-SPEC shows for Linux 4.19."),
        SpeculationMiddle.Claim("I-SPEC", Refuted(14),
            "With the switches of Linux 4.20 to 6.13, no CPU speculates through a stale TLB entry."),
        LazyForgets.Claim("I-USE", Refuted(18),
            "A flush may leave lazy CPUs alone, and they need not compare generations."),
        LazyForgetsOld.Claim("I-USE", Refuted(17),
            "A lazy CPU may ignore the interrupt, as no thread of the mm runs on it."),
        LazyTables.Claim("I-TABLE", Proved,
            "A flush that frees page tables interrupts lazy CPUs too, so no walk goes through a freed page table."),
        LazyTables.Claim("I-USE", Proved,
            "A flush that frees page tables interrupts lazy CPUs too, and no access goes through a stale TLB entry."),
        LazyTables.Claim("I-LEAK", Proved,
            "munmap frees each page that it unhooks, and the page table, where it interrupts lazy CPUs too."),
        LazyTablesSkipped.Claim("I-TABLE", Refuted(19),
            "A flush that frees page tables may skip lazy CPUs, which use no translation until they compare generations.",
            "The lazy CPU executes nothing of the mm. Its walker goes by speculation alone through what it has cached of "
                + "the upper level, into a frame that is somebody else's."),
    ];

    private static MmInstance Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, choices, [Flush, .. sources]) { Family = new TlbGenerations() };
}
