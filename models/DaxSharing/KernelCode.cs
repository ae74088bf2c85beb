using Verify.Modelling;

namespace Verify.Models.DaxSharing;

/// <summary>The sources of the steps.</summary>
internal static class KernelCode
{
    public static readonly Source Fault = Source.Kernel("dax_iomap_pte_fault, dax_fault_iter", "fs/dax.c", "v6.19");
    public static readonly Source InsertEntry = Source.Kernel("dax_insert_entry", "fs/dax.c", "v6.19");
    public static readonly Source DirectAccess = Source.Kernel("__pmem_direct_access", "drivers/nvdimm/pmem.c", "v6.19");
    public static readonly Source BadBlocks = Source.Kernel("nfit_handle_mce, pmem_revalidate_poison", "drivers/acpi/nfit/mce.c", "v6.19");
    public static readonly Source Unmap = Source.Kernel("unmap_mapping_pages", "mm/memory.c", "v6.19");
    public static readonly Source Read = Source.Kernel("xfs_read_iomap_begin", "fs/xfs/xfs_iomap.c", "v6.19");
    public static readonly Source FindShared = Source.Kernel("xfs_reflink_find_shared", "fs/xfs/xfs_reflink.c", "v6.19");
    public static readonly Source Allocate = Source.Kernel("xfs_bmapi_write", "fs/xfs/libxfs/xfs_bmap.c", "v6.19");
    public static readonly Source AllocateCow = Source.Kernel("xfs_reflink_allocate_cow", "fs/xfs/xfs_reflink.c", "v6.19");
    public static readonly Source EndCow = Source.Kernel("xfs_dax_write_iomap_end", "fs/xfs/xfs_iomap.c", "v6.19");
    public static readonly Source Reflink = Source.Kernel("xfs_reflink_remap_prep", "fs/xfs/xfs_reflink.c", "v6.19");
    public static readonly Source Remap = Source.Kernel("xfs_reflink_remap_extent", "fs/xfs/xfs_reflink.c", "v6.19");
    public static readonly Source Failure = Source.Kernel("xfs_dax_notify_dev_failure", "fs/xfs/xfs_notify_failure.c", "v6.19");
    public static readonly Source Early = Source.Kernel("task_early_kill, unmap_and_kill", "mm/memory-failure.c", "v6.19");
    public static readonly Source Kill = Source.Kernel("mf_dax_kill_procs", "mm/memory-failure.c", "v6.19");
}
