using Verify.Claims;
using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.FilePages;

/// <summary>The ways in which a page of a file is written to, against merging and breaking.</summary>
public sealed class WritePaths : ClaimList
{
    private static readonly Choices Merging = Choices.Default.With(FileKsm.Merge);
    private static readonly Choices Holders = Merging.With(FileKsm.Pins, FileKsm.Device);
    private static readonly Choices Writes = Choices.Default.With(FileKsm.Syscall);
    private static readonly Choices Zeroing = Choices.Default.With(FileKsm.PartialTruncate);
    private static readonly Choices Pipes = Merging.With(FileKsm.Pipes).Size("cpu", 1);
    private static readonly Choices ThreeFiles = Pipes.Size("file", 3);
    private static readonly Choices CacheOnly = Merging.With(FileKsm.CacheOnly).Size("cpu", 1);
    private static readonly Choices Unmapped = CacheOnly.With(FileKsm.Zap).Assume(FileKsm.Unmapped);

    private static readonly FileInstance Target = Of("FK-OK", Holders.Assume(FileKsm.NoGup, FileKsm.Notified));
    private static readonly FileInstance Merge = Of("FK-MERGE", Merging);
    private static readonly FileInstance Files = Of("FK-OK-FILES", Merging.Size("cpu", 1).Size("file", 3).Size("frame", 4));
    private static readonly FileInstance Gup = Of("FK-GUP", Merging.With(FileKsm.Pins));
    private static readonly FileInstance Tlb = Of("FK-OK-TLB", Merging.With(FileKsm.Tlbs));
    private static readonly FileInstance ReadIo = Of("FK-OK-READ", Merging.With(FileKsm.ReadIo));
    private static readonly FileInstance NoFlush = Of("FK-NOFLUSH", Merging.With(FileKsm.Tlbs, FileKsm.NoFlush));
    private static readonly FileInstance Syscall = Of("FK-WRITE", Writes);
    private static readonly FileInstance MergeAlone = Of("FK-OK-ALONE",
        Merging.With(FileKsm.PartialTruncate, FileKsm.Tlbs).Size("cpu", 1));
    private static readonly FileInstance PinsAlone = Of("FK-OK-ALONE-PINS",
        Merging.With(FileKsm.Pins).Size("cpu", 1).Assume(FileKsm.NoGup));
    private static readonly FileInstance Alone = Of("FK-WRITE-ALONE", Writes.With(FileKsm.PartialTruncate).Size("cpu", 1));
    private static readonly FileInstance Unchecked = Of("FK-WRITE-UNCHECKED",
        Merging.With(FileKsm.Syscall, FileKsm.WriteUnchecked).Size("cpu", 1));
    private static readonly FileInstance Zero = Of("FK-TRUNC-PART-BROKEN", Zeroing);
    private static readonly FileInstance InPlace = Of("FK-TRUNC-PART", Zeroing.With(FileKsm.TruncateInPlace));
    private static readonly FileInstance DirtyPipe = Of("FK-PIPE-MERGE", Pipes.With(FileKsm.PipeMerge), Mails.DirtyPipe);
    private static readonly FileInstance Pipe = Of("FK-PIPE", ThreeFiles);
    private static readonly FileInstance Steal = Of("FK-PIPE-STEAL", ThreeFiles.With(FileKsm.StealShared));

    private static readonly FileInstance Path1 = OfCache("W1", CacheOnly);
    private static readonly FileInstance Path1New = OfCache("W1-NEW", Unmapped);
    private static readonly FileInstance Path2 = OfCache("W2", Unmapped.With(FileKsm.Syscall));
    private static readonly FileInstance Path3 = OfCache("W3", Unmapped.With(FileKsm.Pins));
    private static readonly FileInstance Path4 = OfCache("W4", Unmapped.With(FileKsm.Pipes));
    private static readonly FileInstance Path4Merge = OfCache("W4-MERGE",
        Unmapped.With(FileKsm.Pipes, FileKsm.PipeMerge), Mails.DirtyPipe);
    private static readonly FileInstance Path5 = OfCache("W5", Unmapped.With(FileKsm.Device));
    private static readonly FileInstance Path5Notified = OfCache("W5-NOTIFY", Unmapped.With(FileKsm.Device).Assume(FileKsm.Notified));
    private static readonly FileInstance Path6 = OfCache("W6", Unmapped.With(FileKsm.PartialTruncate));
    private static readonly FileInstance Path7 = OfCache("W7", Unmapped.With(FileKsm.ReadIo));
    private static readonly FileInstance Path8 = OfCache("W8", Unmapped.With(FileKsm.Tlbs));

    public override IEnumerable<Claim> Claims =>
    [
        Target.Claim("I-COH", ProvedIf,
            "Merging and breaking are coherent for stores, pinned pages and devices if references are counted after the walk, and every "
                + "device hears of changed PTEs."),
        Target.Claim("I-ISO", ProvedIf,
            "A write by a store, a pin or a device does not change another file that shares the page, under the same conditions."),
        Merge.Claim("I-COH", Proved,
            "Merging pages of files and breaking them again is coherent, as far as stores to mappings go."),
        Merge.Claim("I-ISO", Proved,
            "Merging pages of files and breaking them again changes no other file, as far as stores to mappings go."),
        Files.Claim("I-ISO", Proved,
            "A store to one of three files changes no other, whichever share a page: the daemon keeps a reference to the page that it "
                + "merges with."),
        Gup.Claim("I-ISO", Refuted(16),
            "A page may be merged while it is pinned."),
        Tlb.Claim("I-COH", Proved,
            "Merging and breaking are coherent where CPUs cache PTEs, as each walk flushes what it changes."),
        NoFlush.Claim("I-COH", Refuted(16),
            "A walk need not flush: the PTEs are read-only or gone."),
        NoFlush.Claim("I-ISO", Refuted(16),
            "A walk need not flush, as far as other files are concerned."),
        ReadIo.Claim("I-ISO", Proved,
            "A page is not merged while its content is being read, as the folio lock is held."),
        MergeAlone.Claim("I-COH", Proved,
            "Merging is coherent with partial truncates, as both lock the folio."),
        MergeAlone.Claim("I-LEFT", Proved,
            "Once a page is merged, nothing maps the page that the file had before."),
        MergeAlone.Claim("I-LOCK", Proved,
            "The daemon gives back the folio lock, whether it merges a page or not."),
        PinsAlone.Claim("I-LOCK", Proved,
            "The daemon gives back the folio lock of a page that it finds pinned."),
        Syscall.Claim("I-COH", Proved,
            "write(2) is coherent with mappings of the file if it breaks the protection of the page that it looks up, and looks again "
                + "under the folio lock."),
        Syscall.Claim("I-ISO", Proved,
            "write(2) that breaks the protection does not change another file."),
        Alone.Claim("L-PROG", Proved,
            "A fault, write(2) or partial truncate that has looked up a page comes to an end."),
        Unchecked.Claim("I-ISO", Refuted(12),
            "write(2) need not look again under the folio lock.",
            "The page that it has looked up becomes protected and shared before the copy."),
        Zero.Claim("I-ISO", Proved,
            "A partial truncate that breaks the protection zeroes the page of its own file only."),
        InPlace.Claim("I-ISO", Refuted(3),
            "A partial truncate may zero the page as it is."),
        DirtyPipe.Claim("I-ISO", Refuted(3),
            "A pipe may merge later writes into a buffer that holds a page of the page cache.",
            "No page need be shared by files for that: Linux 5.8 to 5.16.10, CVE-2022-0847."),
        Pipe.Claim("I-ISO", Proved,
            "A page may move from a pipe into another file if all references to it are counted, those of other files too."),
        Steal.Claim("I-ISO", Refuted(18),
            "A page may move from a pipe into another file while other files share it, if the page cache counts as one reference.",
            "The page becomes an ordinary one of the new file, which writes to it in place."),
        Path1.Claim("I-COH", Refuted(14),
            "What is not in the page cache cannot be written to, by a store to a mapping (W1).",
            "An existing writable PTE needs no page cache."),
        Path1.Claim("I-ISO", Refuted(14),
            "What is not in the page cache cannot be written to, as far as other files are concerned (W1)."),
        Path1New.Claim("I-COH", ProvedIf,
            "What is neither in the page cache nor mapped cannot be written to by a new fault (W1).",
            "The fault looks at the list of aliases under the folio lock, which the removal holds."),
        Path2.Claim("I-COH", ProvedIf,
            "What is neither in the page cache nor mapped cannot be written to by write(2) (W2).",
            "A write that has looked the page up before looks again under the folio lock, which the removal holds until the slot has "
                + "its new page. So the lock would do without the empty slot."),
        Path3.Claim("I-COH", Refuted(16),
            "What is neither in the page cache nor mapped cannot be written to through a pin (W3)."),
        Path3.Claim("I-ISO", Refuted(16),
            "What is neither in the page cache nor mapped cannot be written to through a pin, as far as other files are concerned (W3)."),
        Path4.Claim("I-COH", ProvedIf,
            "What is neither in the page cache nor mapped cannot be written to through a pipe (W4).",
            "The catalogue expects the contrary. A pipe buffer keeps a reference, but nothing writes through it: stealing fails for a "
                + "page that no mapping has (page_cache_pipe_buf_try_steal). It takes a pipe that merges into its buffers: "
                + "FK-NOTINCACHE-W4-MERGE."),
        Path4Merge.Claim("I-COH", Refuted(3),
            "What is neither in the page cache nor mapped cannot be written to through a pipe that merges into its buffers (W4)."),
        Path5.Claim("I-COH", Refuted(16),
            "What is neither in the page cache nor mapped by a process cannot be written to by a device (W5).",
            "The page tables of the device keep the page after the PTE is gone."),
        Path5Notified.Claim("I-COH", ProvedIf,
            "What is neither in the page cache nor mapped cannot be written to by a device that hears of each change (W5).",
            "The device has lost the page with the last PTE. A mapped page is another matter, as nothing is notified when only the "
                + "page cache changes."),
        Path6.Claim("I-COH", ProvedIf,
            "What is neither in the page cache nor mapped cannot be zeroed by a partial truncate (W6)."),
        Path7.Claim("I-ISO", ProvedIf,
            "What is taken out of the page cache is not written to by I/O that fills a page (W7).",
            "The I/O holds the folio lock to its end, so the removal waits. I/O that does not, as direct I/O, is W3."),
        Path7.Claim("I-LOCK", Proved,
            "I/O that fills a page gives back the folio lock."),
        Path7.Claim("I-COH", ProvedIf,
            "Readers of a file that is being read into the page cache see its latest write, while pages are taken out and merged (W7)."),
        Path8.Claim("I-COH", Refuted(16),
            "What is neither in the page cache nor mapped cannot be written to through a TLB (W8).",
            "The PTE is gone and its flush still to come. page_mapped() covers dirty entries since 6.2, as the rmap is kept until the "
                + "flush (5df397dec7c4); the model asks for the PTE."),
    ];

    private static FileInstance OfCache(string path, Choices choices, params Source[] sources) =>
        Of($"FK-NOTINCACHE-{path}", choices, [Mails.Wilcox, .. sources]);

    private static FileInstance Of(string id, Choices choices, params Source[] sources) => Breaks.Of(id, choices, [.. sources]);
}
