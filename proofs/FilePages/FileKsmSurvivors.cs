using System.Collections.Immutable;
using Verify.Models.FilePages;

namespace Verify.Proofs.FilePages;

/// <summary>The parts that no claim about protected pages of several files needs.</summary>
public sealed class FileKsmSurvivors() : SurvivorReasons(new FileKsm())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because(CommonReasons.NothingToDo,
            "task.filemap_get_folio: !pte[cpu].HasValue",
            "task.zap_pte_range (madvise): pte[cpu].HasValue"),
        Because(CommonReasons.WalkAgain, "walk: !tlb[cpu].HasValue"),
        Because(CommonReasons.DeviceReadsAgain, "device faults: !device_pte[cpu].HasValue"),
        Because(CommonReasons.WalksMore,
            "task.zap_pte_range: maps[cpu] == task.file[cpu]",
            "daemon.zap_pte_range: maps[cpu] == daemon.file",
            "daemon.zap_pte_range: !daemon.unmap_mapping_pages: visited[cpu]",
            "daemon.page_vma_mkclean_one: maps[cpu] == daemon.file",
            "daemon.page_vma_mkclean_one: !daemon.folio_mkclean: visited[cpu]"),
        Because(CommonReasons.NothingStale,
            "task.copy: !(Exists cpu2: cpu. pte[cpu2].HasValue &…",
            "task.copy: !(pin == Some(frame))",
            "filemap_read_folio: !(pin == Some(frame))"),
        Because("Who has looked the page up looks again under the lock: it is another file's then, or that of the file.",
            "filemap_read_folio: !(Exists cpu: cpu. folio[cpu] == Some(frame) |…",
            "filemap_add_folio: !(Exists cpu: cpu. folio[cpu] == Some(frame) |…"),
        Because("The reference stays until the next page is taken. The frame is used again later, and no claim counts free frames.",
            "task.folio_unlock (no alias): folio[cpu] := None",
            "task.folio_unlock: folio[cpu] := None",
            "task.folio_unlock: copy[cpu] := None",
            "daemon.folio_unlock: daemon_folio := None",
            "daemon.protect: daemon_folio := None",
            "daemon.pages_identical: no: daemon_folio := None",
            "daemon.folio_put: daemon_folio := None"),
        Because("The page counts as protected: the daemon leaves it alone, and a write copies it once more.",
            "task.replace slot: protected[copy[cpu].Value] := false",
            "filemap_read_folio: protected[frame] := false"),
        Because("The file cannot use its page, as faults and writes look into the list: fewer runs.",
            "try_steal: aliases[frame][each file] :=…",
            "daemon.pages_identical: no: aliases[daemon_folio.Value][daemon.file.Value] := true"),
        Because("The folio lock, which follows, keeps out a second break of the same file.",
            "task.filemap_invalidate_lock: !invalidate_lock_write[task.file[cpu].Value]"),
        Because("The daemon protects a second page, or gives up the first one and may come back.",
            "daemon.protect: !(Exists frame:…",
            "daemon.pages_identical: no: Exists frame:…"),
        Because("The folio lock, which the removal holds, does as much: see FK-NOTINCACHE-W2.",
            "daemon.filemap_remove_folio: slot[daemon.file.Value] := None",
            "daemon.filemap_remove_folio: aliases[daemon_folio.Value][daemon.file.Value] := false"),
        Because("The special entry keeps pages out of a slot that has one again.",
            "daemon.protect: special_entry := None",
            "daemon.pages_identical: no: special_entry := None",
            "daemon.replace slot: special_entry := None"),
        Because("The pipe stays full: fewer runs.", "pipe_read: pipe := None"),
        Because("What comes out of the pipe is not asked, and a page is stolen only from the file that has it.",
            "task.copy: !(pipe == Some(frame))",
            "splice_folio_into_pipe: slot[file] == Some(frame)",
            "try_steal: pipe := None"),
        Because("The next pin overwrites it.", "unpin_user_page: pinned_for := None"),
        Because("The claim is refuted by what comes between the change of the PTE and this flush.",
            "task.tlb_finish_mmu: tlb[cpu] := None"),
    ];
}
