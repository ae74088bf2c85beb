using Verify.Claims;
using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.Hardware;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.Dax;

/// <summary>
/// Truncate against a device that writes to the file's blocks: before 4.18, since 4.18, and with single steps omitted.
/// </summary>
public sealed class TruncateAgainstPins : ClaimList
{
    private static readonly Source Busy = Source.Kernel("dax_layout_busy_page_range", "fs/dax.c", "00c010e130e5");
    private static readonly Source Wait = Source.Kernel("wait_page_idle", "fs/dax.c", "00c010e130e5");
    private static readonly Source GupFast = Source.Kernel("gup_fast_pte_range", "mm/gup.c", "0092cb388b08");
    private static readonly Choices Upstream = Choices.Default.Size("unit", 2);
    private static readonly Choices OneThread = Choices.Default.Size("cpu", 1);

    private static readonly InstanceClaims Before = new("DX-2017", new DaxTruncate(),
        OneThread.With(DaxTruncate.NoBusyCheck), Posts.HellwigQuoted, Posts.Registration);

    private static readonly InstanceClaims PageCache = new("DX-PCACHE", new DaxTruncate(),
        Upstream.With(DaxTruncate.PageCache, DaxTruncate.LongTerm), Posts.PinUserPages, GupFast);

    private static readonly InstanceClaims PageCacheUnchecked = new("DX-PCACHE-NORECHECK", new DaxTruncate(),
        OneThread.With(DaxTruncate.PageCache, DaxTruncate.NoRecheck).On(Architecture.Arm64.Profile), GupFast);

    private static readonly InstanceClaims Raw = new("DX-RAW", new DaxTruncate(),
        Upstream.With(DaxTruncate.DeviceDax), Posts.HellwigQuoted,
        Source.Kernel("__dev_dax_pte_fault", "drivers/dax/device.c", "v6.19"));

    private static readonly InstanceClaims Since = new("DX-BUSY", new DaxTruncate(), Upstream, Busy, GupFast, Posts.BreakLayouts);

    private static readonly InstanceClaims OnArm = new("DX-BUSY-ARM", new DaxTruncate(),
        Upstream.On(Architecture.Arm64.Profile), Busy, GupFast);

    private static readonly InstanceClaims SinceOld = new("DX-BUSY-6.14", new DaxTruncate(),
        Upstream.With(DaxTruncate.IdleOne), Busy, GupFast, Posts.BreakLayouts);

    private static readonly InstanceClaims OnArmOld = new("DX-BUSY-6.14-ARM", new DaxTruncate(),
        Upstream.With(DaxTruncate.IdleOne).On(Architecture.Arm64.Profile), Busy, GupFast);

    private static readonly InstanceClaims PausedOld = new("DX-BUSY-6.14-PAUSE", new DaxTruncate(),
        Upstream.Size("unit", 1).With(DaxTruncate.IdleOne).Assume(DaxTruncate.Pause), Posts.PinUserPages, Posts.BreakLayouts);

    private static readonly InstanceClaims Paused = new("DX-BUSY-PAUSE", new DaxTruncate(),
        Upstream.Size("unit", 1).Assume(DaxTruncate.Pause), Posts.PinUserPages, Wait);

    private static readonly InstanceClaims Unfaulted = new("DX-BUSY-NOFAULT", new DaxTruncate(),
        Upstream.Size("unit", 1).Assume(DaxTruncate.NoFault), Posts.PinUserPages, Wait);

    private static readonly InstanceClaims Unmapped = new("DX-BUSY-MUNMAP", new DaxTruncate(),
        Upstream.With(DaxTruncate.Munmap), Busy, Posts.UnmappedBusy);

    private static readonly InstanceClaims UnmappedOld = new("DX-BUSY-6.14-MUNMAP", new DaxTruncate(),
        OneThread.With(DaxTruncate.IdleOne, DaxTruncate.Munmap), Source.Kernel("dax_layout_busy_page_range", "fs/dax.c", "v6.14"),
        Posts.UnmappedBusy);

    private static readonly InstanceClaims Swapped = new("DX-SWAP", new DaxTruncate(),
        OneThread.Size("unit", 2).With(DaxTruncate.SwapExtents), DaxTruncate.SwapExtents.Source!);

    private static readonly InstanceClaims Order = new("DX-BUSY-ORDER", new DaxTruncate(),
        OneThread.With(DaxTruncate.ScanFirst), Busy, GupFast);

    private static readonly InstanceClaims NoRetry = new("DX-BUSY-NORETRY", new DaxTruncate(),
        OneThread.With(DaxTruncate.NoRescan), Busy, Posts.BreakLayouts);

    private static readonly InstanceClaims NoRecheckIpi = new("DX-BUSY-NORECHECK-IPI", new DaxTruncate(),
        Upstream.With(DaxTruncate.NoRecheck), GupFast, Busy);

    private static readonly InstanceClaims NoRecheckBroadcast = new("DX-BUSY-NORECHECK-BCAST", new DaxTruncate(),
        OneThread.With(DaxTruncate.NoRecheck).On(Architecture.Arm64.Profile), GupFast, Busy);

    private static readonly InstanceClaims NoRecheckBroadcastOld = new("DX-BUSY-6.14-NORECHECK-BCAST", new DaxTruncate(),
        OneThread.With(DaxTruncate.NoRecheck, DaxTruncate.IdleOne).On(Architecture.Arm64.Profile), GupFast, Busy);

    private static readonly InstanceClaims NoRecheckRiscVIpi = new("DX-BUSY-NORECHECK-RISCV-IPI", new DaxTruncate(),
        Upstream.With(DaxTruncate.NoRecheck).On(Architecture.RiscVIpi.Profile), GupFast, Busy);

    private static readonly InstanceClaims NoRecheckRiscVSbi = new("DX-BUSY-NORECHECK-RISCV-SBI", new DaxTruncate(),
        OneThread.With(DaxTruncate.NoRecheck).On(Architecture.RiscVSbi.Profile), GupFast, Busy);

    private static readonly InstanceClaims LongTerm = new("DX-LONGTERM", new DaxTruncate(),
        Upstream.Size("unit", 1).With(DaxTruncate.LongTerm).Assume(DaxTruncate.Pause), Posts.PinUserPages, Posts.BreakLayouts);

    public override IEnumerable<Claim> Claims =>
    [
        Before.Claim("I-DMA", Refuted(10),
            "The reference that get_user_pages takes keeps the block of a DAX file, as it keeps a page of memory.",
            "It keeps the struct page. The block goes by the filesystem's books, and truncate of that time does not look "
                + "at page references at all."),
        Before.Claim("I-ISO", Refuted(11),
            "At worst, a DMA that comes after a truncate writes into free space.",
            "The filesystem hands the block to another file, and the device writes into that one."),
        PageCache.Claim("I-DMA", Proved,
            "On a file in the page cache, DMA into a registration of any length never reaches anything but the page that "
                + "was registered, whatever happens to the file.",
            "The page outlives its file: it is orphaned, and goes back to the allocator with the last reference."),
        PageCache.Claim("I-LOST", Refuted(11),
            "On a file in the page cache, what DMA writes into a registration is what a reader of the file sees.",
            "It writes into the orphaned page. The page cache gives the safety of DX-PCACHE:I-DMA for the price of the data."),
        PageCacheUnchecked.Claim("I-DMA", Refuted(12),
            "Where pages are counted, GUP-fast need not read the PTE again, whatever the architecture.",
            "With a broadcast TLBI the page is freed and taken again between the read of the PTE and the reference, which "
                + "is then one to somebody else's page."),
        Raw.Claim("I-DMA", Proved,
            "On a raw DAX device, DMA into a registration of any length stays in the memory that was registered.",
            "There is no truncate to wait for anything: the map from offsets to memory is constant. This is what a "
                + "filesystem was to be made as good as."),
        Since.Claim("I-DMA", Proved,
            "If truncate first unmaps and then looks for references, and begins again after each wait, no DMA lands on a "
                + "block that is not the file's; for stores of CPUs see DX-STORE.",
            "Either the scan sees the reference of GUP-fast, or GUP-fast sees that the PTE has gone."),
        Since.Claim("L-PROG", Starves,
            "As every pin of a DAX page is short, a truncate gets through.",
            "Short is not enough. While truncate waits for the page it does not hold MMAPLOCK, so the page is faulted in "
                + "and pinned again; two threads whose pins overlap, or one that is quick, keep it waiting for ever. "
                + "Each pin ends, the stream of them does not. See DX-BUSY-NOFAULT for what is missing."),
        SinceOld.Claim("I-DMA", Proved,
            "Up to Linux 6.14, where an idle page has a count of one and a mapping adds none, no DMA lands on a block that is "
                + "not the file's either, as long as the file stays mapped."),
        UnmappedOld.Claim("I-DMA", Refuted(10),
            "Up to Linux 6.14, no DMA lands on a block that is not the file's even if the file is unmapped.",
            "A pin outlives its mapping, and dax_layout_busy_page_range returns at once for a file without mappings: truncate "
                + "sees no reference because it does not look."),
        UnmappedOld.Claim("I-ISO", Refuted(11),
            "Up to Linux 6.14, DMA into a DAX file that was unmapped meanwhile changes no other file."),
        Unmapped.Claim("I-DMA", Proved,
            "Since Linux 6.15, no DMA lands on a block that is not the file's even if the file is unmapped meanwhile."),
        OnArmOld.Claim("I-DMA", Proved,
            "Up to Linux 6.14, the argument needs no IPI either, as long as the file stays mapped."),
        OnArm.Claim("I-DMA", Proved,
            "The argument needs no IPI: with a broadcast TLBI no DMA lands on a block that is not the file's either."),
        PausedOld.Claim("L-PROG", ProvedIf,
            "Up to Linux 6.14, a truncate gets through if every pin is short and no new one is taken once it has met a busy "
                + "page."),
        Paused.Claim("L-PROG", Starves,
            "Since Linux 6.15, a truncate gets through if every pin is short and no new one is taken once it has met a busy "
                + "page.",
            "A mapping is a reference there. dax_busy_page subtracts the mapcount, but wait_page_idle waits for a count of "
                + "zero: if the page is faulted in while truncate sleeps without MMAPLOCK, it sleeps on until that "
                + "mapping is gone, although nobody has the page pinned any more. Up to 6.14 it got through: DX-BUSY-6.14-PAUSE."),
        Unfaulted.Claim("L-PROG", ProvedIf,
            "A truncate gets through if every pin is short and the page is not faulted in once it has met a busy page."),
        Swapped.Claim("I-DMA", Refuted(6),
            "Whatever changes the block map of a DAX file in Linux 6.19 waits for the references to its pages.",
            "xfs_swap_extents takes the locks of both files and drops what is mapped, but does not break layouts: the block goes to "
                + "the other file with the pin on it. Its successor, xfs_exchange_contents, does break them (xfs_ilock2_io_mmap)."),
        Swapped.Claim("I-ISO", Refuted(6),
            "At worst, a DMA that comes after an exchange of extents is lost.",
            "It changes the other file."),
        Order.Claim("I-DMA", Refuted(11),
            "It does not matter whether truncate looks for references before or after it unmaps.",
            "GUP takes its reference after the scan and before the PTE is cleared. Each side has to write first and read "
                + "then. (7 steps where the locks and the flush are no steps of their own.)"),
        NoRetry.Claim("I-DMA", Refuted(21),
            "Once truncate has waited for the busy page, it need not look again.",
            "MMAPLOCK was dropped for the wait: the page is faulted in and pinned again."),
        NoRecheckIpi.Claim("I-DMA", Proved,
            "Where unmapping flushes by IPI, GUP-fast need not read the PTE again.",
            "The flush that unmapping waits for cannot complete while GUP-fast has interrupts off, so the reference is "
                + "there before the scan."),
        NoRecheckBroadcast.Claim("I-DMA", Refuted(13),
            "Where the hardware broadcasts the flush, GUP-fast need not read the PTE again.",
            "The TLBI completes although GUP-fast has interrupts off, the scan finds nothing, and the block goes to another "
                + "file. That one has it mapped, so there is a reference to add to. While nobody has, GUP-fast finds a "
                + "count of zero and gives up: the time for it is shorter than it was up to 6.14."),
        NoRecheckBroadcastOld.Claim("I-DMA", Refuted(12),
            "Up to Linux 6.14, GUP-fast need not read the PTE again where the hardware broadcasts the flush.",
            "The TLBI completes although GUP-fast has interrupts off, the scan finds nothing, and the reference comes "
                + "afterwards. (7 steps where the locks and the flush are no steps of their own.)"),
        NoRecheckRiscVIpi.Claim("I-DMA", Proved,
            "On RISC-V that fences by IPI, GUP-fast need not read the PTE again."),
        NoRecheckRiscVSbi.Claim("I-DMA", Refuted(13),
            "On RISC-V, where other harts are fenced, GUP-fast need not read the PTE again.",
            "The firmware fences them in machine mode. Interrupts that are off in the kernel hold up nothing, as with a "
                + "broadcast TLBI: a proof for IPIs is none for this machine."),
        LongTerm.Claim("I-DMA", Proved,
            "Long-term pins of DAX pages would be safe from truncate: it waits for them too."),
        LongTerm.Claim("L-PROG", Starves,
            "Long-term pins of DAX pages could be allowed: a truncate gets through if no new ones are taken meanwhile.",
            "It waits as long as the registration lasts. That is why FOLL_LONGTERM is refused on fsdax."),
    ];
}
