using System.Collections.Immutable;
using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Tests.TraceTexts;

/// <summary>
/// Unmaps a page whose entry another processor may hold, with a flush that is sent to all or kept local.
/// </summary>
internal sealed class Shootdown : ModelFamily
{
    public static readonly Fault LocalFlush = new("local-flush", "the flush reaches the own processor only");
    public static readonly Assumption NoSpeculation = new("A-NOSPEC", "other processors do not walk the page tables", "no component");
    public static readonly Assumption NoReuse = new("A-NOREUSE", "a freed frame is not used again", "the allocator");

    public override string Name => "shootdown";

    public override string Summary => "one page is mapped, unmapped, and its frame freed";

    public override ImmutableArray<SizeParameter> Sizes =>
    [
        new("cpu", 2, 1, 8, "processors"), new("frame", 1, 1, 2, "frames"),
    ];

    public override ImmutableArray<Fault> Faults => [LocalFlush];

    public override ImmutableArray<Assumption> Assumptions => [NoSpeculation, NoReuse];

    public override ImmutableArray<Profile> Profiles => [new("x86", "64-bit x86")];

    public override ImmutableArray<Limit> NotModelled => ["paging-structure caches"];

    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", Size(m, "cpu"));
        var page = m.ScalarSet("page", "x");
        var frame = m.ScalarSet("frame", Size(m, "frame"), "f");
        var (target, writable, filled) = (
            new Field("frame", frame), new Field("W", Sort.Bool), new Field("gen", Sort.Range(0, 3), IsGhost: true));
        var entry = m.Record("entry", target, writable, filled);
        var pte = m.Map("pte", page, Sort.Option(frame));
        var tlb = m.Map("tlb", cpu, page, Sort.Option(entry));
        var free = m.Map("free", frame, Sort.Bool, true);
        var gen = m.Ghost("gen", Sort.Map(frame, Sort.Range(0, 3)));
        Expr Stale(Expr c, Expr x) => tlb[c, x].HasValue & gen[tlb[c, x].Value[target]] != tlb[c, x].Value[filled];

        m.Thread("owner", repeats: false, t =>
        {
            var unmapped = t.Local("unmapped", frame);
            t.RunsOn(new Expr.Literal(cpu, 0));
            t.Step("insert_pfn", page, frame, (s, x, f) => s.When(free[f]).Set(pte[x], f).Set(free[f], false));
            t.Step("ptep_get_and_clear", page, (s, x) => s.When(pte[x].HasValue).Set(unmapped, pte[x]).Set(pte[x], None));
            if (m.Has(LocalFlush))
            {
                t.Step("flush_tlb_func_local", page, (s, x) => s.Set(tlb[new Expr.Literal(cpu, 0), x], None));
            }
            else
            {
                t.Step("flush_tlb_others", page, (s, x) => s.Each(cpu, c => s.Set(tlb[c, x], None)));
            }

            t.Step("free_page", s => s.Set(free[unmapped.Value], true)
                .SetIf(gen[unmapped.Value] < 3, gen[unmapped.Value], gen[unmapped.Value] + 1).Shows(unmapped));
        });
        m.Rule("tlb_fill", cpu, page, (s, c, x) =>
        {
            s.When(pte[x].HasValue & tlb[c, x].IsNone);
            s.When(m.Assumes(NoSpeculation) ? c == new Expr.Literal(cpu, 0) : true);
            s.Set(tlb[c, x], New(entry, pte[x].Value, true, gen[pte[x].Value]));
        });
        m.Always("I-ENTRY", ForAll(cpu, page, (c, x) => !Stale(c, x)), "no TLB holds an entry of a frame that was freed since");
        m.Reachable("cached", Exists(cpu, page, (c, x) => tlb[c, x].HasValue), "some TLB has an entry");
        if (Size(m, "cpu") > 1 && !m.Assumes(NoSpeculation))
        {
            m.Reachable("two cached", Count(cpu, c => Exists(page, x => tlb[c, x].HasValue)) >= 2, "two TLBs have an entry");
        }

        m.Mark("stale", cpu, page, (c, x) => (tlb[c, x], Stale(c, x)));
    }

    private static int Size(ModelBuilder m, string name) => m.Size(name);

    public static Model Of(int cpus, bool isLocal) => new Shootdown().Build(
        Choices.Default.Size("cpu", cpus).With(isLocal ? [LocalFlush] : []));
}

/// <summary>Small models that each show one feature of trace texts.</summary>
internal static class TraceModels
{
    /// <summary>A device writes to a page that a processor took back; long names on both sides.</summary>
    public static Model Device()
    {
        var m = new ModelBuilder("pins");
        var cpu = m.Processors("cpu", 2);
        var page = m.ScalarSet("page", 2, "a_page_with_a_long_name");
        var mapping = m.Map("registered_memory_region_of_the_device", page, Sort.Option(page));
        var truncated = m.Map("truncated", page, Sort.Bool);
        var lost = m.Var("corrupted", Sort.Bool);
        m.Rule("ib_umem_get", cpu, page, (s, _, p) => s.When(mapping[p].IsNone).Set(mapping[p], p));
        m.Rule("dax_layout_busy_page_range_and_unmap_mapping_pages", cpu, page, (s, _, p) => s.When(!truncated[p]).Set(truncated[p], true));
        m.Rule("dma_write", page, (s, p) => s.When(mapping[p].HasValue).By("device").SetIf(truncated[p], lost, true));
        m.Always("I-DMA", !lost);
        return m.Build();
    }

    /// <summary>Two tasks can pass a lock to each other forever; a third one waits.</summary>
    public static Model Starving()
    {
        var m = new ModelBuilder("starving");
        var cpu = m.Processors("cpu", 3);
        var owner = m.Var("lock", Sort.Option(cpu));
        m.Rule("spin_lock", cpu, (s, c) => s.When(owner.IsNone).Set(owner, c).Fair());
        m.Rule("spin_unlock", cpu, (s, c) => s.When(owner == Some(c)).Set(owner, None).Fair());
        m.LeadsTo("L-PROG", owner.IsNone, owner == Some(new Expr.Literal(cpu, 2)), "CPU2 gets the lock in the end");
        return m.Build();
    }

    /// <summary>Two locks taken in any order, initially free.</summary>
    public static Model Deadlock()
    {
        var m = new ModelBuilder("locks");
        var cpu = m.Processors("cpu", 2);
        var first = m.AnyOf("first", Sort.Bool);
        var a = m.Var("mmap_lock", Sort.Option(cpu));
        var b = m.Var("i_mmap_rwsem", Sort.Option(cpu));
        m.Rule("lock_mmap", cpu, (s, c) => s.When(first & a.IsNone).Set(a, c).Set(first, false));
        m.Rule("lock_i_mmap", cpu, (s, c) => s.When(!first & b.IsNone & a != Some(c)).Set(b, c));
        m.NoDeadlock("NoDeadlock", false, "some task can always take a step");
        return m.Build();
    }
}
