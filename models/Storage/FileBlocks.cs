using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Storage;

/// <summary>Whose a block of the medium is.</summary>
public enum BlockOwner
{
    /// <summary>Nobody's: the filesystem may hand it out.</summary>
    Free,

    /// <summary>A block of the file that is mapped and registered.</summary>
    FileA,

    /// <summary>A block of another file.</summary>
    FileB,

    /// <summary>A block that both files share (reflink).</summary>
    Both,
}

/// <summary>The extent map of one offset of a file, the blocks of the medium, and another file that wants blocks too.</summary>
/// <remarks>
/// The extent and the owner say the same of file A; both are kept because code reads the one and an observer the other.
/// </remarks>
public sealed class FileBlocks
{
    private static readonly Source Allocate = Source.Kernel("xfs_bmapi_write", "fs/xfs/libxfs/xfs_bmap.c", "v6.19");
    private static readonly Source Remove = Source.Kernel("xfs_itruncate_extents_flags", "fs/xfs/xfs_inode.c", "v6.19");

    /// <summary>Declares them: no file has a block.</summary>
    public FileBlocks(ModelBuilder m, Sort block)
    {
        Block = block;
        Extent = m.Var("extent", Sort.Option(block));
        Owner = m.Map("block_owner", block, Sort.Enum<BlockOwner>());
    }

    /// <summary>The blocks.</summary>
    public Sort Block { get; }

    /// <summary>The block behind the offset of file A; none for a hole.</summary>
    public Expr Extent { get; }

    /// <summary>Whose each block is.</summary>
    public Expr Owner { get; }

    /// <summary>Whether file A has a block.</summary>
    public Expr IsFileA(Expr block) => Owner[block] == BlockOwner.FileA | Owner[block] == BlockOwner.Both;

    /// <summary>Adds to a step that file A has a hole where it had a block.</summary>
    public StepBuilder Punch(StepBuilder s) => s
        .Set(Owner[Extent.Value], If(Owner[Extent.Value] == BlockOwner.Both, BlockOwner.FileB, BlockOwner.Free))
        .Set(Extent, None);

    /// <summary>Adds the allocation of a block for the hole of file A.</summary>
    /// <param name="m">The model.</param>
    /// <param name="may">Whether the extent map may change now.</param>
    public void AddAllocation(ModelBuilder m, Expr may) =>
        m.Rule("xfs_bmapi_write", Block, (s, b) => s
            .When(may & Extent.IsNone & Owner[b] == BlockOwner.Free)
            .Set(Extent, b).Set(Owner[b], BlockOwner.FileA).By("file A")).From(Allocate);

    /// <summary>Adds what the writer of another file does: it takes a free block, and gives it back.</summary>
    public void AddOtherFile(ModelBuilder m)
    {
        m.Rule("allocate for B", Block, (s, b) => s
            .When(Owner[b] == BlockOwner.Free).Set(Owner[b], BlockOwner.FileB).By("file B")).From(Allocate);
        m.Rule("truncate B", Block, (s, b) => s
            .When(Owner[b] == BlockOwner.FileB).Set(Owner[b], BlockOwner.Free).By("file B")).From(Remove);
        m.Reachable("another file gets a block", Exists(Block, b => Owner[b] == BlockOwner.FileB));
    }

    /// <summary>Adds what reflink does: another file shares the block of file A, and each can take a block of its own.</summary>
    /// <param name="m">The model.</param>
    /// <param name="mayClone">Whether file A can be cloned now.</param>
    /// <param name="mayChange">Whether the extent map of file A may change now.</param>
    /// <param name="also">What else comes with a change: the PTEs go.</param>
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

    /// <summary>Adds the exchange of extents with another file, as defragmentation does it.</summary>
    /// <param name="m">The model.</param>
    /// <param name="mayChange">Whether the extent map of file A may change now.</param>
    /// <param name="also">What else comes with the change: the PTEs go.</param>
    public void AddSwap(ModelBuilder m, Expr mayChange, Action<StepBuilder> also) =>
        m.Rule("xfs_swap_extents", Block, (s, b) =>
        {
            s.When(mayChange & Extent.HasValue & Owner[Extent.Value] == BlockOwner.FileA & Owner[b] == BlockOwner.FileB)
                .Set(Owner[Extent.Value], BlockOwner.FileB).Set(Owner[b], BlockOwner.FileA).Set(Extent, b).By("file B");
            also(s);
        }).From(Source.Kernel("xfs_swap_extents", "fs/xfs/xfs_bmap_util.c", "v4.13.4 and v6.19"));
}
