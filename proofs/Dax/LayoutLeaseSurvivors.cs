using System.Collections.Immutable;
using Verify.Models.Dax;

namespace Verify.Proofs.Dax;

/// <summary>The parts that no claim about leases on a block map needs.</summary>
public sealed class LayoutLeaseSurvivors() : SurvivorReasons(new LayoutLease())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("No new lease is taken any more: fewer runs.", "truncate.xfs_itruncate_extents: waits_for_lease := false"),
        Because(CommonReasons.LockStays, "truncate.xfs_itruncate_extents: MMAPLOCK := false"),
        Because("A lease of a file without a block gives the device nothing: what registers the block asks for it.",
            "fcntl(F_SETLEASE, FL_LAYOUT): extent.HasValue"),
        Because("The holder takes the next lease for one that is being broken, or hears of a break that is none, and gives back what it "
            + "may give back at any time.",
            "ib_dereg_mr and release: break_is_heard := false",
            "SIGIO: ib_dereg_mr and release: break_is_heard := false",
            "LAYOUTRETURN: break_is_heard := false",
            "LAYOUTRETURN on recall: break_is_heard := false",
            "handle_userfault: FL_LAYOUT == Breaking"),
        Because("What lands is a write that was posted. A cached translation posts further ones, and the first decides.",
            "DMA is translated: iotlb := iova if !iotlb.HasValue"),
        Because("The file gets another block, and the one before stays the file's.", "xfs_bmapi_write: !extent.HasValue"),
        Because("Another file keeps its blocks: fewer are used again.", "truncate B: block_owner[block] := Free"),
        Because("Closed without a lease, it is open again with the next one.", "close(lease fd): FL_LAYOUT == Held"),
        Because("The recall times out although the client has answered: it is fenced, and the truncate goes on.",
            "truncate.nfsd4_cb_layout_done: the recall has timed out: FL_LAYOUT == Breaking"),
        Because("The server takes a layout that came back for one that is out, and recalls it.",
            "LAYOUTRETURN: FL_LAYOUT := None",
            "LAYOUTRETURN on recall: FL_LAYOUT := None"),
        Because("A client may keep what it believes in: it was fenced before its layout was taken for gone, or the claim is refuted by it.",
            "client drops its layout: FL_LAYOUT == None",
            "client drops its layout: posted_write := None",
            "client drops its layout: layout := None"),
        Because("A write that lands twice lands where it landed, until the disk drops it.", "write lands: posted_write := None"),
    ];
}
