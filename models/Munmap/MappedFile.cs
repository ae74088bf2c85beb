using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Munmap;

/// <summary>
/// Pages of a file in shared, writable mappings of one process, with one VMA per address: i_mmap, writeback through it,
/// and truncate.
/// </summary>
/// <remarks>
/// A walk of i_mmap holds its lock for reading; linking and unlinking a VMA holds it for writing. A VMA that copy_vma
/// has made comes after its original.
/// </remarks>
internal sealed class MappedFile
{
    private static readonly Source Clean = Source.Kernel("page_mkclean_one", "mm/rmap.c", "0014dde7e945");
    private static readonly Source Clear = Source.Kernel("folio_clear_dirty_for_io", "mm/page-writeback.c", "v6.19");
    private static readonly Source Zap = Source.Kernel("unmap_mapping_folio", "mm/memory.c", "v6.19");
    private static readonly Source Fault = Source.Kernel("do_shared_fault", "mm/memory.c", "v6.19");
    private static readonly Source Remove = Source.Kernel("__remove_mapping", "mm/vmscan.c", "v6.19");
    private static readonly Source Read = Source.Kernel("filemap_read_folio", "mm/filemap.c", "v6.19");

    private readonly Process process;
    private readonly bool isOrdered;
    private readonly Expr dirty;
    private readonly Expr locked;
    private readonly Expr unsaved;
    private readonly Expr copiedFrom;
    private Expr gathered = None; // a map, once the threads have declared it

    /// <summary>Declares the state, with nothing mapped.</summary>
    /// <param name="m">The model.</param>
    /// <param name="process">The process.</param>
    /// <param name="isOrdered">True if a walk visits a copied VMA after its original.</param>
    public MappedFile(ModelBuilder m, Process process, bool isOrdered)
    {
        (this.process, this.isOrdered) = (process, isOrdered);
        MmapLock = m.Var("mmap_lock", Sort.Bool);
        PageTableLock = m.Map("ptl", process.Va, Sort.Bool);
        HasVma = m.Map("vma", process.Va, Sort.Bool);
        IsWalking = m.Map("i_mmap_read", process.Cpu, Sort.Bool);
        IsWriting = m.Var("i_mmap_write", Sort.Bool);
        copiedFrom = m.Map("copied_from", process.Va, Sort.Option(process.Va));
        dirty = m.Map("folio_dirty", process.Frame, Sort.Bool);
        locked = m.Map("folio_locked", process.Frame, Sort.Bool);
        unsaved = m.Ghost("unsaved", Sort.Map(process.Frame, Sort.Bool));
        Missed = m.Ghost("missed", Sort.Bool);
    }

    public Expr MmapLock { get; }

    /// <summary>The lock of each address's page table.</summary>
    public Expr PageTableLock { get; }

    public Expr HasVma { get; }

    /// <summary>True if each processor walks i_mmap.</summary>
    public Expr IsWalking { get; }

    /// <summary>True if a thread holds the lock of i_mmap for writing over several steps.</summary>
    public Expr IsWriting { get; }

    /// <summary>True if the lock of i_mmap can be taken for writing.</summary>
    public Expr CanWrite => !IsWriting & ForAll(process.Cpu, d => !IsWalking[d]);

    /// <summary>Ghost: writeback has marked a page as clean while some PTE allowed a store to it.</summary>
    public Expr Missed { get; }

    /// <summary>True if the kernel knows, or will find out, of each store that the disk lacks.</summary>
    public Expr KnowsStores => ForAll(process.Frame, f => (unsaved[f] & process.Allocator.Owner[f] == Owner.PageCache)
        .Implies(dirty[f] | locked[f] | Exists(process.Va, x =>
            process.Translation.Names(process.Pte(x), f) & process.Pte(x).Value[process.Translation.Dirty])));

    /// <summary>Extends a step: a VMA is linked after its original.</summary>
    public StepBuilder Link(StepBuilder s, Expr x, Expr from)
    {
        s.When(CanWrite).Set(HasVma[x], true);
        return isOrdered ? s.Set(copiedFrom[x], from) : s;
    }

    /// <summary>Extends a step: a VMA is unlinked.</summary>
    public StepBuilder Unlink(StepBuilder s, Expr x) => s.When(CanWrite).Set(HasVma[x], false)
        .Each(process.Va, y => s.SetIf(y == x | copiedFrom[y] == x, copiedFrom[y], None));

    /// <summary>
    /// Extends the step of a store: the disk is out of date. What goes through a stale entry does not reach the file.
    /// </summary>
    public void Stored(StepBuilder s, Expr c, Expr x) => s.Each(process.Frame, f => s.SetIf(
        If(process.Mmu.StoresAtOnce(c, x),
            process.Translation.Names(process.Tlb[c, x], f) & !process.Translation.IsStale(process.Tlb[c, x]),
            process.Translation.Names(process.Pte(x), f)),
        unsaved[f], true));

    /// <summary>Adds page faults, reclaim, and reading the file again.</summary>
    public void AddRules(ModelBuilder m)
    {
        var owner = process.Allocator.Owner;
        m.Rule("mmap", process.Va, (s, x) => s
            .When(!MmapLock & CanWrite & !Exists(process.Va, y => HasVma[y])).Set(HasVma[x], true).By("process"))
            .From(Fault);
        m.Rule("do_shared_fault", process.Cpu, process.Va, process.Frame, (s, c, x, f) => s
            .When(!MmapLock & HasVma[x] & !PageTableLock[x] & process.Pte(x).IsNone)
            .When(owner[f] == Owner.PageCache & !locked[f] & !process.Pages.Names(f) & !IsGathered(f))
            .Set(process.Pte(x), process.Translation.To(f).With(process.Translation.Dirty, true)).Set(dirty[f], true))
            .From(Fault);
        m.Rule("__remove_mapping", process.Frame, (s, f) => process.Free(s, f)
            .When(owner[f] == Owner.PageCache & !dirty[f] & !locked[f] & !process.Pages.Names(f) & !IsGathered(f))
            .Set(unsaved[f], false).By("kswapd"))
            .From(Remove);
        m.Rule("filemap_read_folio", process.Frame, (s, f) => s
            .When(owner[f] == Owner.Free).Set(owner[f], Owner.PageCache).By("kernel"))
            .From(Read);
    }

    /// <summary>Adds writeback as a branch of an <c>Either</c>.</summary>
    public void WriteBack(ThreadBuilder t, Expr c)
    {
        var folio = t.Local("folio", process.Frame);
        var passed = t.Local("passed", Sort.Set(process.Va), Fill(Sort.Set(process.Va), false));
        var at = t.Local("at", process.Va);
        var wasDirty = t.Local("was_dirty", Sort.Bool, false);
        var (writable, isDirty) = (process.Translation.Writable, process.Translation.Dirty);
        Expr Maps(Expr x) => process.Translation.Names(process.Pte(x), folio.Value);
        Expr CanPass(Expr x) => HasVma[x] & !passed[x] & !PageTableLock[x]
            & (copiedFrom[x].IsNone | Exists(process.Va, y => copiedFrom[x] == y & (passed[y] | !HasVma[y])));

        t.Step("folio_lock", process.Frame, (s, f) => s
            .When(dirty[f] & !locked[f]).Set(locked[f], true).Set(folio, f).From(Clear));
        t.Step("i_mmap_lock_read", s => s.When(!IsWriting).Set(IsWalking[c], true).Shows().From(Clean));
        t.Label("walk");
        t.Either(
            () =>
            {
                t.Step("page_mkclean_one", process.Va, (s, x) => s
                    .When(CanPass(x) & Maps(x)).Set(passed[x], true).Set(at, x)
                    .SetIf(process.Pte(x).Value[isDirty], wasDirty, true)
                    .Set(process.Pte(x).Value[isDirty], false).Set(process.Pte(x).Value[writable], false)
                    .Set(PageTableLock[x], true).From(Clean));
                process.Flush(t, c, at, true, Clean);
                t.Step("page_vma_mapped_walk_done", s => s.Set(PageTableLock[at.Value], false).Set(at, None).Shows().From(Clean));
                t.Goto("walk");
            },
            () =>
            {
                t.Step("page_mkclean_one (pte_none)", process.Va, (s, x) => s
                    .When(CanPass(x) & !Maps(x)).Set(passed[x], true).From(Clean));
                t.Goto("walk");
            },
            () => t.Step("i_mmap_unlock_read", s => s
                .When(ForAll(process.Va, x => passed[x] | !HasVma[x]))
                .Set(IsWalking[c], false).SetIf(wasDirty, dirty[folio.Value], true).Shows().From(Clean)));
        t.Step("folio_test_clear_dirty", s => s.Set(dirty[folio.Value], false)
            .SetIf(Exists(process.Va, x => Maps(x) & process.Pte(x).Value[writable]), Missed, true)
            .Shows(folio).From(Clear));
        t.Step("writepages", s => s
            .Set(unsaved[folio.Value], false).Set(locked[folio.Value], false).Shows(folio).From(Clear));
    }

    /// <summary>
    /// Adds ftruncate as a branch of an <c>Either</c>: it drops the pages that it zaps, saved or not.
    /// </summary>
    public void Truncate(ThreadBuilder t, Expr c)
    {
        var (address, page) = (t.Local("address", process.Va), t.Local("page", process.Frame));
        gathered = ((Expr.Index)page).Map;
        t.Step("ftruncate: zap_pte_range", process.Va, (s, x) => s
            .When(!PageTableLock[x] & !IsWriting & process.Pte(x).HasValue & !locked[process.FrameAt(x)])
            .Set(locked[process.FrameAt(x)], true)
            .Set(page, process.FrameAt(x)).Set(process.Pte(x), None).Set(address, x).From(Zap, KernelCode.Zap));
        process.Flush(t, c, address, true, KernelCode.Order);
        t.Step("tlb_finish_mmu", s => process.Free(s, page.Value)
            .Set(dirty[page.Value], false).Set(unsaved[page.Value], false).Set(locked[page.Value], false)
            .Shows(page).From(KernelCode.Finish));
    }

    private Expr IsGathered(Expr f) => Exists(process.Cpu, d => gathered[d] == f);
}
