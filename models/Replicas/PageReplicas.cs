using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.FilePages;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Replicas;

/// <summary>
/// Read-only copies of a file page in the memory of several nodes: a read fault makes one, and a write has to remove all
/// of them first.
/// </summary>
/// <remarks>
/// Each node has one process with a page table of its own and one TLB. The page in the page cache is the only copy that
/// is ever mapped writable.
/// </remarks>
public sealed class PageReplicas() : ModelFamily("page-replicas",
    "Read-only copies of a file page on several nodes, or on a device, and the write that has to remove them first",
    new("cpu", 2, 1, 4, "nodes, each with a CPU and a process that maps the page"),
    new("frame", 3, 1, 6, "frames for the page and its copies"))
{
    /// <summary>A page cache for each inode and node.</summary>
    public static readonly Feature Inode = new("inode-node",
        "the copies are in a page cache of their own for each inode and node; a write looks at each node, with invalidate_lock "
            + "held exclusively, and a fault holds it shared", Mails.Wilcox);

    /// <summary>The lock is not held while the page is copied.</summary>
    public static readonly Feature UnlockedCopy = new("unlocked-copy",
        "a fault drops the lock of the list while it copies the page, and compares a sequence number when it has it again");

    /// <summary>A device has a copy too.</summary>
    public static readonly Feature Device = new("device",
        "a device may have a copy in its own memory, with a page table and a TLB that the core mm does not see", Mails.Glisse);

    /// <summary>The driver does not wait for the device.</summary>
    public static readonly Fault NoAcknowledgement = new("no-ack",
        "with 'device': the driver sends the invalidation and does not wait until the device has carried it out");

    /// <summary>The driver is not called.</summary>
    public static readonly Fault NoNotifier = new("no-notifier",
        "with 'device': the write does not call the driver", Mails.Glisse);

    /// <summary>There is a second address.</summary>
    public static readonly Feature Word = new("second-word",
        "the CPUs also write and read w, a word in ordinary memory, as in the litmus test of message passing");

    /// <summary>The flag is tested in place of a sequence number.</summary>
    public static readonly Fault FlagOnly = new("flag-only",
        "with 'unlocked-copy': the fault tests whether a write is collapsing the copies, not whether one has done so meanwhile");

    /// <summary>Nothing is tested again.</summary>
    public static readonly Fault NoRecheck = new("no-recheck",
        "with 'unlocked-copy': the fault enters its copy into the list without a test", Mails.Glisse);

    /// <summary>Faults do not take the lock.</summary>
    public static readonly Fault NoLock = new("no-lock",
        "with 'inode-node': faults do not take invalidate_lock", Mails.Glisse);

    /// <summary>The write is allowed before the flush.</summary>
    public static readonly Fault FlushLate = new("flush-late",
        "the writer's PTE becomes writable before the TLBs have dropped the copies");

    /// <summary>The copies are freed before the flush.</summary>
    public static readonly Fault FreeEarly = new("free-early",
        "the copies are freed before the TLBs have dropped them");

    /// <summary>The page stays writable while it is copied.</summary>
    public static readonly Fault NoProtect = new("no-protect",
        "a fault copies the page while other processes can write to it");

    /// <summary>The page-table locks are dropped before the flush.</summary>
    public static readonly Fault UnlockEarly = new("unlock-early",
        "with 'inode-node': a fault drops the page-table locks after it has cleaned the PTEs, and flushes then");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "write(2), get_user_pages() and pipes, each of which has to collapse the copies as a write fault does",
        "reclaim of the page and of its copies, truncate, and the disk behind the page",
        "a process whose threads run on several nodes: its page table has one entry for all of them",
        "a copy is one step: a store during the copy counts as one after it",
        .. Architecture.NotModelled,
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(FlagOnly, UnlockedCopy);
        m.Demand(NoRecheck, UnlockedCopy);
        m.Demand(NoRecheck, !m.Has(FlagOnly), "it does not go with 'flag-only'");
        m.Demand(NoLock, Inode);
        m.Demand(UnlockEarly, Inode);
        m.Demand(UnlockEarly, !m.Has(NoProtect), "it does not go with 'no-protect'");
        m.Demand(NoAcknowledgement, Device);
        m.Demand(NoNotifier, Device);
        m.Demand(NoNotifier, !m.Has(NoAcknowledgement), "it does not go with 'no-ack'");
        m.Demand(UnlockedCopy, !m.Has(Inode), "it is about the list, and does not go with 'inode-node'");
        m.Demand(FlushLate, !m.Has(FreeEarly), "it does not go with 'free-early'");

        var page = new ReplicatedPage(m);
        var fault = new ReplicaFault(m, page);
        var collapse = new ReplicaCollapse(m, page, fault);
        m.Thread("process", page.Cpu, repeats: true, (t, c) =>
        {
            var flush = t.Local("to_flush", Sort.Set(page.Cpu), Fill(Sort.Set(page.Cpu), false));
            var made = t.Local("made", page.Frame);
            List<Action> ways =
            [
                () => fault.MapExisting(t, c),
                () => fault.Spawn(t, c, flush, made),
                () => collapse.Write(t, c, flush),
                () => page.Unmap(t, c),
            ];
            if (page.Device is not null)
            {
                ways.Add(() => fault.SpawnForDevice(t, c, flush, made));
            }

            t.Either([.. ways]);
        });
        page.AddEnvironment(m);
        page.AddInvariants(m);
        m.Publish(page);
    }
}
