using Verify.Modelling;
using Verify.Models.Hardware;
using Verify.Models.Storage;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Dax;

/// <summary>
/// fsdax: a PTE leads to the block of the medium itself. The filesystem frees the block whatever the counts of its
/// page.
/// </summary>
internal sealed class BlockBacking : IBacking
{
    public BlockBacking(ModelBuilder m, int blocks)
    {
        Blocks = new FileBlocks(m, m.ScalarSet("block", blocks, "b"));
        Translation = new Translation(m, Blocks.Block, hasPermissions: false);
    }

    public FileBlocks Blocks { get; }

    public Sort Unit => Blocks.Block;

    public Translation Translation { get; }

    public Expr Slot => Blocks.Extent;

    public (string Name, Source Source) Fault => ("dax_iomap_fault", KernelCode.DaxFault);

    public (string Name, Source Source) Removal => ("xfs_itruncate_extents", KernelCode.TruncateExtents);

    /// <summary>
    /// True if the page of a block has a reference count that can be raised. Null up to Linux 6.14, where an idle page
    /// already has a reference; since 6.15 an idle page has none.
    /// </summary>
    public Func<Expr, Expr>? HasReference { get; init; }

    // A mapping of the block by another file counts as a reference.
    public Expr CanGrab(Expr unit) => HasReference is null
        ? true
        : HasReference(unit) | Blocks.Owner[unit] == BlockOwner.FileB;

    public Expr IsForeign(Expr translation) => !Blocks.IsFileA(translation[Translation.Frame]);

    public Sort OwnerSort => Sort.Enum<BlockOwner>();

    public Expr OwnerOf(Expr unit) => Blocks.Owner[unit];

    public Expr IsOtherFile(Expr owner) => owner == BlockOwner.FileB | owner == BlockOwner.Both;

    public void Remove(StepBuilder s, Expr isPinned) => Blocks.Punch(s);

    public void Put(StepBuilder s, Expr unit, Expr isLast)
    {
    }

    public void AddEnvironment(ModelBuilder m, Expr may)
    {
        Blocks.AddAllocation(m, may);
        Blocks.AddOtherFile(m);
    }
}

/// <summary>
/// Ordinary memory: the page returns to the allocator with its last reference, whatever happens to the file.
/// </summary>
/// <remarks>
/// The page of the file is owned by <see cref="Owner.AppBuf"/>, which only this model frees; pages of other files are
/// <see cref="Owner.PageCache"/>.
/// </remarks>
internal sealed class PageBacking : IBacking
{
    private readonly FrameAllocator allocator;
    private readonly bool isAnonymous;

    public PageBacking(ModelBuilder m, int frames, bool isAnonymous)
    {
        this.isAnonymous = isAnonymous;
        Unit = m.ScalarSet("frame", frames, "f");
        allocator = new FrameAllocator(m, Unit, Owner.Free);
        Translation = new Translation(m, Unit, hasPermissions: false);
        Slot = m.Var("page", Sort.Option(Unit));
    }

    public Sort Unit { get; }

    public Translation Translation { get; }

    public Expr Slot { get; }

    public (string Name, Source Source) Fault =>
        isAnonymous ? ("do_anonymous_page", KernelCode.AnonymousFault) : ("filemap_fault", KernelCode.FilemapFault);

    public (string Name, Source Source) Removal => ("filemap_remove_folio", KernelCode.DeleteFromCache);

    /// <summary>Registers a holder, so that every free marks its translations as stale.</summary>
    public void Register(IHolder holder) => allocator.Register(holder);

    // A free page has a count of zero, and try_grab_folio_fast() takes no reference to it.
    public Expr CanGrab(Expr unit) => allocator.Owner[unit] != Owner.Free;

    public Expr IsForeign(Expr translation) =>
        translation[Translation.Stale] | allocator.Owner[translation[Translation.Frame]] != Owner.AppBuf;

    public Sort OwnerSort => Sort.Enum<Owner>();

    public Expr OwnerOf(Expr unit) => allocator.Owner[unit];

    public Expr IsOtherFile(Expr owner) => owner == Owner.PageCache;

    public void Remove(StepBuilder s, Expr isPinned)
    {
        s.If(!isPinned, () => allocator.Free(s, Slot.Value));
        s.Set(Slot, None);
    }

    /// <summary>
    /// Extends a step: the page moves to another frame. The caller ensures that the page is not pinned.
    /// </summary>
    public StepBuilder Migrate(StepBuilder s, Expr to)
    {
        s.When(Slot.HasValue & allocator.Owner[to] == Owner.Free).Set(allocator.Owner[to], Owner.AppBuf);
        allocator.Free(s, Slot.Value);
        return s.Set(Slot, to);
    }

    public void Put(StepBuilder s, Expr unit, Expr isLast) =>
        s.If(isLast & Slot != unit, () => allocator.Free(s, unit));

    public void AddEnvironment(ModelBuilder m, Expr may)
    {
        m.Rule(isAnonymous ? "alloc_anon_folio" : "page_cache_alloc", Unit, (s, f) => s
            .When(may & Slot.IsNone & allocator.Owner[f] == Owner.Free)
            .Set(Slot, f).Set(allocator.Owner[f], Owner.AppBuf).By(isAnonymous ? "process" : "file A"))
            .From(isAnonymous ? KernelCode.AnonymousFault : KernelCode.FilemapFault);
        allocator.AddReuse(m, hasOwnTables: false, intoBuffers: false);
    }
}
