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

    /// <summary>The page is being allocated for user space.</summary>
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
            m.Has(Xpfo.FromInterrupt) || m.Has(Xpfo.FlushUnderLock), hasPermissions: false, invalid)
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
            if (m.Has(Xpfo.FromInterrupt))
            {
                t.Either(() => Allocate(t, c), () => Use(t, c, isInterrupt: false), () => Use(t, c, isInterrupt: true));
            }
            else
            {
                t.Either(() => Allocate(t, c), () => Use(t, c, isInterrupt: false));
            }
        });
        m.Publish(new Xpfo.Parts(cpu, frame, mapping.Pages, mapping.Tlb, mapping.Shootdown, use, reference, mapped, kernel,
            ready, faulted, hijacked));
        m.Rule("xpfo_free_pages", frame, (s, f) => s
            .When(use[f] == PageUse.User & IsClosed(f)).Set(use[f], PageUse.Kernel)
            .Set(mapping.Pages.Shared(f), mapping.To(f)).By("kernel"))
            .From(Mails.Free);
        flush?.AddOthers(m, c => reference[c].IsNone);
        mapping.AddEnvironment(m);
        if (!m.Assumes(Xpfo.NoWild))
        {
            m.Rule("ret2dir", cpu, frame, (s, c, f) => s
                .When((flush?.RunsKernel(c) ?? true) & (flush?.CanAttack(c, f) ?? true))
                .SetIf(mapping.Reaches(c, f) & use[f] == PageUse.User & IsClosed(f), hijacked, true))
                .From(Mails.Ret2Dir);
        }

        AddProperties(kernel);
    }

    /// <summary>True if no kernel code has a page mapped, or is mapping or unmapping it.</summary>
    private Expr IsClosed(Expr f) => ForAll(cpu, c => reference[c] != f);

    private Expr Page(Expr c) => reference[c].Value;

    private Expr Pte(Expr c) => mapping.Pages.Shared(Page(c));

    private Expr IsUnmapped(Expr c) => ForAll(cpu, d => !mapped[Page(c), d]);

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

    private void AddProperties(ModelThread kernel)
    {
        Expr isDefined = block?.IsDefined ?? true;
        Expr IsUsers(Expr f) => use[f] == PageUse.User;
        m.Always("I-XPFO", isDefined & ForAll(cpu, frame, (c, f) => mapping.Reaches(c, f).Implies(!IsUsers(f))),
            "while user space owns a page, no CPU can translate its address in the direct map");
        m.Always("I-XPFO-CLOSED",
            isDefined & ForAll(cpu, frame, (c, f) => (mapping.Reaches(c, f) & IsClosed(f)).Implies(!IsUsers(f))),
            "while user space owns a page that the kernel has not mapped, no CPU can translate its address in the direct map");
        m.Always("I-RET2DIR", isDefined & !hijacked,
            "kernel code that an attacker has misled does not reach a page of user space through the direct map");
        m.Always("I-KMAP", isDefined & !faulted, "kernel code can access a page that it has mapped");
        m.Always("I-KERNEL", ForAll(frame, f => (ready & use[f] == PageUse.Kernel).Implies(mapping.Pages.Shared(f).HasValue)),
            "a page that is not user space's has its address in the direct map");
        block?.AddInvariant(m);
        if (m.Has(Xpfo.Retry))
        {
            Expr IsAtAccess(Expr c) => kernel.At(c, "load/store", "spurious fault");
            m.LeadsTo("L-KMAP", Exists(cpu, IsAtAccess), ForAll(cpu, c => !IsAtAccess(c)),
                "an access to a page that the kernel has mapped gets through");
        }

        if (m.Has(Xpfo.FromInterrupt) || m.Has(Xpfo.FlushUnderLock))
        {
            AddInterruptProperties(kernel);
        }

        m.Reachable("user space owns a page", Exists(frame, IsUsers));
        m.Reachable("a CPU can translate a page that the kernel has mapped",
            Exists(cpu, frame, (c, f) => mapping.Reaches(c, f) & IsUsers(f)));
        m.Mark("user's", cpu, frame, (c, f) => (mapping.Tlb[c, f], mapping.Tlb[c, f].HasValue & IsUsers(f) & IsClosed(f)));
    }

    private void AddInterruptProperties(ModelThread kernel)
    {
        Expr Waits(Expr c) => mapping.HasInterruptsOff(c) & !mapping.Shootdown.IsComplete(c);
        var one = m.AnyOf("watched", cpu);
        m.LeadsTo("L-PROG", Waits(one), !Waits(one), "a CPU that waits for others to flush, with interrupts off, is answered");
        if (Architecture.Of(m).Remote == RemoteInvalidation.Broadcast)
        {
            return;
        }

        Expr WaitsForLock(Expr d, Expr c) => pageLock is null
            ? false
            : reference[d] == reference[c] & pageLock[Page(d)] & kernel.At(d, "xpfo_kmap", "atomic_dec_return");
        m.Always("I-IPI", ForAll(cpu, c => !Waits(c)), "no CPU that has interrupts off waits for others to flush");
        m.Always("I-DEADLOCK", ForAll(cpu, cpu, (c, d) => !(Waits(c) & mapping.HasInterruptsOff(d)
            & mapping.Shootdown.IsPending(c, d) & (mapping.Shootdown.IsPending(d, c) | WaitsForLock(d, c)))),
            "no two CPUs that have interrupts off wait for each other");
    }
}
