using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.Seals;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Seals;

/// <summary>The seals of memfd: they protect against the sender of the file and are therefore never removed.</summary>
public sealed class SealsOfMemfd : ClaimList
{
    private static readonly Source AddSeals = Source.Kernel("memfd_add_seals", "mm/memfd.c", "037dd1308c6d");
    private static readonly Source WaitForPins = Source.Kernel("memfd_wait_for_pins", "mm/memfd.c", "037dd1308c6d");

    private static readonly InstanceClaims Memfd = new("SL-MEMFD", new MemfdSeals(), Choices.Default, AddSeals, WaitForPins);

    private static readonly InstanceClaims NoPins = new("SL-MEMFD-NOPINS", new MemfdSeals(),
        Choices.Default.With(MemfdSeals.NoPinWait), WaitForPins);

    private static readonly InstanceClaims Order = new("SL-MEMFD-ORDER", new MemfdSeals(),
        Choices.Default.With(MemfdSeals.PinsFirst), AddSeals);

    private static readonly InstanceClaims Unlocked = new("SL-MEMFD-UNLOCKED", new MemfdSeals(),
        Choices.Default.With(MemfdSeals.UnlockedWrite), Source.Kernel("shmem_write_begin", "mm/shmem.c", "v6.19"));

    private static readonly InstanceClaims NoUndo = new("SL-MEMFD-NOUNDO", new MemfdSeals(),
        Choices.Default.With(MemfdSeals.NoUndo), AddSeals);

    private static readonly InstanceClaims Mono = new("SL-MONO", new MemfdSeals(),
        Choices.Default.With(MemfdSeals.IomapSeal), Posts.Chinner);

    public override IEnumerable<Claim> Claims =>
    [
        Memfd.Claim("I-SEALW", Proved,
            "Once F_SEAL_WRITE is set on a memfd, no store, no write(2) and no DMA changes its content.",
            "New mappings are denied first, pins are waited for then, and the seal is set last, all under the inode lock "
                + "that write(2) takes."),
        Memfd.Claim("I-MONO", Proved, "A seal of a memfd, once set, is never taken back."),
        Memfd.Claim("I-UNDO", Proved,
            "An F_ADD_SEALS that fails leaves the memfd as it was: writable mappings are denied only with the write seal."),
        Memfd.Claim("L-PROG", Proved,
            "F_ADD_SEALS and write(2) give the inode lock back, on each way out."),
        NoUndo.Claim("I-UNDO", Refuted(12),
            "F_ADD_SEALS that fails because of a pinned page need not allow writable mappings again.",
            "The file has no write seal, and can never be mapped writable any more: whoever pins a page of it for long enough "
                + "takes that from everybody else."),
        NoPins.Claim("I-SEALW", Refuted(10),
            "F_SEAL_WRITE need not wait for pinned pages, because there is no writable mapping left.",
            "A pin outlives its mapping: DMA that was started before lands after the seal."),
        Order.Claim("I-SEALW", Refuted(11),
            "It does not matter whether F_SEAL_WRITE first waits for pins or first denies writable mappings.",
            "The sender maps, pins and unmaps between the two."),
        Unlocked.Claim("I-SEALW", Refuted(10),
            "write(2) can look at the seals before it takes the inode lock.",
            "The seal is set between the look and the write."),
        Mono.Claim("I-SEALW", Proved,
            "F_SEAL_IOMAP as one of the seals of memfd does not weaken F_SEAL_WRITE."),
        Mono.Claim("I-MONO", Refuted(5),
            "F_SEAL_IOMAP can be one of the seals of memfd.",
            "It has to be cleared again, and seals can never be removed: the two words mean opposite things. A seal of a "
                + "memfd protects a receiver from whoever sent it, a seal of a block map protects its holder."),
    ];
}
