using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Munmap;

/// <summary>
/// The reason why every access under mmu_gather is correct, for any number of CPUs, addresses and frames.
/// </summary>
/// <remarks>
/// Found by <c>prove --any-size --find</c>; each conjunct excludes a counterexample to induction of the others.
/// </remarks>
public sealed class GatherUseInvariant : Invariant
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["B-GATHER:I-USE"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, frame, va) = (i.Sort("cpu"), i.Sort("frame"), i.Sort("va"));
        var mmapLock = i["mmap_lock"];
        var munmapBatch = i["munmap.batch"];
        var munmapPc = i["munmap.pc"];
        var owner = i["owner"];
        var pending = i["pending"];
        var pte = i["pte"];
        var tlb = i["tlb"];
        var flushVa = i["flush_va"];
        var ofFrame = i.Field("frame");
        var stale = i.Field("stale");
        i.Add("1", !i["used_stale"]);
        i.Add("2", ForAll(cpu, va, (c1, v1) => !(tlb[c1, v1].HasValue & tlb[c1, v1].Value[stale])));
        i.Add("3", ForAll(cpu, c1 => mmapLock == c1 | Is(munmapPc[c1], "unhook")));
        i.Add("4", ForAll(cpu, va, (c1, v1) => !pte[v1].HasValue | !munmapBatch[c1, v1].HasValue));
        i.Add("5", ForAll(cpu, va, (c1, v1) => mmapLock == c1 | !munmapBatch[c1, v1].HasValue));
        i.Add("6", ForAll(cpu, frame, va, (c1, f1, v1) =>
                !Is(owner[f1], "Free") | !(tlb[c1, v1].Value[ofFrame] == f1)));
        i.Add("7", ForAll(cpu, frame, va, va, (c1, f1, v1, v2) =>
                v1 == v2 | !(tlb[c1, v1].Value[ofFrame] == f1) | !(munmapBatch[c1, v2] == f1)));
        i.Add("8", ForAll(cpu, va, (c1, v1) => pte[v1].HasValue | !tlb[c1, v1].HasValue | Is(munmapPc[c1], "unhook")));
        i.Add("9", !flushVa.HasValue);
        i.Add("10", ForAll(cpu, cpu, va, (c1, c2, v1) =>
                c1 == c2 | pte[v1].HasValue | !tlb[c1, v1].HasValue | !Is(munmapPc[c2], "free")));
        i.Add("11", ForAll(cpu, frame, va, va, (c1, f1, v1, v2) =>
                v1 == v2 | !(pte[v1].Value[ofFrame] == f1) | !(munmapBatch[c1, v2] == f1)));
        i.Add("12", ForAll(frame, va, (f2, v1) => Is(owner[f2], "AppBuf") | !(pte[v1].Value[ofFrame] == f2)));
        i.Add("13", ForAll(cpu, frame, va, (c1, f2, v2) => Is(owner[f2], "AppBuf") | !(munmapBatch[c1, v2] == f2)));
        i.Add("14", ForAll(cpu, frame, frame, va, (c1, f1, f2, v1) =>
                f1 == f2 | !(pte[v1].Value[ofFrame] == f1) | !(tlb[c1, v1].Value[ofFrame] == f2)));
        i.Add("15", ForAll(va, v1 => !(pte[v1].HasValue & pte[v1].Value[stale])));
        i.Add("16", ForAll(cpu, frame, va, (c1, f2, v1) =>
                Is(owner[f2], "AppBuf") | !(tlb[c1, v1].Value[ofFrame] == f2)));
        i.Add("17", ForAll(cpu, frame, va, va, (c1, f1, v1, v2) =>
                v1 == v2 | !(pte[v1].Value[ofFrame] == f1) | !(tlb[c1, v2].Value[ofFrame] == f1)));
        i.Add("18", ForAll(cpu, cpu, va, (c1, c2, v1) =>
                c1 == c2 | pte[v1].HasValue | !tlb[c1, v1].HasValue | pending[c1] | !Is(munmapPc[c2], "flush is complete")));
        i.Add("19", ForAll(frame, va, va, (f1, v1, v2) =>
                v1 == v2 | !(pte[v1].Value[ofFrame] == f1) | !(pte[v2].Value[ofFrame] == f1)));
        i.Add("20", ForAll(cpu, frame, va, va, (c2, f1, v1, v2) =>
                v1 == v2 | !(munmapBatch[c2, v1] == f1) | !(munmapBatch[c2, v2] == f1)));
        i.Add("21", ForAll(cpu, va, (c1, v1) => pte[v1].HasValue | !tlb[c1, v1].HasValue | mmapLock.HasValue));
    }
}
