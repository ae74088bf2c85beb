using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.FilePages;

/// <summary>
/// Why merging is coherent for any number of processes, files and frames, beside the breaks: the daemon holds the lock of its page
/// from before it write-protects it until nothing maps it, and the page that it merges with is equal and protected.
/// </summary>
public sealed class MergedFilesInvariant : Invariant
{
    private static readonly string[] Idle = ["folio_trylock"];
    private static readonly string[] Cleaning = ["folio_mkclean"];
    private static readonly string[] Comparing = ["protect or pages_identical: no or pages_identical"];
    private static readonly string[] Merging = ["replace slot"];
    private static readonly string[] Unmapping = ["unmap_mapping_pages"];
    private static readonly string[] Ending = ["folio_put"];

    public override ImmutableArray<string> Claims => ["FK-MERGE:I-COH", "FK-MERGE:I-ISO"];

    protected override void Describe(InvariantBuilder i)
    {
        var (folio, merged, file) = (i["daemon_folio"], i["daemon_kfolio"], i["daemon.file"]);
        Expr At(params string[] points) => Is(i["daemon.pc"], points);
        var b = new BreakConjuncts(i, (counter, points) => Is(counter, points))
        {
            IsLeaving = (f, a) => At(Unmapping) & folio == f & file == a,
        };
        b.Add();

        // Files.
        i.Add("a file without a page was not written to", ForAll(b.File, a => b.Slot[a].IsNone.Implies(!b.Written[a])));
        i.Add("a file without a page has no alias", ForAll(b.Frame, b.File, (f, a) => b.Slot[a].IsNone.Implies(!b.Aliases[f, a])));

        // What the daemon holds.
        i.Add("the daemon at work has a page", !At(Idle) == folio.HasValue & folio.HasValue == file.HasValue);
        i.Add("its page is locked and not protected", ForAll(b.Frame, f => (folio == f).Implies(b.Locked[f] & !b.Protected[f])));
        i.Add("nothing else holds its page", ForAll(b.Cpu, b.Frame, (c, f) =>
            (folio == f).Implies(!b.Holds(c, f) & !b.IsCopy(c, f))));
        i.Add("it has a page to merge with", merged.HasValue == At([.. Merging, .. Unmapping, .. Ending]));
        i.Add("that page is protected", ForAll(b.Frame, f => (merged == f).Implies(b.Protected[f])));
        i.Add("that page is no copy", ForAll(b.Cpu, b.Frame, (c, f) => (merged == f).Implies(!b.IsCopy(c, f))));
        i.Add("both are equal", ForAll(b.Frame, b.Frame, (f, g) =>
            (At([.. Merging, .. Unmapping]) & folio == f & merged == g).Implies(b.Content[f] == b.Content[g])));

        // Before the slot is replaced, and after it.
        var isBefore = At([.. Cleaning, .. Comparing, .. Merging]);
        i.Add("its file has the page", ForAll(b.Frame, b.File, (f, a) => (isBefore & folio == f & file == a).Implies(b.Slot[a] == f)));
        i.Add("its file keeps a page", ForAll(b.File, a => (file == a).Implies(b.Slot[a].HasValue)));
        i.Add("its file has no other", ForAll(b.Frame, b.File, (f, a) => (isBefore & file == a & b.Aliases[f, a]).Implies(folio == f)));
        i.Add("a replaced page is no alias", ForAll(b.Frame, b.File, (f, a) =>
            (At([.. Unmapping, .. Ending]) & folio == f).Implies(!b.Aliases[f, a])));

        // The two walks.
        var (cleaned, unmapped) = (i["daemon.folio_mkclean: visited"], i["daemon.unmap_mapping_pages: visited"]);
        i.Add("the first walk has protected what it passed", ForAll(b.Cpu, b.Frame, (c, f) =>
            (cleaned[c] & b.Maps[c] == file & folio == f).Implies(!b.Allows(c, f))));
        i.Add("after it all is protected", ForAll(b.Cpu, b.Frame, (c, f) =>
            (At([.. Comparing, .. Merging, .. Unmapping, .. Ending]) & folio == f).Implies(!b.Allows(c, f))));
        i.Add("only the first walk visits", ForAll(b.Cpu, c => cleaned[c].Implies(At(Cleaning))));
        i.Add("the second walk has cleared what it passed", ForAll(b.Cpu, b.Frame, (c, f) =>
            (unmapped[c] & b.Maps[c] == file & folio == f).Implies(!b.Names(c, f))));
        i.Add("after it all is cleared", ForAll(b.Cpu, b.Frame, (c, f) => (At(Ending) & folio == f).Implies(!b.Names(c, f))));
        i.Add("only the second walk visits", ForAll(b.Cpu, c => unmapped[c].Implies(At(Unmapping))));

        // What the second walk has still to clear.
        Expr IsLeft(Expr c, Expr f, Expr a) => At(Unmapping) & folio == f & file == a & b.Names(c, f) & b.Maps[c] == a;
        i.Add("what is left shows the writes to the file", ForAll(b.Cpu, b.Frame, b.File, (c, f, a) =>
            IsLeft(c, f, a).Implies(b.Shows(f, a))));
        i.Add("where something is left, the pages are protected or locked", ForAll(b.Cpu, b.Frame, b.Frame, b.File, (c, f, g, a) =>
            (IsLeft(c, f, a) & b.Aliases[g, a]).Implies(b.Protected[g] | b.Locked[g])));
        i.Add("where something is left, nothing is writable", ForAll(b.Cpu, b.Cpu, b.Frame, b.Frame, b.File, (c, d, f, g, a) =>
            (IsLeft(c, f, a) & b.Maps[d] == a).Implies(!b.Allows(d, g))));
    }
}
