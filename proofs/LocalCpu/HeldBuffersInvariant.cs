using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.LocalCpu;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The reason why keeping a reference to each buffer until the next full flush suffices, for any number of CPUs,
/// addresses and frames, whichever thread touches an address and wherever threads run.
/// </summary>
public sealed class HeldBuffersInvariant : Invariant
{
    public override ImmutableArray<string> Claims =>
        ["VL-PTELEFT-HOLD:I-PTE", "VL-PTELEFT-HOLD:I-ENTRY", "VL-PTELEFT-HOLD:I-USE"];

    protected override void Describe(InvariantBuilder i)
    {
        var machine = i.Published<Machine>();
        var w = new Words(machine);
        var references = i.Published<HeldReferences>();
        var (cpu, va, frame, held, dropping) = (w.Cpu, w.Va, w.Frame, references.Held, references.Dropping);
        var isDropping = references.Zuf.At("put_page of held buffers");
        Expr IsClosing(Expr t) => !w.Is(t, "waiting", "inserted", "serving");

        i.Add("no step is undefined", !machine.Undefined);
        i.Add("no access has gone wrong", machine.Victim.IsNone);
        i.Add("no PTE is stale", ForAll(va, x => !w.IsStale(w.Pte(x))));
        i.Add("no TLB entry is stale", ForAll(cpu, va, (c, x) => !w.IsStale(w.Tlb(c, x))));

        // Every reachable buffer is held, and no step frees a held buffer.
        i.Add("what is mapped is held", ForAll(va, frame, (x, f) => w.Names(w.Pte(x), f).Implies(held[f])));
        i.Add("what is cached is held", ForAll(cpu, va, frame, (c, x, f) => w.Names(w.Tlb(c, x), f).Implies(held[f])));
        i.Add("what is held is a buffer", ForAll(frame, f => held[f].Implies(w.IsBuffer(f))));

        // What is about to be let go is mapped nowhere, and cached only where the flush has not come yet.
        i.Add("what is dropped is unmapped", ForAll(va, frame, (x, f) => dropping[f].Implies(!w.Names(w.Pte(x), f))));
        i.Add("what is dropped is cached only where a flush is to come", ForAll(cpu, va, frame, (c, x, f) =>
            (dropping[f] & w.Names(w.Tlb(c, x), f)).Implies(w.IsPending(c))));
        i.Add("buffers are dropped in a full flush only", ForAll(frame, f => dropping[f].Implies(isDropping)));
        i.Add("a full flush has no address", isDropping.Implies(w.FlushVa.IsNone));

        // One flush at a time.
        i.Add("a full flush has the lock", isDropping.Implies(w.Lock));
        i.Add("a thread that closes has the lock", ForAll(cpu, t => IsClosing(t).Implies(w.Lock)));
        i.Add("no thread closes during a full flush", ForAll(cpu, t => !(IsClosing(t) & isDropping)));
        i.Add("one thread closes", ForAll(cpu, cpu, (t, u) => t == u | !(IsClosing(t) & IsClosing(u))));
        i.Add("a thread that closes has an address", ForAll(cpu, t => IsClosing(t).Implies(w.At(t).HasValue)));
    }
}
