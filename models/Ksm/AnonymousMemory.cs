using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Ksm;

/// <summary>The threads that flush TLBs.</summary>
public enum Flusher
{
    /// <summary>ksmd.</summary>
    Ksmd,

    /// <summary>madvise(MADV_FREE).</summary>
    Advice,

    /// <summary>A call that write-protects pages.</summary>
    Protection,
}

/// <summary>The anonymous memory of a process: page table, TLBs, contents, and the references to pages.</summary>
internal sealed class AnonymousMemory
{
    private readonly ModelBuilder m;
    private readonly Sort cpu;
    private readonly PageTable pages;
    private readonly Tlb tlb;
    private readonly Mmu mmu;
    private readonly DeviceTlb? device;
    private readonly Shootdown shootdown;
    private readonly Expr exclusive;
    private readonly Expr expectsOwn;

    public AnonymousMemory(ModelBuilder m)
    {
        this.m = m;
        cpu = m.Processors("cpu", m.Size("cpu"));
        Va = m.ScalarSet("va", m.Size("va"), "p");
        Frame = m.ScalarSet("frame", m.Size("frame"), "f");
        Translation = new Translation(m, Frame, hasPermissions: true);
        pages = new PageTable(m, cpu, Va, Translation);
        tlb = new Tlb(m, cpu, Va, Translation);
        mmu = new Mmu(m, Architecture.X86, Translation, pages, tlb);
        device = m.Has(AnonymousKsm.Device) ? new DeviceTlb(m, Va, Translation) : null;
        shootdown = new Shootdown(m, cpu, Va, Architecture.X86, isConcurrent: true, Sort.Enum<Flusher>());
        Content = m.Map("content", Frame, Sort.Option(Va));
        exclusive = m.Is(AnonymousKsm.Linux619) ? m.Map("anon_exclusive", Frame, Sort.Bool) : Fill(Sort.Set(Frame), false);
        PageTableLock = m.Var("ptl", Sort.Option(Va));
        Folio = m.Var("folio", Sort.Option(Frame));
        StableFolio = m.Var("kfolio", Sort.Option(Frame));
        StableNode = m.Var("stable_node", Sort.Option(Frame));
        Pin = m.Has(AnonymousKsm.Pins) ? m.Var("pin", Sort.Option(Frame)) : None;
        Pending = m.Has(AnonymousKsm.Deferred) ? new FlushPending(m, 2) : null;
        expectsOwn = m.Ghost("expects_own", Sort.Map(Va, Sort.Bool));
    }

    public Sort Va { get; }

    public Sort Frame { get; }

    public Translation Translation { get; }

    /// <summary>The content of each frame: none for the common one, else the address that has written it.</summary>
    public Expr Content { get; }

    /// <summary>The address whose page-table lock ksmd holds; others hold it for one step only.</summary>
    public Expr PageTableLock { get; }

    /// <summary>The page that ksmd has locked and holds a reference to.</summary>
    public Expr Folio { get; }

    /// <summary>The KSM page that ksmd holds a reference to.</summary>
    public Expr StableFolio { get; }

    /// <summary>The page in the stable tree, which has no reference of its own.</summary>
    public Expr StableNode { get; }

    /// <summary>The page that is pinned.</summary>
    public Expr Pin { get; }

    /// <summary>The flushes that other calls have put off; null if there are none.</summary>
    public FlushPending? Pending { get; }

    /// <summary>The PTE of an address.</summary>
    public Expr Pte(Expr x) => pages.Shared(x);

    /// <summary>True if a PTE allows stores.</summary>
    public Expr IsWritable(Expr x) => Pte(x).HasValue & Pte(x).Value[Translation.Writable];

    /// <summary>True if a PTE leads to a frame.</summary>
    public Expr Maps(Expr x, Expr f) => Translation.Names(Pte(x), f);

    /// <summary>True if a frame is marked as of one mapping only.</summary>
    public Expr IsExclusive(Expr f) => exclusive[f];

    /// <summary>True if the page in the stable tree is still in use.</summary>
    public Expr HasStablePage => StableNode.HasValue & Exists(Va, x => Maps(x, StableNode.Value));

    /// <summary>Extends a step: a frame stops being exclusive.</summary>
    public StepBuilder Share(StepBuilder s, Expr f) => m.Is(AnonymousKsm.Linux619) ? s.Set(exclusive[f], false) : s;

    /// <summary>Extends a step: the device drops its translation.</summary>
    public StepBuilder DropFromDevice(StepBuilder s, Expr x) => device is null ? s : device.Drop(s, Some(x));

    /// <summary>Extends a step: something is written to a page on behalf of an address.</summary>
    public StepBuilder Write(StepBuilder s, Expr f, Expr x) => s.Set(Content[f], Some(x)).Set(expectsOwn[x], true);

    /// <summary>Adds a flush of an address on all CPUs, and the wait for it.</summary>
    /// <param name="t">The program.</param>
    /// <param name="from">The thread that flushes.</param>
    /// <param name="address">The local with the address.</param>
    /// <param name="reachesDevice">True if the flush reaches the device too.</param>
    /// <param name="source">The caller.</param>
    public void Flush(ThreadBuilder t, Flusher from, Expr address, bool reachesDevice, Source source)
    {
        t.Step("flush_tlb_page", s => shootdown.Send(s, from, _ => true, address).Shows(address).From(source));
        t.Step("flush is complete", s =>
        {
            shootdown.Finish(s, from).Shows().From(source);
            if (reachesDevice)
            {
                DropFromDevice(s, address.Value);
            }
        });
    }

    /// <summary>Adds page faults, accesses, and the answers to flushes.</summary>
    public void AddProcess()
    {
        m.Rule("do_anonymous_page", Va, Frame, (s, x, f) =>
        {
            s.When(Pte(x).IsNone & PageTableLock != x & IsFree(f))
                .Set(Pte(x), Translation.To(f)).Set(Content[f], None).From(KernelCode.AnonymousPage);
            BecomeNew(s, f);
        });
        m.Rule("do_wp_page (wp_page_reuse)", Va, (s, x) =>
        {
            s.When(Pte(x).HasValue & !IsWritable(x) & PageTableLock != x & CanReuse(FrameAt(x)))
                .Set(Pte(x).Value[Translation.Writable], true).From(KernelCode.Reuse);
            MarkExclusive(s, FrameAt(x));
        });
        m.Rule("do_wp_page (wp_page_copy)", Va, Frame, (s, x, f) =>
        {
            s.When(Pte(x).HasValue & !IsWritable(x) & PageTableLock != x & IsFree(f) & !CanReuse(FrameAt(x)))
                .When(m.Is(AnonymousKsm.Linux413) ? Folio != FrameAt(x) : true)
                .Set(Pte(x), Translation.To(f).With(Translation.Dirty, true)).Set(Content[f], Content[FrameAt(x)])
                .Each(cpu, c => tlb.Drop(s, c, x)).From(KernelCode.Copy);
            BecomeNew(s, f);
            DropFromDevice(s, x);
        });
        mmu.AddWalks(m, cpu, Va);
        m.Rule("store", cpu, Va, (s, c, x) => Store(s, c, x, Some(x))).From(KernelCode.DirtyBit);
        m.Rule("store (common content)", cpu, Va, (s, c, x) => Store(s, c, x, None)).From(KernelCode.DirtyBit);
        if (device is not null)
        {
            m.Rule("device translates", Va, (s, x) => s
                .When(device[x].IsNone & Pte(x).HasValue).Set(device[x], Pte(x)).By("device")).From(KernelCode.Ats);
            m.Rule("device stores", Va, (s, x) => s
                .When(device[x].HasValue & device[x].Value[Translation.Writable])
                .Set(Content[device[x].Value[Translation.Frame]], Some(x)).Set(expectsOwn[x], true).By("device"))
                .From(KernelCode.Ats);
            m.Reachable("the device has a translation that the PTE lacks", Exists(Va, x => device[x].HasValue & Pte(x).IsNone));
        }

        shootdown.AddAnswers(m, _ => true, (s, from, d) => mmu.Invalidate(s, d, shootdown.Address(from)), isFair: true);
    }

    /// <summary>Adds the properties.</summary>
    public void AddInvariants()
    {
        m.Always("I-ISO", ForAll(Va, Frame, (x, f) => Reads(x, f).Implies(Content[f].IsNone | Content[f] == x)),
            "a store through one address never changes what is read at another one");
        m.Always("I-LOST", ForAll(Va, Frame, (x, f) =>
                Reads(x, f).Implies((Content[f].IsNone.Implies(!expectsOwn[x])) & ((Content[f] == x).Implies(expectsOwn[x])))),
            "no store disappears: what is read at an address is what was stored there last");
        var isBusy = PageTableLock.HasValue | Folio.HasValue | StableFolio.HasValue;
        m.LeadsTo("L-PROG", isBusy, !isBusy, "ksmd gives back the pages and the page-table lock that it has taken");
        m.Reachable("pages are merged", Exists(Va, Va, (x, y) =>
            x != y & Pte(x).HasValue & Pte(y).HasValue & Pte(x).Value[Translation.Frame] == Pte(y).Value[Translation.Frame]));
        m.Reachable("an address without a KSM page has the common content again",
            Exists(Va, x => IsWritable(x) & Content[FrameAt(x)].IsNone));
        m.NoDeadlock("no deadlock");
    }

    private Expr FrameAt(Expr x) => Pte(x).Value[Translation.Frame];

    private Expr Reads(Expr x, Expr f) => Maps(x, f) | Exists(cpu, c => Translation.Names(tlb[c, x], f))
        | (device is null ? false : Translation.Names(device[x], f));

    // A page has no free list of its own: it is free when nothing refers to it.
    private Expr IsFree(Expr f) => ForAll(Va, x => !Maps(x, f)) & Folio != f & StableFolio != f & Pin != f;

    // Since 5.9 a write fault reuses a page by its references, before by its mappings.
    private Expr CanReuse(Expr f) => IsExclusive(f)
        | (StableNode != f & Folio != f & (m.Is(AnonymousKsm.Linux619) ? Pin != f : true));

    private void BecomeNew(StepBuilder s, Expr f)
    {
        MarkExclusive(s, f);
        s.SetIf(StableNode == f, StableNode, None);
    }

    private void MarkExclusive(StepBuilder s, Expr f)
    {
        if (m.Is(AnonymousKsm.Linux619))
        {
            s.Set(exclusive[f], true);
        }
    }

    private void Store(StepBuilder s, Expr c, Expr x, Expr content)
    {
        mmu.Store(s, c, x);
        s.Each(Frame, f => s.SetIf(
            If(mmu.StoresAtOnce(c, x), Translation.Names(tlb[c, x], f), Maps(x, f)), Content[f], content))
            .Set(expectsOwn[x], content is not Expr.NoneOf);
    }
}
