using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// Flush generations of Linux on x86: the CPUs that a flush interrupts, the entries that they drop, and the way in
/// which other CPUs catch up.
/// </summary>
public sealed class TlbGenerations() : ModelFamily("tlb-generations",
    "tlb_gen, mm_cpumask, lazy TLB mode and LOADED_MM_SWITCHING: which CPUs a flush interrupts, and what others do later",
    new("cpu", 2, 1, 4, "processors"),
    new("va", 1, 1, 4, "pages of the process"),
    new("frame", 1, 1, 4, "physical frames"),
    new("gens", 2, 1, 7, "flush generations; the environment stops then"))
{
    /// <summary>Linux 6.18.</summary>
    public static readonly Profile Linux618 = new("x86-6.18",
        "Linux 6.18: a flush reads loaded_mm and is_lazy of each CPU in the cpumask; switches keep the bit");

    /// <summary>Linux 4.20 to 6.13.</summary>
    public static readonly Profile Linux420 = new("x86-4.20",
        "Linux 4.20 to 6.13, with flush_tlb_func as of 6.0: a flush reads is_lazy of each CPU in the cpumask; switches clear "
            + "the bit");

    /// <summary>Linux 4.19.</summary>
    public static readonly Profile Linux419 = new("x86-4.19",
        "Linux 4.19: a flush interrupts every CPU in the cpumask; switches clear the bit");

    /// <summary>Processors switch.</summary>
    public static readonly Feature Switches = new("switches",
        "CPUs switch between address spaces; flushes are then one at a time, under mmap_lock");

    /// <summary>Page tables are freed.</summary>
    public static readonly Feature FreeTables = new("free-tables",
        "with 'switches': the page table goes with its last entry, as at munmap", KernelCode.FreeTables);

    /// <summary>A single address is always flushed alone.</summary>
    public static readonly Fault AlwaysPartial = new("always-partial",
        "a CPU that is asked to flush an address flushes that alone, and is then up to date with the mm", KernelCode.FlushRange);

    /// <summary>A CPU does not compare its own generation with that of the flush.</summary>
    public static readonly Fault IgnoreLocal = new("ignore-local",
        "a CPU flushes an address alone if new_tlb_gen is the mm's, without the test that it is its own plus one",
        KernelCode.FlushFunc);

    /// <summary>A CPU ignores the generation of the flush.</summary>
    public static readonly Fault IgnoreAsked = new("ignore-asked",
        "a CPU flushes an address alone if its own generation plus one is the mm's, whatever new_tlb_gen is", KernelCode.FlushFunc);

    /// <summary>Reclaim flushes in batches.</summary>
    public static readonly Feature Batched = new("batched",
        "without 'switches': reclaim unmaps pages too, and flushes by arch_tlbbatch_flush, for no "
            + "generation", KernelCode.FlushFunc);

    /// <summary>A flush without a generation is ignored.</summary>
    public static readonly Fault ZeroKnown = new("zero-known",
        "with 'batched', since 4.20: flush_tlb_func takes the zero of arch_tlbbatch_flush for a generation that it has reached",
        new Source("x86/mm/tlb: Ignore f->new_tlb_gen when zero", "8f1d56f64f8d"));

    /// <summary>A switch reads the generation too early.</summary>
    public static readonly Fault GenerationFirst = new("generation-first",
        "with 'switches': switch_mm_irqs_off reads tlb_gen before it sets its bit in mm_cpumask");

    /// <summary>The bit is cleared without a flush.</summary>
    public static readonly Feature TemporaryMm = new("temporary-mm",
        "with 'switches', on 6.18: a CPU may leave the mm by unuse_temporary_mm, which clears its bit in mm_cpumask first");

    /// <summary>CR3 is written directly.</summary>
    public static readonly Fault RawCr3 = new("raw-cr3",
        "with 'switches': a CPU goes to a temporary mm and back by writing CR3, with interrupts on and loaded_mm as it was; the "
            + "way back keeps what the TLB has");

    /// <summary>CR3 is written directly, with a value that flushes.</summary>
    public static readonly Fault RawCr3Flush = new("raw-cr3-flush",
        "with 'raw-cr3': the way back writes what was read from CR3, whose bit 63 reads as zero, and so flushes");

    /// <summary>A flush does not see a switch in progress.</summary>
    public static readonly Fault OnlyLoaded = new("only-loaded",
        "with 'switches', on 6.18: should_flush_tlb counts loaded_mm == mm, and not LOADED_MM_SWITCHING",
        new Source("x86/mm: Eliminate window where TLB flushes may be inadvertently skipped", "fea4e317f9e7"));

    /// <summary>A flush sees a switch in progress too late.</summary>
    public static readonly Fault MarkerLate = new("marker-late",
        "with 'switches', on 6.18: LOADED_MM_SWITCHING is stored, or seen by others, after tlb_gen is read",
        Source.Mail("Stephen Dolan, x86/mm: Fix check/use ordering in switch_mm_irqs_off()", "2025-10-29",
            "CAHDw0oE0334gEJ=ga1PAnZ3Av8+tFkKF-MJCF7Jj3i6pBVJvFQ@mail.gmail.com"));

    /// <summary>Lazy CPUs neither flush nor catch up.</summary>
    public static readonly Fault ForgetLazy = new("forget-lazy",
        "with 'switches': a lazy CPU neither leaves the mm when interrupted nor compares generations when it comes back");

    /// <summary>Lazy CPUs are skipped.</summary>
    public static readonly Fault SkipLazy = new("skip-lazy",
        "with 'free-tables', on 6.18: a flush that frees page tables skips lazy CPUs as any other does");

    public override ImmutableArray<Profile> Profiles => [Linux618, Linux420, Linux419];

    public override string? OtherMemoryOrders =>
        "weaker memory orders: no store waits in a store buffer, but for that of LOADED_MM_SWITCHING (fault marker-late)";

    public override ImmutableArray<Limit> NotModelled =>
    [
        "other users of a PCID slot, and kernels without PCID; trimming of the cpumask may come with any flush",
        "INVLPGB; a wakeup between the steps of a flush: the caller is not preempted",
        "flushes by a CPU that does not run the mm, as of kswapd; page faults during a munmap",
        "flush_tlb_func is one step: no flush comes between its read of tlb_gen and its own",
        "without 'switches', lazy CPUs and those that leave: the mm stays in use on every CPU; for 'batched' see BATCH-SWITCH",
        .. Process.NotModelledOn(Architecture.X86),
    ];

    protected override void Describe(ModelBuilder m)
    {
        CheckChoices(m);
        var hasSwitches = m.Has(Switches);
        var hasTables = m.Has(FreeTables);
        var process = new Process(m, Architecture.X86, Owner.Free,
            (hasTables ? Needs.Tables : Needs.Nothing) | (hasSwitches ? Needs.Nothing : Needs.ConcurrentFlushes));
        var rules = (m.Is(Linux618) ? SwitchRules.Linux618 : m.Is(Linux420) ? SwitchRules.Linux420 : SwitchRules.Linux419) with
        {
            IgnoresZero = m.Has(ZeroKnown),
            IgnoresLocal = m.Has(IgnoreLocal),
            IgnoresAsked = m.Has(IgnoreAsked),
            ReadsGenerationFirst = m.Has(GenerationFirst),
            IsAlwaysPartial = m.Has(AlwaysPartial),
            ForgetsLazy = m.Has(ForgetLazy),
            ClearsAsTemporary = m.Has(TemporaryMm),
            Raw = m.Has(RawCr3Flush) ? Hardware.RawCr3.Flushing : m.Has(RawCr3) ? Hardware.RawCr3.Keeping : Hardware.RawCr3.Never,
        };
        if (m.Has(MarkerLate))
        {
            rules = rules with { Marker = SwitchingMarker.AfterGeneration };
        }

        var spaces = new AddressSpaces(m, process.Cpu, process.Tlb, m.Size("gens"),
            rules: rules, upper: process.Upper, isLoaded: !hasSwitches);
        var mmapLock = hasSwitches ? m.Var("mmap_lock", Sort.Bool) : false;
        var flusher = new Flusher(m, process, spaces, rules, hasSwitches ? mmapLock : null);
        m.Thread(hasSwitches ? "munmap" : "madvise", process.Cpu, repeats: true, flusher.Program);
        process.AddPageFaults(m, (c, _) => !mmapLock & spaces.Runs(c));
        if (process.Upper is { } upper)
        {
            m.Rule("__pte_alloc", process.Frame, (s, f) => s
                .When(upper.Pmd.IsNone & process.Allocator.Owner[f] == Owner.Free & !mmapLock)
                .When(Exists(process.Cpu, spaces.Runs))
                .Set(process.Allocator.Owner[f], Owner.PageTable).Set(upper.Pmd, f).By("kernel"))
                .From(KernelCode.AllocTable);
        }

        process.AddEnvironment(m, spaces);
        process.Shootdown.AddAnswers(m, spaces.HasInterrupts, (s, from, d) => spaces
            .Answer(s, d, process.Shootdown.Address(from), hasSwitches ? null : flusher.Asked[from]));
        process.Allocator.AddReuse(m, hasOwnTables: hasTables, intoBuffers: false, asAnything: false);
        if (hasSwitches)
        {
            spaces.AddScheduler(m);
        }

        process.AddInvariants(m, spaces, freesAfterFlush: false);
        process.AddLeak(m, flusher.IsGathered);
        if (hasSwitches)
        {
            m.Always("I-SPEC",
                ForAll(process.Cpu, process.Va, (c, x) =>
                    spaces.IsWalkable(c).Implies(!process.Translation.IsStale(process.Tlb[c, x]))),
                "no TLB entry of the mm in CR3, which a CPU can speculate through, is from before the last free of its frame");
        }

        if (hasTables)
        {
            m.Always("I-TABLE", !process.Mmu.ReadFreedTable,
                "no walk reads, or writes an accessed bit to, a frame that is no longer a page table");
        }
    }

    private static string WithNewest => $"add --profile {Linux618.Name}";

    private static void CheckChoices(ModelBuilder m)
    {
        m.Demand(RawCr3Flush, RawCr3);
        foreach (var fault in new Switch[] { FreeTables, GenerationFirst, TemporaryMm, RawCr3, OnlyLoaded, MarkerLate, ForgetLazy })
        {
            m.Demand(fault, Switches);
        }

        m.Demand(SkipLazy, FreeTables);
        m.Demand(SkipLazy, !m.Is(Linux419), "it needs the profile 'x86-4.20' or 'x86-6.18'", WithNewest);
        foreach (var fault in new Switch[] { TemporaryMm, OnlyLoaded, MarkerLate })
        {
            m.Demand(fault, m.Is(Linux618), "it needs the profile 'x86-6.18'", WithNewest);
        }

        m.Demand(Batched, !m.Has(Switches), "it does not go with 'switches'");
        m.Demand(IgnoreLocal, !m.Has(Switches), "it does not go with 'switches', where flushes are one at a time");
        m.Demand(IgnoreAsked, !m.Has(Switches), "it does not go with 'switches', where flushes are one at a time");
        m.Demand(IgnoreAsked, !m.Has(IgnoreLocal), "it does not go with 'ignore-local'");
        m.Demand(ZeroKnown, Batched);
        m.Demand(ZeroKnown, !m.Is(Linux419), "it needs the profile 'x86-4.20' or 'x86-6.18'", WithNewest);
    }
}
