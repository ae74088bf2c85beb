using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>Lookup and truncate, as they are, meet a protected page in the page cache, while reclaim takes a page out of it.</summary>
public sealed class ProtectedEntry() : ModelFamily("protected-entry",
    "Truncate and lookups of the page cache meet a protected page, whose page->mapping is not the mapping",
    new SizeParameter("cpu", 2, 1, 4, "lookups at a time"),
    new SizeParameter("page", 2, 1, 3, "pages, of which the slot holds one at a time"))
{
    /// <summary>The list of aliases is asked.</summary>
    public static readonly Feature AliasCheck = new("alias-check",
        "code that compares page->mapping with the mapping asks the list of aliases of a protected page", Mails.Proposal);

    /// <summary>Lookups in place of truncate.</summary>
    public static readonly Feature Lookups = new("lookups",
        "code looks a page up and locks it (FGP_LOCK); else truncate removes it", KernelCode.Lookup);

    /// <summary>Writers break the protection.</summary>
    public static readonly Feature Writers = new("writers", "a write may break the protection of the page at any time");

    /// <summary>The list of aliases is out of date.</summary>
    public static readonly Fault StaleAlias = new("stale-alias",
        "with 'alias-check': reclaim takes a protected page out of the slot and leaves the file in its list of aliases");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "the scan of truncate that takes no lock: it leaves out what it cannot lock",
        "more than one slot, partial truncate, dirty pages",
        "reclaim takes one page, once; again and again, it could keep a lookup from its page",
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(StaleAlias, AliasCheck);
        new Slot(m).Describe();
    }

    private sealed class Slot
    {
        private readonly ModelBuilder m;
        private readonly Sort page;
        private readonly Expr slot;
        private readonly Expr isProtected;
        private readonly Expr isNamed;
        private readonly Expr tookGone;

        public Slot(ModelBuilder m)
        {
            this.m = m;
            page = m.ScalarSet("page", m.Size("page"), "p");
            slot = m.Var("slot", Sort.Option(page));
            isProtected = m.Map("protected", page, Sort.Bool);
            isNamed = m.Map("names_file", page, Sort.Bool);
            tookGone = m.Ghost("took_what_was_gone", Sort.Bool);
        }

        public void Describe()
        {
            var (canFill, isHeld) = m.Has(Lookups) ? AddLookups() : AddTruncate();
            m.Rule("filemap_add_folio", page, (s, p) => s
                .When(slot.IsNone & canFill & !isHeld(p))
                .Set(slot, p).Set(isNamed[p], true).Set(isProtected[p], false).By("kernel")).From(KernelCode.Add);
            m.Rule("protect", page, (s, p) => s
                .When(slot == p & !isProtected[p]).Set(isProtected[p], true).By("daemon")).From(Mails.Proposal);
            if (m.Has(Writers))
            {
                m.Rule("break", page, (s, p) => s
                    .When(slot == p & isProtected[p]).Set(isProtected[p], false).By("writer")).From(Mails.Proposal);
            }

            m.Thread("reclaim", repeats: false, t => t.Step("__remove_mapping", page, (s, p) =>
            {
                var keepsName = m.Has(StaleAlias) ? isProtected[p] : false;
                s.When(slot == p & IsOfFile(p)).Set(slot, None).SetIf(!keepsName, isNamed[p], false).From(KernelCode.Reclaim);
            }));
            m.Always("I-THERE", !tookGone, "the page that is locked and taken is still in the slot");
        }

        // What code concludes from page->mapping, or from the list of aliases that takes its place.
        private Expr IsOfFile(Expr p) => isNamed[p] & (m.Has(AliasCheck) ? true : !isProtected[p]);

        private void Take(StepBuilder s, Expr p) => s.SetIf(IsOfFile(p) & slot != p, tookGone, true);

        // Lock, look and unlock are one step in both: nothing else happens to a locked folio.
        private (Expr CanFill, Func<Expr, Expr> IsHeld) AddTruncate()
        {
            var found = m.Var("found", Sort.Option(page));
            var truncate = m.Thread("truncate", repeats: true, t =>
            {
                t.Label("idle");
                t.Step("truncate_inode_pages_range", s => s.From(KernelCode.Truncate));
                t.Label("index = start");
                t.Branch("find_get_entries", slot.HasValue, () => { }, () => t.Return(),
                    s => s.Set(found, slot).From(KernelCode.Truncate));
                t.Step("truncate_inode_folio", s =>
                {
                    Take(s, found.Value);
                    s.SetIf(IsOfFile(found.Value) & slot == found, slot, None).SetIf(IsOfFile(found.Value), isNamed[found.Value], false)
                        .Set(found, None).From(KernelCode.TruncateFolio, KernelCode.Remove);
                });
                t.Goto("index = start");
            });
            m.LeadsTo("L-PROG", !truncate.At("idle"), truncate.At("idle"), "a truncate that has begun ends");
            m.Reachable("truncate meets a protected page", found.HasValue & isProtected[found.Value]);
            return (truncate.At("idle"), p => found == p);
        }

        private (Expr CanFill, Func<Expr, Expr> IsHeld) AddLookups()
        {
            var cpu = m.Processors("cpu", m.Size("cpu"));
            var found = m.Map("found", cpu, Sort.Option(page));
            var lookup = m.Thread("lookup", cpu, repeats: true, (t, c) =>
            {
                t.Label("idle");
                t.Step("__filemap_get_folio", s => s.From(KernelCode.Lookup));
                t.Label("repeat");
                t.Branch("filemap_get_entry", slot.HasValue, () => { }, () => t.Return(),
                    s => s.Set(found[c], slot).From(KernelCode.Lookup));
                t.Branch("folio_lock, folio->mapping", IsOfFile(found[c].Value), () => t.Return(), () => t.Goto("repeat"), s =>
                {
                    Take(s, found[c].Value);
                    s.Set(found[c], None).From(KernelCode.Lookup);
                });
            });
            m.LeadsTo("L-PROG", ForAll(cpu, c => !lookup.At(c, "idle")), Exists(cpu, c => lookup.At(c, "idle")),
                "if all CPUs look the page up, one of the lookups ends");
            m.Reachable("a lookup meets a protected page", Exists(cpu, c => found[c].HasValue & isProtected[found[c].Value]));
            return (true, p => Exists(cpu, c => found[c] == p));
        }
    }
}
