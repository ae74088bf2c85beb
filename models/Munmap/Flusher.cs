using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>A thread that unmaps pages and flushes them by flush_tlb_mm_range, in the order of the code.</summary>
internal sealed class Flusher(ModelBuilder m, Process process, AddressSpaces spaces, SwitchRules rules, Expr? mmapLock)
{
    private static readonly Source ShouldFlush = Source.Kernel("should_flush_tlb", "arch/x86/mm/tlb.c", "399ec9ca8fc4");
    private static readonly Source FlushMulti = Source.Kernel("native_flush_tlb_multi", "arch/x86/mm/tlb.c", "399ec9ca8fc4");

    private static readonly Source Unmap = Source.Kernel("try_to_unmap_one", "mm/rmap.c", "v6.18.2");
    private static readonly Source AddPending = Source.Kernel(
        "arch_tlbbatch_add_pending", "arch/x86/include/asm/tlbflush.h", "v6.18.2");
    private static readonly Source FlushBatch = Source.Kernel("arch_tlbbatch_flush", "arch/x86/mm/tlb.c", "399ec9ca8fc4");

    private readonly bool skipsLazy = rules.SkipsLazy && (!m.Has(TlbGenerations.FreeTables) || m.Has(TlbGenerations.SkipLazy));

    /// <summary>The generation that each CPU's flush is for; a map once the threads have declared it.</summary>
    public Expr Asked { get; private set; } = None;

    /// <summary>True if some CPU has a frame to free; once the threads have declared what they gather.</summary>
    public Func<Expr, Expr> IsGathered { get; private set; } = _ => false;

    /// <summary>Adds the program of a thread.</summary>
    public void Program(ThreadBuilder t, Expr c)
    {
        var sort = Sort.Map(process.Va, Sort.Option(process.Frame));
        var batch = t.Local("batch", sort, Fill(sort, None));
        var address = t.Local("address", process.Va);
        var table = process.Upper is null ? null : t.Local("table", process.Frame);
        var others = t.Local("others", Sort.Set(process.Cpu), Fill(Sort.Set(process.Cpu), false));
        var asked = t.Local("new_tlb_gen", Sort.Range(0, m.Size("gens")));

        if (m.Has(TlbGenerations.Batched))
        {
            t.Either(
                () => Unhook(t, c, batch, address),
                () =>
                {
                    UnmapBatch(t, c, batch, others, asked);
                    Finish(t, c, batch, null);
                    t.Return();
                });
        }
        else
        {
            Unhook(t, c, batch, address);
        }

        if (process.Upper is { } upper)
        {
            t.Step("free_pgtables", s => s
                .Set(table!, upper.Pmd).Set(upper.Pmd, None).Shows(upper.Pmd)
                .When(spaces.CanRunThread(c)).From(KernelCode.FreeTables));
        }

        t.Step("inc_mm_tlb_gen", s => spaces.Bump(s.When(spaces.CanRunThread(c)), c)
            .Set(asked, spaces.Generation + 1).From(KernelCode.FlushRange));
        t.Step(Architecture.X86.LocalFlush, s =>
        {
            spaces.Flush(s, c, address, mmapLock is null ? asked : null);
            s.Shows(address).ShowsNoneAs(Shootdown.Everything).From(KernelCode.FlushRange);
        });
        Interrupt(t, c, address, others);
        Finish(t, c, batch, table);
        Asked = Whole(asked);
        var (batches, tables) = (Whole(batch), table is null ? null : Whole(table));
        IsGathered = f => Exists(process.Cpu, d => Exists(process.Va, x => batches[d, x] == f)
            | (tables is null ? false : tables[d] == f));
    }

    private void Finish(ThreadBuilder t, Expr c, Expr batch, Expr? table) => t.Step("tlb_finish_mmu", s =>
    {
        process.Shootdown.Finish(s, c);
        spaces.EnablePreemption(s, c);
        process.FreeEach(s, f => Exists(process.Va, x => batch[x] == f) | (table is null ? false : table == f));
        if (mmapLock is not null)
        {
            s.Set(mmapLock, false);
        }

        s.Shows().From(KernelCode.Finish);
    });

    // Reclaim finds pages through rmap: its flush covers the whole batch and has no generation.
    private void UnmapBatch(ThreadBuilder t, Expr c, Expr batch, Expr others, Expr asked)
    {
        t.Step("try_to_unmap_one", process.Va, (s, x) => s
            .When(spaces.CanRunThread(c) & spaces.HasGenerationsLeft & process.Pte(x).HasValue)
            .Set(batch[x], process.FrameAt(x)).Set(process.Pte(x), None).From(Unmap));
        t.Step("inc_mm_tlb_gen (batch)", s => spaces.Bump(s, c).From(AddPending));
        t.Step("cpumask_or", s => s
            .Each(process.Cpu, d => s.Set(others[d], spaces.Cpumask[d] & d != c)).Shows().From(AddPending));
        t.Step(Architecture.X86.LocalFlush, s =>
        {
            spaces.Flush(s, c, None, asked); // reclaim's flush has no generation
            s.Shows().From(FlushBatch);
        });
        t.Step("arch_tlbbatch_flush", s => process.Shootdown
            .Send(s, c, d => others[d], None).Shows().From(FlushBatch));
    }

    // Either one page and a flush of its address, or all pages and a flush of the whole mm.
    private void Unhook(ThreadBuilder t, Expr c, Expr batch, Expr address)
    {
        StepBuilder Begin(StepBuilder s)
        {
            s.When(spaces.CanRunThread(c) & spaces.HasGenerationsLeft).From(KernelCode.Zap);
            return mmapLock is null ? s : s.When(!mmapLock).Set(mmapLock, true);
        }

        void Clear(StepBuilder s, Expr x) => s
            .SetIf(process.Pte(x).HasValue, batch[x], If(process.Pte(x).HasValue, Some(process.FrameAt(x)), None))
            .Set(process.Pte(x), None);
        void One() => t.Step("ptep_get_and_clear", process.Va, (s, x) =>
            Clear(Begin(s).When(process.Pte(x).HasValue).Set(address, x), x));
        void All() => t.Step("ptep_get_and_clear (whole mm)", s => Begin(s)
            .When(Exists(process.Va, x => process.Pte(x).HasValue))
            .Each(process.Va, x => Clear(s, x)).Shows());
        if (process.Upper is not null)
        {
            All();
        }
        else if (m.Size("va") == 1)
        {
            One();
        }
        else
        {
            t.Either(One, All);
        }
    }

    // Each read of another CPU's state is a step of its own.
    private void Interrupt(ThreadBuilder t, Expr c, Expr address, Expr others)
    {
        t.Step("mm_cpumask", s => s
            .Each(process.Cpu, d => s.Set(others[d], spaces.Cpumask[d] & d != c))
            .Shows().From(KernelCode.FlushRange));
        if (skipsLazy && rules.LooksAtLoaded)
        {
            // Once per second a flush interrupts every CPU in the cpumask, to trim it.
            t.Either(
                () => t.Step("should_flush_tlb: loaded_mm", s => s
                    .Each(process.Cpu, d => s.Set(others[d],
                        others[d] & spaces.SeemsLoaded(d, countsSwitching: !m.Has(TlbGenerations.OnlyLoaded))))
                    .Shows().From(ShouldFlush)),
                () => t.Step("should_trim_cpumask", s => s.Shows().From(ShouldFlush)));
        }

        t.Step(rules.SkipsLazy ? "native_flush_tlb_multi" : Architecture.X86.RemoteFlush, s => process.Shootdown
            .Send(s, c, d => skipsLazy ? others[d] & !spaces.IsLazy(d) : others[d], address)
            .Shows(address).ShowsNoneAs(Shootdown.Everything).From(rules.SkipsLazy ? FlushMulti : KernelCode.FlushRange));
    }

    private static Expr Whole(Expr local) => ((Expr.Index)local).Map;
}
