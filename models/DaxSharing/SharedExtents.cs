using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.DaxSharing;

/// <summary>The extent maps of reflinked files, the DAX entries over them, write faults, and memory failures.</summary>
internal sealed class SharedExtents
{
    private readonly ModelBuilder m;
    private readonly PageCache cache;
    private readonly FileMappings mappings;
    private readonly Expr entryLocked;
    private readonly Expr copy;
    private readonly Expr failed;
    private readonly Expr failing;
    private readonly Expr hasShutDown;
    private readonly Expr named;

    /// <summary>Declares the state: no file has a block.</summary>
    public SharedExtents(ModelBuilder m, PageCache cache, FileMappings mappings)
    {
        (this.m, this.cache, this.mappings) = (m, cache, mappings);
        Extent = m.Map("extent", cache.File, Sort.Option(cache.Frame));
        entryLocked = m.Map("dax_locked", cache.File, Sort.Bool);
        copy = m.Map("new_block", mappings.Mm, Sort.Option(cache.Frame));
        var hasFailures = m.Has(SharedDax.Failure);
        failed = hasFailures ? m.Map("hwpoison", cache.Frame, Sort.Bool) : Fill(Sort.Set(cache.Frame), false);
        failing = hasFailures ? m.Var("failing", Sort.Option(cache.Frame)) : None;
        hasShutDown = hasFailures ? m.Var("xfs_shutdown", Sort.Bool) : false;
        named = m.Has(SharedDax.ByMapping) ? m.Map("mapping", cache.Frame, Sort.Option(cache.File)) : None;
        cache.AddReference(f => Exists(cache.File, a => Extent[a] == f) | Exists(mappings.Mm, c => copy[c] == f) | failed[f]);
        if (m.Has(SharedDax.ReadCall))
        {
            cache.AddReader((a, f) => Extent[a] == f);
        }
    }

    /// <summary>The block of each file.</summary>
    public Expr Extent { get; }

    // The query of the reverse map holds the buffer that every change of these extents needs.
    private Expr CanChange => failing.IsNone;

    /// <summary>Adds allocation, reflink, faults and failures.</summary>
    public void Describe()
    {
        m.Rule("xfs_bmapi_write", cache.File, cache.Frame, (s, a, f) => s
            .When(Extent[a].IsNone & cache.IsFree(f) & CanChange).Set(Extent[a], f).Set(cache.Content[f], None).By("kernel"))
            .From(KernelCode.Allocate);
        m.Rule("xfs_reflink_remap_blocks", cache.File, cache.File, (s, a, b) => mappings
            .ProtectAll(s.When(a != b & Extent[a].HasValue & cache.Content[Extent[a].Value].IsNone), a)
            .When(Extent[b].IsNone & !entryLocked[a] & CanChange).Set(Extent[b], Extent[a]).By("kernel").Shows(a, b))
            .From(KernelCode.Reflink);
        m.Rule("dax_iomap_pte_fault (read)", mappings.Mm, cache.File, cache.Frame, (s, c, a, f) =>
        {
            s.When(mappings.MapsFile(c, a) & mappings.Pte[c].IsNone & Extent[a] == f & !entryLocked[a] & !failed[f])
                .Set(cache.Slot[a], f).Shows(f).From(KernelCode.Fault);
            mappings.Install(s, true, c, f);
            Name(s, f, a);
        });
        m.Thread("write fault", mappings.Mm, repeats: true, WriteFault);
        if (m.Has(SharedDax.Failure))
        {
            AddFailures();
        }
    }

    private void WriteFault(ThreadBuilder t, Expr c)
    {
        var file = t.Local("file", cache.File);
        t.Step("grab_mapping_entry", cache.File, (s, a) =>
        {
            s.When(mappings.MapsFile(c, a) & !mappings.IsWritable(mappings.Pte[c]) & Extent[a].HasValue & !entryLocked[a])
                .When(!failed[Extent[a].Value])
                .Set(entryLocked[a], true).Set(file, a).From(KernelCode.Fault);
            Name(s, Extent[a].Value, a);
        });
        var isShared = Exists(cache.File, b => file != b & Extent[b].HasValue & Extent[b] == Extent[file.Value]);
        t.Branch("IOMAP_F_SHARED", m.Has(SharedDax.NoCow) ? false : isShared,
            () =>
            {
                // A free block has the content of any file that had it before.
                t.Step("xfs_reflink_allocate_cow", cache.Frame, cache.File, (s, f, a) => cache.Spoil(s, f, a)
                    .When(cache.IsFree(f)).Set(copy[c], f).Shows(f).From(KernelCode.AllocateCow));
                if (!m.Has(SharedDax.NoUnmap))
                {
                    mappings.Walk(t, file, "unmap_mapping_pages", protects: false, flushes: true, KernelCode.InsertEntry);
                }

                t.Step("dax_insert_entry, dax_iomap_copy_around", s =>
                {
                    s.Set(cache.Slot[file.Value], copy[c]).Set(cache.Content[copy[c].Value], cache.Content[Extent[file.Value].Value])
                        .Shows(file).From(KernelCode.InsertEntry);
                    Name(s, copy[c].Value, file.Value);
                });
                t.Step("vmf_insert_page_mkwrite", s => mappings
                    .InstallWritable(s, c, copy[c].Value).Shows(copy[c]).From(KernelCode.Fault));
                t.Step("xfs_reflink_end_cow", s => s
                    .When(CanChange).SetIf(!hasShutDown, Extent[file.Value], copy[c]).Set(copy[c], None)
                    .Set(entryLocked[file.Value], false)
                    .Shows(file).From(KernelCode.EndCow));
            },
            () => t.Step("vmf_insert_page_mkwrite (own block)", s => mappings
                .InstallWritable(s, c, Extent[file.Value].Value).Set(cache.Slot[file.Value], Extent[file.Value])
                .Set(entryLocked[file.Value], false).Shows(file).From(KernelCode.Fault)),
            s => s.From(KernelCode.Fault));
    }

    private void Name(StepBuilder s, Expr f, Expr a)
    {
        if (m.Has(SharedDax.ByMapping))
        {
            s.SetIf(named[f].IsNone, named[f], a);
        }
    }

    private void AddFailures()
    {
        var isInCowFork = failing.HasValue & Exists(mappings.Mm, c => copy[c] == failing);
        m.Reachable("a new block fails before the file has it", hasShutDown);
        m.Thread("memory failure", repeats: true, t =>
        {
            var visited = t.Local("visited", Sort.Set(cache.File), Fill(Sort.Set(cache.File), false));
            Expr Uses(Expr a) => failing.HasValue
                & (m.Has(SharedDax.ByMapping) ? named[failing.Value] == a : Extent[a].HasValue & Extent[a] == failing);
            t.Step("memory_failure", cache.Frame, (s, f) => s
                .When(!failed[f]).Set(failed[f], true).Set(failing, f).From(KernelCode.Failure));
            t.Label("query");
            t.Either(
                () =>
                {
                    t.Step("mf_dax_kill_procs", cache.File, (s, a) => mappings.ClearAll(s, a)
                        .When(Uses(a) & !visited[a] & !entryLocked[a]).Set(visited[a], true).From(KernelCode.Kill));
                    t.Goto("query");
                },
                () => t.Step("xfs_rmap_query_range ends", s => s
                    .When(ForAll(cache.File, a => Uses(a).Implies(visited[a])))
                    .SetIf(isInCowFork, hasShutDown, true).Set(failing, None).Shows().From(KernelCode.Failure)));
        });
        m.Always("I-FOUND", ForAll(mappings.Mm, cache.Frame, (c, f) =>
                (failed[f] & failing != f & mappings.Names(mappings.Pte[c], f)).Implies(hasShutDown)),
            "after a memory failure no process maps the block, or the filesystem has shut down");
        m.Reachable("a shared block fails", failing.HasValue & Exists(cache.File, cache.File, (a, b) =>
            a != b & Extent[a] == failing & Extent[b] == failing));
    }
}
