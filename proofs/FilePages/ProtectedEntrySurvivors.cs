using System.Collections.Immutable;
using Verify.Models.FilePages;

namespace Verify.Proofs.FilePages;

/// <summary>The parts that no claim about a protected page in a slot of the page cache needs.</summary>
public sealed class ProtectedEntrySurvivors() : SurvivorReasons(new ProtectedEntry())
{
    public override ImmutableArray<SurvivorReason> Reasons =>
    [
        Because("With the code of today a truncate starves at a protected page, whatever it does to another one.",
            "truncate.truncate_inode_folio: slot := None if names_file[found.Value] & !protected[found.Value] & slot == found"),
        Because("A break need never come: a truncate that starves does so without one, and one that gets through needs none.",
            "break: protected[page] := false"),
        Because("The page comes to the truncate from the slot only, and gets its name when it comes back there.",
            "truncate.truncate_inode_folio: names_file[found.Value] := false if names_file[found.Value]",
            "truncate.truncate_inode_folio: names_file[found.Value] := false if names_file[found.Value] & !protected[found.Value]"),
        Because("A page is then protected before it comes to the slot, as it may be right after.",
            "filemap_add_folio: protected[page] := false",
            "protect: slot == Some(page)"),
    ];
}
