using Verify.Modelling;

namespace Verify.Models.Replicas;

/// <summary>The discussion of copies of file pages in 2020, and the series that replicate kernel text.</summary>
public static class Mails
{
    /// <summary>Copies must be found before a write, and new ones must not appear meanwhile.</summary>
    public static readonly Source Glisse = Source.Mail("Jerome Glisse, on Small step toward KSM for file back page", "2020-10-07",
        "20201007175419.GA3478056@redhat.com");

    /// <summary>A page cache for each inode and node, and a walk over all of them.</summary>
    public static readonly Source Wilcox = Source.Mail("Matthew Wilcox, on Small step toward KSM for file back page", "2020-10-07",
        "20201007183316.GV20115@casper.infradead.org");

    /// <summary>Copies in the memory of a node or a device, and exclusive access of a device.</summary>
    public static readonly Source Cover = Source.Mail("Jerome Glisse, Small step toward KSM for file back page", "2020-10-06",
        "20201007010603.3452458-1-jglisse@redhat.com");
}
