using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Hardware;

/// <summary>The address space that a processor has loaded.</summary>
public enum LoadedMm
{
    /// <summary>Another one, or the kernel's own: none of the modelled addresses can be reached.</summary>
    Other,

    /// <summary>The modelled one, which the threads of the server share.</summary>
    Server,
}

/// <summary>
/// Context switches of Linux on x86: the cpumask, the flush generation, and a switch in the order of the code.
/// </summary>
/// <remarks>
/// TLB entries are tagged by PCID: those of the modelled address space stay while another one is loaded, cannot be
/// used then, and are dropped on the way back only if the generation has moved. The switch runs with interrupts off.
/// </remarks>
public sealed class AddressSpaces
{
    private readonly Sort cpu;
    private readonly Tlb tlb;
    private readonly int generations;
    private readonly Expr loadedMm;
    private readonly Expr cr3;
    private readonly Expr isLazy;
    private readonly Expr irqsOff;
    private readonly Expr preemptOff;
    private readonly Expr contextGeneration;
    private readonly Func<Expr, Expr>? isStale;
    private readonly Expr? wasStale;

    /// <summary>Declares the state: the address space does not exist yet, so nobody has it loaded.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="tlb">What a flush drops.</param>
    /// <param name="generations">How many flushes there can be; the environment stops then.</param>
    /// <param name="isStale">Whether a processor holds a stale entry, where a switch is to be watched for it.</param>
    public AddressSpaces(ModelBuilder m, Sort cpu, Tlb tlb, int generations, Func<Expr, Expr>? isStale = null)
    {
        (this.cpu, this.tlb, this.generations, this.isStale) = (cpu, tlb, generations, isStale);
        Cpumask = m.Var("mm_cpumask", Sort.Set(cpu));
        Generation = m.Var("tlb_gen", Sort.Range(0, generations));
        loadedMm = m.Map("loaded_mm", cpu, Sort.Enum<LoadedMm>());
        cr3 = m.Map("cr3", cpu, Sort.Enum<LoadedMm>());
        isLazy = m.Map("is_lazy", cpu, Sort.Bool);
        irqsOff = m.Map("irqs_off", cpu, Sort.Bool);
        preemptOff = m.Map("preempt_off", cpu, Sort.Bool);
        contextGeneration = m.Map("ctx.tlb_gen", cpu, Sort.Option(Sort.Range(0, generations)));
        if (isStale is not null)
        {
            wasStale = m.Ghost("was_stale", Sort.Map(cpu, Sort.Bool));
            KeptStale = m.Ghost("kept_stale", Sort.Bool);
        }
    }

    /// <summary>Whether a switch has kept an entry that was stale when it began; only where that is watched.</summary>
    public Expr? KeptStale { get; }

    /// <summary>The processors that may have translations of the address space.</summary>
    public Expr Cpumask { get; }

    /// <summary>The number of flushes of the address space so far.</summary>
    public Expr Generation { get; }

    /// <summary>Whether there can be one more flush.</summary>
    public Expr HasGenerationsLeft => Generation < generations;

    /// <summary>Whether the walker of a processor uses the page table: when lazy, and within a switch, too.</summary>
    public Expr IsWalkable(Expr c) => cr3[c] == LoadedMm.Server;

    /// <summary>
    /// Whether a thread of the address space can still use what a processor has cached without passing a comparison of
    /// generations. On its way out, from the clearing of its bit to the load of CR3, a processor is interrupted by no
    /// flush any more, and its walker still runs; but no instruction of the address space can retire.
    /// </summary>
    public Expr CanStillUse(Expr c) => cr3[c] == LoadedMm.Server & !(irqsOff[c] & !Cpumask[c]);

    /// <summary>Whether a processor runs a thread of the address space.</summary>
    public Expr Runs(Expr c) => loadedMm[c] == LoadedMm.Server & !isLazy[c] & !irqsOff[c];

    /// <summary>Whether a thread of the address space that a processor runs can take a step of its own.</summary>
    public Expr CanRunThread(Expr c) => Runs(c) & !preemptOff[c];

    /// <summary>Whether a processor can take an interrupt.</summary>
    public Expr HasInterrupts(Expr c) => !irqsOff[c];

    /// <summary>Whether a processor has switched to another address space, and has not begun to come back.</summary>
    public Expr HasLeft(Expr c) => loadedMm[c] == LoadedMm.Other & !irqsOff[c];

    /// <summary>Adds to a step that the generation goes up, and that the thread keeps its processor.</summary>
    public StepBuilder Bump(StepBuilder s, Expr c) =>
        s.When(HasGenerationsLeft).Set(Generation, Generation + 1).Set(preemptOff[c], true);

    /// <summary>Adds to a step that the thread may lose its processor again.</summary>
    public StepBuilder EnablePreemption(StepBuilder s, Expr c) => s.Set(preemptOff[c], false);

    /// <summary>Adds to a step that a processor brings its TLB up to the generation.</summary>
    public void Flush(StepBuilder s, Expr c, Expr address)
    {
        var isBehind = contextGeneration[c] != Generation;
        var isNext = contextGeneration[c].HasValue & contextGeneration[c].Value + 1 == Generation;
        s.If(isBehind & isNext & address.HasValue, () => tlb.Drop(s, c, address.Value));
        s.If(isBehind & !(isNext & address.HasValue), () => tlb.DropAll(s, c));
        s.SetIf(isBehind, contextGeneration[c], Generation);
    }

    /// <summary>Adds to a step what a processor does in the interrupt of a shootdown.</summary>
    public void Answer(StepBuilder s, Expr c, Expr address)
    {
        s.If(loadedMm[c] == LoadedMm.Server & !isLazy[c], () => Flush(s, c, address));
        s.If(loadedMm[c] == LoadedMm.Server & isLazy[c], () => s
            .Set(Cpumask[c], false).Set(cr3[c], LoadedMm.Other).Set(loadedMm[c], LoadedMm.Other).Set(isLazy[c], false));
    }

    /// <summary>Adds the scheduler: the start of the process, switches, and lazy TLB mode.</summary>
    public void AddScheduler(ModelBuilder m)
    {
        var hasStarted = Exists(cpu, d => contextGeneration[d].HasValue | irqsOff[d]);
        m.Rule("execve", cpu, (s, c) => s
            .When(!hasStarted)
            .Set(Cpumask[c], true).Set(contextGeneration[c], Generation)
            .Set(cr3[c], LoadedMm.Server).Set(loadedMm[c], LoadedMm.Server))
            .From(Anchor.Kernel("exec_mmap", "fs/exec.c"));

        m.Thread("switch", cpu, repeats: true, (t, c) => t.Either(
            () => SwitchIn(t, c, hasStarted),
            () => SwitchOut(t, c),
            () => t.Step("enter_lazy_tlb", s => s
                .When(Runs(c) & !preemptOff[c])
                .Set(isLazy[c], true)
                .From(Anchor.Kernel("enter_lazy_tlb", "arch/x86/mm/tlb.c"))),
            // Linux of that time compares no generation here: a lazy processor is still interrupted.
            () => t.Step("switch_mm_irqs_off (same mm)", s => s
                .When(loadedMm[c] == LoadedMm.Server & isLazy[c])
                .Set(isLazy[c], false)
                .From(Anchor.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16")))));

        m.Reachable("a switch keeps what the TLB has", Exists(cpu, c =>
            cr3[c] == LoadedMm.Other & contextGeneration[c] == Generation));
        m.Reachable("a switch has to flush", Exists(cpu, c =>
            cr3[c] == LoadedMm.Other & contextGeneration[c].HasValue & contextGeneration[c] != Generation));
        m.Reachable("a lazy processor holds the address space", Exists(cpu, c => isLazy[c]));
    }

    private void SwitchIn(ThreadBuilder t, Expr c, Expr hasStarted)
    {
        var next = t.Local("next_tlb_gen", Sort.Range(0, generations));
        var source = Anchor.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16");
        t.Step("cpumask_set_cpu", s =>
        {
            s.When(hasStarted & loadedMm[c] == LoadedMm.Other)
                .Set(irqsOff[c], true).Set(Cpumask[c], true).From(source);
            if (wasStale is not null)
            {
                s.Set(wasStale[c], isStale!(c));
            }
        });
        t.Step("read tlb_gen", s => s.Set(next, Generation).Shows(Generation).From(source));
        t.Step("load_new_mm_cr3", s =>
        {
            s.If(contextGeneration[c] != next, () => tlb.DropAll(s, c))
                .Set(contextGeneration[c], next).Set(cr3[c], LoadedMm.Server)
                .From(source, Anchor.Manual("MOV to CR3 with PCIDs", "Intel SDM 3A, 4.10.4.1"));
            if (wasStale is not null)
            {
                s.SetIf(wasStale[c] & contextGeneration[c] == next, KeptStale!, true).Set(wasStale[c], false);
            }
        });
        t.Step("loaded_mm", s => s
            .Set(loadedMm[c], LoadedMm.Server).Set(irqsOff[c], false).From(source));
    }

    private void SwitchOut(ThreadBuilder t, Expr c)
    {
        var source = Anchor.Kernel("switch_mm_irqs_off", "arch/x86/mm/tlb.c", "016c4d92cd16");
        t.Step("cpumask_clear_cpu", s => s
            .When(loadedMm[c] == LoadedMm.Server & !preemptOff[c])
            .Set(irqsOff[c], true).Set(Cpumask[c], false).From(source));
        t.Step("load_new_mm_cr3 (other)", s => s.Set(cr3[c], LoadedMm.Other).From(source));
        t.Step("loaded_mm (other)", s => s
            .Set(loadedMm[c], LoadedMm.Other).Set(isLazy[c], false).Set(irqsOff[c], false).From(source));
    }
}
