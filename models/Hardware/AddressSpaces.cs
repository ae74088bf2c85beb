using Verify.Modelling;
using static Verify.Modelling.Dsl;

// Long because a switch and the flushes that it races with are only understood together.
namespace Verify.Models.Hardware;

/// <summary>
/// Context switches of Linux on x86: the cpumask, the flush generation, and a switch in the order of the code.
/// </summary>
/// <remarks>
/// TLB entries are tagged by PCID. Entries of the modelled address space stay while another one is loaded; they cannot
/// be used then, and the way back drops them only if the generation has moved. The switch runs with interrupts off.
/// Loads and stores take effect in program order.
/// </remarks>
public sealed class AddressSpaces
{
    private readonly Sort cpu;
    private readonly Tlb tlb;
    private readonly PagingStructureCache? upper;
    private readonly int generations;
    private readonly SwitchRules rules;
    private readonly Expr other;
    private readonly Expr own;
    private readonly Expr switching;
    private readonly Expr loadedMm;
    private readonly Expr cr3;
    private readonly Expr isLazy;
    private readonly Expr irqsOff;
    private readonly Expr preemptOff;
    private readonly Expr contextGeneration;
    private readonly Func<Expr, Expr>? isStale;
    private readonly bool notesCompared;
    private readonly Expr wasStale;
    private readonly Expr hasCompared;

    /// <summary>Declares the state: the address space does not exist yet, so no processor has it loaded.</summary>
    /// <param name="m">The model.</param>
    /// <param name="cpu">The processors.</param>
    /// <param name="tlb">The TLB that flushes clear.</param>
    /// <param name="generations">The maximum number of flushes; the environment stops then.</param>
    /// <param name="isStale">True if a processor holds a stale entry; null if switches are not watched for it.</param>
    /// <param name="rules">The version of the switch code; Linux 4.19 by default.</param>
    /// <param name="upper">The upper levels and their caches, which flushes clear too, if page tables are
    /// freed.</param>
    /// <param name="isLoaded">True if every processor has the address space loaded from the beginning.</param>
    /// <param name="names">An enum in the order of <see cref="LoadedMm"/> with other names for traces; null for the
    /// names of that enum.</param>
    public AddressSpaces(ModelBuilder m, Sort cpu, Tlb tlb, int generations, Func<Expr, Expr>? isStale = null,
        SwitchRules? rules = null, PagingStructureCache? upper = null, bool isLoaded = false, Sort? names = null)
    {
        (this.cpu, this.tlb, this.generations, this.isStale) = (cpu, tlb, generations, isStale);
        (this.rules, this.upper) = (rules ?? SwitchRules.Linux419, upper);
        var spaces = (Sort.Enumeration)(names ?? Sort.Enum<LoadedMm>());
        other = MemberOf(spaces, (int)LoadedMm.Other);
        own = MemberOf(spaces, (int)LoadedMm.User);
        switching = MemberOf(spaces, (int)LoadedMm.Switching);
        var loaded = isLoaded ? own : other;
        var context = Sort.Option(Sort.Range(0, generations));
        Cpumask = m.Var("mm_cpumask", Sort.Set(cpu), isLoaded);
        Generation = m.Var("tlb_gen", Sort.Range(0, generations));
        loadedMm = m.Map("loaded_mm", cpu, spaces, loaded);
        cr3 = m.Map("cr3", cpu, spaces, loaded);
        isLazy = m.Map("is_lazy", cpu, Sort.Bool);
        irqsOff = m.Map("irqs_off", cpu, Sort.Bool);
        preemptOff = m.Map("preempt_off", cpu, Sort.Bool);
        contextGeneration = m.Map("ctx.tlb_gen", cpu, context, isLoaded ? Some(0) : None);
        notesCompared = this.rules.SkipsLazy && !this.rules.ForgetsLazy;
        hasCompared = notesCompared ? m.Ghost("compared", Sort.Set(cpu)) : Fill(Sort.Set(cpu), false);
        wasStale = WatchesStale ? m.Ghost("was_stale", Sort.Set(cpu)) : Fill(Sort.Set(cpu), false);
        KeptStale = WatchesStale ? m.Ghost("kept_stale", Sort.Bool) : false;
    }

    /// <summary>True if the model records whether a stale entry survives a switch.</summary>
    public bool WatchesStale => isStale is not null;

    /// <summary>
    /// True if a switch has kept an entry that was stale when the switch started; null if this is not watched.
    /// </summary>
    public Expr KeptStale { get; }

    /// <summary>The thread that switches, once the scheduler is there.</summary>
    public ModelThread Switch
    {
        get => field ?? throw UserErrorException.Absent("there is no scheduler yet");
        private set;
    }

    /// <summary>The generation that each processor has read in a switch under way; a map once the scheduler is there.</summary>
    public Expr NextGeneration { get; private set; } = None;

    /// <summary>The generation that each processor has flushed up to, once it had the address space.</summary>
    public Expr ContextGeneration => contextGeneration;

    /// <summary>The processors that may have translations of the address space.</summary>
    public Expr Cpumask { get; }

    /// <summary>The number of flushes of the address space so far.</summary>
    public Expr Generation { get; }

    /// <summary>True if one more flush is possible.</summary>
    public Expr HasGenerationsLeft => Generation < generations;

    /// <summary>True if the walker of a processor uses the page table, also in lazy mode and within a switch.</summary>
    public Expr IsWalkable(Expr c) => cr3[c] == own;

    /// <summary>
    /// True if a thread of the address space can use cached translations of a processor without a comparison of
    /// generations first. Where a switch clears the bit, a processor on its way out is not interrupted by flushes from
    /// then to the load of CR3; its walker still runs, but no instruction of the address space can retire. Where
    /// flushes skip lazy processors, those compare before an instruction can retire, as a switch does.
    /// </summary>
    public Expr CanStillUse(Expr c) => cr3[c] == own & !(irqsOff[c] & !Cpumask[c])
        & (notesCompared ? !isLazy[c] & (irqsOff[c].Implies(hasCompared[c])) : true);

    /// <summary>True if a processor runs a thread of the address space.</summary>
    public Expr Runs(Expr c) => loadedMm[c] == own & !isLazy[c] & !irqsOff[c] & HasTagInCr3(c);

    /// <summary>True if the current thread of the address space on a processor can take a step of its own.</summary>
    public Expr CanRunThread(Expr c) => Runs(c) & !preemptOff[c];

    /// <summary>True if the thread that a processor runs keeps it.</summary>
    public Expr IsPreemptionOff(Expr c) => preemptOff[c];

    /// <summary>True if a processor is lazy: it runs no thread of the address space that it has loaded.</summary>
    public Expr IsLazy(Expr c) => isLazy[c];

    /// <summary>
    /// True if other processors see the address space, or LOADED_MM_SWITCHING, as loaded on a processor.
    /// </summary>
    /// <param name="c">The processor.</param>
    /// <param name="countsSwitching">True if LOADED_MM_SWITCHING counts.</param>
    public Expr SeemsLoaded(Expr c, bool countsSwitching) => countsSwitching
        ? loadedMm[c] != other
        : loadedMm[c] == own;

    /// <summary>True if a thread in the kernel can be preempted.</summary>
    public Expr CanBePreempted(Expr c) => !irqsOff[c] & !preemptOff[c];

    /// <summary>True if a processor can take an interrupt.</summary>
    public Expr HasInterrupts(Expr c) => !irqsOff[c];

    /// <summary>True if a processor has switched to another address space and has not started to return.</summary>
    public Expr HasLeft(Expr c) => loadedMm[c] == other & !irqsOff[c];

    /// <summary>Extends a step: the generation increases, and the thread is not preempted.</summary>
    public StepBuilder Bump(StepBuilder s, Expr c) =>
        s.When(HasGenerationsLeft).Set(Generation, Generation + 1).Set(preemptOff[c], true);

    /// <summary>Extends a step: a processor enables or disables interrupts.</summary>
    public StepBuilder SetInterrupts(StepBuilder s, Expr c, bool areOn) => s.Set(irqsOff[c], !areOn);

    /// <summary>Extends a step: a processor keeps the address space loaded for a thread without one.</summary>
    public StepBuilder EnterLazyMode(StepBuilder s, Expr c) => s.Set(isLazy[c], true);

    /// <summary>Extends a step: a processor loads another address space; the whole switch is atomic.</summary>
    public StepBuilder Leave(StepBuilder s, Expr c)
    {
        s.Set(loadedMm[c], other).Set(cr3[c], other).Set(isLazy[c], false);
        return rules.HasTags ? s : DropAll(s, c);
    }

    /// <summary>Extends a step: the thread may be preempted again.</summary>
    public StepBuilder EnablePreemption(StepBuilder s, Expr c) => s.Set(preemptOff[c], false);

    /// <summary>Extends a step: a processor flushes its TLB as far as the current generation requires.</summary>
    /// <param name="s">The step.</param>
    /// <param name="c">The processor.</param>
    /// <param name="address">The address to drop; none for everything.</param>
    /// <param name="asked">The generation that the flush is for; none for a batch of reclaim. Null if flushes are one
    /// at a time and the generation is the current one.</param>
    public void Flush(StepBuilder s, Expr c, Expr address, Expr? asked = null)
    {
        var local = contextGeneration[c];
        var isBehind = local != Generation;
        var drops = HasTagInCr3(c); // only entries with the tag in CR3 are dropped
        var isNext = local.HasValue & local.Value + 1 == Generation;
        if (asked is not null)
        {
            var isForLast = asked.HasValue & asked.Value == Generation;
            isNext = rules.IgnoresLocal ? isForLast : rules.IgnoresAsked ? isNext : isNext & isForLast;
            if (rules.SkipsKnown)
            {
                // local.HasValue: the loaded address space has a generation.
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
            s.If(isBehind & drops, () => DropAll(s, c)).SetIf(isBehind, local, Generation);
            return;
        }

        var isPartial = rules.IsAlwaysPartial ? address.HasValue : isNext & address.HasValue;
        s.If(isBehind & isPartial & drops, () =>
        {
            tlb.Drop(s, c, address.Value);
            upper?.Drop(s, c);
        });
        s.If(isBehind & !isPartial & drops, () => DropAll(s, c));
        s.SetIf(isBehind, local, Generation);
    }

    /// <summary>Extends a step: a processor handles the interrupt of a shootdown.</summary>
    public void Answer(StepBuilder s, Expr c, Expr address, Expr? asked = null)
    {
        s.If(loadedMm[c] == own & !isLazy[c], () => Flush(s, c, address, asked));
        if (!rules.ForgetsLazy)
        {
            s.If(loadedMm[c] == own & isLazy[c], () => s
                .Set(Cpumask[c], rules.KeepsBit).Set(cr3[c], other)
                .Set(loadedMm[c], other).Set(isLazy[c], false));
        }

        if (rules.KeepsBit)
        {
            s.SetIf(loadedMm[c] == other, Cpumask[c], false);
        }
    }

    /// <summary>Adds the scheduler: the start of the process, switches, and lazy TLB mode.</summary>
    public void AddScheduler(ModelBuilder m)
    {
        var hasStarted = Exists(cpu, d => contextGeneration[d].HasValue | irqsOff[d]);
        m.Rule("execve", cpu, (s, c) => s
            .When(!hasStarted)
            .Set(Cpumask[c], true).Set(contextGeneration[c], Generation)
            .Set(cr3[c], own).Set(loadedMm[c], own))
            .From(Source.Kernel("exec_mmap", "fs/exec.c", "v4.17 and v6.19"));

        Switch = m.Thread("switch", cpu, repeats: true, (t, c) =>
        {
            t.Label("between switches");
            List<Action> ways =
            [
                () => SwitchIn(t, c, hasStarted),
                () => SwitchOut(t, c),
                () => t.Step("enter_lazy_tlb", s => EnterLazyMode(s.When(Runs(c) & !preemptOff[c]), c)
                    .From(Source.Kernel("enter_lazy_tlb", "arch/x86/mm/tlb.c", "016c4d92cd16"))),
                () => LeaveLazyMode(t, c),
            ];
            if (rules.ClearsAsTemporary)
            {
                ways.Add(() => SwitchOut(t, c, isTemporary: true));
            }

            if (rules.Raw != RawCr3.Never)
            {
                ways.Add(() => WriteCr3(t, c));
            }

            t.Either([.. ways]);
        });

        m.Reachable("a switch keeps what the TLB has", Exists(cpu, c =>
            cr3[c] == other & contextGeneration[c] == Generation));
        m.Reachable("a switch has to flush", Exists(cpu, c =>
            cr3[c] == other & contextGeneration[c].HasValue & contextGeneration[c] != Generation));
        m.Reachable("a lazy processor holds the address space", Exists(cpu, c => isLazy[c]));
    }

    private StepBuilder DropAll(StepBuilder s, Expr c)
    {
        if (rules.HasGlobalEntries)
        {
            return s;
        }

        upper?.Drop(s, c);
        return tlb.DropAll(s, c);
    }

    private Expr HasTagInCr3(Expr c) => rules.Raw == RawCr3.Never ? true : cr3[c] == own;

    // The thread is not preempted but takes interrupts.
    private void WriteCr3(ThreadBuilder t, Expr c)
    {
        t.Step("write_cr3 (temporary mm)", s => s
            .When(Runs(c) & !preemptOff[c]).Set(cr3[c], other).From(SwitchRules.MovCr3));
        t.Step("write_cr3 (back)", s =>
        {
            s.Set(cr3[c], own).From(SwitchRules.MovCr3);
            if (rules.Raw == RawCr3.Flushing)
            {
                DropAll(s, c);
            }
        });
    }

    private void LeaveLazyMode(ThreadBuilder t, Expr c)
    {
        if (!rules.SkipsLazy || rules.ForgetsLazy)
        {
            // Where flushes interrupt lazy processors like others, this path compares no generation.
            t.Step("switch_mm_irqs_off (same mm)", s => s
                .When(loadedMm[c] == own & isLazy[c])
                .Set(isLazy[c], false)
                .From(rules.Source));
            return;
        }

        var next = t.Local("lazy_tlb_gen", Sort.Range(0, generations));
        t.Step("switch_mm_irqs_off (same mm)", s => s
            .When(loadedMm[c] == own & isLazy[c])
            .Set(isLazy[c], false).Set(irqsOff[c], true)
            .From(rules.Source));
        t.Step("read tlb_gen (same mm)", s => s.Set(next, Generation).Shows(Generation).From(rules.Source));
        t.Step("compare tlb_gen (same mm)", s => s
            .If(contextGeneration[c] != next, () => DropAll(s, c))
            .Set(contextGeneration[c], next).Set(irqsOff[c], false).Shows()
            .From(rules.Source));
    }

    /// <summary>Adds switch_mm_irqs_off() to the address space.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The processor.</param>
    /// <param name="when">The guard of the first step, in addition to that another address space is loaded.</param>
    /// <param name="leavesInterruptsOff">True if the caller has interrupts off and keeps them off.</param>
    public void SwitchIn(ThreadBuilder t, Expr c, Expr when, bool leavesInterruptsOff = false)
    {
        var next = t.Local("next_tlb_gen", Sort.Range(0, generations));
        NextGeneration = ((Expr.Index)next).Map;
        StepBuilder Begin(StepBuilder s)
        {
            s.When(when & loadedMm[c] == other).Set(irqsOff[c], true).From(rules.Source);
            return isStale is null ? s : s.Set(wasStale[c], isStale(c));
        }

        void SetBit(bool isFirst) => t.Step("cpumask_set_cpu", s => (isFirst ? Begin(s) : s)
            .Set(Cpumask[c], true).From(rules.Source));
        void Mark(bool isFirst) => t.Step("loaded_mm = SWITCHING", s => (isFirst ? Begin(s) : s)
            .Set(loadedMm[c], switching).Shows().From(rules.Source));
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
            s.If(rules.HasTags ? contextGeneration[c] != next : true, () => DropAll(s, c))
                .Set(contextGeneration[c], next).Set(cr3[c], own)
                .From(rules.Source, SwitchRules.MovCr3);
            if (notesCompared)
            {
                s.Set(hasCompared[c], true);
            }

            if (WatchesStale)
            {
                s.SetIf(wasStale[c] & contextGeneration[c] == next, KeptStale, true).Set(wasStale[c], false);
            }
        });
        t.Step("loaded_mm", s =>
        {
            s.Set(loadedMm[c], own).Set(irqsOff[c], leavesInterruptsOff).From(rules.Source);
            if (notesCompared)
            {
                s.Set(hasCompared[c], false);
            }
        });
    }

    /// <summary>Adds switch_mm_irqs_off() to another address space.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The processor.</param>
    /// <param name="isTemporary">True if the address space is left as a temporary one, which clears the bit
    /// first.</param>
    /// <param name="leavesInterruptsOff">True if the caller has interrupts off and keeps them off.</param>
    public void SwitchOut(ThreadBuilder t, Expr c, bool isTemporary = false, bool leavesInterruptsOff = false)
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
            return s.When(loadedMm[c] == own & !preemptOff[c]).Set(irqsOff[c], true);
        }

        if (isTemporary)
        {
            t.Step("unuse_temporary_mm", s => Begin(s).Set(Cpumask[c], false));
        }

        if (rules.Marker != SwitchingMarker.None)
        {
            t.Step("loaded_mm = SWITCHING (other)", s => Begin(s)
                .Set(loadedMm[c], switching).Set(isLazy[c], false).Shows());
        }

        if (!rules.KeepsBit)
        {
            t.Step("cpumask_clear_cpu", s => Begin(s).Set(Cpumask[c], false));
        }

        t.Step("load_new_mm_cr3 (other)", s =>
        {
            s.Set(cr3[c], other).From(rules.Source);
            if (!rules.HasTags)
            {
                DropAll(s, c);
            }
        });
        t.Step("loaded_mm (other)", s => s
            .Set(loadedMm[c], other).Set(isLazy[c], false).Set(irqsOff[c], leavesInterruptsOff).From(rules.Source));
    }
}
