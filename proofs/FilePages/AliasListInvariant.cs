using System.Collections.Immutable;
using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.FilePages;

/// <summary>
/// Why page lock and list of aliases are enough for any number of processes, files and frames: what shows a file is an alias of
/// it, and a file has two aliases only while both are locked and a walk clears what maps the old one.
/// </summary>
public sealed class AliasListInvariant : Invariant
{
    private static readonly string[] Idle = ["filemap_get_folio or do_wp_page"];

    private static string[] Holding => ["alias list", "folio_unlock (no alias)", .. WithAlias];

    private static string[] WithAlias => ["copy", .. Copying];

    private static string[] Copying => ["replace slot", .. Replaced];

    private static string[] Replaced => ["unmap_mapping_pages", "folio_unlock"];

    public override ImmutableArray<string> Claims => ["FK-PAGELOCK-ALIAS:I-COH", "FK-PAGELOCK-ALIAS:I-ISO"];

    protected override void Describe(InvariantBuilder i)
    {
        var (cpu, file, frame) = (i.Sort("cpu"), i.Sort("file"), i.Sort("frame"));
        var (slot, content, locked) = (i["slot"], i["content"], i["folio_locked"]);
        var (written, maps, pte) = (i["was_written"], i["maps"], i["pte"]);
        var (isProtected, aliases) = (i["protected"], i["aliases"]);
        var (folio, copy, of, visited) = (i["folio"], i["copy"], i["task.file"], i["task.unmap_mapping_pages: visited"]);
        var (page, writable) = (i.Field("frame"), i.Field("writable"));
        Expr At(Expr c, params string[] points) => points.Aggregate((Expr)false, (any, point) => any | Is(i["task.pc"][c], point));
        Expr Names(Expr c, Expr f) => pte[c].HasValue & pte[c].Value[page] == f;
        Expr IsWritable(Expr c, Expr f) => Names(c, f) & pte[c].Value[writable];

        // The content.
        i.Add("an alias shows its own writes", ForAll(frame, file, (f, a) =>
            aliases[f, a].Implies((content[f].IsNone & !written[a]) | (content[f] == a & written[a]))));
        i.Add("a slot has an alias", ForAll(file, frame, (a, f) => (slot[a] == f).Implies(aliases[f, a])));
        i.Add("a PTE has an alias", ForAll(cpu, file, frame, (c, a, f) => (Names(c, f) & maps[c] == a).Implies(aliases[f, a])));
        i.Add("a writable page has one alias", ForAll(cpu, file, frame, frame, (c, a, f, g) =>
            (IsWritable(c, f) & maps[c] == a & aliases[g, a]).Implies(f == g)));
        i.Add("a writable page is not protected", ForAll(cpu, frame, (c, f) => IsWritable(c, f).Implies(!isProtected[f])));
        i.Add("a page that is not protected has one alias", ForAll(frame, file, file, (f, a, b) =>
            (aliases[f, a] & aliases[f, b] & !isProtected[f]).Implies(a == b)));
        i.Add("a file has one protected page", ForAll(frame, frame, file, (f, g, a) =>
            (aliases[f, a] & aliases[g, a] & isProtected[f] & isProtected[g]).Implies(f == g)));

        // An alias beside the slot is one that is being broken.
        i.Add("an alias is in its slot or being broken", ForAll(frame, file, (f, a) =>
            (aliases[f, a] & slot[a] != f).Implies(isProtected[f] & locked[f])));
        i.Add("who holds it breaks it for that file", ForAll(cpu, frame, file, (c, f, a) =>
            (aliases[f, a] & slot[a] != f & At(c, Holding) & folio[c] == f).Implies(At(c, Replaced) & of[c] == a)));
        i.Add("its copy is locked", ForAll(frame, frame, file, (f, g, a) =>
            (aliases[f, a] & slot[a] == g & f != g).Implies(locked[g])));

        // Locks.
        i.Add("a held folio is locked", ForAll(cpu, frame, (c, f) => (At(c, Holding) & folio[c] == f).Implies(locked[f])));
        i.Add("a copy is locked", ForAll(cpu, frame, (c, f) => (copy[c] == f).Implies(locked[f])));
        i.Add("a folio has one holder", ForAll(cpu, cpu, frame, (c, d, f) =>
            (At(c, Holding) & At(d, Holding) & folio[c] == f & folio[d] == f).Implies(c == d)));
        i.Add("a copy has one owner", ForAll(cpu, cpu, frame, (c, d, f) => (copy[c] == f & copy[d] == f).Implies(c == d)));
        i.Add("a copy is not broken", ForAll(cpu, cpu, frame, (c, d, f) =>
            (copy[c] == f & folio[d] == f).Implies(At(d, "finish_fault") & At(c, Replaced))));

        // The steps of a break.
        i.Add("an idle task holds nothing", ForAll(cpu, c => At(c, Idle).Implies(folio[c].IsNone & of[c].IsNone)));
        i.Add("a task at work has a folio", ForAll(cpu, c => (!At(c, Idle)).Implies(folio[c].HasValue & of[c].HasValue)));
        i.Add("it works on the file that it maps", ForAll(cpu, file, (c, a) => (of[c] == a).Implies(maps[c] == a)));
        i.Add("a copy is made under the lock", ForAll(cpu, c => copy[c].HasValue == At(c, Copying)));
        i.Add("a broken page is protected", ForAll(cpu, frame, (c, f) =>
            (!At(c, [.. Idle, "finish_fault"]) & folio[c] == f).Implies(isProtected[f])));
        i.Add("a broken page is an alias", ForAll(cpu, frame, file, (c, f, a) =>
            (At(c, WithAlias) & folio[c] == f & of[c] == a).Implies(aliases[f, a])));
        i.Add("its file has it until the copy", ForAll(cpu, frame, file, (c, f, a) =>
            (At(c, "alias list", "copy", "replace slot") & folio[c] == f & of[c] == a & aliases[f, a]).Implies(slot[a] == f)));
        i.Add("its file has the copy then", ForAll(cpu, frame, file, (c, f, a) =>
            (At(c, Replaced) & copy[c] == f & of[c] == a).Implies(slot[a] == f & !isProtected[f])));
        i.Add("a copy is equal", ForAll(cpu, frame, frame, (c, f, g) =>
            (folio[c] == f & copy[c] == g).Implies(content[f] == content[g])));
        i.Add("a copy has no alias before", ForAll(cpu, frame, file, (c, f, a) =>
            (At(c, "replace slot") & copy[c] == f).Implies(!aliases[f, a])));
        i.Add("the walk has cleared what it passed", ForAll(cpu, cpu, frame, (c, d, f) =>
            (At(c, "unmap_mapping_pages") & visited[c, d] & folio[c] == f & maps[d] == of[c]).Implies(!Names(d, f))));
        i.Add("after the walk all is cleared", ForAll(cpu, cpu, frame, (c, d, f) =>
            (At(c, "folio_unlock") & folio[c] == f & maps[d] == of[c]).Implies(!Names(d, f))));
        i.Add("only a walk visits", ForAll(cpu, cpu, (c, d) => visited[c, d].Implies(At(c, "unmap_mapping_pages"))));

        // Before and between.
        i.Add("what is not mapped has no PTE", ForAll(cpu, c => maps[c].IsNone.Implies(pte[c].IsNone)));
        i.Add("at first no file has a page", ForAll(file, file, (a, b) => slot[a].IsNone.Implies(slot[b].IsNone)));
        i.Add("at first no file was written to", ForAll(file, a => slot[a].IsNone.Implies(!written[a])));
        i.Add("at first nothing is an alias", ForAll(frame, file, file, (f, a, b) => slot[a].IsNone.Implies(!aliases[f, b])));
    }
}
