using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Dax;

namespace Verify.Models.Seals;

/// <summary>fcntl(F_ADD_SEALS) in the order of mm/memfd.c, against mappings, pinned pages and write(2).</summary>
public sealed class MemfdSeals() : ModelFamily("memfd-seals",
    "F_ADD_SEALS of a memfd against writable mappings, pinned pages and write(2)",
    new SizeParameter("scans", 2, 1, 5, "times that it looks for pinned pages again before it gives up; the kernel does 5"))
{
    /// <summary>The seal does not wait for pins.</summary>
    public static readonly Fault NoPinWait = new("no-pin-wait", "F_SEAL_WRITE does not wait for pinned pages");

    /// <summary>Pins are checked before mappings.</summary>
    public static readonly Fault PinsFirst = new("pins-first",
        "F_SEAL_WRITE waits for pinned pages before it denies writable mappings");

    /// <summary>write(2) checks the seals without the lock.</summary>
    public static readonly Fault UnlockedWrite = new("unlocked-write",
        "write(2) checks the seals without the inode lock");

    /// <summary>A seal that fails is not undone.</summary>
    public static readonly Fault NoUndo = new("no-undo",
        "F_SEAL_WRITE that fails because of a pinned page does not allow writable mappings again");

    /// <summary>One seal with two meanings.</summary>
    public static readonly Fault IomapSeal = new("iomap-seal",
        "F_SEAL_IOMAP is one of the seals of the memfd word, and can be cleared", Posts.Chinner);

    private const int NoMapping = 0;
    private const int Denied = -1;

    private static readonly Source AddSeals = Source.Kernel("memfd_add_seals", "mm/memfd.c", "037dd1308c6d");
    private static readonly Source WaitForPins = Source.Kernel("memfd_wait_for_pins", "mm/memfd.c", "037dd1308c6d");
    private static readonly Source Deny = Source.Kernel("mapping_deny_writable", "include/linux/fs.h", "v6.19");
    private static readonly Source MapWritable = Source.Kernel("mapping_map_writable", "include/linux/fs.h", "v6.19");
    private static readonly Source Write = Source.Kernel("shmem_file_write_iter, shmem_write_begin", "mm/shmem.c", "v6.19");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_FUTURE_WRITE and F_SEAL_EXEC; hole punches and huge pages",
        "more than one page, one mapping and one pin; references of the LRU batches, for which it waits as well",
        "pins for reading, and mappings that are made writable later by mprotect",
        "TLBs: munmap is one step; what it has gathered is referenced until the flush, and waited for as if it were pinned",
    ];

    protected override void Describe(ModelBuilder m)
    {
        if (m.Has(NoPinWait) && m.Has(PinsFirst))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, "'pins-first' is an order of what 'no-pin-wait' leaves out");
        }

        m.Demand(NoUndo, !m.Has(NoPinWait) && !m.Has(PinsFirst), "it goes neither with 'no-pin-wait' nor with 'pins-first'");

        var parts = new Parts(m);
        m.Thread("F_ADD_SEALS", repeats: true, t => parts.DescribeSealing(m, t));
        m.Thread("write(2)", repeats: true, t => parts.DescribeWrite(t, isLocked: !m.Has(UnlockedWrite)));
        parts.AddMappings(m);
        parts.Seals.AddClearing(m, Posts.Chinner);
        parts.Seals.AddInvariants(m);
        m.Always("I-UNDO", parts.IsDenied.Implies(parts.Seals.IsWriteSealed | parts.InodeLock),
            "writable mappings are denied only with the write seal, or while it is being set");
        m.LeadsTo("L-PROG", parts.InodeLock, !parts.InodeLock, "F_ADD_SEALS and write(2) give the inode lock back");
        m.NoDeadlock("no deadlock");
    }

    private sealed class Parts
    {
        private readonly Expr isShmem;
        private readonly Expr inodeLock;
        private readonly Expr writable;
        private readonly Expr isPinned;

        public Parts(ModelBuilder m)
        {
            // F_ADD_SEALS can be called for any file.
            isShmem = m.AnyOf("is_shmem", Sort.Bool);
            inodeLock = m.Var("inode_lock", Sort.Bool);
            writable = m.Var("i_mmap_writable", Sort.Range(Denied, 1), NoMapping);
            isPinned = m.Var("page_pinned", Sort.Bool);
            Seals = new WriteSeals(m, m.Has(IomapSeal));
        }

        public WriteSeals Seals { get; }

        /// <summary>True if no writable mapping can be made.</summary>
        public Expr IsDenied => writable == Denied;

        public Expr InodeLock => inodeLock;

        public void DescribeSealing(ModelBuilder m, ThreadBuilder t)
        {
            var request = t.Local("request", Sort.Enum<Seal>());
            var scan = t.Local("scan", Sort.Range(0, m.Size("scans")), 0);
            t.Either(
                () => Fail(t, "file not open for writing: -EPERM", isLocked: false),
                () => Fail(t, "unknown seal: -EINVAL", isLocked: false),
                () => t.Step("inode_lock", Sort.Enum<Seal>(), (s, r) => s
                    .When(!inodeLock & (m.Has(IomapSeal) ? true : r != Seal.Iomap))
                    .Set(inodeLock, true).Set(request, r).From(AddSeals)));
            t.Branch("memfd_file_seals_ptr", isShmem, () => { }, () => Fail(t, "neither shmem nor hugetlbfs: -EINVAL"));
            t.Branch("F_SEAL_SEAL", Seals.IsSealed, () => Fail(t, "seals are sealed: -EPERM"));
            t.If(request == Seal.Write, () => t.Branch("F_SEAL_WRITE", Seals.IsWriteSealed, () => { }, () =>
            {
                if (m.Has(PinsFirst))
                {
                    AwaitPins(t, scan, m.Size("scans"), undo: false);
                }

                t.Branch("mapping_deny_writable", writable > NoMapping, () => Fail(t, "writable mapping: -EBUSY"),
                    also: s => s.SetIf(writable == NoMapping, writable, Denied).From(Deny));
                if (!m.Has(PinsFirst) && !m.Has(NoPinWait))
                {
                    AwaitPins(t, scan, m.Size("scans"), undo: !m.Has(NoUndo));
                }
            }));
            t.Step("*file_seals |= seals", s => Seals.Add(s, request.Value).Set(inodeLock, false).From(AddSeals));
        }

        public void DescribeWrite(ThreadBuilder t, bool isLocked)
        {
            void Lock(bool isTaken) => t.Step(isTaken ? "inode_lock" : "inode_unlock", s => s
                .When(isTaken ? !inodeLock : true).Set(inodeLock, isTaken));
            void Copy() => t.Step("copy_from_user", s => Seals.NoteChange(s).From(Write));
            if (isLocked)
            {
                Lock(isTaken: true);
            }

            t.Branch("shmem_write_begin", Seals.IsWriteSealed,
                () => t.Step("sealed: -EPERM", s => s.From(Write)),
                () =>
                {
                    if (!isLocked)
                    {
                        Lock(isTaken: true);
                    }

                    Copy();
                    if (!isLocked)
                    {
                        Lock(isTaken: false);
                    }
                },
                s => s.From(Write));
            if (isLocked)
            {
                Lock(isTaken: false);
            }
        }

        public void AddMappings(ModelBuilder m)
        {
            m.Rule("mapping_map_writable", s => s
                .When(writable == NoMapping).Set(writable, 1).By("sender")).From(MapWritable);
            m.Rule("mapping_map_writable: -EPERM", s => s.When(writable == Denied).By("sender")).From(MapWritable);
            m.Rule("munmap", s => s.When(writable > NoMapping).Set(writable, NoMapping).By("sender"));
            m.Rule("store", s => Seals.NoteChange(s.When(writable > NoMapping)).By("sender"));
            m.Rule("pin_user_pages", s => s
                .When(writable > NoMapping & !isPinned).Set(isPinned, true).By("sender")).From(KernelCode.DirectIo);
            m.Rule("DMA", s => Seals.NoteChange(s.When(isPinned)).By("device")).From(KernelCode.DirectIo);
            m.Rule("unpin_user_page", s => s.When(isPinned).Set(isPinned, false).By("sender")).From(KernelCode.Unpin);
            m.Reachable("a pin outlives its mapping", isPinned & writable <= NoMapping);
            m.Reachable("writable mappings are denied", writable == Denied);
        }

        private void Fail(ThreadBuilder t, string how, bool isLocked = true, bool undo = false)
        {
            t.Step(how, s =>
            {
                s.From(AddSeals);
                if (isLocked)
                {
                    s.Set(inodeLock, false);
                }

                if (undo)
                {
                    s.Set(writable, NoMapping);
                }
            });
            t.Return();
        }

        // Pages with more references than expected are tagged once and then checked repeatedly.
        private void AwaitPins(ThreadBuilder t, Expr scan, int scans, bool undo) =>
            t.Branch("memfd_tag_pins", isPinned,
                () =>
                {
                    t.Label("rescan");
                    t.Branch("memfd_wait_for_pins", isPinned,
                        () => t.If(scan == scans,
                            () => Fail(t, undo ? "mapping_allow_writable: -EBUSY" : "pinned: -EBUSY", undo: undo),
                            () => t.Goto("rescan")),
                        also: s => s.SetIf(scan < scans, scan, scan + 1).From(WaitForPins));
                },
                also: s => s.From(WaitForPins));
    }
}
