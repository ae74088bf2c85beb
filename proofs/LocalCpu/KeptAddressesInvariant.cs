using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The reason why four assumptions suffice for a local munmap, for any number of CPUs, addresses and frames.
/// </summary>
/// <remarks>
/// Found by <c>prove --any-size --find</c>; each conjunct excludes a counterexample to induction of the others.
/// </remarks>
public sealed class KeptAddressesInvariant : Invariant
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["VL-BOAZ:I-USE"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, frame, va) = (i.Sort("cpu"), i.Sort("frame"), i.Sort("va"));
        var flushVa = i["flush_va"];
        var mmapLock = i["mmap_lock"];
        var owner = i["owner"];
        var pending = i["pending"];
        var pte = i["pte"];
        var staleAccessTo = i["stale_access_to"];
        var tlb = i["tlb"];
        var vma = i["vma"];
        var at = i["zt.at"];
        var buffer = i["zt.buffer"];
        var isClosing = i["zt.is_closing"];
        var pc = i["zt.pc"];
        var phase = i["zt.phase"];
        var ofFrame = i.Field("frame");
        var stale = i.Field("stale");
        i.Add("1", !staleAccessTo.HasValue);
        i.Add("2", ForAll(va, v1 => !(pte[v1].HasValue & pte[v1].Value[stale])));
        i.Add("3", ForAll(cpu, c1 => at[c1].HasValue | !Is(pc[c1], "serving")));
        i.Add("4", ForAll(cpu, c1 => !at[c1].HasValue | buffer[c1].HasValue));
        i.Add("5", ForAll(cpu, c1 => !at[c1].HasValue | !Is(pc[c1], "waiting")));
        i.Add("6", ForAll(cpu, c1 => !Is(phase[c1], "Serving") | Is(pc[c1], "serving")));
        i.Add("7", ForAll(cpu, va, (c1, v1) => vma[v1].HasValue | !(at[c1] == v1)));
        i.Add("8", ForAll(cpu, c1 => mmapLock | !isClosing[c1]));
        i.Add("9", ForAll(va, v1 => !pte[v1].HasValue | vma[v1].HasValue));
        i.Add("10", ForAll(cpu, c1 => !at[c1].HasValue | !isClosing[c1]));
        i.Add("11", ForAll(cpu, c1 => isClosing[c1] | !Is(pc[c1], "flush_tlb_others")));
        i.Add("12", ForAll(cpu, c1 => isClosing[c1] | !Is(pc[c1], "tlb_finish_mmu")));
        i.Add("13", ForAll(cpu, c1 => !buffer[c1].HasValue | !Is(pc[c1], "waiting")));
        i.Add("14", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | vma[v1].HasValue));
        i.Add("15", ForAll(cpu, frame, (c1, f2) => Is(owner[f2], "AppBuf") | !(buffer[c1] == f2)));
        i.Add("16", ForAll(frame, va, (f2, v1) => Is(owner[f2], "AppBuf") | !(pte[v1].Value[ofFrame] == f2)));
        i.Add("17", ForAll(cpu, va, (c1, v1) =>
            !(tlb[c1, v1].HasValue & tlb[c1, v1].Value[stale]) | !(vma[v1] == c1)));
        i.Add("18", ForAll(cpu, va, (c1, v1) => vma[v1] == c1 | !(at[c1] == v1)));
        i.Add("19", ForAll(cpu, c1 => !isClosing[c1] | !Is(pc[c1], "waiting")));
        i.Add("20", ForAll(cpu, va, (c1, v1) => !pte[v1].HasValue | !(vma[v1] == c1) | at[c1].HasValue));
        i.Add("21", ForAll(cpu, c1 => mmapLock | !Is(pc[c1], "unhooked")));
        i.Add("22", ForAll(cpu, va, (c1, v1) => !pte[v1].HasValue | !(vma[v1] == c1) | Is(pc[c1], "serving")));
        i.Add("23", ForAll(cpu, va, (c1, v1) => pte[v1].HasValue | !(at[c1] == v1) | Is(pc[c1], "unhooked")));
        i.Add("24", ForAll(cpu, frame, va, (c1, f1, v1) =>
            !(pte[v1].Value[ofFrame] == f1) | !(vma[v1] == c1) | buffer[c1] == f1));
        i.Add("25", ForAll(cpu, cpu, (c1, c2) => c1 == c2 | !isClosing[c1] | !Is(pc[c2], "unhooked")));
        i.Add("26", ForAll(cpu, cpu, (c1, c2) => c1 == c2 | !isClosing[c1] | !isClosing[c2]));
        i.Add("27", ForAll(cpu, cpu, va, (c1, c2, v1) =>
            c1 == c2 | pte[v1].HasValue | !tlb[c1, v1].HasValue | pending[c1] | !Is(pc[c2], "tlb_finish_mmu")));
        i.Add("28", !flushVa.HasValue);
        i.Add("29", ForAll(cpu, va, (c1, v1) =>
            pte[v1].HasValue | !tlb[c1, v1].HasValue | !Is(pc[c1], "tlb_finish_mmu")));
        i.Add("30", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | !(vma[v1] == c1) | buffer[c1].HasValue));
        i.Add("31", ForAll(cpu, cpu, (c1, c2) => c1 == c2 | !Is(pc[c1], "unhooked") | !Is(pc[c2], "unhooked")));
        i.Add("32", ForAll(cpu, va, va, (c1, v1, v2) =>
            v1 == v2 | !tlb[c1, v1].HasValue | !(vma[v1] == c1) | !(at[c1] == v2)));
        i.Add("33", ForAll(cpu, frame, va, (c1, f1, v1) =>
            !(tlb[c1, v1].Value[ofFrame] == f1) | !(vma[v1] == c1) | buffer[c1] == f1));
        i.Add("34", ForAll(cpu, va, (c1, v1) => !pte[v1].HasValue | !(vma[v1] == c1) | at[c1] == v1));
        i.Add("35", ForAll(cpu, va, (c1, v1) =>
            pte[v1].HasValue | !tlb[c1, v1].HasValue | !Is(pc[c1], "flush_tlb_others")));
        i.Add("36", ForAll(cpu, c1 => at[c1].HasValue | isClosing[c1] | Is(pc[c1], "waiting")));
    }
}
