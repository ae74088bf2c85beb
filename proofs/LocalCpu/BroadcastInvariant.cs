using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The reason why a broadcast invalidation leaves no stale entry, for any number of CPUs, addresses and frames.
/// </summary>
/// <remarks>
/// Found by <c>prove --any-size --find</c>; each conjunct excludes a counterexample to induction of the others.
/// </remarks>
public sealed class BroadcastInvariant : Invariant
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["VL-FULL-ARM:I-ENTRY"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, frame, va) = (i.Sort("cpu"), i.Sort("frame"), i.Sort("va"));
        var flushVa = i["flush_va"];
        var mmapLock = i["mmap_lock"];
        var owner = i["owner"];
        var pending = i["pending"];
        var pte = i["pte"];
        var tlb = i["tlb"];
        var vma = i["vma"];
        var at = i["zt.at"];
        var buffer = i["zt.buffer"];
        var pc = i["zt.pc"];
        var phase = i["zt.phase"];
        var ofFrame = i.Field("frame");
        var stale = i.Field("stale");
        i.Add("1", ForAll(cpu, va, (c1, v1) => !(tlb[c1, v1].HasValue & tlb[c1, v1].Value[stale])));
        i.Add("2", ForAll(cpu, c1 => at[c1].HasValue | Is(pc[c1], "waiting")));
        i.Add("3", ForAll(cpu, c1 => !at[c1].HasValue | buffer[c1].HasValue));
        i.Add("4", ForAll(cpu, c1 => !at[c1].HasValue | !Is(pc[c1], "waiting")));
        i.Add("5", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | vma[v1].HasValue));
        i.Add("6", ForAll(cpu, c1 => !Is(phase[c1], "Waiting") | !at[c1].HasValue));
        i.Add("7", mmapLock | !flushVa.HasValue);
        i.Add("8", ForAll(cpu, va, (c1, v1) => vma[v1].HasValue | !(at[c1] == v1)));
        i.Add("9", ForAll(cpu, frame, (c1, f2) => Is(owner[f2], "AppBuf") | !(buffer[c1] == f2)));
        i.Add("10", ForAll(cpu, va, (c1, v1) => vma[v1] == c1 | !(at[c1] == v1)));
        i.Add("11", ForAll(cpu, va, (c1, v1) => !(vma[v1] == c1) | at[c1] == v1));
        i.Add("12", ForAll(va, v1 => pte[v1].HasValue | !vma[v1].HasValue | mmapLock));
        i.Add("13", ForAll(cpu, c1 => !Is(phase[c1], "Serving") | Is(pc[c1], "serving")));
        i.Add("14", ForAll(cpu, c1 => flushVa.HasValue | !Is(pc[c1], "tlb_finish_mmu")));
        i.Add("15", ForAll(cpu, cpu, (c1, c2) => c1 == c2 | !Is(phase[c1], "Retiring") | !Is(phase[c2], "Retiring")));
        i.Add("16", ForAll(va, v1 => !pte[v1].HasValue | !(flushVa == v1)));
        i.Add("17", ForAll(va, v1 => vma[v1].HasValue | !(flushVa == v1)));
        i.Add("18", ForAll(va, v1 => !pte[v1].HasValue | vma[v1].HasValue));
        i.Add("19", ForAll(cpu, c1 => !flushVa.HasValue | !Is(pc[c1], "unhooked")));
        i.Add("20", ForAll(cpu, va, (c1, v1) => pte[v1].HasValue | !(vma[v1] == c1) | !Is(pc[c1], "serving")));
        i.Add("21", ForAll(cpu, cpu, frame, va, (c1, c2, f1, v1) =>
            c1 == c2 | !(tlb[c1, v1].Value[ofFrame] == f1) | !(vma[v1] == c2) | buffer[c2] == f1));
        i.Add("22", ForAll(cpu, frame, va, (c1, f1, v1) =>
            !(pte[v1].Value[ofFrame] == f1) | !(vma[v1] == c1) | buffer[c1] == f1));
        i.Add("23", ForAll(cpu, frame, va, (c1, f1, v1) =>
            !(tlb[c1, v1].Value[ofFrame] == f1) | !(vma[v1] == c1) | buffer[c1] == f1));
        i.Add("24", ForAll(va, v1 => !(pte[v1].HasValue & pte[v1].Value[stale])));
        i.Add("25", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | pending[c1] | !(flushVa == v1)));
        i.Add("26", ForAll(cpu, c1 => mmapLock | !Is(phase[c1], "Retiring")));
        i.Add("27", ForAll(cpu, va, (c1, v1) => !pte[v1].HasValue | !(vma[v1] == c1) | Is(pc[c1], "serving")));
    }
}
