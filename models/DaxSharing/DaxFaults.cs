using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.DaxSharing;

/// <summary>Read and write faults on reflinked DAX files, under the lock of the entry.</summary>
internal sealed class DaxFaults(
    ModelBuilder m, PageCache cache, FileMappings mappings, SharedExtents extents, BlockFailures? failures)
{
    private const string Cancel = "xfs_reflink_cancel_cow_range";

    private ModelThread? thread;

    /// <summary>True if the next step of the fault of a process locks the AGF buffer; with failures.</summary>
    public Expr NeedsAgf(Expr c) => thread!.At(
        c, "xfs_read_iomap_begin", "IOMAP_F_SHARED", "allocate", "xfs_reflink_end_cow", Cancel);

    /// <summary>Adds the thread.</summary>
    public void Describe() => thread = m.Thread("fault", mappings.Mm, repeats: true, (t, c) =>
    {
        var file = extents.Faulting[c];
        var old = extents.Extent[file.Value];
        t.Either(
            () =>
            {
                t.Step("grab_mapping_entry (read)", cache.File, (s, a) => Lock(s, c, a).When(mappings.Pte[c].IsNone));
                t.Step("xfs_read_iomap_begin", s =>
                {
                    s.When(extents.IsAgfFree).Set(extents.Faulting[c], None).Shows(file).From(KernelCode.Read, KernelCode.FindShared);
                    Insert(s, c, old.Value, CanAccess(old.Value), isWritable: false);
                });
            },
            () =>
            {
                t.Step("grab_mapping_entry (write)", cache.File, (s, a) => Lock(s, c, a).When(!mappings.IsWritable(mappings.Pte[c])));
                var isShared = Exists(cache.File, b => file != b & extents.Extent[b].HasValue & extents.Extent[b] == old);
                t.Branch("IOMAP_F_SHARED", m.Has(SharedDax.NoCow) ? false : isShared,
                    () => CopyOnWrite(t, c),
                    () => t.Step("vmf_insert_page_mkwrite (own block)", s =>
                    {
                        s.Set(extents.Faulting[c], None).Shows(file).From(KernelCode.Fault);
                        Insert(s, c, old.Value, CanAccess(old.Value), isWritable: true);
                    }),
                    s => s.When(extents.IsAgfFree).From(KernelCode.FindShared));
            });
    });

    private StepBuilder Lock(StepBuilder s, Expr c, Expr a) => s
        .When(mappings.MapsFile(c, a) & extents.Extent[a].HasValue & !extents.IsLocked(a))
        .Set(extents.Faulting[c], a).From(KernelCode.Fault);

    private void CopyOnWrite(ThreadBuilder t, Expr c)
    {
        var (file, copy) = (extents.Faulting[c], extents.Copy[c]);
        var old = extents.Extent[file.Value];

        // A free block has the content of any file that had it before.
        void Allocate() => t.Step("xfs_reflink_allocate_cow", cache.Frame, cache.File, (s, f, a) => cache.Spoil(s, f, a)
            .When(cache.IsFree(f) & extents.IsAgfFree).Set(copy, f).Shows(f).From(KernelCode.AllocateCow));
        if (failures is null)
        {
            Allocate();
        }
        else
        {
            t.Label("allocate");
            t.Either(Allocate, () =>
            {
                t.Step("xfs_reflink_allocate_cow (ENOSPC)", s => s
                    .When(!Exists(cache.Frame, cache.IsFree) & extents.IsAgfFree).Shows(file).From(KernelCode.AllocateCow));
                t.Goto(Cancel);
            });
            t.Branch("dax_iomap_direct_access", CanAccess(copy.Value), () => { }, () => t.Goto(Cancel),
                s => s.From(KernelCode.DirectAccess));
        }

        if (!m.Has(SharedDax.NoUnmap))
        {
            mappings.Walk(t, file, "unmap_mapping_pages", protects: false, flushes: true, KernelCode.InsertEntry);
        }

        void CopyOver(StepBuilder s)
        {
            s.Set(cache.Slot[file.Value], copy).Shows(file).From(KernelCode.InsertEntry);
            s.SetIf(CanAccess(old.Value), cache.Content[copy.Value], cache.Content[old.Value]);
            failures?.Name(s, copy.Value, file.Value);
        }

        if (failures is null)
        {
            t.Step("dax_insert_entry, dax_iomap_copy_around", CopyOver);
        }
        else
        {
            t.Branch("dax_insert_entry, dax_iomap_copy_around", CanAccess(old.Value), () => { }, () => t.Goto(Cancel), CopyOver);
        }

        t.Step("vmf_insert_page_mkwrite", s => mappings.InstallWritable(s, c, copy.Value).Shows(copy).From(KernelCode.Fault));
        t.Step("xfs_reflink_end_cow", s => s
            .When(extents.IsAgfFree).SetIf(!extents.HasShutDown, old, copy).Set(copy, None)
            .Set(extents.Faulting[c], None).Shows(file).From(KernelCode.EndCow));
        if (failures is not null)
        {
            t.Return();
            t.Label(Cancel);
            t.Step(Cancel, s => s
                .When(extents.IsAgfFree).Set(copy, None).Set(extents.Faulting[c], None).Shows(file).From(KernelCode.EndCow));
        }
    }

    private void Insert(StepBuilder s, Expr c, Expr f, Expr when, bool isWritable)
    {
        var file = extents.Faulting[c].Value;
        s.SetIf(when, cache.Slot[file], f);
        mappings.Install(s, when, c, f, isWritable);
        failures?.Name(s, f, file);
    }

    private Expr CanAccess(Expr f) => failures is null ? true : !failures.IsBad(f);
}
