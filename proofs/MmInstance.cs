using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.LocalCpu;
using Verify.Models.Munmap;

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
            if (Family.Sizes.FirstOrDefault(size => size.Name == "gens") is not { } size)
            {
                return [];
            }

            var generations = Choices.Sizes.GetValueOrDefault(size.Name, size.Default);
            return generations > 0
                ? [$"runs with more flushes of the mm than {generations}"]
                : [Process.NoSwitches];
        }
    }
}
