using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.LocalCpu;

/// <summary>The operation that a thread of the server is in.</summary>
public enum Phase
{
    /// <summary>Waiting for an operation.</summary>
    Waiting,

    /// <summary>Working on a buffer in user mode.</summary>
    Serving,

    /// <summary>Retiring a mapping in the kernel.</summary>
    Retiring,
}

/// <summary>The hardware that an instance needs, and what moves on its own: walkers, accesses, the device.</summary>
public sealed class Machine
{
    private static readonly string[] Addresses = ["x", "y", "z", "w"];

    private readonly Expr victim;
    private readonly Expr? leaked;

    internal Machine(ModelBuilder m)
    {
        Cpu = m.Processors("cpu", m.Size("cpu"));
        Va = m.ScalarSet("va", [.. Addresses.Take(m.Size("va"))]);
        Frame = m.ScalarSet("frame", m.Size("frame"), "f");
        Architecture = Architecture.Of(m);
        Allocator = new FrameAllocator(m, Frame, Owner.AppBuf);
        Translation = new Translation(m, Frame, hasPermissions: m.Has(LocalCpuFlag.Mprotect));
        PageTable = new PageTable(m, Cpu, Va, Translation, m.Has(LocalCpuFlag.PerCpuTables));
        Tlb = new Tlb(m, Cpu, Va, Translation);
        Allocator.Register(PageTable);
        Allocator.Register(Tlb);
        if (m.Has(LocalCpuFlag.FreeTables))
        {
            Upper = new PagingStructureCache(m, Cpu, Frame);
            Allocator.Register(Upper);
        }

        Mmu = new Mmu(m, Architecture, Translation, PageTable, Tlb, Upper);
        if (m.Has(LocalCpuFlag.Sva) && !m.Assumes(LocalCpuFlag.NoSva))
        {
            Device = new DeviceTlb(m, Va, Translation);
            Allocator.Register(Device);
        }

        if (m.Size("gens") > 0)
        {
            // Only a local flush leaves stale entries for the next switch to drop.
            Spaces = new AddressSpaces(m, Cpu, Tlb, m.Size("gens"), m.Has(LocalCpuFlag.LocalMunmap) ? HasStale : null);
        }

        Undefined = m.Has(LocalCpuFlag.Overwrite) ? m.Ghost("undefined_hw", Sort.Bool) : false;

        Server = new Server(m, this);
        victim = m.Ghost("stale_access_to", Sort.Option(Sort.Enum<Owner>()));
        m.Publish(this);
        leaked = Translation.HasPermissions ? null : m.Ghost("speculated_stale", Sort.Bool);
    }

    public Sort Cpu { get; }

    public Sort Va { get; }

    public Sort Frame { get; }

    public Architecture Architecture { get; }

    public FrameAllocator Allocator { get; }

    public Translation Translation { get; }

    public PageTable PageTable { get; }

    public Tlb Tlb { get; }

    /// <summary>The upper levels and their caches; null if page tables are never freed.</summary>
    public PagingStructureCache? Upper { get; }

    public DeviceTlb? Device { get; }

    /// <summary>Context switches; null if there are none.</summary>
    public AddressSpaces? Spaces { get; }

    public Server Server { get; }

    /// <summary>
    /// The owner of the frame that the last architectural access through a stale translation reached; none if there was
    /// no such access.
    /// </summary>
    public Expr Victim => victim;

    /// <summary>
    /// True if a speculative access used a stale translation. Null if a stale translation leads to the right frame and
    /// only allows too much.
    /// </summary>
    public Expr? SpeculatedStale => leaked;

    public Mmu Mmu { get; }

    /// <summary>
    /// True after a step for which the architecture gives no guarantees; null if no PTE is overwritten.
    /// </summary>
    public Expr Undefined { get; }

    /// <summary>True if the walker and the TLB of a processor use the server's address space.</summary>
    public Expr IsLoaded(Expr c) => Spaces?.IsWalkable(c) ?? true;

    /// <summary>True if a processor holds a stale entry.</summary>
    public Expr HasStale(Expr c) => Exists(Va, x => Translation.IsStale(Tlb[c, x]));

    /// <summary>
    /// True if a thread of the server can use cached translations of a processor without a further check.
    /// </summary>
    public Expr CanStillUse(Expr c) => Spaces?.CanStillUse(c) ?? true;

    internal void AddEnvironment(ModelBuilder m)
    {
        Mmu.AddWalks(m, Cpu, Va, IsLoaded, Code.AccessedBit);
        if (Translation.HasPermissions)
        {
            AddStore(m);
        }
        else
        {
            m.Rule("load/store", Cpu, Va, (s, c, x) => Access(s, c, x)).From(Mails.Zijlstra);
            m.Rule("speculative load", Cpu, Va, (s, c, x) => s
                .When(IsLoaded(c) & Tlb[c, x].HasValue)
                .SetIf(Translation.IsStale(Tlb[c, x]), leaked!, true))
                .From(Mmu.Speculation);
        }

        if (Device is not null)
        {
            AddDevice(m, Device);
        }

        Allocator.AddReuse(m, hasOwnTables: Upper is not null);
        Spaces?.AddScheduler(m);
        if (PageTable.IsPerCpu)
        {
            m.Reachable("a CPU has a translation", Exists(Cpu, Va, (c, x) => Tlb[c, x].HasValue));
        }
        else
        {
            m.Reachable("every CPU has a translation", ForAll(Cpu, c => Exists(Va, x => Tlb[c, x].HasValue)));
        }

        m.Reachable("a translation outlives its PTE", Exists(Cpu, Va, (c, x) =>
            Tlb[c, x].HasValue & PageTable.Entry(c, x).IsNone));
        m.Reachable("a buffer is freed", Exists(Frame, f => Allocator.Owner[f] == Owner.Free));
    }

    // An access that retires: through the cached entry if there is one, else through the page table.
    private void Access(StepBuilder s, Expr c, Expr x)
    {
        s.When(Server.MayTouch(c, x) & (Tlb[c, x].HasValue | Mmu.CanWalk(c, x, isSpeculative: false)));
        s.SetIf(Translation.IsStale(Tlb[c, x]), victim, OwnerBehind(Tlb[c, x]));
        s.If(Tlb[c, x].IsNone, () =>
        {
            var pte = PageTable.Entry(c, x);
            Expr readsFreed = Upper is null ? false : Upper.ReadsFreedTable(c);
            s.SetIf(!readsFreed & Translation.IsStale(pte), victim, OwnerBehind(pte));
            if (Upper is not null)
            {
                s.SetIf(readsFreed, victim, Allocator.Owner[Upper.Table(c)]);
            }

            Mmu.Walk(s, c, x);
        });
    }

    private Expr OwnerBehind(Expr option) => Allocator.Owner[option.Value[Translation.Frame]];

    // Stale here means that an entry allows more than the PTE; a load through it does no harm. A store through a clean
    // entry reads the PTE first, and faults if the PTE does not allow it.
    private void AddStore(ModelBuilder m)
    {
        m.Rule("store", Cpu, Va, (s, c, x) =>
        {
            Mmu.Store(s.When(Server.MayTouch(c, x)), c, x);
            s.SetIf(Mmu.StoresAtOnce(c, x) & Tlb[c, x].Value[Translation.Stale], victim, OwnerBehind(Tlb[c, x]));
        }).From(Code.DirtyBit);
        m.Rule("load", Cpu, Va, (s, c, x) => s
            .When(Server.MayTouch(c, x) & Tlb[c, x].IsNone & PageTable.Entry(c, x).HasValue)
            .Set(Tlb[c, x], PageTable.Entry(c, x)));
    }

    private void AddDevice(ModelBuilder m, DeviceTlb device)
    {
        m.Rule("ATS translation", Va, (s, x) => s
            .When(device[x].IsNone & PageTable.Shared(x).HasValue)
            .Set(device[x], PageTable.Shared(x)).By("device"))
            .From(Code.Ats);
        m.Rule("DMA", Va, (s, x) => s
            .When(device[x].HasValue & Server.IsServed(x))
            .SetIf(Translation.IsStale(device[x]), victim, OwnerBehind(device[x])).By("device"))
            .From(Code.Ats);
        m.Reachable("the device has a translation", Exists(Va, x => device[x].HasValue));
    }
}
