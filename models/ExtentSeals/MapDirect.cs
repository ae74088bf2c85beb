using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.Hardware;

namespace Verify.Models.ExtentSeals;

/// <summary>
/// A process maps a file and registers the mapping with a NIC; other processes truncate, clone, swap and append. The
/// faults are the proposals to keep the blocks in place.
/// </summary>
/// <remarks>
/// Truncate is that of 2017, which does not check page references. Every proposal is a fault or an option of one text;
/// none of them is upstream.
/// </remarks>
public sealed class MapDirect() : ModelFamily("map-direct",
    "sealing the block map of a DAX file under an RDMA registration, as proposed in 2017",
    new SizeParameter("unit", 1, 1, 3, "blocks of the medium, or frames"))
{
    /// <summary>The proposal MAP_DIRECT, v4.</summary>
    public static readonly Fault SealOfMapping = new("map-direct",
        "mmap(MAP_DIRECT) seals the block map as long as a VMA of it is there (S_IOMAP_SEALED, i_mapdcount)", Posts.Sealed);

    /// <summary>The seal counts registrations too.</summary>
    public static readonly Fault CountPins = new("count-pins",
        "with 'map-direct': the seal counts registrations as well as VMAs");

    /// <summary>The registration takes the seal before the pages.</summary>
    public static readonly Fault SealFirst = new("seal-then-gup",
        "the registration seals the block map, then looks pages up", Posts.Registration);

    /// <summary>The registration takes the seal after the pages.</summary>
    public static readonly Fault SealLast = new("gup-then-seal",
        "the registration looks pages up, then seals the block map", Posts.Registration);

    /// <summary>The registration checks the pages again after it has taken the seal.</summary>
    public static readonly Fault LookAgain = new("look-again",
        "with 'gup-then-seal': at last it looks whether the pages are still the file's");

    /// <summary>Seals are set by fcntl.</summary>
    public static readonly Fault Fcntl = new("fcntl",
        "the block map is sealed by fcntl(F_SEAL_IOMAP); each holder clears its own seal only", Posts.Chinner);

    /// <summary>All processes share one flag.</summary>
    public static readonly Fault ClearAny = new("clear-any",
        "with 'fcntl': any process with the file open clears the seal", Posts.Chinner);

    /// <summary>The guarantees of MAP_SYNC and MAP_POPULATE.</summary>
    public static readonly Feature MapSync = new("map-sync",
        "mmap(MAP_SYNC | MAP_POPULATE): metadata is on the medium, and PTEs are set up, when mmap returns", Posts.HellwigQuoted);

    /// <summary>VM_PINNED in place of a seal.</summary>
    public static readonly Fault VmPinned = new("mm-mpin",
        "mm_mpin() marks the VMA: its pages are not migrated", Posts.Pinned);

    /// <summary>Anonymous memory.</summary>
    public static readonly Feature Anonymous = new("anonymous",
        "the mapping is anonymous memory, without a file");

    /// <summary>The process may be killed.</summary>
    public static readonly Feature Killed = new("exit",
        "the process may exit, or be killed, at any time");

    /// <summary>The process may fork.</summary>
    public static readonly Feature Forks = new("fork", "with 'map-direct': a child inherits the mapping, and may outlive the process");

    /// <summary>The file may be cloned.</summary>
    public static readonly Feature Reflink = new("reflink", "another file shares the block by reflink");

    /// <summary>A shared extent is unshared before it is sealed.</summary>
    public static readonly Fault UnshareFirst = new("unshare-first",
        "with 'reflink': a file whose extent is shared cannot be mapped with MAP_DIRECT before it is unshared");

    /// <summary>A write fault breaks sharing.</summary>
    public static readonly Feature CopyOnFault = new("copy-on-fault",
        "with 'reflink': a write fault needs a block of the file's own, as since DAX and reflink go together");

    /// <summary>A clone of a sealed file is not refused.</summary>
    public static readonly Fault CloneSealed = new("clone-sealed", "with 'reflink': a sealed file can be cloned");

    /// <summary>A process appends to the file.</summary>
    public static readonly Feature Append = new("append", "another process appends to the file");

    /// <summary>Pins exist only while the mapping does.</summary>
    public static readonly Assumption PinInVma = new("A-VMAPIN",
        "every registration is undone before the last VMA of the mapping goes away",
        "the application, except when it is killed");

    /// <summary>The application undoes registrations before mappings.</summary>
    public static readonly Assumption Orderly = new("A-ORDERLY",
        "the application deregisters before it calls munmap", "the application");

    /// <summary>The holder of a seal keeps it while it is registered.</summary>
    public static readonly Assumption Keep = new("A-KEEP",
        "the holder of a seal keeps it as long as it has a registration", "the application");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "GUP-fast and the TLB: registrations take the slow path, under the page-table lock, and the NIC has addresses",
        "mmap_lock, and the order of locks: mmap and munmap take those of the file in one step",
        "other offsets of the file, unwritten extents, and overwrites, which a seal allows",
        "more than one registration at a time",
        "that XFS of 4.13 clones no DAX file: 'reflink' is of XFS since it does",
    ];

    protected override void Describe(ModelBuilder m)
    {
        MapDirectChoices.Check(m);
        var va = m.ScalarSet("va", "x");
        IBacking backing = m.Has(Anonymous)
            ? new PageBacking(m, m.Size("unit"), isAnonymous: true)
            : new BlockBacking(m, m.Size("unit"));
        var pages = new PageTable(m, va, va, backing.Translation);
        new MapDirectParts(m, va, backing, pages).Describe();
    }
}
