using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using Verify.Models.FilePages;
using Verify.Models.Replicas;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Replicas;

/// <summary>Read-only copies of a file page on several nodes, or on a device.</summary>
public sealed class Copies : ClaimList
{
    private static readonly Choices Plain = Choices.Default;
    private static readonly Choices Unlocked = Plain.With(PageReplicas.UnlockedCopy);
    private static readonly Choices PerNode = Plain.With(PageReplicas.Inode);
    private static readonly Choices Shared = Plain.With(PageReplicas.Device);

    private static readonly InstanceClaims List = Of("NR-LIST", Plain);
    private static readonly InstanceClaims ListWord = Of("NR-LIST", Plain.With(PageReplicas.Word));
    private static readonly InstanceClaims Sequence = Of("NR-LIST-SEQ", Unlocked);
    private static readonly InstanceClaims SequenceWord = Of("NR-LIST-SEQ-WIDE", Unlocked.With(PageReplicas.Word));
    private static readonly InstanceClaims Flag = Of("NR-LIST-FLAG", Unlocked.With(PageReplicas.FlagOnly));
    private static readonly InstanceClaims NoFlag = Of("NR-NOFLAG", Unlocked.With(PageReplicas.NoRecheck));
    private static readonly InstanceClaims Writable = Of("NR-WRITABLE", Plain.With(PageReplicas.NoProtect));
    private static readonly InstanceClaims Inode = Of("NR-INODE", PerNode);
    private static readonly InstanceClaims InodeWord = Of("NR-INODE-WIDE", PerNode.With(PageReplicas.Word));
    private static readonly InstanceClaims InodeThree = Of("NR-INODE-THREE", Three(PerNode));
    private static readonly InstanceClaims InodeUnlocked = Of("NR-INODE-UNLOCKED", Three(PerNode.With(PageReplicas.UnlockEarly)));
    private static readonly InstanceClaims InodeNoLock = Of("NR-INODE-NOLOCK", PerNode.With(PageReplicas.NoLock));
    private static readonly InstanceClaims FlushLate = Of("NR-FLUSHLATE", Plain.With(PageReplicas.FlushLate));
    private static readonly InstanceClaims FlushLateWord = Of("NR-FLUSHLATE", Plain.With(PageReplicas.FlushLate, PageReplicas.Word));
    private static readonly InstanceClaims FreeEarly = Of("NR-FREEEARLY", Plain.With(PageReplicas.FreeEarly));
    private static readonly InstanceClaims Device = Of("NR-DEVICE", Shared.With(PageReplicas.NoAcknowledgement));
    private static readonly InstanceClaims DeviceNone = Of("NR-DEVICE-NONE", Shared.With(PageReplicas.NoNotifier));
    private static readonly InstanceClaims DeviceAck = Of("NR-DEVICE-ACK", Shared);

    public override IEnumerable<Claim> Claims =>
    [
        List.Claim("I-COH", Proved,
            "With a list of the copies under one lock, which a fault holds until its copy is mapped, and a flag that keeps new "
                + "copies out while a write removes the old ones, no CPU reads a copy that lacks a store.",
            "The lock of the fault is what keeps the copy from being out of date when it enters the list. The flag is needed "
                + "because the write does not hold the lock while it waits for the flush."),
        ListWord.Claim("I-CAUSAL", Proved,
            "With the list, a CPU that has seen a later store elsewhere sees the earlier one to the page.",
            "Two addresses: the page, and a word in ordinary memory that is written after it."),
        List.Claim("I-ENTRY", Proved,
            "With the list, neither a PTE nor a TLB entry leads to a copy that was freed."),
        List.Claim("L-PROG", Proved,
            "With the list, a write fault ends: no fault holds the lock for good, and every CPU answers a flush."),
        Sequence.Claim("I-COH", Proved,
            "The lock need not be held while the page is copied, if the fault compares a sequence number that each write moves.",
            "The sequence number is a bit for each fault that a write sets, which is the same for a number that does not wrap."),
        SequenceWord.Claim("I-CAUSAL", Proved,
            "With the sequence number, a CPU that has seen a later store elsewhere sees the earlier one to the page."),
        Flag.Claim("I-COH", Refuted(11),
            "The lock need not be held while the page is copied, if the fault looks at the flag again before it enters its copy.",
            "Believed to be enough, and it is not: the write begins and ends between the copy and the second look, and the flag "
                + "is down again. A flag says that a write is under way, not that there was one."),
        NoFlag.Claim("I-COH", Refuted(11),
            "A fault may copy the page without the lock, and enter the copy into the list afterwards.",
            "The copy was made before the write, and enters the list after it. Nobody will look for it until the next write."),
        Writable.Claim("I-COH", Refuted(8),
            "A copy may be made while other processes have the page mapped writable, as each write has to fault.",
            "Only the first one does: a store through a writable PTE reaches the page, and no copy."),
        Inode.Claim("I-COH", Proved,
            "With a page cache for each inode and node, and no list, a write finds all copies by looking at each node, if it "
                + "holds invalidate_lock exclusively and faults hold it shared."),
        InodeWord.Claim("I-CAUSAL", Proved,
            "With a page cache for each inode and node, a CPU that has seen a later store elsewhere sees the earlier one to the "
                + "page."),
        Inode.Claim("L-PROG", Proved,
            "With a page cache for each inode and node, a write fault ends."),
        InodeThree.Claim("I-COH", Proved,
            "A third node may store while two others make copies: PTEs are cleaned and flushed under the page-table lock."),
        InodeUnlocked.Claim("I-COH", Refuted(15),
            "A fault may drop the page-table lock before it flushes the PTEs that it has cleaned.",
            "Another fault finds nothing to clean, and copies the page, while a third CPU still stores through its TLB entry. "
                + "Two nodes do not show it: both are busy with their faults."),
        InodeNoLock.Claim("I-COH", Refuted(12),
            "With a page cache for each inode and node, it is enough to look at each node: no lock has to keep faults out.",
            "A node that was looked at gets a copy while the next one is, or before the page is written. Page-cache faults do "
                + "not hold invalidate_lock today if the page is there."),
        FlushLate.Claim("I-COH", Refuted(11),
            "The page may be written as soon as no PTE leads to a copy: the TLBs can be flushed after that.",
            "The TLB of the other node keeps the copy."),
        FlushLate.Claim("I-COH-DONE", Proved,
            "If the page is written before the TLBs are flushed, a write that has returned is seen by everyone.",
            "The write fault returns after the flush. Whoever only asks whether a finished write is seen does not notice the "
                + "mistake; see the two others."),
        FlushLateWord.Claim("I-CAUSAL", Refuted(13),
            "If the page is written before the TLBs are flushed, nobody can tell, because what is read is merely late.",
            "Message passing tells: the reader has seen the word that was written after the page, and reads the old page."),
        FreeEarly.Claim("I-ENTRY", Refuted(10),
            "The copies may be freed as soon as no PTE leads to them.",
            "The frame can be anybody's when the TLB entry is used."),
        FreeEarly.Claim("I-COH", Refuted(10),
            "The copies may be freed as soon as no PTE leads to them, as the page is not written before the flush.",
            "What is read through the TLB is whatever the next owner of the frame writes."),
        Device.Claim("I-COH", Refuted(10),
            "A driver that has sent the invalidation to its device need not wait until the device has carried it out.",
            "The device reads its copy through the TLB entry that it still has, while the CPU has written the page."),
        DeviceNone.Claim("I-COH", Refuted(9),
            "The copies of devices need no callback: a walk over the page tables finds every copy.",
            "The page tables of devices are not among those that are walked."),
        DeviceAck.Claim("I-COH", Proved,
            "A copy on a device does no harm if the driver is called for each write, and waits until the device has dropped it."),
    ];

    private static Choices Three(Choices choices) => choices.Size("cpu", 3).Size("frame", 4);

    private static InstanceClaims Of(string id, Choices choices, params ImmutableArray<Source> sources) =>
        new(id, new PageReplicas(), choices, [Mails.Glisse, Mails.Wilcox, .. sources]);
}
