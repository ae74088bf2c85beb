using Verify.Claims;
using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Proofs.InstanceClaims;

namespace Verify.Proofs.FilePages;

/// <summary>Entries of the page cache that are not what the code of today expects.</summary>
public sealed class Entries : ClaimList
{
    private static readonly Choices Lookup = Choices.Default.With(ProtectedEntry.Lookups);

    private static readonly InstanceClaims Spin = OfPage("FK-TRUNC", Choices.Default);
    private static readonly InstanceClaims SpinWriters = OfPage("FK-TRUNC-WRITERS", Choices.Default.With(ProtectedEntry.Writers));
    private static readonly InstanceClaims SpinLookup = OfPage("FK-TRUNC-LOOKUP", Lookup);
    private static readonly InstanceClaims Alias = OfPage("FK-TRUNC-ALIAS",
        Choices.Default.With(ProtectedEntry.AliasCheck, ProtectedEntry.Writers));
    private static readonly InstanceClaims AliasLookup = OfPage("FK-TRUNC-ALIAS-LOOKUP", Lookup.With(ProtectedEntry.AliasCheck));

    private static readonly InstanceClaims Stale = OfPage("FK-TRUNC-STALE",
        Lookup.With(ProtectedEntry.AliasCheck, ProtectedEntry.StaleAlias));

    private static readonly InstanceClaims Special = OfObject("FK-SPECIAL", Choices.Default.Assume(SpecialEntry.Checked));
    private static readonly InstanceClaims Missed = OfObject("FK-SPECIAL-MISS", Choices.Default);
    private static readonly InstanceClaims Freed = OfObject("FK-SPECIAL-FREE",
        Choices.Default.Assume(SpecialEntry.Checked).With(SpecialEntry.FreeAtOnce));
    private static readonly InstanceClaims Unset = OfObject("FK-SPECIAL-INIT",
        Choices.Default.Assume(SpecialEntry.Checked).With(SpecialEntry.PublishFirst));

    public override IEnumerable<Claim> Claims =>
    [
        Spin.Claim("L-PROG", Starves,
            "A truncate that has begun ends, with a protected page in the page cache and the code of today.",
            "truncate_inode_folio returns an error, as page->mapping is not the mapping; the entry stays, and the loop that makes sure "
                + "that all is gone starts again."),
        SpinWriters.Claim("L-PROG", Starves,
            "A truncate that has begun ends, as a writer will break its protection.",
            "Nothing makes that happen."),
        SpinLookup.Claim("L-PROG", Starves,
            "If all CPUs look up a protected page and lock it, one of the lookups ends, with the code of today.",
            "__filemap_get_folio takes the page for truncated, drops it, and looks it up again."),
        Alias.Claim("L-PROG", Proved,
            "A truncate that has begun ends if code that compares page->mapping asks the list of aliases."),
        AliasLookup.Claim("L-PROG", Proved,
            "If all CPUs look up a protected page and lock it, one of the lookups ends if code that compares page->mapping asks the list "
                + "of aliases."),
        AliasLookup.Claim("I-THERE", Proved,
            "A lookup that asks the list of aliases under the folio lock never takes a page that reclaim has taken out of the slot."),
        Stale.Claim("I-THERE", Refuted(6),
            "The list of aliases need not change when a protected page leaves the slot."),
        Special.Claim("I-TYPE", ProvedIf,
            "An object in the page cache that is not a struct page is never used as one, if all code tests the bit first, and the bit is "
                + "set before the object is put there."),
        Unset.Claim("I-TYPE", Refuted(5),
            "The bit may be set after the object was put into the page cache, as all code tests it.",
            "Code that comes in between takes the object for a page."),
        Special.Claim("I-FREED", Proved,
            "The bit and the pointer of the object are never read after it is freed, if that waits for a grace period."),
        Missed.Claim("I-TYPE", Refuted(5),
            "An object that looks like a struct page is enough, whether or not all code tests the bit.",
            "Code that does not test takes a reference to something other than a page. A DAX entry is a tagged value, which no code "
                + "can follow by mistake."),
        Freed.Claim("I-FREED", Refuted(7),
            "The object may be freed as soon as its slot leads to the page again."),
        Freed.Claim("I-TYPE", Refuted(8),
            "If the object is freed at once, the test of the bit at least keeps code from using it as a page."),
    ];

    private static InstanceClaims OfPage(string id, Choices choices) =>
        new(id, new ProtectedEntry(), choices, Mails.Spin, Mails.Proposal);

    private static InstanceClaims OfObject(string id, Choices choices) => new(id, new SpecialEntry(), choices, Mails.Wilcox);
}
