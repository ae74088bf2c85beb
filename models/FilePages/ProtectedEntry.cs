using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>Lookup and truncate, as they are, meet a protected page in the page cache.</summary>
public sealed class ProtectedEntry() : ModelFamily("protected-entry",
    "Truncate and lookups of the page cache meet a protected page, whose page->mapping is not the mapping",
    new SizeParameter("cpu", 2, 1, 4, "lookups at a time"))
{
    /// <summary>The list of aliases is asked.</summary>
    public static readonly Feature AliasCheck = new("alias-check",
        "code that compares page->mapping with the mapping asks the list of aliases of a protected page", Mails.Proposal);

    /// <summary>Lookups in place of truncate.</summary>
    public static readonly Feature Lookups = new("lookups",
        "code looks a page up and locks it (FGP_LOCK); else truncate removes it", KernelCode.Lookup);

    /// <summary>Writers break the protection.</summary>
    public static readonly Feature Writers = new("writers", "a write may break the protection of the page at any time");

    private enum Entry
    {
        Ordinary,
        Protected,
    }

    public override ImmutableArray<Limit> NotModelled =>
    [
        "the scan of truncate that takes no lock: it leaves out what it cannot lock",
        "more than one slot, partial truncate, dirty pages",
    ];

    protected override void Describe(ModelBuilder m)
    {
        var slot = m.Var("slot", Sort.Option(Sort.Enum<Entry>()));
        var isOfMapping = slot == Entry.Ordinary | (m.Has(AliasCheck) ? slot == Entry.Protected : false);
        var taken = m.Ghost("took_what_was_gone", Sort.Bool);
        void Take(StepBuilder s) => s.SetIf(isOfMapping & slot.IsNone, taken, true);
        var canFill = m.Has(Lookups) ? AddLookups(m, slot, isOfMapping, Take) : AddTruncate(m, slot, isOfMapping, Take);
        m.Always("I-THERE", !taken, "the page that is locked and taken is still in the slot");
        m.Rule("filemap_add_folio", s => s
            .When(slot.IsNone & canFill).Set(slot, Entry.Ordinary).By("kernel")).From(KernelCode.Add);
        m.Rule("protect", s => s.When(slot == Entry.Ordinary).Set(slot, Entry.Protected).By("daemon")).From(Mails.Proposal);
        if (m.Has(Writers))
        {
            m.Rule("break", s => s.When(slot == Entry.Protected).Set(slot, Entry.Ordinary).By("writer")).From(Mails.Proposal);
        }
    }

    // Lock, look and unlock are one step in both: nothing else happens to a locked folio.
    private static Expr AddTruncate(ModelBuilder m, Expr slot, Expr isOfMapping, Action<StepBuilder> take)
    {
        var truncate = m.Thread("truncate", repeats: true, t =>
        {
            t.Label("idle");
            t.Step("truncate_inode_pages_range", s => s.From(KernelCode.Truncate));
            t.Label("index = start");
            t.Branch("find_get_entries", slot.HasValue, () => { }, () => t.Return(), s => s.From(KernelCode.Truncate));
            t.Step("truncate_inode_folio", s =>
            {
                take(s);
                s.SetIf(isOfMapping, slot, None).From(KernelCode.TruncateFolio, KernelCode.Remove);
            });
            t.Goto("index = start");
        });
        m.LeadsTo("L-PROG", !truncate.At("idle"), truncate.At("idle"), "a truncate that has begun ends");
        m.Reachable("truncate meets a protected page", slot == Entry.Protected & !truncate.At("idle"));
        return truncate.At("idle");
    }

    private static Expr AddLookups(ModelBuilder m, Expr slot, Expr isOfMapping, Action<StepBuilder> take)
    {
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var lookup = m.Thread("lookup", cpu, repeats: true, (t, c) =>
        {
            t.Label("idle");
            t.Step("__filemap_get_folio", s => s.From(KernelCode.Lookup));
            t.Label("repeat");
            t.Branch("filemap_get_entry", slot.HasValue, () => { }, () => t.Return(), s => s.From(KernelCode.Lookup));
            t.Branch("folio_lock, folio->mapping", isOfMapping,
                () => t.Return(),
                () =>
                {
                    t.Never("each page in the slot is of the mapping, by its list of aliases, and nothing takes it out", m.Has(AliasCheck));
                    t.Goto("repeat");
                },
                s =>
                {
                    take(s);
                    s.From(KernelCode.Lookup);
                });
        });
        m.LeadsTo("L-PROG", ForAll(cpu, c => !lookup.At(c, "idle")), Exists(cpu, c => lookup.At(c, "idle")),
            "if all CPUs look the page up, one of the lookups ends");
        m.Reachable("a lookup meets a protected page", slot == Entry.Protected & Exists(cpu, c => !lookup.At(c, "idle")));
        return true;
    }
}
