using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.LocalCpu;

/// <summary>
/// The reason why page tables for each CPU make a local flush sufficient, for any number of CPUs, addresses and frames.
/// </summary>
/// <remarks>
/// Found by <c>prove --any-size --find</c>; each conjunct excludes a counterexample to induction of the others.
/// </remarks>
public sealed class PerCpuTablesInvariant : Invariant
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["VL-PERCPU-PT:I-ENTRY"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, frame, va) = (i.Sort("cpu"), i.Sort("frame"), i.Sort("va"));
        var owner = i["owner"];
        var pte = i["pte"];
        var tlb = i["tlb"];
        var vma = i["vma"];
        var at = i["zt.at"];
        var buffer = i["zt.buffer"];
        var pc = i["zt.pc"];
        var ofFrame = i.Field("frame");
        var stale = i.Field("stale");
        i.Add("1", ForAll(cpu, va, (c1, v1) => !(tlb[c1, v1].HasValue & tlb[c1, v1].Value[stale])));
        i.Add("2", ForAll(cpu, c1 => at[c1].HasValue | Is(pc[c1], "waiting")));
        i.Add("3", ForAll(cpu, c1 => !at[c1].HasValue | !Is(pc[c1], "waiting")));
        i.Add("4", ForAll(cpu, va, (c2, v1) => !(vma[v1] == c2) | at[c2].HasValue));
        i.Add("5", ForAll(cpu, va, (c1, v1) => vma[v1].HasValue | !(at[c1] == v1)));
        i.Add("6", ForAll(cpu, frame, (c1, f2) => Is(owner[f2], "AppBuf") | !(buffer[c1] == f2)));
        i.Add("7", ForAll(cpu, va, (c1, v1) => vma[v1] == c1 | !(at[c1] == v1)));
        i.Add("8", ForAll(cpu, va, (c1, v1) => !pte[c1, v1].HasValue | vma[v1].HasValue));
        i.Add("9", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | at[c1].HasValue));
        i.Add("10", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | vma[v1].HasValue));
        i.Add("11", ForAll(cpu, va, (c1, v1) => !pte[c1, v1].HasValue | at[c1].HasValue));
        i.Add("12", ForAll(cpu, va, (c1, v1) => !pte[c1, v1].HasValue | Is(pc[c1], "serving")));
        i.Add("13", ForAll(cpu, va, (c1, v1) => !pte[c1, v1].HasValue | vma[v1] == c1));
        i.Add("14", ForAll(cpu, frame, va, (c1, f1, v1) => !(tlb[c1, v1].Value[ofFrame] == f1) | buffer[c1] == f1));
        i.Add("15", ForAll(cpu, va, (c1, v1) => !(pte[c1, v1].HasValue & pte[c1, v1].Value[stale])));
        i.Add("16", ForAll(cpu, va, (c1, v1) => !(vma[v1] == c1) | at[c1] == v1));
        i.Add("17", ForAll(cpu, va, (c1, v1) => !tlb[c1, v1].HasValue | vma[v1] == c1));
        i.Add("18", ForAll(cpu, frame, va, (c1, f1, v1) =>
            !Is(owner[f1], "Free") | !(pte[c1, v1].Value[ofFrame] == f1)));
        i.Add("19", ForAll(cpu, frame, va, (c1, f2, v1) =>
            Is(owner[f2], "AppBuf") | !(pte[c1, v1].Value[ofFrame] == f2)));
        i.Add("20", ForAll(cpu, frame, va, (c1, f1, v1) => !(pte[c1, v1].Value[ofFrame] == f1) | buffer[c1] == f1));
    }
}
