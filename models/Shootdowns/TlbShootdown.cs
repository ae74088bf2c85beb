using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Shootdowns;

/// <summary>The smallest model of a TLB shootdown: zap, flush every CPU, free.</summary>
/// <remarks>
/// Versions in Promela, Murphi and TLA+ have the same variables and rules, so that the number of states can be
/// compared: 4,533,716 states and 41,732,052 transitions for three CPUs, pages and frames. So nothing may be added
/// here; the other mechanisms model more of the kernel. The fault removes a condition.
/// </remarks>
public sealed class TlbShootdown() : ModelFamily("tlb-shootdown",
    "The shootdown in its least form: clear the PTE, make every CPU drop its entry, then free the frame",
    new("cpu", 3, 1, 8, "processors"),
    new("page", 3, 1, 16, "virtual pages of one address space"),
    new("frame", 3, 1, 16, "physical frames"))
{
    /// <summary>The initiator does not wait for the other CPUs.</summary>
    public static readonly Fault LocalOnly = new("local-only", "the frame is freed once the CPU that unmaps has flushed itself");

    private static readonly Source Zap = Source.Kernel("zap_pte_range", "mm/memory.c", "v6.19");
    private static readonly Source Flush = Source.Kernel("flush_tlb_func", "arch/x86/mm/tlb.c", "399ec9ca8fc4");
    private static readonly Source Walk = Source.Manual("Speculative walks", "Intel SDM 3A, 4.10.2.3");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "page-table locks, generations and the cpumask: every CPU is flushed every time",
        "accesses: a stale entry counts, whether or not an access uses it",
    ];

    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var page = m.ScalarSet("page", m.Size("page"), "p");
        var frame = m.ScalarSet("frame", m.Size("frame"), "f");
        var pte = m.Map("pte", page, Sort.Option(frame));
        var tlb = m.Map("tlb", cpu, page, Sort.Option(frame));
        var own = m.Map("own", frame, Sort.Enum<FrameUse>());
        var flushing = m.Map("flushing", cpu, Sort.Bool);
        var zappedPage = m.Map("zapped.page", cpu, Sort.Option(page));
        var zappedFrame = m.Map("zapped.frame", cpu, Sort.Option(frame));
        var acknowledged = m.Map("acknowledged", cpu, cpu, Sort.Bool);

        m.Publish(new Parts(cpu, page, frame, pte, tlb, own, flushing, zappedPage, zappedFrame, acknowledged));

        m.Rule("map", cpu, page, frame, (s, c, p, f) => s
            .When(!flushing[c] & own[f] == FrameUse.Free & pte[p].IsNone)
            .Set(pte[p], f).Set(own[f], FrameUse.User));

        m.Rule("zap", cpu, page, (s, c, p) => s
            .When(!flushing[c] & pte[p].HasValue)
            .Set(zappedFrame[c], pte[p]).Set(zappedPage[c], p).Set(pte[p], None).Set(flushing[c], true))
            .From(Zap);

        m.Rule("flush", cpu, cpu, (s, c, d) => s
            .When(flushing[c] & !acknowledged[c, d])
            .Set(tlb[d, zappedPage[c].Value], None).Set(acknowledged[c, d], true)
            .By(d).Shows(zappedPage[c]))
            .From(Flush);

        m.Rule("free", cpu, (s, c) => s
            .When(flushing[c] & (m.Has(LocalOnly) ? acknowledged[c, c] : ForAll(cpu, d => acknowledged[c, d])))
            .Set(own[zappedFrame[c].Value], FrameUse.Free)
            .Set(flushing[c], false).Set(zappedPage[c], None).Set(zappedFrame[c], None)
            .Each(cpu, d => s.Set(acknowledged[c, d], false))
            .Shows(zappedFrame[c]))
            .From(Source.Kernel("tlb_finish_mmu", "mm/mmu_gather.c", "06d074298583"));

        m.Rule("kalloc", frame, (s, f) => s
            .When(own[f] == FrameUse.Free).Set(own[f], FrameUse.Kernel).By("allocator"));

        m.Rule("kfree", frame, (s, f) => s
            .When(own[f] == FrameUse.Kernel).Set(own[f], FrameUse.Free).By("allocator"));

        m.Rule("fill", cpu, page, (s, c, p) => s
            .When(pte[p].HasValue & tlb[c, p] != pte[p]).Set(tlb[c, p], pte[p]))
            .From(Walk);

        m.Rule("evict", cpu, page, (s, c, p) => s
            .When(tlb[c, p].HasValue).Set(tlb[c, p], None));

        m.Always("I-ENTRY",
            ForAll(cpu, page, (c, p) => tlb[c, p].HasValue.Implies(own[tlb[c, p].Value] == FrameUse.User)),
            "no TLB entry names a frame that is not the user's");
        m.Reachable("an entry outlives its PTE",
            Exists(cpu, page, (c, p) => tlb[c, p].HasValue & pte[p].IsNone));
        m.Reachable("the kernel gets a frame", Exists(frame, f => own[f] == FrameUse.Kernel));
        m.Mark("stale", cpu, page, (c, p) =>
            (tlb[c, p], tlb[c, p].HasValue & own[tlb[c, p].Value] != FrameUse.User));
    }

    /// <summary>The owner of a frame.</summary>
    public enum FrameUse
    {
        /// <summary>No owner.</summary>
        Free,

        /// <summary>The user's.</summary>
        User,

        /// <summary>The kernel's.</summary>
        Kernel,
    }

    /// <summary>Its sorts and variables.</summary>
    public sealed record Parts(Sort Cpu, Sort Page, Sort Frame, Expr Pte, Expr Tlb, Expr Own, Expr Flushing,
        Expr ZappedPage, Expr ZappedFrame, Expr Acknowledged);
}
