using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.KernelMappings;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Ownership;

/// <summary>The user of a page.</summary>
public enum PageUse
{
    /// <summary>The page is free, or the kernel's.</summary>
    Kernel,

    /// <summary>The page is being allocated for user space, or waits out of the direct map on a list of free pages.</summary>
    Allocated,

    /// <summary>The page is user space's.</summary>
    User,
}

/// <summary>Allocation for user space, kmap and kunmap, and the free, over the direct map.</summary>
/// <remarks>
/// PG_xpfo_unmapped changes in the same locked sections as the PTE, so the PTE stands for both. A locked section that waits
/// for nothing is one step: only the walker and the decrement of others run beside it, and the decrement does not read
/// what the section writes. xpfo_mapcount is the set of CPUs that have a page mapped, as each maps one page at a time.
/// </remarks>
internal sealed class XpfoKernel
{
    private readonly ModelBuilder m;
    private readonly Sort cpu;
    private readonly Sort frame;
    private readonly KernelMapping mapping;
    private readonly Expr use;
    private readonly Expr reference;
    private readonly Expr mapped;
    private readonly Expr? pageLock;
    private readonly BlockMapping? block;
    private readonly XpfoFlush? flush;
    private readonly Expr ready;
    private readonly Expr faulted;
    private readonly Expr hijacked;

    public XpfoKernel(ModelBuilder m)
    {
        this.m = m;
        var architecture = Architecture.Of(m);
        cpu = m.Processors("cpu", m.Size("cpu"));
        frame = m.ScalarSet("frame", m.Size("frame"), "f");
        var invalid = m.Is(Architecture.RiscVSbi.Profile) || m.Is(Architecture.RiscVIpi.Profile)
            ? new InvalidEntries(m, cpu, frame, m.Has(Xpfo.Svvptc))
            : null;
        mapping = new KernelMapping(m, cpu, frame, frame, architecture,
            Xpfo.DisablesInterrupts(m), hasPermissions: false, invalid)
        { HasOneThread = true };
        use = m.Map("page", frame, Sort.Enum<PageUse>());
        reference = m.Map("reference", cpu, Sort.Option(frame));
        mapped = m.Map("xpfo_mapcount", frame, cpu, Sort.Bool);
        pageLock = m.Has(Xpfo.FlushUnderLock) ? m.Map("xpfo_lock", frame, Sort.Bool) : null;
        block = m.Has(Xpfo.BlockMapping) ? new BlockMapping(m, architecture) : null;
        flush = m.Has(Xpfo.Off) ? null
            : m.Has(Xpfo.ByTask) ? new FlushByTask(m, mapping)
            : m.Has(Xpfo.AtSwitch) || m.Has(Xpfo.AtEntry) ? new FlushAtSwitch(m, mapping)
            : new FlushNow(mapping);
        ready = mapping.AddDirectMap(m, mapping.To);
        faulted = m.Ghost("kernel_fault", Sort.Bool);
        hijacked = m.Ghost("hijacked", Sort.Bool);
    }

    public void Describe()
    {
        var kernel = m.Thread("kernel", cpu, repeats: true, (t, c) =>
        {
            List<Action> calls = [() => Allocate(t, c), () => Use(t, c, isInterrupt: false)];
            if (m.Has(Xpfo.FromInterrupt))
            {
                calls.Add(() => Use(t, c, isInterrupt: true));
            }

            if (m.Has(Xpfo.Batched))
            {
                calls.Add(() => Refill(t, c));
            }

            t.Either([.. calls]);
        });
        var parts = new Xpfo.Parts(cpu, frame, mapping.Pages, mapping.Tlb, mapping.Shootdown, use, reference, mapped, kernel,
            ready, faulted, hijacked);
        m.Publish(parts);
        if (m.Has(Xpfo.Batched))
        {
            AddUnmappedLists();
        }
        else
        {
            m.Rule("xpfo_free_pages", frame, (s, f) => s
                .When(use[f] == PageUse.User & IsClosed(f)).Set(use[f], PageUse.Kernel)
                .Set(mapping.Pages.Shared(f), mapping.To(f)).By("kernel"))
                .From(Mails.Free);
        }

        flush?.AddOthers(m, c => reference[c].IsNone);
        mapping.AddEnvironment(m);
        if (!m.Assumes(Xpfo.NoWild))
        {
            m.Rule("ret2dir", cpu, frame, (s, c, f) => s
                .When((flush?.RunsKernel(c) ?? true) & (flush?.CanAttack(c, f) ?? true))
                .SetIf(mapping.Reaches(c, f) & use[f] == PageUse.User & IsClosed(f), hijacked, true))
                .From(Mails.Ret2Dir);
        }

        new XpfoProperties(m, parts, mapping, block, pageLock).Add();
    }

    /// <summary>True if no kernel code has a page mapped, or is mapping or unmapping it.</summary>
    private Expr IsClosed(Expr f) => ForAll(cpu, c => reference[c] != f);

    private Expr Page(Expr c) => reference[c].Value;

    private Expr Pte(Expr c) => mapping.Pages.Shared(Page(c));

    private Expr IsUnmapped(Expr c) => ForAll(cpu, d => !mapped[Page(c), d]);

    // Pages that are out of the direct map stay so on the lists of free pages, and need no flush to reach user space.
    private void AddUnmappedLists()
    {
        Expr IsListed(Expr f) => use[f] == PageUse.Allocated & IsClosed(f);
        m.Rule("xpfo_free_pages", frame, (s, f) => s
            .When(use[f] == PageUse.User & IsClosed(f)).Set(use[f], PageUse.Allocated).By("kernel"))
            .From(Mails.Batched);
        m.Rule("xpfo_alloc_pages (unmapped)", frame, (s, f) => s
            .When(IsListed(f)).Set(use[f], PageUse.User).By("kernel"))
            .From(Mails.Batched);
        m.Rule("xpfo_alloc_pages (kernel)", frame, (s, f) => s
            .When(IsListed(f)).Set(use[f], PageUse.Kernel).Set(mapping.Pages.Shared(f), mapping.To(f)).By("kernel"))
            .From(Mails.Batched);
    }

    private void Refill(ThreadBuilder t, Expr c)
    {
        t.Step("rmqueue_pcplist", frame, (s, f) => mapping.SetInterrupts(s, c, areOn: false)
            .When(ready & (flush?.CanBegin(c) ?? true) & use[f] == PageUse.Kernel)
            .Set(use[f], PageUse.Allocated).Set(reference[c], f).From(Mails.Rmqueue));
        t.Step("xpfo_pcp_refill", s => s.Set(Pte(c), None).Shows(reference[c]).From(Mails.Batched));
        flush?.Add(t, c, None);
        t.Step("local_irq_restore", s => mapping.SetInterrupts(s, c, areOn: true)
            .Set(reference[c], None).Shows(reference[c]).From(Mails.Rmqueue));
    }

    private void Allocate(ThreadBuilder t, Expr c)
    {
        t.Step("xpfo_alloc_pages", frame, (s, f) => (flush?.Allocate(s, c, f) ?? s)
            .When(ready & (flush?.CanBegin(c) ?? true) & use[f] == PageUse.Kernel)
            .Set(use[f], PageUse.Allocated).Set(reference[c], f).From(Mails.Alloc));
        if (flush is not null)
        {
            if (!m.Has(Xpfo.ZeroUnmaps))
            {
                t.Step("set_kpte (unmap)", s => (block?.Split(s) ?? s).Set(Pte(c), None).Shows(reference[c]).From(Mails.SetKpte));
            }

            flush.Add(t, c, reference[c]);
            if (m.Has(Xpfo.ZeroUnmaps))
            {
                Zero(t, c);
            }
        }

        t.Step("alloc_pages returns", s => s
            .Set(use[Page(c)], PageUse.User).Set(reference[c], None).Shows(reference[c]).From(Mails.Hook));
    }

    private void Zero(ThreadBuilder t, Expr c)
    {
        void Clear()
        {
            Map(t, c, isInterrupt: false);
            Unmap(t, c, isInterrupt: false);
        }

        if (m.Assumes(Xpfo.Zeroed))
        {
            Clear();
        }
        else
        {
            t.Either(Clear, () => t.Step("no __GFP_ZERO", s => s.From(Mails.OldAlloc)));
        }
    }

    private void Use(ThreadBuilder t, Expr c, bool isInterrupt)
    {
        t.Step(isInterrupt ? "interrupt: kmap_atomic" : "kmap_atomic", frame, (s, f) =>
        {
            s.When((flush?.CanBegin(c) ?? true) & use[f] == PageUse.User).Set(reference[c], f).From(Mails.KmapAtomic);
            if (isInterrupt)
            {
                mapping.SetInterrupts(s, c, areOn: false);
            }
        });
        if (flush is not null)
        {
            Map(t, c, isInterrupt);
        }

        Access(t, c);
        if (flush is not null)
        {
            Unmap(t, c, isInterrupt);
        }

        t.Step(isInterrupt ? "iret" : "kunmap_atomic returns", s =>
        {
            s.Set(reference[c], None).Shows().From(Mails.KmapAtomic);
            if (isInterrupt)
            {
                mapping.SetInterrupts(s, c, areOn: true);
            }
        });
    }

    private void Map(ThreadBuilder t, Expr c, bool isInterrupt)
    {
        Lock(t, c);
        t.Step("xpfo_kmap", s =>
        {
            s.Set(mapped[Page(c), c], true)
                .SetIf(IsUnmapped(c) & Pte(c).IsNone, Pte(c), mapping.To(Page(c)))
                .Shows(reference[c]).From(Mails.Kmap, Mails.SetKpte);
            if (pageLock is not null)
            {
                s.When(!pageLock[Page(c)]);
                mapping.SetInterrupts(s, c, areOn: true);
            }

            if (m.Has(Xpfo.FenceEach))
            {
                mapping.Invalidate(s, c, reference[c]);
            }
            else if (m.Has(Xpfo.FenceSetter))
            {
                s.If(IsUnmapped(c) & Pte(c).IsNone, () => mapping.Invalidate(s, c, reference[c]));
            }
        });
    }

    private void Access(ThreadBuilder t, Expr c)
    {
        StepBuilder Run(StepBuilder s) => mapping.Access(s, c, Page(c)).Shows(reference[c]);
        if (!m.Has(Xpfo.Retry))
        {
            t.Step("load/store", s => Run(s)
                .SetIf(!mapping.Reaches(c, Page(c)) | mapping.MayFault(c, Page(c)), faulted, true));
            return;
        }

        t.Label("load/store");
        t.Branch("load/store", mapping.MayFault(c, Page(c)),
            () =>
            {
                t.Step("spurious fault", s =>
                {
                    s.Shows(reference[c]);
                    if (m.Has(Xpfo.FenceOnFault))
                    {
                        mapping.Invalidate(s, c, reference[c]);
                    }
                });
                t.Goto("load/store");
            },
            null, s => Run(s).SetIf(!mapping.Reaches(c, Page(c)), faulted, true));
    }

    private void Unmap(ThreadBuilder t, Expr c, bool isInterrupt)
    {
        void Flush() => flush!.Add(t, c, reference[c]);
        void NotLast() => t.Never("no other CPU has the page mapped: there is one", m.Size("cpu") == 1);
        Expr isLast = ForAll(cpu, d => d == c | !mapped[Page(c), d]);
        Lock(t, c);
        if (pageLock is not null)
        {
            t.Branch("atomic_dec_return", isLast, Flush, NotLast, s => s
                .When(!pageLock[Page(c)]).Set(pageLock[Page(c)], true)
                .Set(mapped[Page(c), c], false).SetIf(isLast, Pte(c), None).Shows(reference[c]).From(Mails.KunmapLocked));
            t.Step("spin_unlock_irqrestore", s => mapping.SetInterrupts(s, c, areOn: true)
                .Set(pageLock[Page(c)], false).Shows(reference[c]).From(Mails.KunmapLocked));
            return;
        }

        t.Branch("atomic_dec_return", isLast, () =>
            {
                if (m.Has(Xpfo.NoRecheck))
                {
                    t.Step("set_kpte (kunmap)", s => s.Set(Pte(c), None).Shows(reference[c]).From(Mails.Kunmap));
                    Flush();
                }
                else
                {
                    t.Branch("atomic_read", IsUnmapped(c), Flush, NotLast, s => s
                        .SetIf(IsUnmapped(c), Pte(c), None).Shows(reference[c]).From(Mails.Kunmap));
                }
            },
            NotLast, s => s.Set(mapped[Page(c), c], false).Shows(reference[c]).From(Mails.Kunmap));
    }

    private void Lock(ThreadBuilder t, Expr c)
    {
        if (pageLock is not null)
        {
            t.Step("spin_lock_irqsave", s => mapping.SetInterrupts(s, c, areOn: false).Shows(reference[c]).From(Mails.KunmapLocked));
        }
    }
}
