using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.DaxSharing;

/// <summary>The extent maps of reflinked files, and what changes them: allocation, reflink, and the end of a fault.</summary>
/// <remarks>
/// All blocks lie in one allocation group. A question whether a block is shared, and a change of an extent, lock the header of
/// the group (AGF) for one transaction, which is one step here. All files have had a reflink (XFS_DIFLAG2_REFLINK).
/// </remarks>
internal sealed class SharedExtents
{
    private readonly ModelBuilder m;
    private readonly PageCache cache;
    private readonly FileMappings mappings;

    /// <summary>Declares the state: no file has a block.</summary>
    public SharedExtents(ModelBuilder m, PageCache cache, FileMappings mappings)
    {
        (this.m, this.cache, this.mappings) = (m, cache, mappings);
        Extent = m.Map("extent", cache.File, Sort.Option(cache.Frame));
        Faulting = m.Map("dax_locked", mappings.Mm, Sort.Option(cache.File));
        Copy = m.Map("new_block", mappings.Mm, Sort.Option(cache.Frame));
        cache.AddReference(f => Exists(cache.File, a => Extent[a] == f) | InCowFork(f));
        if (m.Has(SharedDax.ReadCall))
        {
            cache.AddReader((a, f) => Extent[a] == f);
        }
    }

    /// <summary>The block of each file.</summary>
    public Expr Extent { get; }

    /// <summary>The file whose DAX entry the fault of a process has locked.</summary>
    public Expr Faulting { get; }

    /// <summary>The block that a fault has allocated in the CoW fork of the file.</summary>
    public Expr Copy { get; }

    /// <summary>True if no step but this one holds the AGF buffer.</summary>
    public Expr IsAgfFree { get; set; } = true;

    /// <summary>True once the filesystem has shut down.</summary>
    public Expr HasShutDown { get; set; } = false;

    /// <summary>True if the entry of a file is locked.</summary>
    public Expr IsLocked(Expr a) => Exists(mappings.Mm, c => Faulting[c] == a);

    /// <summary>True if a block is in the CoW fork of a file.</summary>
    public Expr InCowFork(Expr f) => Exists(mappings.Mm, c => Copy[c] == f);

    /// <summary>Adds allocation and reflink.</summary>
    public void Describe()
    {
        m.Rule("xfs_bmapi_write", cache.File, cache.Frame, (s, a, f) => s
            .When(Extent[a].IsNone & cache.IsFree(f) & IsAgfFree).Set(Extent[a], f).Set(cache.Content[f], None).By("kernel"))
            .From(KernelCode.Allocate);

        // Both files are locked against I/O and faults. The source is flushed, which write-protects it; the pages of the
        // destination are unmapped and leave the page cache. A block that was written to is not shared: see SharedDax.
        m.Rule("xfs_reflink_remap_blocks", cache.File, cache.File, (s, a, b) =>
        {
            mappings.ProtectAll(s.When(a != b & Extent[a].HasValue & Extent[a] != Extent[b]), a)
                .When(cache.Content[Extent[a].Value].IsNone & !IsLocked(a) & !IsLocked(b) & IsAgfFree)
                .Set(Extent[b], Extent[a]).Set(cache.Slot[b], None).By("kernel").Shows(a, b)
                .From(KernelCode.Reflink, KernelCode.Remap);
            cache.BecomeCommon(s, b);
            if (!m.Has(SharedDax.KeepMapped))
            {
                mappings.ClearAll(s, b);
            }
        });
    }
}
