using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.ProtectedData;

/// <summary>
/// Writes to read-only kernel data through a separate address space: text_poke(), whose PTE exists for one write, and
/// rare_mm, whose alias of the whole region is permanent.
/// </summary>
/// <remarks>
/// The data is read-only at its kernel address in every address space. A separate address space has a writable alias at
/// a user address, so a CPU that has loaded it can write. The user's address space may have another page at that
/// address.
/// </remarks>
public sealed class TemporaryMm() : ModelFamily("temporary-mm",
    "Writes to protected kernel data through a temporary address space: text_poke, rare_mm, and what callers see of them",
    new("cpu", 2, 1, 4, "processors"),
    new("frame", 2, 1, 4, "frames of protected data"),
    new("gens", 2, 1, 7, "flushes of the temporary mm; the environment stops then"))
{
    /// <summary>Linux 6.16.</summary>
    public static readonly Profile Linux616 = new("x86-6.16",
        "Linux 6.16 and later: unuse_temporary_mm clears the CPU's bit in mm_cpumask, as switches keep it");

    /// <summary>Linux 5.13 to 6.13.</summary>
    public static readonly Profile Linux513 = new("x86-5.13",
        "Linux 5.13 to 6.13: switch_mm_irqs_off clears the bit; LOADED_MM_SWITCHING is stored after tlb_gen is read");

    /// <summary>The alias is permanent.</summary>
    public static readonly Feature RareMm = new("rare-mm",
        "the alias of the whole region is made once, and any CPU may write at any time (rare_mm, "
            + "wr_poking_mm)", Mails.PermanentAlias);

    /// <summary>The API returns a pointer.</summary>
    public static readonly Fault ModifyPointer = new("modify-pointer",
        "with 'rare-mm': rare_modify() loads rare_mm and gives a writable pointer, rare_protect() goes back; any code may run "
            + "in between", Mails.Wilcox);

    /// <summary>The code between the two calls is atomic.</summary>
    public static readonly Fault AtomicBody = new("atomic-body",
        "with 'modify-pointer': interrupts are off, and nothing sleeps, from rare_modify() to rare_protect()", Mails.Lutomirski);

    /// <summary>One call writes several pages.</summary>
    public static readonly Feature WriteCopy = new("write-copy",
        "with 'rare-mm': rare_write_copy() writes several pages in one call", Mails.Lutomirski);

    /// <summary>The debugger writes too.</summary>
    public static readonly Feature Kgdb = new("kgdb",
        "without 'rare-mm': text_poke_kgdb() writes without text_mutex while all other CPUs are held",
        KernelCode.TextPokeKgdb);

    /// <summary>TLB entries have no tags.</summary>
    public static readonly Feature NoPcid = new("no-pcid",
        "the CPU has no PCIDs, so each load of CR3 drops what is not global");

    /// <summary>Interrupts stay on.</summary>
    public static readonly Fault InterruptsOn = new("interrupts-on",
        "only preemption is off while the temporary mm is loaded", Mails.InterruptsOn);

    /// <summary>Preemption stays on.</summary>
    public static readonly Fault Preemptible = new("preemptible",
        "neither interrupts nor preemption are off while the temporary mm is loaded", KernelCode.Use);

    /// <summary>The alias is global.</summary>
    public static readonly Fault GlobalAlias = new("global",
        "the PTE of the alias has the global bit, as PAGE_KERNEL has without page-table isolation", KernelCode.Global);

    /// <summary>The generation does not increase.</summary>
    public static readonly Fault NoBump = new("no-bump",
        "__text_poke does not call flush_tlb_mm_range, so no generation moves", KernelCode.TextPoke);

    /// <summary>The own CPU is flushed before the switch.</summary>
    public static readonly Fault Invlpg = new("invlpg",
        "the address is flushed on the own CPU before the previous mm is loaded, in place of flush_tlb_mm_range",
        new Source("op_page(), an early form of __wr_op()", "lib/prmem.c, as of 2018-12"));

    /// <summary>The page-table lock is dropped early.</summary>
    public static readonly Fault NoPtl = new("no-ptl",
        "the page-table lock of the temporary mm is not held during the write: it \"is not really needed\"", KernelCode.TextPoke);

    /// <summary>NMI handlers do not check the loaded mm.</summary>
    public static readonly Fault NoNmiCheck = new("no-nmi-check",
        "an NMI handler reads user memory without nmi_uaccess_okay()", KernelCode.Nmi);

    /// <summary>Watchpoints stay armed.</summary>
    public static readonly Fault BreakpointsOn = new("breakpoints-on",
        "hardware breakpoints stay active while the temporary mm is loaded", KernelCode.Use);

    /// <summary>The bit in the cpumask stays set.</summary>
    public static readonly Fault KeepBit = new("keep-bit",
        "on 6.16: unuse_temporary_mm leaves the CPU's bit in mm_cpumask", Mails.WhyClear);

    /// <summary>The address space stays loaded.</summary>
    public static readonly Fault StayLazy = new("stay-lazy",
        "with 'rare-mm': after the write rare_mm stays loaded, lazily, until the next context switch");

    /// <summary>The alias is in the kernel half.</summary>
    public static readonly Fault KernelHalf = new("kernel-half",
        "with 'rare-mm': the alias is in the kernel half, whose top-level entries all address spaces share", Mails.Lutomirski);

    /// <summary>The data is not protected.</summary>
    public static readonly Fault Unprotected = new("unprotected",
        "the data is writable at its kernel address, as without any of this");

    /// <summary>One CPU at a time uses the address space.</summary>
    public static readonly Assumption Exclusive = new("A-EXCLMM",
        "at most one CPU uses the temporary mm at a time", "text_mutex");

    /// <summary>No kernel code makes stray stores.</summary>
    public static readonly Assumption NoWild = new("A-NOWILD",
        "no kernel code stores where it should not", "no component; otherwise no protection would be needed");

    /// <summary>Interrupt handlers make no stray stores.</summary>
    public static readonly Assumption CleanHandlers = new("A-NOWILD-IRQ",
        "no interrupt handler stores where it should not", "no component; see A-NOWILD");

    /// <summary>Pointers are not kept.</summary>
    public static readonly Assumption NoLeak = new("A-NOLEAK",
        "code between rare_modify() and rare_protect() leaves no copy of the pointer behind", "review of every caller");

    public override ImmutableArray<Profile> Profiles => [Linux616, Linux513];

    public override ImmutableArray<Limit> NotModelled =>
    [
        "stores of NMI and machine-check handlers; loads of the alias, as the data is not secret",
        "a second page of one text_poke; what the data means, and readers that see half of a write",
        "PCID slots that are taken from the temporary mm: that only flushes more",
        "lazy TLB mode of the previous mm, page-table isolation, stacks in vmalloc space",
        "a preempted writer continues on the same CPU",
        "TLB eviction: no step is forced to fill, so it adds no behaviour",
        .. Architecture.X86.NotModelledHere,
    ];

    protected override void Describe(ModelBuilder m)
    {
        CheckChoices(m);
        var machine = new AliasMachine(m);
        if (m.Has(ModifyPointer))
        {
            new PointerApi(m, machine).Describe();
        }
        else
        {
            new WriteCall(m, machine).Describe();
        }

        machine.AddEnvironment(m);
        machine.AddInvariants(m);
    }

    // Rejects choices that would have no effect.
    private static void CheckChoices(ModelBuilder m)
    {
        foreach (var fault in new Switch[] { ModifyPointer, WriteCopy, StayLazy, KernelHalf })
        {
            m.Demand(fault, RareMm);
        }

        m.Demand(AtomicBody, ModifyPointer);
        foreach (var fault in new Switch[] { Kgdb, NoBump, Invlpg, NoPtl, KeepBit })
        {
            m.Demand(fault, !m.Has(RareMm), "it does not go with 'rare-mm', which has nothing to flush");
        }

        m.Demand(WriteCopy, !m.Has(ModifyPointer), "it does not go with 'modify-pointer'");
        m.Demand(Kgdb, m.Assumes(Exclusive), "it needs A-EXCLMM: the debugger looks whether text_mutex is held",
            $"add --assume {Exclusive.Name}");
        m.Demand(KeepBit, m.Is(Linux616), "it needs the profile 'x86-6.16'", $"add --profile {Linux616.Name}");
        m.Demand(Invlpg, !m.Has(NoBump), "it does not go with 'no-bump'");
        m.Demand(KeepBit, !m.Has(NoBump) && !m.Has(Invlpg), "it goes neither with 'no-bump' nor with 'invlpg'");
        m.Demand(Preemptible, !m.Has(InterruptsOn) && !m.Has(ModifyPointer) && !m.Has(StayLazy) && !m.Has(Kgdb),
            "it goes neither with 'interrupts-on' nor with 'modify-pointer', 'stay-lazy' or 'kgdb'");
        m.Demand(InterruptsOn, !m.Has(ModifyPointer) && !m.Has(Kgdb), "it goes neither with 'modify-pointer' nor with 'kgdb'");
        m.Demand(StayLazy, !m.Has(ModifyPointer) && !m.Has(InterruptsOn),
            "it goes neither with 'modify-pointer' nor with 'interrupts-on'");
    }
}
