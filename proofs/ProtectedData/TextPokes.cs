using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Munmap;
using Verify.Models.ProtectedData;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.ProtectedData;

/// <summary>text_poke(): a writable alias that exists for one write, in an address space that one CPU loads.</summary>
public sealed class TextPokes : ClaimList
{
    private static readonly Source Poke = Source.Kernel("__text_poke", "arch/x86/kernel/alternative.c", "as of 6.16");
    private static readonly Source Use =
        Source.Kernel("use_temporary_mm, unuse_temporary_mm", "arch/x86/mm/tlb.c", "58f8ffa91766");

    private static readonly Choices Plain = Choices.Default;
    private static readonly Choices Held = Plain.Assume(TemporaryMm.Exclusive);
    private static readonly Choices Raw = Plain.With(TlbGenerations.Switches, TlbGenerations.RawCr3).Size("gens", 1);

    private static readonly MmInstance Base = Of("RW-POKE", Held.Size("gens", 3));
    private static readonly MmInstance One = Of("RW-POKE-ONE", Held.Size("cpu", 1));
    private static readonly MmInstance Old = Of("RW-POKE-5.13", Held.On(TemporaryMm.Linux513));
    private static readonly MmInstance NoBump = Of("RW-POKE-NOBUMP", Held.With(TemporaryMm.NoBump));
    private static readonly MmInstance NoBumpNoPcid = Of("RW-POKE-NOBUMP-NOPCID", Held.With(TemporaryMm.NoBump, TemporaryMm.NoPcid));
    private static readonly MmInstance Invlpg = Of("RW-POKE-INVLPG", Held.With(TemporaryMm.Invlpg, TemporaryMm.GlobalAlias),
        TemporaryMm.Invlpg.Source!);
    private static readonly MmInstance Global = Of("RW-POKE-GLOBAL", Held.With(TemporaryMm.GlobalAlias));
    private static readonly MmInstance GlobalTrusted = Of("RW-POKE-GLOBAL-NOWILD",
        Held.With(TemporaryMm.GlobalAlias).Assume(TemporaryMm.NoWild));
    private static readonly MmInstance TwoCpus = Of("RW-POKE-2CPU", Plain.With(TemporaryMm.NoPtl));
    private static readonly MmInstance NoMutex = Of("RW-POKE-2CPU-PTL", Plain);
    private static readonly MmInstance NoPtl = Of("RW-POKE-NOPTL", Held.With(TemporaryMm.NoPtl));
    private static readonly MmInstance Preempt = Of("RW-POKE-PREEMPT", Held.With(TemporaryMm.Preemptible));
    private static readonly MmInstance Irq = Of("RW-POKE-IRQ",
        Held.With(TemporaryMm.InterruptsOn).Assume(TemporaryMm.CleanHandlers), Mails.InterruptsOn);
    private static readonly MmInstance Nmi = Of("RW-POKE-NMI", Held.With(TemporaryMm.NoNmiCheck));
    private static readonly MmInstance Breakpoints = Of("RW-POKE-BP", Held.With(TemporaryMm.BreakpointsOn));
    private static readonly MmInstance RawCr3 = Of("RW-POKE-RAWCR3", Raw) with { Family = new TlbGenerations() };
    private static readonly MmInstance RawCr3Flush = RawCr3 with
    {
        Id = "RW-POKE-RAWCR3-FLUSH",
        Choices = Raw.With(TlbGenerations.RawCr3Flush),
    };

    private static readonly MmInstance LateClear = Of("RW-POKE-LATECLEAR", Held.With(TemporaryMm.KeepBit), Mails.WhyClear);
    private static readonly MmInstance LateClearKgdb = Of("RW-POKE-LATECLEAR-KGDB",
        Held.With(TemporaryMm.KeepBit, TemporaryMm.Kgdb), Mails.WhyClear, TemporaryMm.Kgdb.Source!);
    private static readonly MmInstance Kgdb = Of("RW-POKE-KGDB", Held.With(TemporaryMm.Kgdb), TemporaryMm.Kgdb.Source!);

    private static Expectation ProvedWithoutMutex => new Expectation.ProvedIf(TemporaryMm.Exclusive.Name);

    public override IEnumerable<Claim> Claims =>
    [
        Base.Claim("I-RO", ProvedWithoutMutex,
            "If one CPU at a time uses it, text_poke() changes what it is meant to change, and nobody else changes anything.",
            "text_mutex carries nothing of this: the page-table lock of the temporary mm is held from before the PTE is set "
                + "until after the generation has moved, and excludes other CPUs as well. See RW-POKE-NOPTL."),
        Base.Claim("I-WALIAS", ProvedWithoutMutex,
            "If one CPU at a time uses it, the writable alias of text_poke() is reached by the CPU that writes, for the page "
                + "that it writes, and by nobody else, though the TLB keeps the entry."),
        Base.Claim("I-CTX", ProvedWithoutMutex,
            "text_poke() stores to its alias and to nothing of the user's, NMI handlers read the user's memory and not the "
                + "alias, and no watchpoint of the user goes off."),
        Base.Claim("I-WATCH", ProvedWithoutMutex,
            "A watchpoint of the user is armed again when text_poke() returns."),
        Base.Claim("I-IPI", ProvedWithoutMutex,
            "The flush at the end of text_poke(), with interrupts off, asks no other CPU to flush."),
        One.Claim("L-END", Proved,
            "A text_poke() that has begun ends."),
        Old.Claim("I-RO", ProvedWithoutMutex,
            "In Linux 5.13 to 6.13 too, text_poke() changes what it is meant to change, and nobody else changes anything."),
        Old.Claim("I-WALIAS", ProvedWithoutMutex,
            "In Linux 5.13 to 6.13 too, nobody but the CPU that writes reaches the writable alias."),
        Old.Claim("I-IPI", ProvedWithoutMutex,
            "In Linux 5.13 to 6.13 too, where the switch clears the CPU's bit, the flush at the end asks no other CPU."),
        Old.Claim("I-CTX", ProvedWithoutMutex,
            "In Linux 5.13 to 6.13, where LOADED_MM_SWITCHING is stored after tlb_gen is read, nobody is in a wrong address "
                + "space either."),
        NoBump.Claim("I-WALIAS", Refuted(26),
            "As the temporary mm is loaded nowhere after the write, its TLB entries need no flush.",
            "They stay, with its tag. The next write of the same CPU loads the mm without a flush, because no generation has "
                + "moved, and finds the entry of the last one."),
        NoBump.Claim("I-RO", Refuted(29),
            "As the temporary mm is loaded nowhere after the write, its TLB entries need no flush, as long as only stores count.",
            "The second write lands in the page of the first."),
        NoBumpNoPcid.Claim("I-WALIAS", Proved,
            "Without PCIDs the way back flushes, and flush_tlb_mm_range() is not needed."),
        Invlpg.Claim("I-WALIAS", Proved,
            "A flush of the address on the own CPU, after the PTE is cleared and before the previous mm is loaded, is enough, and "
                + "covers a global alias too."),
        Global.Claim("I-WALIAS", Refuted(15),
            "The alias may have the global bit: the temporary mm is not loaded after the write.",
            "A global entry is used whatever is loaded, from the moment at which the previous mm is back."),
        Global.Claim("I-RO", Refuted(21),
            "The alias may have the global bit, as long as only stores count."),
        GlobalTrusted.Claim("I-RO", Refuted(22),
            "A global alias does no harm if no kernel code stores where it should not.",
            "It takes no stray store. The address is a user address: copy_to_user() for the process that has a page there "
                + "stores through the entry, into protected data, what the user asks for."),
        TwoCpus.Claim("I-WALIAS", Refuted(10),
            "Two CPUs may use the temporary mm at a time.",
            "With neither text_mutex nor the page-table lock the second one replaces the PTE while the first has the mm loaded."),
        TwoCpus.Claim("I-RO", Refuted(13),
            "Two CPUs may use the temporary mm at a time, as long as only stores count."),
        TwoCpus.Claim("I-IPI", Refuted(23),
            "Two CPUs may use the temporary mm at a time, and their flushes ask nobody.",
            "The first one to flush finds the other in mm_cpumask, and asks it with interrupts off."),
        NoMutex.Claim("I-WALIAS", Proved,
            "Without text_mutex, two CPUs that call __text_poke() reach only what they are meant to write.",
            "Believed to be unsafe, and it is not: get_locked_pte() takes the page-table lock, which is released last. The "
                + "comment there says that the lock is not really needed; it is as good as the mutex. What text_mutex is needed "
                + "for is the order of several pokes."),
        NoMutex.Claim("I-RO", Proved,
            "Without text_mutex, two CPUs that call __text_poke() change only what they are meant to change."),
        NoPtl.Claim("I-WALIAS", ProvedIf,
            "The page-table lock of the temporary mm is not really needed, as one CPU at a time uses it.",
            "So it is, and then text_mutex carries it."),
        NoPtl.Claim("I-RO", ProvedIf,
            "The page-table lock of the temporary mm is not really needed for what is changed, as one CPU at a time uses it."),
        Preempt.Claim("I-CTX", Refuted(12),
            "A thread may be preempted while it has a temporary mm loaded.",
            "The scheduler does not know of the temporary mm. The thread comes back in its own mm, and its store goes to what "
                + "the user has at the address."),
        Preempt.Claim("I-WALIAS", Refuted(9),
            "A thread may be preempted while it has a temporary mm loaded, and nobody else reaches the alias.",
            "A kernel thread borrows what is loaded."),
        Irq.Claim("I-RO", ProvedWithoutMutex,
            "Interrupts may be on while a temporary mm is loaded, if no interrupt handler stores where it should not.",
            "That is what interrupts are off for, and the comment of 2025 says the same. It is a matter of trust: a handler runs "
                + "with the alias loaded."),
        Irq.Claim("I-CTX", new Expectation.ProvedIf(TemporaryMm.Exclusive.Name, TemporaryMm.CleanHandlers.Name),
            "Interrupts may be on while a temporary mm is loaded, and nobody is in a wrong address space."),
        Nmi.Claim("I-CTX", Refuted(9),
            "An NMI handler may read user memory whatever is loaded.",
            "It reads the alias in place of the user's page."),
        Breakpoints.Claim("I-CTX", Refuted(11),
            "Hardware breakpoints may stay active while a temporary mm is loaded.",
            "They match linear addresses, and the user's watchpoint is set at that of the alias."),
        RawCr3.Claim("I-ENTRY", Refuted(18),
            "An address space may be entered and left by writing CR3, as long as preemption is off.",
            "The interrupt of a flush comes in between. loaded_mm says that the mm is loaded, so the CPU flushes, and is up to "
                + "date from then on; what it drops has the tag that is in CR3, and that is another one. It does not return "
                + "early, as was believed. On the way back nothing is compared."),
        RawCr3Flush.Claim("I-ENTRY", Proved,
            "An address space may be entered and left by writing CR3, if the way back writes what was read from CR3.",
            "Bit 63 reads as zero, so that the write drops what has the tag. The fault takes a value that keeps it."),
        LateClear.Claim("I-IPI", Refuted(39),
            "unuse_temporary_mm() need not clear the CPU's bit in mm_cpumask, as nothing flushes that mm.",
            "text_poke() itself does, with interrupts off. Since switches keep the bit, the CPU of an earlier write is still in "
                + "the mask: the kernel warns, and interrupts that CPU when the mask is trimmed, once a second."),
        LateClear.Claim("L-PROG", Proved,
            "If unuse_temporary_mm() leaves the bit, the CPU that flushes is answered all the same.",
            "The other one has interrupts on sooner or later: a warning, and no deadlock. But see RW-POKE-LATECLEAR-KGDB."),
        LateClear.Claim("I-WALIAS", Proved,
            "If unuse_temporary_mm() leaves the bit, nobody else reaches the alias."),
        LateClearKgdb.Claim("L-PROG", Starves,
            "If unuse_temporary_mm() leaves the bit, a breakpoint of the kernel debugger is set all the same.",
            "text_poke_kgdb() runs while every other CPU is held with interrupts off, and waits for one of them to answer: a "
                + "deadlock."),
        Kgdb.Claim("I-IPI", Proved,
            "text_poke_kgdb(), which runs without text_mutex while all other CPUs are held, asks none of them to flush."),
        Kgdb.Claim("I-HELD", Proved,
            "text_poke_kgdb() need not take text_mutex: as it looks whether it is held, no CPU is held in the middle of a write."),
        Kgdb.Claim("I-WALIAS", Proved,
            "text_poke_kgdb(), which looks whether text_mutex is held and does not take it, reaches only what it is to write."),
    ];

    private static MmInstance Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, choices, [Poke, Use, .. sources]) { Family = new TemporaryMm() };
}
