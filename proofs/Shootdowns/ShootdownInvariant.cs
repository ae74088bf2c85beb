using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Shootdowns;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Shootdowns;

/// <summary>The reason why the smallest shootdown is correct for any number of CPUs, pages and frames.</summary>
public sealed class ShootdownInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["TLB-SHOOTDOWN"];

    protected override void Describe(InvariantBuilder i)
    {
        var state = i.Published<TlbShootdown.Parts>();
        var (cpu, page, frame, pte, tlb) = (state.Cpu, state.Page, state.Frame, state.Pte, state.Tlb);
        var (flushing, acknowledged, zappedPage, zappedFrame) = (state.Flushing, state.Acknowledged, state.ZappedPage, state.ZappedFrame);
        Expr IsUsers(Expr f) => state.Own[f] == TlbShootdown.FrameUse.User;

        // The property, and that what is mapped, or on its way to be freed, is the user's.
        i.Add("cached is user's", ForAll(cpu, page, frame, (c, p, f) => (tlb[c, p] == f).Implies(IsUsers(f))));
        i.Add("mapped is user's", ForAll(page, frame, (p, f) => (pte[p] == f).Implies(IsUsers(f))));
        i.Add("zapped is user's", ForAll(cpu, frame, (c, f) => (zappedFrame[c] == f).Implies(IsUsers(f))));

        // A frame has one place: one PTE, or one CPU that is about to free it.
        i.Add("mapped once", ForAll(page, page, frame, (p, q, f) => p == q | pte[p] != f | pte[q] != f));
        i.Add("zapped once", ForAll(cpu, cpu, frame, (c, d, f) => c == d | zappedFrame[c] != f | zappedFrame[d] != f));
        i.Add("mapped or zapped", ForAll(cpu, page, frame, (c, p, f) => pte[p] != f | zappedFrame[c] != f));

        // A TLB entry belongs to the page at which its frame is or was last mapped.
        i.Add("cached where mapped", ForAll(cpu, page, page, frame, (c, p, q, f) =>
            (tlb[c, p] == f & pte[q] == f).Implies(p == q)));
        i.Add("cached where zapped", ForAll(cpu, cpu, page, frame, (c, d, p, f) =>
            (tlb[c, p] == f & zappedFrame[d] == f).Implies(zappedPage[d] == p)));
        i.Add("acknowledged is dropped", ForAll(cpu, cpu, page, frame, (c, d, p, f) =>
            (zappedFrame[c] == f & acknowledged[c, d]).Implies(tlb[d, p] != f)));

        // The notes of a CPU exist during a flush only.
        i.Add("a flush has a page", ForAll(cpu, c => flushing[c].Implies(zappedPage[c].HasValue)));
        i.Add("a flush has a frame", ForAll(cpu, c => flushing[c].Implies(zappedFrame[c].HasValue)));
        i.Add("only a flush has a frame", ForAll(cpu, c => zappedFrame[c].HasValue.Implies(flushing[c])));
        i.Add("only a flush is acknowledged", ForAll(cpu, cpu, (c, d) => acknowledged[c, d].Implies(flushing[c])));
    }
}
