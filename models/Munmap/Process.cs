using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>The optional features of the hardware that a mechanism uses.</summary>
[Flags]
internal enum Needs
{
    /// <summary>None: entries are present or absent, and there is one flush at a time.</summary>
    Nothing = 0,

    /// <summary>Entries have writable and dirty bits.</summary>
    Permissions = 1,

    /// <summary>Every processor may have a flush in progress.</summary>
    ConcurrentFlushes = 2,

    /// <summary>System calls promise to remove entries.</summary>
    Promises = 4,

    /// <summary>Page tables are allocated and freed.</summary>
    Tables = 8,

    /// <summary>With tables: a flush says whether it covers upper levels too.</summary>
    Levels = 16,
}

/// <summary>
/// A process with threads on every CPU: its page table, the TLBs, and their autonomous steps. The mm stays loaded on
/// every CPU unless the mechanism adds context switches.
/// </summary>
public sealed class Process
{
    private readonly Expr freedEarly;
    private readonly bool hasLevels;
    private readonly Expr flushesTables;
    private bool countsLoads;

    internal Process(ModelBuilder m, Architecture architecture, Owner initially, Needs needs = Needs.Nothing)
    {
        Cpu = m.Processors("cpu", m.Size("cpu"));
        Va = m.ScalarSet("va", m.Size("va"), "p");
        Frame = m.ScalarSet("frame", m.Size("frame"), "f");
        Architecture = architecture;
        Allocator = new FrameAllocator(m, Frame, initially);
        Translation = new Translation(m, Frame, needs.HasFlag(Needs.Permissions));
        Pages = new PageTable(m, Cpu, Va, Translation);
        Tlb = new Tlb(m, Cpu, Va, Translation, needs.HasFlag(Needs.Promises));
        Allocator.Register(Pages);
        Allocator.Register(Tlb);
        if (needs.HasFlag(Needs.Tables))
        {
            Upper = new PagingStructureCache(m, Cpu, Frame);
            Allocator.Register(Upper);
        }

        Mmu = new Mmu(m, Architecture, Translation, Pages, Tlb, Upper);
        Shootdown = new Shootdown(m, Cpu, Va, Architecture, needs.HasFlag(Needs.ConcurrentFlushes));
        hasLevels = needs.HasFlag(Needs.Levels);
        flushesTables = hasLevels ? m.Map("flush_freed_tables", Cpu, Sort.Bool) : Fill(Sort.Set(Cpu), false);
        UsedStale = m.Ghost("used_stale", Sort.Bool);
        freedEarly = m.Ghost("freed_early", Sort.Bool);
    }

    public Sort Cpu { get; }

    public Sort Va { get; }

    public Sort Frame { get; }

    public Architecture Architecture { get; }

    public FrameAllocator Allocator { get; }

    public Translation Translation { get; }

    public PageTable Pages { get; }

    public Tlb Tlb { get; }

    /// <summary>The upper levels and their caches; null if page tables are never freed.</summary>
    public PagingStructureCache? Upper { get; }

    public Mmu Mmu { get; }

    public Shootdown Shootdown { get; }

    /// <summary>True if an access has gone through a stale translation.</summary>
    public Expr UsedStale { get; }

    /// <summary>The PTE of an address.</summary>
    public Expr Pte(Expr x) => Pages.Shared(x);

    /// <summary>The frame in the PTE of an address, which must be present.</summary>
    public Expr FrameAt(Expr x) => Pte(x).Value[Translation.Frame];

    /// <summary>Adds to a step that a page is free, and notes whether some TLB still had it.</summary>
    internal StepBuilder Free(StepBuilder s, Expr frame) =>
        Allocator.Free(s, frame).SetIf(Tlb.Names(frame), freedEarly, true);

    /// <summary>Adds to a step that some pages are free, and notes whether some TLB still had one of them.</summary>
    internal StepBuilder FreeEach(StepBuilder s, Func<Expr, Expr> which) => s
        .Each(Frame, f => s.If(which(f), () => Allocator.Free(s, f)))
        .SetIf(Exists(Frame, f => which(f) & Tlb.Names(f)), freedEarly, true);

    /// <summary>Adds a flush of all CPUs and the wait for it.</summary>
    /// <param name="t">The program.</param>
    /// <param name="c">The CPU that it runs on.</param>
    /// <param name="address">What to drop; everything when there is none.</param>
    /// <param name="when">What the first step waits for.</param>
    /// <param name="sources">Where it is called.</param>
    internal void Flush(ThreadBuilder t, Expr c, Expr address, Expr when, params Source[] sources) =>
        Shootdown.AddFlush(t, Mmu, c, address, s => s.When(when), sources);

    /// <summary>Adds a flush of all addresses on all CPUs, of leaf entries or of upper levels too, and the wait for it.</summary>
    internal void FlushLevels(ThreadBuilder t, Expr c, Expr freedTables, params Source[] sources)
    {
        var isBroadcast = Architecture.Remote == RemoteInvalidation.Broadcast;
        if (!isBroadcast)
        {
            t.Step(Architecture.LocalFlush, s =>
            {
                DropLevels(s, c, freedTables);
                s.Shows().From([Architecture.Source, .. sources]);
            });
        }

        t.Step(Architecture.RemoteFlush, s => Shootdown.Send(s, c, d => isBroadcast ? true : d != c, None)
            .Set(flushesTables[c], freedTables).Shows().From([.. sources]));
        t.Step("flush is complete", s => Shootdown.Finish(s, c).Set(flushesTables[c], false).Shows());
    }

    private void DropLevels(StepBuilder s, Expr c, Expr freedTables)
    {
        Tlb.DropAll(s, c);
        s.If(Architecture.HasLastLevelFlush ? freedTables : true, () => Upper!.Drop(s, c));
    }

    /// <summary>Adds a page fault of a CPU at an address, which takes a free frame.</summary>
    internal void AddPageFaults(ModelBuilder m, Func<Expr, Expr, Expr> isAllowed) =>
        m.Rule("do_anonymous_page", Cpu, Va, Frame, (s, c, x, f) => s
            .When(Pte(x).IsNone & Allocator.Owner[f] == Owner.Free & isAllowed(c, x))
            .When(Upper is null ? true : Upper.Pmd.HasValue)
            .Set(Pte(x), Translation.To(f)).Set(Allocator.Owner[f], Owner.AppBuf))
            .From(KernelCode.AnonymousPage);

    /// <summary>Adds the autonomous steps: walks, accesses, answers to flushes, and the reuse of frames.</summary>
    /// <param name="m">The model.</param>
    /// <param name="spaces">Context switches, where there are any.</param>
    /// <param name="hasInterrupts">Whether a CPU can take an interrupt; without context switches.</param>
    /// <param name="stored">What a store does beyond this.</param>
    /// <param name="hasLoads">Whether loads are accesses too, where entries have permissions and a store is a rule of its own.</param>
    internal void AddEnvironment(ModelBuilder m, AddressSpaces? spaces = null, Func<Expr, Expr>? hasInterrupts = null,
        Action<StepBuilder, Expr, Expr>? stored = null, bool hasLoads = false)
    {
        countsLoads = hasLoads || !Translation.HasPermissions;
        Mmu.AddWalks(m, Cpu, Va, spaces is null ? null : spaces.IsWalkable, KernelCode.AccessedBit);
        m.Rule(Translation.HasPermissions ? "store" : "load/store", Cpu, Va, (s, c, x) =>
        {
            s.When(spaces?.Runs(c) ?? true);
            if (Translation.HasPermissions)
            {
                Mmu.Store(s, c, x);
                s.SetIf(Mmu.StoresAtOnce(c, x) & Tlb[c, x].Value[Translation.Stale], UsedStale, true);
            }
            else
            {
                s.When(Tlb[c, x].HasValue).SetIf(Translation.IsStale(Tlb[c, x]), UsedStale, true);
            }

            stored?.Invoke(s, c, x);
        }).From(KernelCode.DirtyBit);
        if (hasLoads)
        {
            m.Rule("load", Cpu, Va, (s, c, x) => s
                .When(Tlb[c, x].HasValue).SetIf(Translation.IsStale(Tlb[c, x]), UsedStale, true)).From(Mmu.Speculation);
        }

        if (spaces is null)
        {
            Shootdown.AddAnswers(m, hasInterrupts ?? (_ => true),
                (s, from, d) =>
                {
                    if (hasLevels)
                    {
                        DropLevels(s, d, flushesTables[from]);
                    }
                    else
                    {
                        Mmu.Invalidate(s, d, Shootdown.Address(from));
                    }
                });
        }
    }

    /// <summary>Adds the properties that every one of these mechanisms is about.</summary>
    internal void AddInvariants(ModelBuilder m, AddressSpaces? spaces = null, bool freesAfterFlush = true)
    {
        if (freesAfterFlush)
        {
            m.Always("I-FREE", !freedEarly,
                "a frame is freed only after every TLB that might hold it has been invalidated");
        }

        m.Always("I-ENTRY",
            ForAll(Cpu, Va, (c, x) => (spaces?.CanStillUse(c) ?? true).Implies(!Translation.IsStale(Tlb[c, x]))),
            "no TLB entry that can still be used is from before the last free of its frame, or survives a call that "
                + "promised its end");
        m.Always("I-USE", !UsedStale, countsLoads
            ? "no architectural access goes through a stale translation"
            : "no store goes through a stale translation");
        m.Reachable("a translation outlives its PTE", Exists(Cpu, Va, (c, x) => Tlb[c, x].HasValue & Pte(x).IsNone));
        m.Reachable("every CPU has a translation", ForAll(Cpu, c => Exists(Va, x => Tlb[c, x].HasValue)));
        m.NoDeadlock("no deadlock");
    }

    /// <summary>Adds the property that no page, and no page table, is lost.</summary>
    /// <param name="m">The model.</param>
    /// <param name="isHeld">True if a frame is in the hands of a thread that frees it later.</param>
    internal void AddLeak(ModelBuilder m, Func<Expr, Expr> isHeld)
    {
        var (owner, isLinked) = (Allocator.Owner, Upper is null ? true : Upper.Pmd.HasValue);
        m.Always("I-LEAK", ForAll(Frame, f => (owner[f] == Owner.AppBuf | owner[f] == Owner.PageTable)
                .Implies((isLinked & Pages.Names(f)) | (Upper is null ? false : Upper.Pmd == f) | isHeld(f))),
            "each page of the process is mapped, or on its way to be freed");
    }

    /// <summary>Adds the property that what is mapped belongs to one user.</summary>
    internal void AddPteOwner(ModelBuilder m, Owner user) =>
        m.Always("I-PTE", ForAll(Va, x => Pte(x).HasValue.Implies(Allocator.Owner[FrameAt(x)] == user))
                & (Upper is null ? true : Upper.Pmd.HasValue.Implies(Allocator.Owner[Upper.Pmd.Value] == Owner.PageTable)),
            "no valid entry names a frame that is free or belongs to another user");

    /// <summary>The limits of a proof about such a process.</summary>
    internal static ImmutableArray<Limit> NotModelled { get; } = [NoEviction, .. Architecture.NotModelled];

    /// <summary>The limits of a proof about such a process on one architecture.</summary>
    internal static ImmutableArray<Limit> NotModelledOn(Architecture architecture) => [NoEviction, .. architecture.NotModelledHere];

    /// <summary>The limit of a proof about a process that stays on all CPUs.</summary>
    public const string NoSwitches = "context switches and lazy CPUs: the mm stays loaded, and in use, on every CPU; what others on x86 "
        + "keep until they compare generations is in tlb-generations";

    private const string NoEviction = "TLB eviction: no step is forced to fill, so it adds no behaviour";
}
