using Verify.Claims;
using Verify.Modelling;
using Verify.Models.LocalCpu;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>The words that invariants about the server are made of, and what most of them begin with.</summary>
internal sealed class Words(Machine machine)
{
    private readonly Server server = machine.Server;

    public Machine Machine { get; } = machine;

    public Sort Cpu { get; } = machine.Cpu;

    public Sort Va { get; } = machine.Va;

    public Sort Frame { get; } = machine.Frame;

    public Expr Lock => server.Lock;

    /// <summary>The address that a flush under way asks to drop.</summary>
    public Expr FlushVa => server.Flush.Address(None);

    /// <summary>The PTE of an address, in the one page table that all CPUs walk.</summary>
    public Expr Pte(Expr x) => Machine.PageTable.Shared(x);

    public Expr Tlb(Expr c, Expr x) => Machine.Tlb[c, x];

    /// <summary>The thread whose VMA an address is in.</summary>
    public Expr Holder(Expr x) => server.Holder[x];

    /// <summary>The address that a thread works at.</summary>
    public Expr At(Expr t) => server.At[t];

    public Expr Buffer(Expr t) => server.Buffer[t];

    public Expr IsBuffer(Expr f) => Machine.Allocator.Owner[f] == Models.Hardware.Owner.AppBuf;

    public Expr IsPending(Expr d) => server.Flush.IsPending(None, d);

    public Expr IsStale(Expr entry) => Machine.Translation.IsStale(entry);

    public Expr Names(Expr entry, Expr f) => Machine.Translation.Names(entry, f);

    /// <summary>True if a thread is at one of the given points of its program.</summary>
    public Expr Is(Expr t, params ReadOnlySpan<string> points) => server.Threads.At(t, points);

    public Expr IsWaiting(Expr t) => Is(t, "waiting");

    public Expr IsServing(Expr t) => Is(t, "serving");

    public Expr IsUnmapping(Expr t) => !Is(t, "waiting", "serving");

    /// <summary>Adds that a thread has one address from the insert to the end of its munmap, and it alone.</summary>
    public void AddHolders(InvariantBuilder i)
    {
        i.Add("a thread waits while it has no address", ForAll(Cpu, t => At(t).IsNone == IsWaiting(t)));
        i.Add("a holder works at its address", ForAll(Va, Cpu, (x, t) => (Holder(x) == t).Implies(At(t) == x)));
        i.Add("a thread holds the address that it works at", ForAll(Va, Cpu, (x, t) => (At(t) == x).Implies(Holder(x) == t)));
        i.Add("a buffer in use is the application's", ForAll(Cpu, Frame, (t, f) => (Buffer(t) == f).Implies(IsBuffer(f))));
    }

    /// <summary>Adds that a mapping is of its holder and leads to its buffer, and that one thread unmaps at a time.</summary>
    public void AddMappings(InvariantBuilder i)
    {
        i.Add("an address comes with a buffer", ForAll(Cpu, t => At(t).HasValue.Implies(Buffer(t).HasValue)));
        i.Add("a mapped address has a holder", ForAll(Va, x => Pte(x).HasValue.Implies(Holder(x).HasValue)));
        i.Add("the holder of a mapped address serves", ForAll(Va, Cpu, (x, t) =>
            (Pte(x).HasValue & Holder(x) == t).Implies(IsServing(t))));
        i.Add("a PTE leads to the buffer of its holder", ForAll(Va, Cpu, Frame, (x, t, f) =>
            (Names(Pte(x), f) & Holder(x) == t).Implies(Buffer(t) == f)));
        i.Add("no PTE is stale", ForAll(Va, x => !IsStale(Pte(x))));
        i.Add("a thread that unmaps has the lock", ForAll(Cpu, t => IsUnmapping(t).Implies(Lock)));
        i.Add("one thread unmaps at a time", ForAll(Cpu, Cpu, (t, u) => t == u | !(IsUnmapping(t) & IsUnmapping(u))));
    }

    /// <summary>Adds that what a flush asks for is the address of the thread that unmaps, from one point of its program on.</summary>
    /// <param name="i">The invariant.</param>
    /// <param name="sent">The points at which the flush has been sent, and is not over.</param>
    public void AddFlushAddress(InvariantBuilder i, params string[] sent)
    {
        i.Add("a flush is of the address of its thread", ForAll(Cpu, Va, (t, x) =>
            (Is(t, sent) & At(t) == x).Implies(FlushVa == x)));
        i.Add("before it is sent, a flush has no address", ForAll(Cpu, t =>
            (IsUnmapping(t) & !Is(t, sent)).Implies(FlushVa.IsNone)));
        i.Add("without the lock there is no flush", (!Lock).Implies(FlushVa.IsNone));
    }

    /// <summary>
    /// Adds that a CPU's cached translation leads to the buffer of the thread that holds the address, so that no step
    /// frees it.
    /// </summary>
    public void AddEntries(InvariantBuilder i)
    {
        i.Add("no TLB entry is stale", ForAll(Cpu, Va, (c, x) => !IsStale(Tlb(c, x))));
        i.Add("a cached address has a holder", ForAll(Cpu, Va, (c, x) => Tlb(c, x).HasValue.Implies(Holder(x).HasValue)));
        i.Add("a TLB entry leads to the buffer of its holder", ForAll(Cpu, Cpu, Va, Frame, (c, t, x, f) =>
            (Names(Tlb(c, x), f) & Holder(x) == t).Implies(Buffer(t) == f)));
        i.Add("an address that is being flushed is unmapped", ForAll(Va, x => Pte(x).HasValue.Implies(FlushVa != x)));
        i.Add("an address that is being flushed has a holder", ForAll(Va, x => (FlushVa == x).Implies(Holder(x).HasValue)));
        i.Add("an entry that is being flushed has its flush to come", ForAll(Cpu, Va, (c, x) =>
            (Tlb(c, x).HasValue & FlushVa == x).Implies(IsPending(c))));
    }
}
