using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.KernelMappings;

/// <summary>
/// Kernel addresses of frames. The kernel half is the same in every address space, so each CPU can walk and cache these
/// addresses at any time.
/// </summary>
internal sealed class KernelMapping
{
    private readonly Architecture architecture;
    private readonly Translation translation;
    private readonly Mmu mmu;
    private readonly InvalidEntries? invalid;
    private readonly Expr? irqsOff;
    private readonly Expr changed;
    private readonly Expr failed;

    /// <summary>Declares the state, with nothing mapped.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="frame">The frames.</param>
    /// <param name="architecture">The architecture, which decides how a flush reaches other processors.</param>
    /// <param name="disablesInterrupts">True if some step disables interrupts.</param>
    /// <param name="hasPermissions">True if addresses become read-only and writable; else only valid and invalid.</param>
    /// <param name="invalid">The invalid entries that processors cache, if they do.</param>
    public KernelMapping(ModelBuilder m, Sort cpu, Sort va, Sort frame, Architecture architecture, bool disablesInterrupts,
        bool hasPermissions = true, InvalidEntries? invalid = null)
    {
        (Cpu, Va, this.architecture, this.invalid) = (cpu, va, architecture, invalid);
        translation = new Translation(m, frame, hasPermissions);
        Pages = new PageTable(m, cpu, va, translation);
        Tlb = new Tlb(m, cpu, va, translation);
        mmu = new Mmu(m, architecture, translation, Pages, Tlb);
        Shootdown = new Shootdown(m, cpu, va, architecture, isConcurrent: true);
        irqsOff = disablesInterrupts ? m.Map("irqs_off", cpu, Sort.Bool) : null;
        changed = hasPermissions ? m.Ghost("changed_outside", Sort.Bool) : false;
        failed = hasPermissions ? m.Ghost("store_failed", Sort.Bool) : false;
    }

    /// <summary>True if each CPU has one thread, so that nothing else runs while interrupts are off.</summary>
    public bool HasOneThread { get; init; }

    public Sort Cpu { get; }

    public Sort Va { get; }

    public PageTable Pages { get; }

    public Tlb Tlb { get; }

    public Shootdown Shootdown { get; }

    /// <summary>True if a stray store has changed protected data.</summary>
    public Expr Changed => changed;

    /// <summary>True if a store of a legitimate writer has faulted.</summary>
    public Expr Failed => failed;

    /// <summary>True if a CPU has interrupts off.</summary>
    public Expr HasInterruptsOff(Expr c) => irqsOff is null ? false : irqsOff[c];

    /// <summary>A translation as in PAGE_KERNEL, or read-only; the dirty bit is always set.</summary>
    public Expr To(Expr frame, Expr isWritable) =>
        translation.To(frame).With(translation.Dirty, true).With(translation.Writable, isWritable);

    /// <summary>A translation as in PAGE_KERNEL, where nothing is read-only.</summary>
    public Expr To(Expr frame) => translation.To(frame);

    /// <summary>Extends a step: the entry for an address becomes writable or read-only.</summary>
    public StepBuilder SetWritable(StepBuilder s, Expr x, bool isWritable) =>
        s.Set(Pages.Shared(x).Value[translation.Writable], isWritable);

    /// <summary>Extends a step: a CPU enables or disables interrupts.</summary>
    public StepBuilder SetInterrupts(StepBuilder s, Expr c, bool areOn) => s.Set(irqsOff![c], !areOn);

    /// <summary>True if the entry for an address allows stores.</summary>
    public Expr IsWritable(Expr x) => Pages.Shared(x).HasValue & Pages.Shared(x).Value[translation.Writable];

    /// <summary>True if a store of a CPU to an address succeeds, through a cached entry or a walk.</summary>
    /// <remarks>
    /// If a cached entry forbids the store, the fault handler checks the PTE (spurious_kernel_fault).
    /// </remarks>
    public Expr Reaches(Expr c, Expr x) => translation.HasPermissions
        ? mmu.StoresAtOnce(c, x) | IsWritable(x)
        : Tlb[c, x].HasValue | Pages.Shared(x).HasValue;

    /// <summary>True if an access of a CPU to an address may fault although its PTE is valid.</summary>
    public Expr MayFault(Expr c, Expr x) => invalid is null ? false : invalid[c, x];

    /// <summary>Extends a step: a CPU accesses an address, and walks if it has to.</summary>
    public StepBuilder Access(StepBuilder s, Expr c, Expr x) =>
        s.If(Tlb[c, x].IsNone & Pages.Shared(x).HasValue, () => mmu.Walk(s, c, x));

    /// <summary>Extends a step: a CPU drops its entries for an address, or for all if the address is none.</summary>
    public void Invalidate(StepBuilder s, Expr c, Expr address)
    {
        mmu.Invalidate(s, c, address);
        invalid?.Drop(s, c, address);
    }

    /// <summary>Flags of CPUs that are to flush everything later.</summary>
    public PendingFlushes Defer(ModelBuilder m, string name) => new(m, Cpu, name, (s, c) => Invalidate(s, c, None));

    /// <summary>The frame that a successful store reaches.</summary>
    public Expr FrameOfStore(Expr c, Expr x) => If(mmu.StoresAtOnce(c, x),
        Tlb[c, x].Value[translation.Frame], Pages.Shared(x).Value[translation.Frame]);

    /// <summary>Extends a step: a legitimate writer stores.</summary>
    public void Store(StepBuilder s, Expr c, Expr x, Expr meant)
    {
        s.SetIf(Reaches(c, x) & FrameOfStore(c, x) != meant, changed, true).SetIf(!Reaches(c, x), failed, true);
        s.If(!mmu.StoresAtOnce(c, x) & IsWritable(x), () => mmu.Walk(s, c, x));
    }

    /// <summary>Extends a step: a stray store.</summary>
    public StepBuilder StoreAstray(StepBuilder s, Expr c, Expr x, Expr isProtected) =>
        s.SetIf(Reaches(c, x) & isProtected, changed, true);

    /// <summary>Adds a flush of an address on the own CPU and, unless it is local, on all others.</summary>
    /// <remarks>
    /// A thread that flushes does not run while another one has interrupts off on its CPU; with one thread for each CPU
    /// it has turned them off itself.
    /// </remarks>
    public void Flush(ThreadBuilder t, Expr c, Expr address, bool isLocal, params Source[] sources)
    {
        StepBuilder Run(StepBuilder s) => s.When(HasOneThread ? true : !HasInterruptsOff(c));

        var isBroadcast = architecture.Remote == RemoteInvalidation.Broadcast;
        if (isLocal || !isBroadcast)
        {
            t.Step(architecture.LocalFlush, s =>
            {
                Invalidate(Run(s), c, address);
                s.Shows(address).ShowsNoneAs(Hardware.Shootdown.Everything).From([architecture.Source, .. sources]);
            });
        }

        if (!isLocal)
        {
            t.Step(architecture.RemoteFlush, s => Shootdown
                .Send(Run(s), c, d => isBroadcast ? true : d != c, address)
                .Shows(address).ShowsNoneAs(Hardware.Shootdown.Everything).From([.. sources]));
            t.Step("flush is complete", s => Shootdown.Finish(s, c).Shows());
        }
    }

    /// <summary>Adds the direct map: an address for each frame, valid from the boot on.</summary>
    /// <returns>A condition: the boot code has written the map.</returns>
    public Expr AddDirectMap(ModelBuilder m, Func<Expr, Expr> to)
    {
        var ready = m.Var("direct_map", Sort.Bool);
        m.Rule("init_mem_mapping", s => s
            .When(!ready).Set(ready, true)
            .Each(Va, f => s.Set(Pages.Shared(f), to(f))).By("boot"))
            .From(Source.Kernel("init_mem_mapping", "arch/x86/mm/init.c", "v6.19"));
        return ready;
    }

    /// <summary>Adds the autonomous steps: walks.</summary>
    public void AddEnvironment(ModelBuilder m)
    {
        mmu.AddWalks(m, Cpu, Va);
        invalid?.AddWalks(m, Pages);
        if (translation.HasPermissions)
        {
            m.Reachable("another CPU has a writable translation", Exists(Cpu, Va, (c, x) => mmu.StoresAtOnce(c, x)));
        }
    }

    /// <summary>Adds the answers to a flush of other CPUs.</summary>
    public void AddAnswers(ModelBuilder m) => Shootdown.AddAnswers(m, d => !HasInterruptsOff(d),
        (s, from, d) => Invalidate(s, d, Shootdown.Address(from)), isFair: true);
}
