using Verify.Modelling;

namespace Verify.Models.FilePages;

/// <summary>The proposal, and the objections to it.</summary>
public static class Mails
{
    /// <summary>Protected file pages: page->mapping leads to a list of aliases.</summary>
    public static readonly Source Proposal = Source.Mail(
        "Jerome Glisse, Small step toward KSM for file back page", "2020-10-06", "20201007010603.3452458-1-jglisse@redhat.com");

    /// <summary>The question of how all copies are found, and how new ones are kept from appearing.</summary>
    public static readonly Source Glisse = Source.Mail(
        "Jerome Glisse, Small step toward KSM for file back page", "2020-10-07", "quoted in 20201007183316.GV20115@casper.infradead.org");

    /// <summary>The answer: iterate over the mappings; a page that is not in the page cache cannot be written to.</summary>
    public static readonly Source Wilcox = Source.Mail(
        "Matthew Wilcox, Small step toward KSM for file back page", "2020-10-07", "20201007183316.GV20115@casper.infradead.org");

    /// <summary>Existing code spins on a page whose mapping is another one.</summary>
    public static readonly Source Spin = Source.Mail(
        "Matthew Wilcox, Small step toward KSM for file back page", "2020-10-08", "20201008154341.GJ20115@casper.infradead.org");

    /// <summary>A pipe buffer that may be merged into, on a page of the page cache.</summary>
    public static readonly Source DirtyPipe = new("CVE-2022-0847", "lib/iov_iter: initialize \"flags\" in new pipe_buffer, 9d2231c5d74e");
}
