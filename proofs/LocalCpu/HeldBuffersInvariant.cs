using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The reason why keeping a reference to each buffer until the next full flush suffices, for any number of CPUs,
/// addresses and frames, whichever thread touches an address and wherever threads run.
/// </summary>
public sealed class HeldBuffersInvariant : Invariant
{
    private const string Dropping = "put_page of held buffers";

    /// <inheritdoc/>
    public override ImmutableArray<string> Claims =>
        ["VL-PTELEFT-HOLD:I-PTE", "VL-PTELEFT-HOLD:I-ENTRY", "VL-PTELEFT-HOLD:I-USE"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, va, frame) = (i.Sort("cpu"), i.Sort("va"), i.Sort("frame"));
        var (pte, tlb, held, dropping) = (i["pte"], i["tlb"], i["held"], i["dropping"]);
        var (stale, named) = (i.Field("stale"), i.Field("frame"));
        Expr IsStale(Expr entry) => entry.HasValue & entry.Value[stale];
        Expr Names(Expr entry, Expr f) => entry.HasValue & entry.Value[named] == f;
        Expr IsDropping() => Is(i["zuf.pc"], Dropping);
        Expr IsClosing(Expr c) => Is(i["zt.pc"][c], "flush_tlb_func_local", "flush_tlb_func_local'2",
            "flush_tlb_others", "flush_tlb_others'2", "tlb_finish_mmu", "tlb_finish_mmu'2");

        i.Add("no step is undefined", !i["undefined_hw"]);
        i.Add("no access goes wrong", i["stale_access_to"].IsNone);
        i.Add("no PTE is stale", ForAll(va, x => !IsStale(pte[x])));
        i.Add("no entry is stale", ForAll(cpu, va, (c, x) => !IsStale(tlb[c, x])));

        // Every reachable frame is held, and a held frame is not freed.
        i.Add("mapped is held", ForAll(va, frame, (x, f) => Names(pte[x], f).Implies(held[f])));
        i.Add("cached is held", ForAll(cpu, va, frame, (c, x, f) => Names(tlb[c, x], f).Implies(held[f])));
        i.Add("held is a buffer", ForAll(frame, f => held[f].Implies(Is(i["owner"][f], "AppBuf"))));

        // A frame that is about to be released is mapped nowhere, and cached only where the flush has not arrived yet.
        i.Add("dropped is unmapped", ForAll(va, frame, (x, f) => dropping[f].Implies(!Names(pte[x], f))));
        i.Add("dropped is flushed", ForAll(cpu, va, frame, (c, x, f) =>
            (dropping[f] & Names(tlb[c, x], f)).Implies(i["pending"][c])));
        i.Add("dropped in a full flush", ForAll(frame, f => dropping[f].Implies(IsDropping())));
        i.Add("a full flush has no address", IsDropping().Implies(i["flush_va"].IsNone));

        // One flush at a time.
        i.Add("a full flush has the lock", IsDropping().Implies(i["mmap_lock"]));
        i.Add("closing has the lock", ForAll(cpu, c => IsClosing(c).Implies(i["mmap_lock"])));
        i.Add("closing or a full flush", ForAll(cpu, c => !(IsClosing(c) & IsDropping())));
        i.Add("one is closing", ForAll(cpu, cpu, (c, d) => c == d | !(IsClosing(c) & IsClosing(d))));
        i.Add("closing has an address", ForAll(cpu, c => IsClosing(c).Implies(i["zt.at"][c].HasValue)));
    }
}
