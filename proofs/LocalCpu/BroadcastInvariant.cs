using System.Collections.Immutable;
using Verify.Claims;
using Verify.Models.LocalCpu;

namespace Verify.Proofs.LocalCpu;

/// <summary>Why a broadcast invalidation leaves no stale entry, for any number of CPUs, addresses and frames.</summary>
public sealed class BroadcastInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["VL-FULL-ARM:I-ENTRY"];

    protected override void Describe(InvariantBuilder i)
    {
        var w = new Words(i.Published<Machine>());
        w.AddHolders(i);
        w.AddMappings(i);
        w.AddFlushAddress(i, "tlb_finish_mmu");
        w.AddEntries(i);
    }
}
