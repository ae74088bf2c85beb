using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.LocalCpu;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>Why four assumptions carry a local munmap, for any number of CPUs, addresses and frames.</summary>
public sealed class KeptAddressesInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["VL-BOAZ:I-USE"];

    protected override void Describe(InvariantBuilder i) => Add(i, new Words(i.Published<Machine>()));

    /// <summary>Adds what holds of a server whose threads keep their addresses and flush them locally.</summary>
    internal static void Add(InvariantBuilder i, Words w)
    {
        i.Add("no access has gone wrong", w.Machine.Victim.IsNone);
        AddThreads(i, w, w.Machine.Server.IsClosing);
        AddMappings(i, w);
        AddEntries(i, w, w.Machine.Server.IsClosing);
    }

    // A thread is in one munmap, which is local, or closes all that it has.
    private static void AddThreads(InvariantBuilder i, Words w, Expr closes)
    {
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        Expr IsUnhooked(Expr t) => w.Is(t, "unhooked");
        i.Add("a thread that waits has no address", ForAll(cpu, t => w.IsWaiting(t).Implies(w.At(t).IsNone)));
        i.Add("a thread that serves has an address", ForAll(cpu, t => w.IsServing(t).Implies(w.At(t).HasValue)));
        i.Add("a thread without an address waits, or closes", ForAll(cpu, t => w.At(t).IsNone.Implies(closes[t] | w.IsWaiting(t))));
        i.Add("a thread that closes has no address", ForAll(cpu, t => closes[t].Implies(w.At(t).IsNone)));
        i.Add("a thread that closes does not wait", ForAll(cpu, t => closes[t].Implies(!w.IsWaiting(t))));
        i.Add("a thread that waits has no buffer", ForAll(cpu, t => w.IsWaiting(t).Implies(w.Buffer(t).IsNone)));
        i.Add("an address comes with a buffer", ForAll(cpu, t => w.At(t).HasValue.Implies(w.Buffer(t).HasValue)));
        i.Add("a thread in phase Serving serves", ForAll(cpu, t =>
            (w.Machine.Server.PhaseOf[t] == Phase.Serving).Implies(w.IsServing(t))));
        i.Add("a thread holds the address that it works at", ForAll(cpu, va, (t, x) => (w.At(t) == x).Implies(w.Holder(x) == t)));
        i.Add("a buffer in use is the application's", ForAll(cpu, frame, (t, f) => (w.Buffer(t) == f).Implies(w.IsBuffer(f))));

        i.Add("a thread that closes has the lock", ForAll(cpu, t => closes[t].Implies(w.Lock)));
        i.Add("a thread that has unhooked has the lock", ForAll(cpu, t => IsUnhooked(t).Implies(w.Lock)));
        i.Add("one thread has unhooked", ForAll(cpu, cpu, (t, u) => t == u | !(IsUnhooked(t) & IsUnhooked(u))));
        i.Add("one thread closes", ForAll(cpu, cpu, (t, u) => t == u | !(closes[t] & closes[u])));
        i.Add("while one closes, no other has unhooked", ForAll(cpu, cpu, (t, u) => t == u | !(closes[t] & IsUnhooked(u))));
        i.Add("only who closes flushes the others", ForAll(cpu, t => w.Is(t, "flush_tlb_others", "tlb_finish_mmu").Implies(closes[t])));
    }

    private static void AddMappings(InvariantBuilder i, Words w)
    {
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        i.Add("a mapped address has a holder", ForAll(va, x => w.Pte(x).HasValue.Implies(w.Holder(x).HasValue)));
        i.Add("the holder of a mapped address serves", ForAll(va, cpu, (x, t) =>
            (w.Pte(x).HasValue & w.Holder(x) == t).Implies(w.IsServing(t))));
        i.Add("the holder of a mapped address works at it", ForAll(va, cpu, (x, t) =>
            (w.Pte(x).HasValue & w.Holder(x) == t).Implies(w.At(t) == x)));
        i.Add("what a thread works at is mapped until it has unhooked it", ForAll(cpu, va, (t, x) =>
            (w.At(t) == x).Implies(w.Pte(x).HasValue | w.Is(t, "unhooked"))));
        i.Add("a PTE leads to the buffer of its holder", ForAll(va, cpu, frame, (x, t, f) =>
            (w.Names(w.Pte(x), f) & w.Holder(x) == t).Implies(w.Buffer(t) == f)));
        i.Add("a PTE leads to a buffer", ForAll(va, frame, (x, f) => w.Names(w.Pte(x), f).Implies(w.IsBuffer(f))));
        i.Add("no PTE is stale", ForAll(va, x => !w.IsStale(w.Pte(x))));
    }

    // Elsewhere entries may go stale, but their addresses are never handed out again.
    private static void AddEntries(InvariantBuilder i, Words w, Expr closes)
    {
        var (cpu, va, frame) = (w.Cpu, w.Va, w.Frame);
        Expr OutlivesPte(Expr c, Expr x) => w.Tlb(c, x).HasValue & w.Pte(x).IsNone;
        Expr IsOwn(Expr c, Expr x) => w.Tlb(c, x).HasValue & w.Holder(x) == c;
        i.Add("a cached address has a holder", ForAll(cpu, va, (c, x) => w.Tlb(c, x).HasValue.Implies(w.Holder(x).HasValue)));
        i.Add("a holder's own entry is not stale", ForAll(cpu, va, (c, x) => IsOwn(c, x).Implies(!w.IsStale(w.Tlb(c, x)))));
        i.Add("a holder with an entry has a buffer", ForAll(cpu, va, (c, x) => IsOwn(c, x).Implies(w.Buffer(c).HasValue)));
        i.Add("a holder's own entry leads to its buffer", ForAll(cpu, va, frame, (c, x, f) =>
            (w.Names(w.Tlb(c, x), f) & w.Holder(x) == c).Implies(w.Buffer(c) == f)));
        i.Add("a holder's own entry is of the address that it works at", ForAll(cpu, va, va, (c, x, y) =>
            (IsOwn(c, x) & w.At(c) == y).Implies(x == y)));

        i.Add("a flush is of everything", w.FlushVa.IsNone);
        i.Add("who closes has flushed itself", ForAll(cpu, va, (c, x) =>
            w.Is(c, "flush_tlb_others", "tlb_finish_mmu").Implies(!OutlivesPte(c, x))));
        i.Add("while one closes, an old entry has its flush to come", ForAll(cpu, cpu, va, (c, t, x) =>
            (c != t & w.Is(t, "tlb_finish_mmu") & OutlivesPte(c, x)).Implies(w.IsPending(c))));
    }
}
