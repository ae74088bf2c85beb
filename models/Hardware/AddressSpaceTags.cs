using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Hardware;

/// <summary>
/// Tags of TLB entries (PCID, ASID), which separate address spaces, and global entries, which ignore the tags; on one
/// processor.
/// </summary>
public sealed class AddressSpaceTags() : ModelFamily("address-space-tags",
    "TLB entries with the tag of an address space, global entries, and writes to CR3",
    new("mm", 2, 1, 4, "address spaces"),
    new("va", 1, 1, 4, "addresses"),
    new("frame", 2, 1, 4, "physical frames"))
{
    /// <summary>Mappings have the global bit.</summary>
    public static readonly Feature GlobalBit = new("global-bit",
        "the mappings have the global bit, as those of the kernel have without page-table isolation",
        Source.Manual("Global pages", "Intel SDM 3A, 4.10.2.4"));

    private static readonly Source Cr3 = Source.Manual("MOV to CR3 with PCIDs", "Intel SDM 3A, 4.10.4.1");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "other processors; tags that run out and are given to another address space",
    ];

    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", 1);
        var mm = m.ScalarSet("mm", m.Size("mm"));
        var va = m.ScalarSet("va", m.Size("va"));
        var frame = m.ScalarSet("frame", m.Size("frame"), "f");
        var isGlobal = m.Has(GlobalBit);
        var allocator = new FrameAllocator(m, frame, Owner.AppBuf);
        var tlb = new TaggedTlb(m, cpu, mm, va, frame);
        allocator.Register(tlb);
        var pte = m.Map("pte", mm, va, Sort.Option(frame));
        var cr3 = m.Map("cr3", cpu, Sort.Option(mm));
        var usedForeign = m.Ghost("used_foreign", Sort.Bool);

        Expr Loaded(Expr c) => cr3[c].Value;
        Expr Match(Expr c, Expr x) => isGlobal ? tlb.Global(c, x) : tlb.Tagged(c, Loaded(c), x);

        var removed = None;
        var kernel = m.Thread("kernel", cpu, repeats: true, (t, c) =>
        {
            var old = t.Local("old", frame);
            removed = ((Expr.Index)old).Map;
            t.Label("between calls");
            t.Either(
                () => t.Step("MOV CR3 (no flush)", mm, (s, a) => s
                    .When(cr3[c] != a).Set(cr3[c], a).From(Cr3)),
                () => t.Step("set_pte_at", va, frame, (s, x, f) => s
                    .When(cr3[c].HasValue & pte[Loaded(c), x].IsNone)
                    .When(allocator.Owner[f] == Owner.AppBuf & ForAll(mm, va, (a, y) => pte[a, y] != f))
                    .Set(pte[Loaded(c), x], f)),
                () =>
                {
                    t.Step("ptep_get_and_clear", va, (s, x) => s
                        .When(cr3[c].HasValue & pte[Loaded(c), x].HasValue)
                        .Set(old, pte[Loaded(c), x]).Set(pte[Loaded(c), x], None));
                    t.Step("MOV CR3 (flush)", s => tlb.FlushTag(s, c, Loaded(c)).Shows().From(Cr3));
                    t.Step("put_page", s => allocator.Free(s, old.Value).Shows(old));
                });
        });
        m.Publish(new Parts(cpu, mm, va, tlb, cr3, removed, kernel, usedForeign));
        m.Rule("speculative walk", cpu, va, (s, c, x) => tlb.Fill(
            s.When(cr3[c].HasValue & Match(c, x).IsNone & pte[Loaded(c), x].HasValue),
            c, Loaded(c), x, pte[Loaded(c), x].Value, isGlobal));
        m.Rule("load/store", cpu, va, (s, c, x) => s
            .When(cr3[c].HasValue & Match(c, x).HasValue)
            .SetIf(tlb.IsForeign(Match(c, x), Loaded(c)), usedForeign, true));
        allocator.AddReuse(m, hasOwnTables: false);

        m.Always("I-ASID", !usedForeign, "no access goes through an entry of another address space");
        m.Always("I-ENTRY",
            ForAll(cpu, va, (c, x) => cr3[c].HasValue.Implies(!tlb.IsStale(Match(c, x)))),
            "no entry that matches is from before the last free of its frame");
        m.Reachable("a page is mapped and cached", Exists(cpu, va, (c, x) => cr3[c].HasValue & Match(c, x).HasValue));
        if (!isGlobal && m.Size("mm") > 1)
        {
            m.Reachable("two address spaces are cached side by side", Exists(cpu, va, (c, x) =>
                Count(mm, a => tlb.Tagged(c, a, x).HasValue) > 1));
        }
    }

    /// <summary>The parts of the model.</summary>
    /// <param name="Cpu">The processor.</param>
    /// <param name="Mm">The address spaces, which are the tags.</param>
    /// <param name="Va">The addresses.</param>
    /// <param name="Tlb">The TLB.</param>
    /// <param name="Cr3">The address space that each processor has loaded.</param>
    /// <param name="Old">The frame that the kernel is about to give back.</param>
    /// <param name="Kernel">The thread.</param>
    /// <param name="UsedForeign">Whether an access went through an entry of another address space.</param>
    public sealed record Parts(Sort Cpu, Sort Mm, Sort Va, TaggedTlb Tlb, Expr Cr3, Expr Old, ModelThread Kernel, Expr UsedForeign);
}
