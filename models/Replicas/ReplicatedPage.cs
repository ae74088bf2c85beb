using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.PageAccess;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Replicas;

/// <summary>A page of a file, its copies, the processes that map them, and the accesses of their CPUs.</summary>
/// <remarks>
/// It is not made of <see cref="FilePages.PageCache"/> and <see cref="FilePages.FileMappings"/>. They tell whose content a
/// page shows, so a second write to a file changes nothing there; here a copy may lack the second store. There a flush of
/// a CPU is one step, and a frame is free when nothing refers to it; here a CPU stores while another one waits for a
/// flush, and a copy may be freed while a TLB has it.
/// </remarks>
public sealed class ReplicatedPage
{
    private readonly MappedPage page;
    private readonly FrameAllocator allocator;
    private readonly Expr old;
    private readonly Expr late;
    private readonly Expr? knows;
    private readonly Expr? carries;

    internal ReplicatedPage(ModelBuilder m)
    {
        Cpu = m.Processors("cpu", m.Size("cpu"));
        Frame = m.ScalarSet("frame", m.Size("frame"), "f");
        page = new MappedPage(m, Cpu, Frame, isPerCpu: true);
        Device = m.Has(PageReplicas.Device) ? new DeviceCopy(m, Frame, page.Translation) : null;
        allocator = new FrameAllocator(m, Frame, Owner.Free);
        foreach (var holder in page.Holders.Concat(Device is null ? [] : [Device.Holder]))
        {
            allocator.Register(holder);
        }

        Original = m.Var("page_cache", Sort.Option(Frame));
        Copy = m.Map("copy", Cpu, Sort.Option(Frame));
        IsCollapsing = m.Var(m.Has(PageReplicas.Inode) ? "invalidate_lock_exclusive" : "no_spawn", Sort.Bool);
        IsFaulting = m.Map(m.Has(PageReplicas.Inode) ? "invalidate_lock_shared" : "list_lock", Cpu, Sort.Bool);
        old = m.Ghost("old", Sort.Set(Frame));
        late = m.Ghost("late", Sort.Set(Frame));
        if (m.Has(PageReplicas.Word))
        {
            knows = m.Ghost("knows_of_last_store", Sort.Set(Cpu));
            carries = m.Ghost("w_is_after_last_store", Sort.Bool);
        }

        m.Mark("old", Cpu, c => (Cached(c), Cached(c).HasValue & old[FrameOf(Cached(c))]));
    }

    /// <summary>The nodes.</summary>
    public Sort Cpu { get; }

    /// <summary>The frames.</summary>
    public Sort Frame { get; }

    /// <summary>The frame of the page in the page cache; none until it is read.</summary>
    public Expr Original { get; }

    /// <summary>The frame of each node's copy.</summary>
    public Expr Copy { get; }

    /// <summary>The copy of the device; null if the model has none.</summary>
    internal DeviceCopy? Device { get; }

    /// <summary>True while a write removes the copies: no fault may use or make one.</summary>
    public Expr IsCollapsing { get; }

    /// <summary>True while the fault of a node holds the lock of the list, or invalidate_lock shared.</summary>
    public Expr IsFaulting { get; }

    /// <summary>The use of each frame.</summary>
    public Expr OwnerOf(Expr frame) => allocator.Owner[frame];

    /// <summary>The entry of a node's process for the page.</summary>
    public Expr Pte(Expr c) => page.Pte(c);

    /// <summary>The cached entry of a node's CPU for the page.</summary>
    public Expr Cached(Expr c) => page.Cached(c);

    /// <summary>True if a copy lacks a store to the page.</summary>
    public Expr IsOld(Expr frame) => old[frame];

    /// <summary>True if a process can store to the page without a fault.</summary>
    public Expr IsWritable(Expr c) => page.IsWritable(Pte(c));

    /// <summary>True if an entry leads to a frame.</summary>
    internal Expr Names(Expr entry, Expr frame) => page.Translation.Names(entry, frame);

    /// <summary>Extends a step: a process maps a frame, read-only or writable.</summary>
    internal StepBuilder Map(StepBuilder s, Expr c, Expr frame, bool isWritable) => s.Set(Pte(c),
        page.Translation.To(frame).With(page.Translation.Writable, isWritable).With(page.Translation.Dirty, isWritable));

    /// <summary>Extends a step: a frame gets the content that the page has now.</summary>
    internal StepBuilder MakeCopy(StepBuilder s, Expr frame) => s
        .When(OwnerOf(frame) == Owner.Free)
        .Set(OwnerOf(frame), Owner.PageCache)
        .Set(old[frame], old[Original.Value]).Set(late[frame], late[Original.Value]);

    /// <summary>Extends a step: a frame is free.</summary>
    internal StepBuilder Free(StepBuilder s, Expr frame) => allocator.Free(s, frame);

    /// <summary>Extends a step: the entry of every process becomes read-only, and is to be flushed if it was not.</summary>
    internal StepBuilder WriteProtect(StepBuilder s, Expr toFlush) => s.Each(Cpu, d => s.If(IsWritable(d), () => page
        .WriteProtect(s, Pte(d)).Set(toFlush[d], true)));

    /// <summary>Extends a step: every process that maps a frame is to be flushed, and maps it no longer.</summary>
    internal StepBuilder UnmapAll(StepBuilder s, Expr frame, Expr toFlush) => s.Each(Cpu, d => s.If(Names(Pte(d), frame), () => s
        .Set(Pte(d), None).Set(toFlush[d], true)));

    /// <summary>Extends a step: the writer's handler returns, so the stores so far are complete.</summary>
    internal StepBuilder Complete(StepBuilder s) => s.Each(Frame, f => s.SetIf(old[f], late[f], true));

    /// <summary>Adds a flush of a set of nodes, which is empty afterwards.</summary>
    internal void Flush(ThreadBuilder t, Expr c, Expr toFlush) => t.If(Exists(Cpu, d => toFlush[d]), () => page
        .Flush(t, c, d => toFlush[d], s => s.Set(toFlush, Fill(Sort.Set(Cpu), false))));

    /// <summary>Adds the unmap of a process as a branch of an <c>Either</c>: only its own CPU has to be flushed.</summary>
    internal void Unmap(ThreadBuilder t, Expr c) => t.Step("zap_pte_range", s => page
        .Drop(s.When(Pte(c).HasValue), c).Set(Pte(c), None).From(KernelCode.Zap));

    internal void AddEnvironment(ModelBuilder m)
    {
        m.Rule("filemap_add_folio", Frame, (s, f) => s
            .When(Original.IsNone & OwnerOf(f) == Owner.Free)
            .Set(OwnerOf(f), Owner.PageCache).Set(Original, f).By("page cache"))
            .From(KernelCode.AddFolio);
        page.AddWalks(m);
        m.Rule("store x", Cpu, (s, c) =>
        {
            page.Store(s, c);
            var target = FrameOf(If(page.StoresAtOnce(c), Cached(c), Pte(c)));
            s.Each(Frame, f => s.If(f != target & OwnerOf(f) != Owner.Free, () => s
                .Set(old[f], true).SetIf(!IsCollapsing, late[f], true)));
            if (knows is not null)
            {
                s.Each(Cpu, d => s.Set(knows[d], d == c)).Set(carries!, false);
            }
        });
        if (knows is not null)
        {
            m.Rule("load x", Cpu, (s, c) => s
                .When(Pte(c).HasValue | Cached(c).HasValue)
                .SetIf(!old[FrameOf(If(Cached(c).HasValue, Cached(c), Pte(c)))], knows[c], true));
            m.Rule("store w", Cpu, (s, c) => s.Set(carries!, knows[c]));
            m.Rule("load w", Cpu, (s, c) => s.SetIf(carries!, knows[c], true));
        }

        Device?.AddEnvironment(m);
        page.AddAnswers(m);
    }

    internal void AddInvariants(ModelBuilder m)
    {
        m.Always("I-COH", ForAll(Cpu, c => !Reaches(c, old)) & !DeviceReaches(old),
            "from a store on, neither a CPU nor a device can read a copy that lacks it");
        m.Always("I-COH-DONE", ForAll(Cpu, c => !Reaches(c, late)) & !DeviceReaches(late),
            "once the write fault of a store has returned, neither a CPU nor a device can read a copy that lacks it");
        if (knows is not null)
        {
            m.Always("I-CAUSAL", ForAll(Cpu, c => !(knows[c] & Reaches(c, old))),
                "a CPU that has read x or w as written after a store to x cannot read a copy of x that lacks it");
        }

        m.Always("I-ENTRY", ForAll(Cpu, c => !page.Translation.IsStale(Cached(c)) & !page.Translation.IsStale(Pte(c))),
            "no PTE and no TLB entry leads to a copy that was freed");
        m.LeadsTo("L-PROG", IsCollapsing, !IsCollapsing, "a write fault that removes copies ends");
        m.Reachable("every node has a copy", ForAll(Cpu, c => Copy[c].HasValue));
        m.Reachable("a write finds a copy", IsCollapsing & Exists(Cpu, c => Copy[c].HasValue));
        m.Reachable("the page is written", Exists(Cpu, c => page.StoresAtOnce(c)));
        m.Reachable("a CPU has a copy in its TLB",
            Exists(Cpu, Cpu, (c, d) => Copy[d].HasValue & Names(Cached(c), Copy[d].Value)));
    }

    private Expr FrameOf(Expr entry) => entry.Value[page.Translation.Frame];

    private Expr DeviceReaches(Expr which) => Device is null ? false : Device.Reaches(which);

    private Expr Reaches(Expr c, Expr which)
    {
        Expr Leads(Expr entry) => entry.HasValue & (which[FrameOf(entry)] | entry.Value[page.Translation.Stale]);
        return Leads(Cached(c)) | Leads(Pte(c));
    }
}
