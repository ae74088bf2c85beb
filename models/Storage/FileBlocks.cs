using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Storage;

/// <summary>The owner of a block of the medium.</summary>
public enum BlockOwner
{
    /// <summary>No file: the filesystem may allocate the block.</summary>
    Free,

    /// <summary>The file that is mapped and registered.</summary>
    FileA,

    /// <summary>Another file.</summary>
    FileB,

    /// <summary>Both files share the block (reflink).</summary>
    Both,
}

/// <summary>
/// The extent map of one offset of a file, the blocks of the medium, and another file that allocates blocks too.
/// </summary>
/// <remarks>
/// For file A, the extent and the owner are redundant; both are kept because the code reads one and an observer the
/// other.
/// </remarks>
public sealed class FileBlocks
{
    private static readonly Source Allocate = Source.Kernel("xfs_bmapi_write", "fs/xfs/libxfs/xfs_bmap.c", "v6.19");
    private static readonly Source Remove = Source.Kernel("xfs_itruncate_extents_flags", "fs/xfs/xfs_inode.c", "v6.19");

    /// <summary>Declares the state: no file has a block.</summary>
    public FileBlocks(ModelBuilder m, Sort block)
    {
        Block = block;
        Extent = m.Var("extent", Sort.Option(block));
        Owner = m.Map("block_owner", block, Sort.Enum<BlockOwner>());
    }

    /// <summary>The sort of the blocks.</summary>
    public Sort Block { get; }

    /// <summary>The block behind the offset of file A; none for a hole.</summary>
    public Expr Extent { get; }

    /// <summary>The owner of each block.</summary>
    public Expr Owner { get; }

    /// <summary>True if file A has a block.</summary>
    public Expr IsFileA(Expr block) => Owner[block] == BlockOwner.FileA | Owner[block] == BlockOwner.Both;

    /// <summary>Extends a step: the offset of file A loses its block and becomes a hole.</summary>
    public StepBuilder Punch(StepBuilder s) => s
        .Set(Owner[Extent.Value], If(Owner[Extent.Value] == BlockOwner.Both, BlockOwner.FileB, BlockOwner.Free))
        .Set(Extent, None);

    /// <summary>Adds the allocation of a block for the hole of file A.</summary>
    /// <param name="m">The model.</param>
    /// <param name="may">True if the extent map may change now.</param>
    public void AddAllocation(ModelBuilder m, Expr may) =>
        m.Rule("xfs_bmapi_write", Block, (s, b) => s
            .When(may & Extent.IsNone & Owner[b] == BlockOwner.Free)
            .Set(Extent, b).Set(Owner[b], BlockOwner.FileA).By("file A")).From(Allocate);

    /// <summary>Adds the writer of another file, which allocates a free block and gives it back.</summary>
    public void AddOtherFile(ModelBuilder m)
    {
        m.Rule("allocate for B", Block, (s, b) => s
            .When(Owner[b] == BlockOwner.Free).Set(Owner[b], BlockOwner.FileB).By("file B")).From(Allocate);
        m.Rule("truncate B", Block, (s, b) => s
            .When(Owner[b] == BlockOwner.FileB).Set(Owner[b], BlockOwner.Free).By("file B")).From(Remove);
        m.Reachable("another file gets a block", Exists(Block, b => Owner[b] == BlockOwner.FileB));
    }

    /// <summary>
    /// Adds reflink: another file shares the block of file A, and each file can get a block of its own.
    /// </summary>
    /// <param name="m">The model.</param>
    /// <param name="mayClone">True if file A can be cloned now.</param>
    /// <param name="mayChange">True if the extent map of file A may change now.</param>
    /// <param name="also">Extends a step that changes the extent map: the PTEs go.</param>
    public void AddSharing(ModelBuilder m, Expr mayClone, Expr mayChange, Action<StepBuilder> also)
    {
        m.Rule("xfs_reflink_remap_blocks", s =>
        {
            s.When(mayClone & Extent.HasValue & Owner[Extent.Value] == BlockOwner.FileA)
                .Set(Owner[Extent.Value], BlockOwner.Both).By("file B");
            also(s);
        }).From(Source.Kernel("xfs_reflink_remap_blocks", "fs/xfs/xfs_reflink.c", "v6.19"));
        m.Rule("xfs_reflink_unshare", Block, (s, b) =>
        {
            s.When(mayChange & Extent.HasValue & Owner[Extent.Value] == BlockOwner.Both & Owner[b] == BlockOwner.Free)
                .Set(Owner[Extent.Value], BlockOwner.FileB).Set(Owner[b], BlockOwner.FileA).Set(Extent, b).By("file A");
            also(s);
        }).From(Source.Kernel("xfs_reflink_unshare", "fs/xfs/xfs_reflink.c", "v6.19"));
        m.Rule("unshare B", Block, (s, b) => s
            .When(Owner[b] == BlockOwner.Both).Set(Owner[b], BlockOwner.FileA).By("file B"))
            .From(Source.Kernel("xfs_reflink_end_cow", "fs/xfs/xfs_reflink.c", "v6.19"));
        m.Reachable("two files share a block", Exists(Block, b => Owner[b] == BlockOwner.Both));
    }

    /// <summary>Adds an exchange of extents with another file, as in defragmentation.</summary>
    /// <param name="m">The model.</param>
    /// <param name="mayChange">True if the extent map of file A may change now.</param>
    /// <param name="also">Extends the step: the PTEs go.</param>
    public void AddSwap(ModelBuilder m, Expr mayChange, Action<StepBuilder> also) =>
        m.Rule("xfs_swap_extents", Block, (s, b) =>
        {
            s.When(mayChange & Extent.HasValue & Owner[Extent.Value] == BlockOwner.FileA & Owner[b] == BlockOwner.FileB)
                .Set(Owner[Extent.Value], BlockOwner.FileB).Set(Owner[b], BlockOwner.FileA).Set(Extent, b).By("file B");
            also(s);
        }).From(Source.Kernel("xfs_swap_extents", "fs/xfs/xfs_bmap_util.c", "v4.13.4 and v6.19"));
}
