using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.DaxSharing;

/// <summary>Main memory caches a page of persistent memory: the slot leads to one of two homes of the content.</summary>
public sealed class PmemCache() : ModelFamily("pmem-cache",
    "A page of persistent memory is cached in main memory, and mapped as the one or the other",
    new("cpu", 2, 1, 3, "processes, each on a CPU of its own, that map the file"),
    new("file", 1, 1, 1, "files"),
    new("frame", 2, 2, 2, "homes of the page"))
{
    /// <summary>Both homes stay mapped.</summary>
    public static readonly Fault TwoHomes = new("two-homes",
        "the slot changes, and what is mapped of the other home stays mapped", Mails.Wilcox);

    /// <summary>The copy comes first.</summary>
    public static readonly Fault CopyFirst = new("copy-first", "the content is copied before the old home is unmapped");

    /// <summary>No flush.</summary>
    public static readonly Fault NoFlush = new("no-flush", "the old home is unmapped, and nothing is flushed");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "read(2) and write(2), pins, and devices: see the family file-ksm",
        "a crash, and what of the cache is on persistent memory then",
        "a fault is one step, under the lock of the entry",
    ];

    protected override void Describe(ModelBuilder m)
    {
        m.Demand(CopyFirst, !m.Has(TwoHomes), "it does not go with 'two-homes'");
        m.Demand(NoFlush, !m.Has(TwoHomes), "it does not go with 'two-homes'");
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var file = m.ScalarSet("file", m.Size("file"), "file ");
        var frame = m.ScalarSet("frame", m.Size("frame"), "home ");
        var cache = new PageCache(m, file, frame);
        var mappings = new FileMappings(m, cache, cpu, hasTlb: true);
        m.Rule("dax_insert_entry", file, frame, (s, a, f) => s
            .When(cache.Slot[a].IsNone).Set(cache.Slot[a], f).By("kernel")).From(KernelCode.InsertEntry);
        m.Rule("fault", cpu, file, frame, (s, c, a, f) => mappings
            .InstallWritable(s.When(mappings.MapsFile(c, a) & mappings.Pte[c].IsNone & cache.Slot[a] == f & !cache.Locked[f]), c, f)
            .Shows(f)).From(KernelCode.Fault);
        m.Thread("cache daemon", repeats: true, t =>
        {
            var (at, from, to) = (t.Local("file", file), t.Local("from", frame), t.Local("to", frame));
            t.Step("lock entry", file, frame, (s, a, g) => s
                .When(cache.Slot[a].HasValue & cache.Slot[a] != g & !cache.Locked[g])
                .Set(cache.Locked[cache.Slot[a].Value], true).Set(cache.Locked[g], true)
                .Set(at, a).Set(from, cache.Slot[a]).Set(to, g).Shows(a, g).From(Mails.Wilcox));
            if (m.Has(CopyFirst))
            {
                Copy();
            }

            if (!m.Has(TwoHomes))
            {
                mappings.Walk(t, at, "unmap_mapping_pages", protects: false, !m.Has(NoFlush), KernelCode.Unmap);
            }

            if (!m.Has(CopyFirst))
            {
                Copy();
            }

            t.Step("replace entry", s => s.Set(cache.Slot[at.Value], to).Shows(to).From(Mails.Wilcox));
            t.Step("unlock entry", s => s
                .Set(cache.Locked[from.Value], false).Set(cache.Locked[to.Value], false).Shows(to).From(Mails.Wilcox));

            void Copy() => t.Step("copy", s => s
                .Set(cache.Content[to.Value], cache.Content[from.Value]).Shows(from, to).From(Mails.Wilcox));
        });
        mappings.AddRules(m);
        cache.AddInvariants(m);
        m.Always("I-LOST", ForAll(file, a => cache.WasWritten(a).Implies(Exists(frame, f => cache.Content[f] == a))),
            "no write disappears from both homes");
        m.NoDeadlock("no deadlock");
    }
}
