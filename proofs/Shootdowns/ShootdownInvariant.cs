using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Shootdowns;

/// <summary>The reason why the smallest shootdown is correct for any number of CPUs, pages and frames.</summary>
public sealed class ShootdownInvariant : Invariant
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["TLB-SHOOTDOWN"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, page, frame) = (i.Sort("cpu"), i.Sort("page"), i.Sort("frame"));
        var (pte, tlb, own) = (i["pte"], i["tlb"], i["own"]);
        var (flushing, acknowledged) = (i["flushing"], i["acknowledged"]);
        var (zappedPage, zappedFrame) = (i["zapped.page"], i["zapped.frame"]);

        // The property itself; and a frame that is mapped or about to be freed belongs to the user.
        i.Add("cached is user's", ForAll(cpu, page, frame, (c, p, f) => (tlb[c, p] == f).Implies(Is(own[f], "User"))));
        i.Add("mapped is user's", ForAll(page, frame, (p, f) => (pte[p] == f).Implies(Is(own[f], "User"))));
        i.Add("zapped is user's", ForAll(cpu, frame, (c, f) => (zappedFrame[c] == f).Implies(Is(own[f], "User"))));

        // A frame has one place: one PTE, or one CPU that is about to free it.
        i.Add("mapped once", ForAll(page, page, frame, (p, q, f) => p == q | pte[p] != f | pte[q] != f));
        i.Add("zapped once", ForAll(cpu, cpu, frame, (c, d, f) => c == d | zappedFrame[c] != f | zappedFrame[d] != f));
        i.Add("mapped or zapped", ForAll(cpu, page, frame, (c, p, f) => pte[p] != f | zappedFrame[c] != f));

        // A TLB entry belongs to the page at which its frame is or was last mapped.
        i.Add("cached where mapped", ForAll(cpu, page, page, frame, (c, p, q, f) =>
            (tlb[c, p] == f & pte[q] == f).Implies(p == q)));
        i.Add("cached where zapped", ForAll(cpu, cpu, page, frame, (c, d, p, f) =>
            (tlb[c, p] == f & zappedFrame[d] == f).Implies(zappedPage[d] == p)));

        // A CPU that has acknowledged has dropped the entry.
        i.Add("acknowledged is dropped", ForAll(cpu, cpu, page, frame, (c, d, p, f) =>
            (zappedFrame[c] == f & acknowledged[c, d]).Implies(tlb[d, p] != f)));

        // The notes of a CPU exist during a flush only.
        i.Add("a flush has a page", ForAll(cpu, c => flushing[c].Implies(zappedPage[c].HasValue)));
        i.Add("a flush has a frame", ForAll(cpu, c => flushing[c].Implies(zappedFrame[c].HasValue)));
        i.Add("only a flush has a frame", ForAll(cpu, c => zappedFrame[c].HasValue.Implies(flushing[c])));
        i.Add("only a flush is acknowledged", ForAll(cpu, cpu, (c, d) => acknowledged[c, d].Implies(flushing[c])));
    }
}
