using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Munmap;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Munmap;

/// <summary>Moved PTEs, and the flush of their old addresses.</summary>
public sealed class Moves : ClaimList
{
    private static readonly Source Move = Source.Kernel("move_ptes", "mm/mremap.c", "000c0691ec6a");
    private static readonly Source Cleaning = new("mremap: fix race between mremap() and page cleanning", "5d1904204c99");
    private static readonly Choices Unordered = Choices.Default.With(Mremap.AnyOrder);

    private static readonly MmInstance Upstream = Of("B-MREMAP", Choices.Default);
    private static readonly MmInstance Wide = Of("B-MREMAP-WIDE", Choices.Default.Size("va", 3));
    private static readonly MmInstance OnArm = Of("B-MREMAP-ARM", Choices.Default.On(Architecture.Arm64.Profile));
    private static readonly MmInstance Late = Of("B-MREMAP/buggy", Choices.Default.With(Mremap.FlushLate));
    private static readonly MmInstance OldEarly = Of("B-MREMAP/old-lock", Choices.Default.With(Mremap.OldLockEarly));
    private static readonly MmInstance NewEarly = Of("B-MREMAP/new-lock", Choices.Default.With(Mremap.NewLockEarly));
    private static readonly MmInstance AnyOrder = Of("B-MREMAP-RMAP", Unordered);
    private static readonly MmInstance NoRmapLocks = Of("B-MREMAP-RMAP/buggy", Unordered.With(Mremap.NoRmapLocks));

    public override IEnumerable<Claim> Claims =>
    [
        Upstream.Claim("I-FREE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, nobody frees a moved page too early."),
        Upstream.Claim("I-USE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, no access goes through a stale TLB "
                + "entry."),
        Upstream.Claim("I-LOST", Proved,
            "If mremap flushes the old range before it drops the page-table locks, and the new VMA comes after the old one in "
                + "i_mmap, no store to the file is lost."),
        OnArm.Claim("I-USE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, no access goes through a stale TLB "
                + "entry, on Arm too."),
        OnArm.Claim("I-LOST", Proved,
            "If mremap flushes the old range before it drops the page-table locks, no store to the file is lost, on Arm too."),
        Late.Claim("I-FREE", Refuted(13),
            "mremap may flush the old range after it has dropped the page-table locks."),
        Late.Claim("I-USE", Refuted(14),
            "mremap may flush the old range after it has dropped the page-table locks, as long as only accesses count.",
            "ftruncate zaps the page where it is now, flushes that address and frees the page. The old address is still "
                + "cached elsewhere."),
        Late.Claim("I-LOST", Refuted(20),
            "mremap may flush the old range after it has dropped the page-table locks, as long as the page is not freed.",
            "Writeback cleans the page at the new address and writes it. Another CPU stores at the old address, through a "
                + "dirty entry, and nobody hears of it (5d1904204c99)."),
        OldEarly.Claim("I-FREE", Proved,
            "mremap may drop the lock of the old table before the flush: no page is freed too early."),
        OldEarly.Claim("I-LOST", Proved,
            "mremap may drop the lock of the old table before the flush, and no store is lost.",
            "Writeback finds nothing at the old address, goes on to the new one, and waits for its lock until the flush is "
                + "over. The comment in move_ptes, by which the old lock is for folio_mkclean, is of a time when neither "
                + "was held; where the new VMA comes after the old one, that of the new table is enough."),
        NewEarly.Claim("I-FREE", Refuted(13),
            "mremap may drop the lock of the new table before the flush: no page is freed too early."),
        NewEarly.Claim("I-LOST", Proved,
            "mremap may drop the lock of the new table before the flush, and no store is lost.",
            "Writeback comes to the old address first, and waits there until the flush is over. It is ftruncate that the lock of "
                + "the new table keeps away: B-MREMAP/new-lock:I-FREE."),
        Wide.Claim("I-FREE", Proved,
            "If mremap flushes the old range before it drops the page-table locks, nobody frees a page too early that is moved to "
                + "and fro."),
        Wide.Claim("I-LOST", Proved,
            "If mremap flushes the old range before it drops the page-table locks, no store to a page is lost that is moved to "
                + "and fro."),
        Wide.Claim("I-CLEAN", Proved,
            "Where each new VMA comes after the old one in i_mmap, writeback misses no PTE that is moved to and fro."),
        Upstream.Claim("I-PTE", Proved,
            "However a PTE is moved, it names no page that was dropped from the page cache."),
        Upstream.Claim("I-CLEAN", Proved,
            "Where the new VMA comes after the old one in i_mmap, writeback misses no PTE that is being moved."),
        AnyOrder.Claim("I-CLEAN", Proved,
            "Where the new VMA may come before the old one in i_mmap, writeback misses no PTE if mremap takes the rmap locks."),
        AnyOrder.Claim("I-LOST", Proved,
            "Where the new VMA may come before the old one in i_mmap, no store to the file is lost if mremap takes the rmap locks."),
        NoRmapLocks.Claim("I-CLEAN", Refuted(16),
            "Page-table locks are enough for mremap, whatever the order of the VMAs in i_mmap.",
            "Writeback looks at the new address first, where nothing is yet, and then at the old one, where nothing is any "
                + "more. It takes the page for clean, and the PTE has stayed writable."),
        NoRmapLocks.Claim("I-LOST", Proved,
            "Page-table locks are enough for mremap, whatever the order of the VMAs in i_mmap, as long as only lost stores "
                + "count.",
            "The PTE that writeback has missed is dirty, so the next writeback finds it. What is broken is what the filesystem "
                + "was promised: B-MREMAP-RMAP/buggy:I-CLEAN."),
    ];

    private static MmInstance Of(string id, Choices choices) =>
        new(id, choices, Move, Mremap.FlushLate.Source!, Cleaning) { Family = new Mremap() };
}
