using Verify.Claims;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Proofs.FilePages;

/// <summary>
/// Why page lock and list of aliases are enough for a break: what shows a file is an alias of it, and a file has two aliases only
/// while both are locked and a walk clears what maps the old one.
/// </summary>
internal sealed class BreakConjuncts
{
    private static readonly string[] Idle = ["filemap_get_folio or do_wp_page"];

    private readonly InvariantBuilder i;
    private readonly Func<Expr, string[], Expr> at;
    private readonly Field page;
    private readonly Field writable;

    /// <summary>Reads the variables.</summary>
    /// <param name="i">The invariant.</param>
    /// <param name="at">True if a program counter is at one of the points.</param>
    public BreakConjuncts(InvariantBuilder i, Func<Expr, string[], Expr> at)
    {
        (this.i, this.at) = (i, at);
        (Cpu, File, Frame) = (i.Sort("cpu"), i.Sort("file"), i.Sort("frame"));
        (page, writable) = (i.Field("frame"), i.Field("writable"));
    }

    public Sort Cpu { get; }

    public Sort File { get; }

    public Sort Frame { get; }

    public Expr Slot => i["slot"];

    public Expr Content => i["content"];

    public Expr Locked => i["folio_locked"];

    public Expr Written => i["was_written"];

    public Expr Maps => i["maps"];

    public Expr Protected => i["protected"];

    public Expr Aliases => i["aliases"];

    /// <summary>True if a page is being taken from a file, which may still map it though the page has left the list of aliases.</summary>
    public Func<Expr, Expr, Expr> IsLeaving { get; init; } = (_, _) => false;

    private static string[] Holding => ["alias list", "folio_unlock (no alias)", .. WithAlias];

    private static string[] WithAlias => ["copy", .. Copying];

    private static string[] Copying => ["replace slot", .. Replaced];

    private static string[] Replaced => ["unmap_mapping_pages", "folio_unlock"];

    private Expr Folio => i["folio"];

    private Expr Copy => i["copy"];

    private Expr Of => i["task.file"];

    /// <summary>True if the PTE of a process leads to a page.</summary>
    public Expr Names(Expr c, Expr f) => i["pte"][c].HasValue & i["pte"][c].Value[page] == f;

    /// <summary>True if the PTE of a process leads to a page and allows stores.</summary>
    public Expr Allows(Expr c, Expr f) => Names(c, f) & i["pte"][c].Value[writable];

    /// <summary>True if a page has what was written to a file last.</summary>
    public Expr Shows(Expr f, Expr a) => (Content[f].IsNone & !Written[a]) | (Content[f] == a & Written[a]);

    /// <summary>True if a process holds the lock of a page that it breaks.</summary>
    public Expr Holds(Expr c, Expr f) => At(c, Holding) & Folio[c] == f;

    /// <summary>True if a page is the copy of a process.</summary>
    public Expr IsCopy(Expr c, Expr f) => Copy[c] == f;

    /// <summary>True if a process is between the copy of a page for a file and the end of the walk.</summary>
    public Expr IsWalking(Expr c, Expr a) => At(c, Replaced) & Of[c] == a;

    /// <summary>Adds all conjuncts.</summary>
    public void Add()
    {
        AddPages();
        AddLocks();
        AddSteps();
    }

    private Expr At(Expr c, params string[] points) => at(i["task.pc"][c], points);

    private void AddPages()
    {
        i.Add("an alias shows its own writes", ForAll(Frame, File, (f, a) => Aliases[f, a].Implies(Shows(f, a))));
        i.Add("a slot has an alias", ForAll(File, Frame, (a, f) => (Slot[a] == f).Implies(Aliases[f, a])));
        i.Add("a PTE has an alias", ForAll(Cpu, File, Frame, (c, a, f) =>
            (Names(c, f) & Maps[c] == a).Implies(Aliases[f, a] | IsLeaving(f, a))));
        i.Add("a writable page is an alias", ForAll(Cpu, File, Frame, (c, a, f) =>
            (Allows(c, f) & Maps[c] == a).Implies(Aliases[f, a])));
        i.Add("a writable page has one alias", ForAll(Cpu, File, Frame, Frame, (c, a, f, g) =>
            (Allows(c, f) & Maps[c] == a & Aliases[g, a]).Implies(f == g)));
        i.Add("a writable page is not protected", ForAll(Cpu, Frame, (c, f) => Allows(c, f).Implies(!Protected[f])));
        i.Add("a page that is not protected has one alias", ForAll(Frame, File, File, (f, a, b) =>
            (Aliases[f, a] & Aliases[f, b] & !Protected[f]).Implies(a == b)));
        i.Add("a file has one protected page", ForAll(Frame, Frame, File, (f, g, a) =>
            (Aliases[f, a] & Aliases[g, a] & Protected[f] & Protected[g]).Implies(f == g)));
        i.Add("what is not mapped has no PTE", ForAll(Cpu, c => Maps[c].IsNone.Implies(i["pte"][c].IsNone)));

        // An alias beside the slot is one that is being broken.
        i.Add("an alias is in its slot or being broken", ForAll(Frame, File, (f, a) =>
            (Aliases[f, a] & Slot[a] != f).Implies(Protected[f] & Locked[f])));
        i.Add("a process that holds it breaks it for that file", ForAll(Cpu, Frame, File, (c, f, a) =>
            (Aliases[f, a] & Slot[a] != f & Holds(c, f)).Implies(IsWalking(c, a))));
        i.Add("its copy is locked", ForAll(Frame, Frame, File, (f, g, a) =>
            (Aliases[f, a] & Slot[a] == g & f != g).Implies(Locked[g])));
    }

    private void AddLocks()
    {
        i.Add("a held folio is locked", ForAll(Cpu, Frame, (c, f) => Holds(c, f).Implies(Locked[f])));
        i.Add("a copy is locked", ForAll(Cpu, Frame, (c, f) => IsCopy(c, f).Implies(Locked[f])));
        i.Add("a folio has one holder", ForAll(Cpu, Cpu, Frame, (c, d, f) => (Holds(c, f) & Holds(d, f)).Implies(c == d)));
        i.Add("a copy has one owner", ForAll(Cpu, Cpu, Frame, (c, d, f) => (IsCopy(c, f) & IsCopy(d, f)).Implies(c == d)));
        i.Add("a copy is not broken", ForAll(Cpu, Cpu, Frame, (c, d, f) =>
            (IsCopy(c, f) & Folio[d] == f).Implies(At(d, "finish_fault") & At(c, Replaced))));
    }

    private void AddSteps()
    {
        var visited = i["task.unmap_mapping_pages: visited"];
        i.Add("an idle task holds nothing", ForAll(Cpu, c => At(c, Idle).Implies(Folio[c].IsNone & Of[c].IsNone)));
        i.Add("a task at work has a folio", ForAll(Cpu, c => (!At(c, Idle)).Implies(Folio[c].HasValue & Of[c].HasValue)));
        i.Add("it works on the file that it maps", ForAll(Cpu, File, (c, a) => (Of[c] == a).Implies(Maps[c] == a)));
        i.Add("a copy is made under the lock", ForAll(Cpu, c => Copy[c].HasValue == At(c, Copying)));
        i.Add("a broken page is protected", ForAll(Cpu, Frame, (c, f) =>
            (!At(c, [.. Idle, "finish_fault"]) & Folio[c] == f).Implies(Protected[f])));
        i.Add("a broken page is an alias", ForAll(Cpu, Frame, File, (c, f, a) =>
            (At(c, WithAlias) & Folio[c] == f & Of[c] == a).Implies(Aliases[f, a])));
        i.Add("its file has it until the copy", ForAll(Cpu, Frame, File, (c, f, a) =>
            (At(c, "alias list", "copy", "replace slot") & Folio[c] == f & Of[c] == a & Aliases[f, a]).Implies(Slot[a] == f)));
        i.Add("its file has the copy then", ForAll(Cpu, Frame, File, (c, f, a) =>
            (IsWalking(c, a) & IsCopy(c, f)).Implies(Slot[a] == f & !Protected[f])));
        i.Add("a copy is equal", ForAll(Cpu, Frame, Frame, (c, f, g) =>
            (Folio[c] == f & IsCopy(c, g)).Implies(Content[f] == Content[g])));
        i.Add("a copy has no alias before", ForAll(Cpu, Frame, File, (c, f, a) =>
            (At(c, "replace slot") & IsCopy(c, f)).Implies(!Aliases[f, a])));
        i.Add("the walk has cleared what it passed", ForAll(Cpu, Cpu, (c, d) =>
            (At(c, "unmap_mapping_pages") & visited[c, d] & Maps[d] == Of[c]).Implies(i["pte"][d].IsNone)));
        i.Add("after the walk all is cleared", ForAll(Cpu, Cpu, (c, d) =>
            (At(c, "folio_unlock") & Maps[d] == Of[c]).Implies(i["pte"][d].IsNone)));
        i.Add("only a walk visits", ForAll(Cpu, Cpu, (c, d) => visited[c, d].Implies(At(c, "unmap_mapping_pages"))));
    }
}
