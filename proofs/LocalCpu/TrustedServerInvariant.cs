using System.Collections.Immutable;
using Verify.Claims;
using Verify.Models.LocalCpu;

namespace Verify.Proofs.LocalCpu;

/// <summary>Why code that was checked, and is trusted, does as well as threads that only their owner can reach.</summary>
public sealed class TrustedServerInvariant : Invariant
{
    public override ImmutableArray<string> Claims => ["VL-SIGNED-TRUST:I-USE"];

    protected override void Describe(InvariantBuilder i)
    {
        var w = new Words(i.Published<Machine>());
        i.Add("the server is not compromised", w.Machine.Server.CodeState != ServerCode.Compromised);
        KeptAddressesInvariant.Add(i, w);
    }
}
