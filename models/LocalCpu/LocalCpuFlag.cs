using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;

namespace Verify.Models.LocalCpu;

/// <summary>
/// VM_LOCAL_CPU: a server with one pinned thread per CPU maps application buffers into its address space, one operation
/// after the other, and retires each mapping with or without a remote TLB flush.
/// </summary>
/// <remarks>
/// Without a fault it is upstream's munmap. What the flag was proposed to do, what reviewers feared that it does, and
/// what could be done instead are faults; what there may be besides are features; what its author took for granted are assumptions.
/// </remarks>
public sealed class LocalCpuFlag() : ModelFamily("local-cpu-flag",
    "VM_LOCAL_CPU: buffers mapped into a server of pinned threads, retired with or without a remote flush",
    new("cpu", 2, 1, 8, "processors, each with a thread of the server"),
    new("va", 1, 1, 4, "addresses that buffers are mapped at"),
    new("frame", 2, 1, 4, "physical frames"),
    new("gens", 0, 0, 7, "flush generations; 0 leaves context switches out: the mm stays loaded everywhere"))
{
    /// <summary>munmap invalidates on the own CPU only.</summary>
    public static readonly Fault LocalMunmap = new("local-munmap",
        "munmap of a flagged VMA flushes the TLB of the calling CPU only (local_cpu_munmap)", Mails.Rutland);

    /// <summary>The posted patch: the next operation overwrites the PTE.</summary>
    public static readonly Fault Overwrite = new("overwrite",
        "insert_pfn writes over a valid PTE and flushes locally; there is no munmap between operations", Mails.Patch);

    /// <summary>The PTE keeps naming the buffer of a completed operation.</summary>
    public static readonly Fault PteLeft = new("pte-left",
        "with 'overwrite': an operation ends, and its buffer may be freed, while the PTE still names it", Mails.Patch);

    /// <summary>References are kept until the next full flush.</summary>
    public static readonly Fault FrameHold = new("frame-hold",
        "with 'overwrite': zuf keeps a reference to every mapped buffer until the next full flush (A-FRAMEHOLD)");

    /// <summary>The page table is freed together with the last entry.</summary>
    public static readonly Feature FreeTables = new("free-tables",
        "munmap frees the page table as well when it is empty, after the flush that it does for the entry");

    /// <summary>The cpumask is read too early.</summary>
    public static readonly Fault MaskBefore = new("mask-before",
        "munmap samples mm_cpumask before it clears the PTE", Mails.Rutland);

    /// <summary>A zap that finds nothing flushes nothing.</summary>
    public static readonly Feature GatherFlush = new("gather-flush",
        "the zap at close flushes only if it cleared a PTE, as mmu_gather does for a munmap that frees no page table",
        new Source("tlb_flush_mmu_tlbonly", "mm/memory.c of 2018, which tests tlb->end; include/asm-generic/tlb.h, "
            + "0758cd830494, which tests cleared_ptes and freed_tables"));

    /// <summary>The server is signed.</summary>
    public static readonly Feature SignedServer = new("signed-server",
        "the server's signature is checked when it is loaded; a wrong-CPU access takes a compromise at run time",
        Mails.Wilcox);

    /// <summary>The address space is shared with a device.</summary>
    public static readonly Feature Sva = new("sva",
        "the address space is bound to a device that translates through ATS (shared virtual addressing)");

    /// <summary>The server write-protects its mapping.</summary>
    public static readonly Feature Mprotect = new("mprotect",
        "the server write-protects a mapped buffer with mprotect(PROT_READ)");

    /// <summary>mprotect invalidates on the own CPU only.</summary>
    public static readonly Fault LocalMprotect = new("local-mprotect",
        "with 'mprotect': mprotect(PROT_READ) of a flagged VMA flushes the TLB of the calling CPU only", Mails.Patch);

    /// <summary>Each CPU has its own page table for the range.</summary>
    public static readonly Fault PerCpuTables = new("per-cpu-tables",
        "every CPU has page tables of its own for the flagged range", Mails.PerCpu);

    /// <summary>Each address belongs to one thread.</summary>
    public static readonly Assumption NoReuse = new("A-NOREUSE",
        "an address is not handed out again while the thread that owns it lives", "the design of the zus server");

    /// <summary>Threads do not migrate.</summary>
    public static readonly Assumption Pinned = new("A-PIN",
        "the owning thread never runs on another CPU", "affinity; root, cpusets and CPU hotplug can break it");

    /// <summary>Only the owner of an address touches it.</summary>
    public static readonly Assumption OnlyOwner = new("A-ONLY",
        "only the owning thread issues architectural accesses to an address, while it has it mapped",
        "no component, as the threads share the page tables");

    /// <summary>Teardown flushes everywhere.</summary>
    public static readonly Assumption FullZap = new("A-FULLZAP",
        "close, exit and crash do the full shootdown", "core mm; true of the posted patch on x86");

    /// <summary>The server does what it was signed to do.</summary>
    public static readonly Assumption Trusted = new("A-TRUST",
        "the server's code is not compromised", "signing, at load time at best");

    /// <summary>No device shares the address space.</summary>
    public static readonly Assumption NoSva = new("A-NOSVA",
        "the address space is not shared with a device", "driver policy");

    /// <summary>The owner does not touch the address between operations.</summary>
    public static readonly Assumption IdleBetween = new("A-IDLE",
        "the owning thread does not access its address between two operations", "the design of the zus server");

    public override ImmutableArray<Profile> Profiles => Architecture.Profiles;

    public override ImmutableArray<Limit> NotModelled =>
    [
        "the application's own mapping of its buffer, and which CPU it runs on: any CPU may drop the last reference",
        "an insert in the application's context, where the server's mm is not loaded",
        "page-table locks: what is done under one is one step",
        "TLB eviction: no step is forced to fill, so it adds no behaviour",
        "with gens=0, context switches and lazy TLB mode; with gens>0, a PTE store that is delayed past the generation",
        .. Architecture.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        CheckChoices(m);
        var machine = new Machine(m);
        if (m.Has(Overwrite))
        {
            new OverwritingServer(machine).Describe(m);
        }
        else
        {
            new UnmappingServer(machine).Describe(m);
        }

        machine.AddEnvironment(m);
        Invariants.Add(m, machine);
    }

    // Rejects choices that would have no effect.
    private static void CheckChoices(ModelBuilder m)
    {
        m.Demand(PteLeft, Overwrite);
        m.Demand(FrameHold, m.Has(Overwrite) && m.Size("cpu") > 1, "it needs 'overwrite' and two CPUs or more",
            $"add --fault {Overwrite.Name}, and cpu=2 or more");
        m.Demand(LocalMprotect, Mprotect);
        m.Demand(MaskBefore, m.Size("gens") > 0 && !m.Has(Overwrite) && !m.Has(LocalMunmap),
            "it needs context switches (gens=1 or more) and a munmap that flushes everywhere");
        m.Demand(GatherFlush, m.Has(LocalMunmap) && m.Assumes(FullZap), "it needs 'local-munmap' and A-FULLZAP",
            $"add --fault {LocalMunmap.Name} --assume {FullZap.Name}");
        foreach (var other in new Switch[] { LocalMunmap, FreeTables, Mprotect, PerCpuTables })
        {
            m.Demand(other, !m.Has(Overwrite), "it does not go with 'overwrite'");
        }

        m.Demand(Sva, !m.Has(PerCpuTables), "it does not go with 'per-cpu-tables'");
        m.Demand(FreeTables, !m.Has(PerCpuTables) && !m.Has(Mprotect) && m.Size("gens") == 0,
            "it goes neither with 'per-cpu-tables' nor with 'mprotect' nor with context switches");
        if (m.Size("gens") > 0 && !m.Is(Architecture.X86.Profile))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction,
                "context switches (gens=1 or more) are those of Linux on x86",
                "leave out the profile, or the size 'gens'");
        }
    }
}
