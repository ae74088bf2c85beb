using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>The address space that a processor has loaded.</summary>
public enum LoadedMm
{
    /// <summary>Another one, or the kernel's own: none of the modelled addresses can be reached.</summary>
    Other,

    /// <summary>The modelled one, which the modelled threads share.</summary>
    User,

    /// <summary>LOADED_MM_SWITCHING: a switch is under way.</summary>
    Switching,
}

/// <summary>
/// Context switches of Linux on x86: the cpumask, the flush generation, and a switch in the order of the code.
/// </summary>
/// <remarks>
/// TLB entries are tagged by PCID: those of the modelled address space stay while another one is loaded, cannot be
/// used then, and are dropped on the way back only if the generation has moved. The switch runs with interrupts off.
/// Loads and stores take effect in the order of the program.
/// </remarks>
public sealed class AddressSpaces
{
    private readonly Sort cpu;
    private readonly Tlb tlb;
    private readonly PagingStructureCache? upper;
    private readonly int generations;
    private readonly SwitchRules rules;
    private readonly Expr loadedMm;
    private readonly Expr cr3;
    private readonly Expr isLazy;
    private readonly Expr irqsOff;
    private readonly Expr preemptOff;
    private readonly Expr contextGeneration;
    private readonly Func<Expr, Expr>? isStale;
    private readonly Expr? wasStale;
    private readonly Expr? hasCompared;

    /// <summary>Declares the state: the address space does not exist yet, so nobody has it loaded.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="tlb">What a flush drops.</param>
    /// <param name="generations">How many flushes there can be; the environment stops then.</param>
    /// <param name="isStale">Whether a processor holds a stale entry, where a switch is to be watched for it.</param>
    /// <param name="rules">How to switch; as Linux 4.19 by default.</param>
    /// <param name="upper">Upper levels and their caches, which go with the TLB, where page tables are freed.</param>
    /// <param name="isLoaded">Whether every processor has it loaded from the beginning.</param>
    public AddressSpaces(ModelBuilder m, Sort cpu, Tlb tlb, int generations, Func<Expr, Expr>? isStale = null,
        SwitchRules? rules = null, PagingStructureCache? upper = null, bool isLoaded = false)
    {
        (this.cpu, this.tlb, this.generations, this.isStale) = (cpu, tlb, generations, isStale);
        (this.rules, this.upper) = (rules ?? SwitchRules.Linux419, upper);
        Expr loaded = isLoaded ? LoadedMm.User : LoadedMm.Other;
        var context = Sort.Option(Sort.Range(0, generations));
        Cpumask = m.Var("mm_cpumask", Sort.Set(cpu), isLoaded);
        Generation = m.Var("tlb_gen", Sort.Range(0, generations));
        loadedMm = m.Map("loaded_mm", cpu, Sort.Enum<LoadedMm>(), loaded);
        cr3 = m.Map("cr3", cpu, Sort.Enum<LoadedMm>(), loaded);
        isLazy = m.Map("is_lazy", cpu, Sort.Bool);
        irqsOff = m.Map("irqs_off", cpu, Sort.Bool);
        preemptOff = m.Map("preempt_off", cpu, Sort.Bool);
        contextGeneration = m.Map("ctx.tlb_gen", cpu, context, isLoaded ? Some(0) : None);
        hasCompared = this.rules.SkipsLazy && !this.rules.ForgetsLazy ? m.Ghost("compared", Sort.Map(cpu, Sort.Bool)) : null;
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
    public Expr IsWalkable(Expr c) => cr3[c] == LoadedMm.User;

    /// <summary>
    /// Whether a thread of the address space can still use what a processor has cached without passing a comparison of
    /// generations. Where a switch clears the bit, a processor on its way out, from there to the load of CR3, is
    /// interrupted by no flush any more, and its walker still runs; but no instruction of the address space can retire.
    /// Where flushes skip lazy processors, those compare before an instruction can retire, as a switch does.
    /// </summary>
    public Expr CanStillUse(Expr c) => cr3[c] == LoadedMm.User & !(irqsOff[c] & !Cpumask[c])
        & (hasCompared is null ? true : !isLazy[c] & (irqsOff[c].Implies(hasCompared[c])));

    /// <summary>Whether a processor runs a thread of the address space.</summary>
    public Expr Runs(Expr c) => loadedMm[c] == LoadedMm.User & !isLazy[c] & !irqsOff[c];

    /// <summary>Whether a thread of the address space that a processor runs can take a step of its own.</summary>
    public Expr CanRunThread(Expr c) => Runs(c) & !preemptOff[c];

    /// <summary>Whether a processor is lazy: it runs no thread of the address space that it has loaded.</summary>
    public Expr IsLazy(Expr c) => isLazy[c];

    /// <summary>Whether others see a processor with the address space, or with LOADED_MM_SWITCHING.</summary>
    /// <param name="c">The processor.</param>
    /// <param name="countsSwitching">Whether the second counts.</param>
    public Expr SeemsLoaded(Expr c, bool countsSwitching) => countsSwitching
        ? loadedMm[c] != LoadedMm.Other
        : loadedMm[c] == LoadedMm.User;

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
    /// <param name="s">The step.</param>
    /// <param name="c">The processor.</param>
    /// <param name="address">What to drop; everything when there is none.</param>
    /// <param name="asked">
    /// The generation that the flush was for, none for a batch of reclaim; null where flushes are one at a time, and it
    /// is the present one.
    /// </param>
    public void Flush(StepBuilder s, Expr c, Expr address, Expr? asked = null)
    {
        var local = contextGeneration[c];
        var isBehind = local != Generation;
        var isNext = local.HasValue & local.Value + 1 == Generation;
        if (asked is not null)
        {
            var isForLast = asked.HasValue & asked.Value == Generation;
            isNext = rules.IgnoresLocal ? isForLast : rules.IgnoresAsked ? isNext : isNext & isForLast;
            if (rules.SkipsKnown)
            {
                // local.HasValue: what is loaded has a generation.
                var isKnown = asked.HasValue & local.HasValue & asked.Value <= local.Value;
                isBehind &= !isKnown;
                if (rules.IgnoresZero)
                {
                    isBehind &= asked.HasValue;
                }
            }
        }

        if (address is Expr.NoneOf)
        {
            s.If(isBehind, () => DropAll(s, c));
            s.SetIf(isBehind, local, Generation);
            return;
        }

        var isPartial = rules.IsAlwaysPartial ? address.HasValue : isNext & address.HasValue;
        s.If(isBehind & isPartial, () =>
        {
            tlb.Drop(s, c, address.Value);
            upper?.Drop(s, c);
        });
        s.If(isBehind & !isPartial, () => DropAll(s, c));
        s.SetIf(isBehind, local, Generation);
    }

    /// <summary>Adds to a step what a processor does in the interrupt of a shootdown.</summary>
    public void Answer(StepBuilder s, Expr c, Expr address, Expr? asked = null)
    {
        s.If(loadedMm[c] == LoadedMm.User & !isLazy[c], () => Flush(s, c, address, asked));
        if (!rules.ForgetsLazy)
        {
            s.If(loadedMm[c] == LoadedMm.User & isLazy[c], () => s
                .Set(Cpumask[c], rules.KeepsBit).Set(cr3[c], LoadedMm.Other)
                .Set(loadedMm[c], LoadedMm.Other).Set(isLazy[c], false));
        }

        if (rules.KeepsBit)
        {
            s.SetIf(loadedMm[c] == LoadedMm.Other, Cpumask[c], false);
        }
    }

    /// <summary>Adds the scheduler: the start of the process, switches, and lazy TLB mode.</summary>
    public void AddScheduler(ModelBuilder m)
    {
        var hasStarted = Exists(cpu, d => contextGeneration[d].HasValue | irqsOff[d]);
        m.Rule("execve", cpu, (s, c) => s
            .When(!hasStarted)
            .Set(Cpumask[c], true).Set(contextGeneration[c], Generation)
            .Set(cr3[c], LoadedMm.User).Set(loadedMm[c], LoadedMm.User))
            .From(Source.Recalled("exec_mmap", "fs/exec.c"));

        m.Thread("switch", cpu, repeats: true, (t, c) =>
        {
            List<Action> ways =
            [
                () => SwitchIn(t, c, hasStarted),
                () => SwitchOut(t, c),
                () => t.Step("enter_lazy_tlb", s => s
                    .When(Runs(c) & !preemptOff[c])
                    .Set(isLazy[c], true)
                    .From(Source.Kernel("enter_lazy_tlb", "arch/x86/mm/tlb.c", "016c4d92cd16"))),
                () => LeaveLazyMode(t, c),
            ];
            if (rules.ClearsAsTemporary)
            {
                ways.Add(() => SwitchOut(t, c, isTemporary: true));
            }

            t.Either([.. ways]);
        });

        m.Reachable("a switch keeps what the TLB has", Exists(cpu, c =>
            cr3[c] == LoadedMm.Other & contextGeneration[c] == Generation));
        m.Reachable("a switch has to flush", Exists(cpu, c =>
            cr3[c] == LoadedMm.Other & contextGeneration[c].HasValue & contextGeneration[c] != Generation));
        m.Reachable("a lazy processor holds the address space", Exists(cpu, c => isLazy[c]));
    }

    private StepBuilder DropAll(StepBuilder s, Expr c)
    {
        upper?.Drop(s, c);
        return tlb.DropAll(s, c);
    }

    private void LeaveLazyMode(ThreadBuilder t, Expr c)
    {
        if (!rules.SkipsLazy || rules.ForgetsLazy)
        {
            // Where a lazy processor is interrupted like any other, no generation is compared here.
            t.Step("switch_mm_irqs_off (same mm)", s => s
                .When(loadedMm[c] == LoadedMm.User & isLazy[c])
                .Set(isLazy[c], false)
                .From(rules.Source));
            return;
        }

        var next = t.Local("lazy_tlb_gen", Sort.Range(0, generations));
        t.Step("switch_mm_irqs_off (same mm)", s => s
            .When(loadedMm[c] == LoadedMm.User & isLazy[c])
            .Set(isLazy[c], false).Set(irqsOff[c], true)
            .From(rules.Source));
        t.Step("read tlb_gen (same mm)", s => s.Set(next, Generation).Shows(Generation).From(rules.Source));
        t.Step("compare tlb_gen (same mm)", s => s
            .If(contextGeneration[c] != next, () => DropAll(s, c))
            .Set(contextGeneration[c], next).Set(irqsOff[c], false).Shows()
            .From(rules.Source));
    }

    private void SwitchIn(ThreadBuilder t, Expr c, Expr hasStarted)
    {
        var next = t.Local("next_tlb_gen", Sort.Range(0, generations));
        StepBuilder Begin(StepBuilder s)
        {
            s.When(hasStarted & loadedMm[c] == LoadedMm.Other).Set(irqsOff[c], true).From(rules.Source);
            return isStale is null ? s : s.Set(wasStale![c], isStale(c));
        }

        void SetBit(bool isFirst) => t.Step("cpumask_set_cpu", s => (isFirst ? Begin(s) : s)
            .Set(Cpumask[c], true).From(rules.Source));
        void Mark(bool isFirst) => t.Step("loaded_mm = SWITCHING", s => (isFirst ? Begin(s) : s)
            .Set(loadedMm[c], LoadedMm.Switching).Shows().From(rules.Source));
        void Read(bool isFirst) => t.Step("read tlb_gen", s => (isFirst ? Begin(s) : s)
            .Set(next, Generation).Shows(Generation).From(rules.Source));

        List<Action<bool>> order = rules.ReadsGenerationFirst ? [Read, SetBit] : [SetBit, Read];
        if (rules.Marker != SwitchingMarker.None)
        {
            order.Insert(rules.Marker == SwitchingMarker.BeforeGeneration ? 0 : order.Count, Mark);
        }

        for (var i = 0; i < order.Count; i++)
        {
            order[i](i == 0);
        }

        t.Step("load_new_mm_cr3", s =>
        {
            s.If(contextGeneration[c] != next, () => DropAll(s, c))
                .Set(contextGeneration[c], next).Set(cr3[c], LoadedMm.User)
                .From(rules.Source, Source.Manual("MOV to CR3 with PCIDs", "Intel SDM 3A, 4.10.4.1"));
            if (hasCompared is not null)
            {
                s.Set(hasCompared[c], true);
            }

            if (wasStale is not null)
            {
                s.SetIf(wasStale[c] & contextGeneration[c] == next, KeptStale!, true).Set(wasStale[c], false);
            }
        });
        t.Step("loaded_mm", s =>
        {
            s.Set(loadedMm[c], LoadedMm.User).Set(irqsOff[c], false).From(rules.Source);
            if (hasCompared is not null)
            {
                s.Set(hasCompared[c], false);
            }
        });
    }

    private void SwitchOut(ThreadBuilder t, Expr c, bool isTemporary = false)
    {
        var hasBegun = false;
        StepBuilder Begin(StepBuilder s)
        {
            s.From(rules.Source);
            if (hasBegun)
            {
                return s;
            }

            hasBegun = true;
            return s.When(loadedMm[c] == LoadedMm.User & !preemptOff[c]).Set(irqsOff[c], true);
        }

        if (isTemporary)
        {
            t.Step("unuse_temporary_mm", s => Begin(s).Set(Cpumask[c], false));
        }

        if (rules.Marker != SwitchingMarker.None)
        {
            t.Step("loaded_mm = SWITCHING (other)", s => Begin(s)
                .Set(loadedMm[c], LoadedMm.Switching).Set(isLazy[c], false).Shows());
        }

        if (!rules.KeepsBit)
        {
            t.Step("cpumask_clear_cpu", s => Begin(s).Set(Cpumask[c], false));
        }

        t.Step("load_new_mm_cr3 (other)", s => s.Set(cr3[c], LoadedMm.Other).From(rules.Source));
        t.Step("loaded_mm (other)", s => s
            .Set(loadedMm[c], LoadedMm.Other).Set(isLazy[c], false).Set(irqsOff[c], false).From(rules.Source));
    }
}
