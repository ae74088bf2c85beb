using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.DaxSharing;

/// <summary>
/// Reflinked files on persistent memory share blocks, which are the pages that are mapped. A write fault gets a block of
/// its own for the file; a memory failure has to find all files.
/// </summary>
/// <remarks>The slots of the page cache are DAX entries, and frames are blocks.</remarks>
public sealed class SharedDax() : ModelFamily("shared-dax",
    "Reflinked DAX files: write faults on shared blocks, and memory failures that look for all files of a block",
    new("cpu", 2, 1, 3, "processes, each on a CPU of its own"),
    new("file", 2, 2, 3, "files of one page"),
    new("block", 3, 2, 4, "blocks"))
{
    /// <summary>read(2) of the files.</summary>
    public static readonly Feature ReadCall = new("read", "read(2) asks the extent map, as a mapping does for faults only",
        KernelCode.Read);

    /// <summary>Memory fails.</summary>
    public static readonly Feature Failure = new("memory-failure",
        "a block fails, and the processes that map it are found by the reverse map of the filesystem", KernelCode.Failure);

    /// <summary>Shared blocks are written in place.</summary>
    public static readonly Fault NoCow = new("no-cow", "a write fault takes the block as it is, shared or not");

    /// <summary>Other mappings stay.</summary>
    public static readonly Fault NoUnmap = new("no-unmap",
        "a write fault that gets a new block does not unmap the old one from other processes", KernelCode.InsertEntry);

    /// <summary>Files are found by the page.</summary>
    public static readonly Fault ByMapping = new("by-mapping",
        "with 'memory-failure': the file is the one that page->mapping names");

    /// <summary>The destination of a reflink stays mapped.</summary>
    public static readonly Fault KeepMapped = new("keep-mapped",
        "a reflink onto a file that has a block leaves its old block mapped", KernelCode.Reflink);

    /// <summary>Processes are killed after the query.</summary>
    public static readonly Feature CollectFirst = new("collect-first",
        "with 'memory-failure': the query collects the files, and their processes are killed after the AGF buffer is released; no "
            + "kernel does so");

    /// <summary>The driver knows of the failure in time.</summary>
    public static readonly Assumption BadBlocks = new("A-BADBLOCKS",
        "the driver refuses access to a block before memory_failure() asks the filesystem about it",
        "nothing on x86, which calls nfit_handle_mce (MCE_PRIO_NFIT) after memory_failure (MCE_PRIO_UC)");

    /// <summary>All processes are killed early.</summary>
    public static readonly Assumption EarlyKill = new("A-EARLYKILL",
        "a process that maps the block is signalled at once; if no process is, the block stays mapped",
        "memory_failure_early_kill or PR_MCE_KILL, both off by default; the process that ran into the failure is always signalled");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "write(2), truncate, writeback, MAP_SYNC, pins, huge pages and crashes",
        "what CPUs cache of a PTE",
        "a reflink, its flush of the source and its unmapping of the destination are one step, under the locks of both files",
        "a reflink of a block that was written to: its content would be that of two files",
        "several allocation groups, and faults that fail after a shutdown",
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(ByMapping, Failure);
        m.Demand(CollectFirst, Failure);
        m.Demand(CollectFirst, !m.Has(ByMapping), "it does not go with 'by-mapping'");
        m.Demand(NoUnmap, !m.Has(NoCow), "it does not go with 'no-cow'");
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var file = m.ScalarSet("file", m.Size("file"), "file ");
        var block = m.ScalarSet("block", m.Size("block"), "b");
        var cache = new PageCache(m, file, block, hasPages: false);
        var mappings = new FileMappings(m, cache, cpu, hasTlb: false);
        var extents = new SharedExtents(m, cache, mappings);
        var failures = m.Has(Failure) ? new BlockFailures(m, cache, mappings, extents) : null;
        var faults = new DaxFaults(m, cache, mappings, extents, failures);
        extents.Describe();
        faults.Describe();
        failures?.Describe(faults);
        mappings.AddRules(m);
        cache.AddInvariants(m);
        m.Always("I-ENTRY", ForAll(file, a => (!extents.IsLocked(a)).Implies(
                (cache.Slot[a].HasValue.Implies(cache.Slot[a] == extents.Extent[a] | extents.HasShutDown))
                & ForAll(cpu, c => (mappings.MapsFile(c, a) & mappings.Pte[c].HasValue).Implies(cache.Slot[a].HasValue)))),
            "a DAX entry that is not locked leads to the block that the file has, and what is mapped has an entry");
        m.LeadsTo("L-FAULT", ForAll(cpu, c => extents.Faulting[c].HasValue), Exists(cpu, c => extents.Faulting[c].IsNone),
            "if all processes are in a fault, one of the faults ends");
        m.Reachable("two files share a block", Exists(file, file, (a, b) =>
            a != b & extents.Extent[a].HasValue & extents.Extent[a] == extents.Extent[b]));
        m.NoDeadlock("no deadlock");
    }
}
