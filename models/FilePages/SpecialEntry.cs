using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>
/// A slot of the page cache holds an object that looks enough like a struct page for one bit to be tested, and leads to the
/// real page.
/// </summary>
public sealed class SpecialEntry() : ModelFamily("special-entry",
    "Code that walks the page cache meets an object that is not a struct page, and has to test a bit of it first",
    new SizeParameter("cpu", 2, 1, 4, "processors, each of which runs code that uses the page cache"))
{
    /// <summary>The object is freed at once.</summary>
    public static readonly Fault FreeAtOnce = new("free-at-once",
        "the object is freed when its slot has changed, not after a grace period");

    /// <summary>The bit is set too late.</summary>
    public static readonly Fault PublishFirst = new("publish-first",
        "the object is put into the slot before its bit is set");

    /// <summary>All code tests the bit.</summary>
    public static readonly Assumption Checked = new("A-CHECKED",
        "all code that takes an entry out of the page cache tests the bit first", "an audit of that code");

    private enum Entry
    {
        Page,
        Special,
    }

    public override ImmutableArray<Limit> NotModelled =>
    [
        "what is done with the real page afterwards; references that outlast the RCU section",
        "more than one slot; what else the memory of the object becomes when it is freed",
    ];

    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var slot = m.Var("slot", Sort.Enum<Entry>());
        var (exists, bit) = (m.Var("object_allocated", Sort.Bool), m.Var("special_bit", Sort.Bool));
        var (misused, readFreed) = (m.Ghost("used_as_page", Sort.Bool), m.Ghost("read_freed", Sort.Bool));
        Expr entries = None;
        m.Thread("lookup", cpu, repeats: true, (t, c) =>
        {
            var seen = t.Local("entry", Sort.Enum<Entry>());
            entries = ((Expr.Index)seen).Map;
            t.Step("xas_load", s => s.Set(seen, slot).Shows(slot).From(KernelCode.Entry));
            List<Action> ways =
            [
                () => t.Branch("test the bit", seen == Entry.Special & bit,
                    () => t.Step("follow the pointer", s => s.SetIf(!exists, readFreed, true).From(Mails.Wilcox)),
                    () => Use(t, seen),
                    s => s.SetIf(seen == Entry.Special & !exists, readFreed, true).From(Mails.Wilcox)),
            ];
            if (!m.Assumes(Checked))
            {
                ways.Add(() => Use(t, seen));
            }

            t.Either([.. ways]);
        });
        m.Thread("replacer", repeats: true, t =>
        {
            void SetBit() => t.Step("set the bit", s => s.Set(bit, true).From(Mails.Wilcox));
            t.Step("kmalloc", s => s.Set(exists, true).From(Mails.Wilcox));
            if (!m.Has(PublishFirst))
            {
                SetBit();
            }

            t.Step("install the object", s => s.Set(slot, Entry.Special).From(Mails.Wilcox));
            if (m.Has(PublishFirst))
            {
                SetBit();
            }

            t.Step("put the page back", s => s.Set(slot, Entry.Page).From(Mails.Wilcox));
            if (!m.Has(FreeAtOnce))
            {
                t.Step("synchronize_rcu", s => s.When(ForAll(cpu, c => entries[c] != Entry.Special)).From(KernelCode.Entry));
            }

            t.Step("kfree", s => s.Set(exists, false).Set(bit, false).From(Mails.Wilcox));
        });
        m.Always("I-TYPE", !misused, "an object that is not a struct page is never used as one");
        m.Always("I-FREED", !readFreed, "the bit and the pointer are never read out of freed memory");
        m.Reachable("code meets the object", Exists(cpu, c => entries[c] == Entry.Special));

        void Use(ThreadBuilder t, Expr seen) => t.Step("folio_try_get", s => s
            .SetIf(seen == Entry.Special, misused, true).From(KernelCode.Entry));
    }
}
