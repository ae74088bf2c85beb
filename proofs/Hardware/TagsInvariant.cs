using System.Collections.Immutable;
using Verify.Claims;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Hardware;

/// <summary>The reason why tags separate any number of address spaces.</summary>
/// <remarks>
/// Found by <c>prove --any-size --find</c>; each conjunct excludes a counterexample to induction of the others.
/// </remarks>
public sealed class TagsInvariant : Invariant
{
    /// <inheritdoc/>
    public override ImmutableArray<string> Claims => ["HW-ASID:I-ASID"];

    /// <inheritdoc/>
    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, mm, va) = (i.Sort("cpu"), i.Sort("mm"), i.Sort("va"));
        var cr3 = i["cr3"];
        var globalTlb = i["global_tlb"];
        var old = i["kernel.old"];
        var pc = i["kernel.pc"];
        var tlb = i["tlb"];
        var usedForeign = i["used_foreign"];
        var madeFrom = i.Field("made_from");
        i.Add("1", !usedForeign);
        i.Add("2", ForAll(cpu, mm, mm, va, (c1, m1, m2, v1) => m1 == m2 | !(tlb[c1, m1, v1].Value[madeFrom] == m2)));
        i.Add("3", ForAll(cpu, c1 => cr3[c1].HasValue | Is(pc[c1], "between calls")));
        i.Add("4", ForAll(cpu, va, (c1, v1) => !globalTlb[c1, v1].HasValue));
        i.Add("5", ForAll(cpu, c1 => old[c1].HasValue | Is(pc[c1], "between calls")));
    }
}
