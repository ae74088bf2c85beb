using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Dax;

/// <summary>The guarantee of MAP_SYNC: a flushed store survives a crash.</summary>
public sealed class CrashOfMapSync : ClaimList
{
    private static readonly Source Fault = Source.Kernel("dax_fault_is_synchronous", "fs/dax.c", "00c010e130e5");

    private static readonly InstanceClaims Sync = new("MS-SYNC", new MapSync(), Choices.Default, Fault, Posts.HellwigQuoted);

    private static readonly InstanceClaims NoSync = new("MS-NOSYNC", new MapSync(), Choices.Default.With(MapSync.NoSync), Fault);

    private static readonly InstanceClaims PteFirst = new("MS-PTEFIRST", new MapSync(), Choices.Default.With(MapSync.PteFirst), Fault);

    public override IEnumerable<Claim> Claims =>
    [
        Sync.Claim("I-DUR", Proved,
            "With MAP_SYNC, and as long as nothing truncates the file, a store that is flushed from the CPU's cache is found "
                + "again after a crash.",
            "It is a promise about the medium. It says nothing about who owns the block afterwards: DX-SYNC."),
        NoSync.Claim("I-DUR", Refuted(5),
            "A store to a DAX mapping that is flushed from the CPU's cache is found again after a crash.",
            "The data is on the medium, in a block that no extent map on the medium leads to."),
        PteFirst.Claim("I-DUR", Refuted(5),
            "It does not matter whether the writable PTE is there before the metadata is committed or after it.",
            "Another thread stores and flushes through it before the commit, and the crash comes in between."),
    ];
}
