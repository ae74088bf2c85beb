using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ProtectedData;

/// <summary>
/// Kernel addresses that lead to protected data. The kernel's half is the same in every address space, so each CPU can walk
/// to them, and cache them, whatever it runs.
/// </summary>
internal sealed class KernelMapping
{
    private readonly Architecture architecture;
    private readonly Translation translation;
    private readonly Mmu mmu;
    private readonly Expr? irqsOff;
    private readonly Expr changed;

    /// <summary>Declares it, with nothing mapped.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="va">The addresses.</param>
    /// <param name="frame">The frames of protected data.</param>
    /// <param name="architecture">How a flush reaches other processors.</param>
    /// <param name="disablesInterrupts">Whether somebody disables interrupts.</param>
    public KernelMapping(ModelBuilder m, Sort cpu, Sort va, Sort frame, Architecture architecture, bool disablesInterrupts)
    {
        (Cpu, Va, this.architecture) = (cpu, va, architecture);
        translation = new Translation(m, frame, hasPermissions: true);
        Pages = new PageTable(m, cpu, va, translation);
        Tlb = new Tlb(m, cpu, va, translation);
        mmu = new Mmu(m, architecture, translation, Pages, Tlb);
        Shootdown = new Shootdown(m, cpu, va, architecture, isConcurrent: true);
        irqsOff = disablesInterrupts ? m.Map("irqs_off", cpu, Sort.Bool) : null;
        changed = m.Ghost("changed_outside", Sort.Bool);
    }

    public Sort Cpu { get; }

    public Sort Va { get; }

    public PageTable Pages { get; }

    public Tlb Tlb { get; }

    public Shootdown Shootdown { get; }

    /// <summary>Whether a store that was not meant has changed protected data.</summary>
    public Expr Changed => changed;

    /// <summary>Whether a CPU has interrupts off.</summary>
    public Expr HasInterruptsOff(Expr c) => irqsOff is null ? false : irqsOff[c];

    /// <summary>A translation as PAGE_KERNEL has it, or read-only; the dirty bit is always there.</summary>
    public Expr To(Expr frame, Expr isWritable) =>
        translation.To(frame).With(translation.Dirty, true).With(translation.Writable, isWritable);

    /// <summary>Adds to a step that the entry for an address allows stores, or no more.</summary>
    public StepBuilder SetWritable(StepBuilder s, Expr x, bool isWritable) =>
        s.Set(Pages.Shared(x).Value[translation.Writable], isWritable);

    /// <summary>Adds to a step that a CPU takes interrupts, or no more.</summary>
    public StepBuilder SetInterrupts(StepBuilder s, Expr c, bool areOn) => s.Set(irqsOff![c], !areOn);

    /// <summary>Whether the entry for an address allows stores.</summary>
    public Expr IsWritable(Expr x) => Pages.Shared(x).HasValue & Pages.Shared(x).Value[translation.Writable];

    /// <summary>Whether a store of a CPU to an address goes through: by what it has cached, or else by a walk.</summary>
    /// <remarks>Where an entry is cached that forbids it, the handler of the fault looks at the PTE (spurious_kernel_fault).</remarks>
    public Expr Reaches(Expr c, Expr x) => mmu.StoresAtOnce(c, x) | IsWritable(x);

    /// <summary>The frame that a store goes to, where it goes through.</summary>
    public Expr FrameOfStore(Expr c, Expr x) => If(mmu.StoresAtOnce(c, x),
        Tlb[c, x].Value[translation.Frame], Pages.Shared(x).Value[translation.Frame]);

    /// <summary>Adds to a step a store by whoever may.</summary>
    public void Store(StepBuilder s, Expr c, Expr x, Expr meant)
    {
        s.SetIf(Reaches(c, x) & FrameOfStore(c, x) != meant, changed, true);
        s.If(!mmu.StoresAtOnce(c, x) & IsWritable(x), () => mmu.Walk(s, c, x));
    }

    /// <summary>Adds to a step a store that nobody meant.</summary>
    public StepBuilder StoreAstray(StepBuilder s, Expr c, Expr x, Expr isProtected) =>
        s.SetIf(Reaches(c, x) & isProtected, changed, true);

    /// <summary>Adds a flush of an address on the own CPU, and on all others unless only the own one is meant.</summary>
    /// <remarks>A thread that flushes does not run while another one has interrupts off on its CPU.</remarks>
    public void Flush(ThreadBuilder t, Expr c, Expr address, bool isLocal, params Source[] sources)
    {
        StepBuilder Run(StepBuilder s) => s.When(!HasInterruptsOff(c));

        var isBroadcast = architecture.Remote == RemoteInvalidation.Broadcast;
        if (isLocal || !isBroadcast)
        {
            t.Step(architecture.LocalFlush, s =>
            {
                mmu.Invalidate(Run(s), c, address);
                s.Shows(address).From([architecture.Source, .. sources]);
            });
        }

        if (!isLocal)
        {
            t.Step(architecture.RemoteFlush, s => Shootdown
                .Send(Run(s), c, d => isBroadcast ? true : d != c, address)
                .Shows(address).From([.. sources]));
            t.Step("flush is complete", s => Shootdown.Finish(s, c).Shows());
        }
    }

    /// <summary>Adds what moves on its own: walkers, and the answers to a flush.</summary>
    public void AddEnvironment(ModelBuilder m)
    {
        m.Rule("speculative walk", Cpu, Va, (s, c, x) => mmu.Walk(s
            .When(Tlb[c, x].IsNone & mmu.CanWalk(c, x, isSpeculative: true)), c, x))
            .From(KernelCode.Speculation);
        m.Reachable("another CPU has a writable translation", Exists(Cpu, Va, (c, x) => mmu.StoresAtOnce(c, x)));
    }

    /// <summary>Adds the answers to a flush, where another CPU is asked.</summary>
    public void AddAnswers(ModelBuilder m) => Shootdown.AddAnswers(m, d => !HasInterruptsOff(d),
        (s, from, d) => mmu.Invalidate(s, d, Shootdown.Address(from)), isFair: true);
}
