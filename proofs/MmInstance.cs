using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.LocalCpu;

namespace Verify.Proofs;

/// <summary>An instance of a mechanism of one mm; by default of the flag for a local CPU.</summary>
internal sealed record MmInstance(string Id, Choices Choices, params ImmutableArray<Source> Sources)
    : InstanceClaims(Id, new LocalCpuFlag(), Choices, Sources)
{
    /// <summary>Two CPUs, one address, two frames, the mm loaded everywhere, no fault and no assumption.</summary>
    public static Choices Upstream => Choices.Default;

    public override ImmutableArray<string> NotCovered
    {
        get
        {
            var size = Family.Sizes.FirstOrDefault(size => size.Name == "gens");
            var generations = size is null ? 0 : Choices.Sizes.GetValueOrDefault(size.Name, size.Default);
            return generations > 0
                ? [$"runs with more flushes of the mm than {generations}"]
                : ["context switches: the mm stays loaded on every CPU"];
        }
    }
}
