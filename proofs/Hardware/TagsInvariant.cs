using System.Collections.Immutable;
using Verify.Claims;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.Hardware;

/// <summary>Why tags keep address spaces apart, however many there are.</summary>
public sealed class TagsInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["HW-ASID:I-ASID"];

    protected override void Describe(InvariantBuilder i)
    {
        var tags = i.Published<AddressSpaceTags.Parts>();
        var (cpu, mm, va) = (tags.Cpu, tags.Mm, tags.Va);
        i.Add("no access has gone wrong", !tags.UsedForeign);
        i.Add("a tagged entry is from the page table of its address space", ForAll(cpu, mm, va, (c, a, x) =>
            !tags.Tlb.IsForeign(tags.Tlb.Tagged(c, a, x), a)));
        i.Add("no entry is global", ForAll(cpu, va, (c, x) => tags.Tlb.Global(c, x).IsNone));
        i.Add("a call is made in an address space", ForAll(cpu, c => tags.Kernel.At(c, "between calls") | tags.Cr3[c].HasValue));
        i.Add("a call that unmaps remembers the frame", ForAll(cpu, c => tags.Kernel.At(c, "between calls") | tags.Old[c].HasValue));
    }
}
