using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.DaxSharing;

/// <summary>
/// A block of persistent memory fails. memory_failure() asks the filesystem, which looks into its reverse map for the files of
/// the block and unmaps them; the driver lists the block as bad, and faults fail from then on.
/// </summary>
internal sealed class BlockFailures
{
    private const string Kill = "mf_dax_kill_procs";

    private readonly ModelBuilder m;
    private readonly PageCache cache;
    private readonly FileMappings mappings;
    private readonly SharedExtents extents;
    private readonly Expr failed;
    private readonly Expr bad;
    private readonly Expr failing;
    private readonly Expr hasShutDown;
    private readonly Expr agf;
    private readonly Expr named;

    /// <summary>Declares the state: all blocks are good.</summary>
    public BlockFailures(ModelBuilder m, PageCache cache, FileMappings mappings, SharedExtents extents)
    {
        (this.m, this.cache, this.mappings, this.extents) = (m, cache, mappings, extents);
        failed = m.Map("poisoned", cache.Frame, Sort.Bool);
        bad = m.Assumes(SharedDax.BadBlocks) ? failed : m.Map("badblocks", cache.Frame, Sort.Bool);
        failing = m.Var("failing", Sort.Option(cache.Frame));
        hasShutDown = m.Has(SharedDax.ByMapping) ? false : m.Var("xfs_shutdown", Sort.Bool);
        agf = m.Has(SharedDax.ByMapping) ? false : m.Var("agf_locked", Sort.Bool);
        named = m.Has(SharedDax.ByMapping) ? m.Map("mapping", cache.Frame, Sort.Option(cache.File)) : None;
        extents.HasShutDown = hasShutDown;
        extents.IsAgfFree = !agf;
        cache.AddReference(f => failed[f]);
    }

    /// <summary>True if the driver refuses access to a block.</summary>
    public Expr IsBad(Expr f) => bad[f];

    /// <summary>Extends a step: a page gets a mapping.</summary>
    public void Name(StepBuilder s, Expr f, Expr a)
    {
        if (m.Has(SharedDax.ByMapping))
        {
            s.SetIf(named[f].IsNone, named[f], a);
        }
    }

    /// <summary>Adds the failures and the properties.</summary>
    public void Describe(DaxFaults faults)
    {
        Expr visited = None;
        var thread = m.Thread("memory failure", repeats: true, t =>
        {
            var files = Sort.Set(cache.File);
            visited = t.Local("visited", files, Fill(files, false));
            t.Step("memory_failure", cache.Frame, (s, f) => s
                .When(!failed[f]).Set(failed[f], true).Set(failing, f).From(KernelCode.Failure));
            if (!m.Has(SharedDax.ByMapping))
            {
                t.Step("xfs_alloc_read_agf", s => s.Set(agf, true).Shows().From(KernelCode.Failure));
            }

            if (m.Has(SharedDax.CollectFirst))
            {
                t.Step("xfs_rmap_query_range", s => s
                    .Each(cache.File, a => s.Set(visited[a], !Uses(a))).Shows().From(KernelCode.Failure));
                Release(t);
            }

            t.Label(Kill);
            List<Action> ways =
            [
                () =>
                {
                    t.Step(Kill, cache.File, (s, a) => mappings.ClearAll(s, a)
                        .When(MustKill(a, visited) & !extents.IsLocked(a)).Set(visited[a], true).From(KernelCode.Kill));
                    t.Goto(Kill);
                },
                () => t.Step("xfs_rmap_query_range ends", s => s
                    .When(ForAll(cache.File, a => !MustKill(a, visited))).Shows().From(KernelCode.Failure)),
            ];
            if (!m.Assumes(SharedDax.EarlyKill))
            {
                ways.Add(() =>
                {
                    t.Step($"{Kill} (no early kill)", cache.File, (s, a) => s
                        .When(MustKill(a, visited) & !extents.IsLocked(a)).Set(visited[a], true).From(KernelCode.Kill, KernelCode.Early));
                    t.Goto(Kill);
                });
            }

            t.Either([.. ways]);
            if (!m.Has(SharedDax.ByMapping) && !m.Has(SharedDax.CollectFirst))
            {
                Release(t);
            }

            t.Step("action_result", s => s.Set(failing, None).Shows().From(KernelCode.Failure));
        });
        if (!m.Assumes(SharedDax.BadBlocks))
        {
            m.Rule("pmem_revalidate_poison", cache.Frame, (s, f) => s
                .When(failed[f] & !bad[f]).Set(bad[f], true).By("driver")).From(KernelCode.BadBlocks);
        }

        m.Always("I-FOUND", ForAll(mappings.Mm, cache.Frame, (c, f) =>
                (failed[f] & failing != f & mappings.Names(mappings.Pte[c], f)).Implies(hasShutDown)),
            "after a memory failure no process maps the block, or the filesystem has shut down");
        m.Always("I-WAIT", !(agf & thread.At(Kill)
                & Exists(mappings.Mm, c => faults.NeedsAgf(c) & MustKill(extents.Faulting[c].Value, visited))),
            "a memory failure never waits for a fault that waits for it");
        m.LeadsTo("L-PROG", failing.HasValue, failing.IsNone, "a memory failure ends");
        m.Reachable("a shared block fails", failing.HasValue & Exists(cache.File, cache.File, (a, b) =>
            a != b & extents.Extent[a] == failing & extents.Extent[b] == failing));
        if (!m.Has(SharedDax.ByMapping))
        {
            m.Reachable("a new block fails before the file has it", hasShutDown);
        }
    }

    private Expr Uses(Expr a) => m.Has(SharedDax.ByMapping)
        ? named[failing.Value] == a
        : extents.Extent[a].HasValue & extents.Extent[a] == failing;

    private Expr MustKill(Expr a, Expr visited) => (m.Has(SharedDax.CollectFirst) ? true : Uses(a)) & !visited[a];

    // A block in a CoW fork does not belong to an inode: for such a block the query asks for a shutdown.
    private void Release(ThreadBuilder t) => t.Step("xfs_trans_brelse", s => s
        .Set(agf, false).SetIf(extents.InCowFork(failing.Value), hasShutDown, true).Shows().From(KernelCode.Failure));
}
