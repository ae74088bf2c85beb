using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Dax;

/// <summary>
/// MAP_SYNC: a write fault on an extent that is not yet on the medium commits the extent before the PTE becomes
/// writable. So a store survives a crash after a flush of the CPU's cache, without an fsync.
/// </summary>
/// <remarks>The extent map is there twice, in memory and on the medium; a crash copies the second over the first.</remarks>
public sealed class MapSync() : ModelFamily("map-sync",
    "stores to a DAX mapping that are reported durable without fsync, and crashes",
    new SizeParameter("block", 2, 1, 3, "blocks of the medium"))
{
    /// <summary>The flag is not given.</summary>
    public static readonly Feature NoSync = new("no-map-sync",
        "the file is mapped without MAP_SYNC: a write fault leaves the metadata dirty");

    /// <summary>The PTE becomes writable before the commit.</summary>
    public static readonly Fault PteFirst = new("pte-first",
        "the writable PTE is installed before the metadata is committed");

    private static readonly Source Fault = Source.Kernel("dax_iomap_pte_fault", "fs/dax.c", "00c010e130e5");
    private static readonly Source Synchronous = Source.Kernel("dax_fault_is_synchronous", "fs/dax.c", "00c010e130e5");
    private static readonly Source Finish = Source.Kernel("dax_finish_sync_fault", "fs/dax.c", "00c010e130e5");
    private static readonly Source Commit = Source.Kernel("xfs_log_force, xfs_log_force_seq", "fs/xfs/xfs_log.c", "v6.19");
    private static readonly Source Flush = Source.Manual("CLWB and SFENCE", "Intel SDM 1, 11.4.4.3");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "torn stores, and the order in which a cache writes back: one store, flushed and fenced, counts as done",
        "truncate: an extent is taken away by a crash only, when it was not on the medium",
        "fsync, which commits as well",
    ];

    protected override void Describe(ModelBuilder m)
    {
        if (m.Has(NoSync) && m.Has(PteFirst))
        {
            throw UserErrorException.At(null, ErrorCodes.Contradiction, "'pte-first' is an order of what 'no-map-sync' leaves out");
        }

        var block = m.ScalarSet("block", m.Size("block"), "b");
        var inMemory = m.Var("extent_in_memory", Sort.Option(block));
        var onMedium = m.Var("extent_on_medium", Sort.Option(block));
        var pte = m.Var("pte_writable", Sort.Option(block));
        var cached = m.Var("cached_store", Sort.Option(block));
        var durable = m.Map("medium_has_store", block, Sort.Bool);
        // Ghost: the application has reported a store as durable.
        var reported = m.Ghost("reported_durable", Sort.Bool);
        var crashed = m.Ghost("lost", Sort.Bool);
        var isDirty = inMemory != onMedium;

        m.Rule("xfs_iomap_write_direct", block, (s, b) => s
            .When(inMemory.IsNone & onMedium.IsNone).Set(inMemory, b).Set(durable[b], false).By("file A"))
            .From(Source.Kernel("xfs_iomap_write_direct", "fs/xfs/xfs_iomap.c", "v6.19"));
        m.Rule("log is written", s => s.When(isDirty).Set(onMedium, inMemory).By("xfsaild")).From(Commit);
        var stage = m.Has(NoSync) ? null : m.Var("sync_fault", Sort.Enum<Stage>());
        AddFault(m, inMemory, onMedium, pte, stage);
        m.Rule("store", s => s.When(pte.HasValue & cached.IsNone).Set(cached, pte).By("process"));
        m.Rule("clwb; sfence", s => s
            .When(cached.HasValue).Set(durable[cached.Value], true).Set(cached, None).Set(reported, true).By("process"))
            .From(Flush);
        m.Rule("crash", s =>
        {
            s.When(inMemory.HasValue).By("power")
                .Set(inMemory, onMedium).Set(pte, None).Set(cached, None);
            if (stage is not null)
            {
                s.Set(stage, Stage.None);
            }

            s.SetIf(reported & !(onMedium.HasValue & durable[onMedium.Value]), crashed, true);
        });

        m.Always("I-DUR", !crashed,
            "what was reported durable is found again through the extent map on the medium after a crash");
        m.Reachable("a store is reported durable", reported);
        m.Reachable("metadata is dirty", isDirty);
        m.NoDeadlock("no deadlock");
    }

    // The fault that finds dirty metadata returns VM_FAULT_NEEDDSYNC; the steps after it run without its locks.
    private static void AddFault(ModelBuilder m, Expr inMemory, Expr onMedium, Expr pte, Expr? stage)
    {
        m.Rule("dax_iomap_pte_fault", s =>
        {
            s.When(pte.IsNone & inMemory.HasValue).By("process").From(Fault);
            if (stage is null)
            {
                s.Set(pte, inMemory);
                return;
            }

            var isSynchronous = inMemory != onMedium;
            s.When(stage == Stage.None).SetIf(isSynchronous, stage, Stage.NeedsSync).From(Synchronous);
            s.SetIf(m.Has(PteFirst) ? true : !isSynchronous, pte, inMemory);
        });
        if (stage is null)
        {
            return;
        }

        m.Rule("vfs_fsync_range", s => s
            .When(stage == Stage.NeedsSync)
            .Set(onMedium, inMemory).Set(stage, m.Has(PteFirst) ? (Expr)Stage.None : Stage.Synced).By("process")).From(Finish, Commit);
        if (!m.Has(PteFirst))
        {
            m.Rule("dax_insert_pfn_mkwrite", s => s
                .When(stage == Stage.Synced).Set(pte, inMemory).Set(stage, Stage.None).By("process")).From(Finish);
        }

        m.Reachable("a fault has to sync", stage == Stage.NeedsSync);
    }

    private enum Stage
    {
        None,
        NeedsSync,
        Synced,
    }
}
