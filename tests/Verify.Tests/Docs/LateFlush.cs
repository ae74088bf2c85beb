using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Mine;

/// <summary>munmap of one page, with the TLB flush before or after the page is freed.</summary>
public sealed class LateFlush() : ModelFamily("late-flush",
    "munmap of one page, with the TLB flush before or after the page is freed",
    new SizeParameter("cpu", 2, 1, 8, "processors"))
{
    public static readonly Fault FreeFirst = new("free-first", "the page is freed before the flush");

    protected override void Describe(ModelBuilder m)
    {
        var cpu = m.Processors("cpu", m.Size("cpu"));
        var pte = m.Var("pte", Sort.Bool, true);
        var tlb = m.Map("tlb", cpu, Sort.Bool);
        var isFree = m.Var("page_is_free", Sort.Bool);

        // The hardware may do this at any time, on any CPU, for any reachable address.
        m.Rule("speculative walk", cpu, (s, c) => s.When(pte & !tlb[c]).Set(tlb[c], true));

        // The steps of one CPU. Others can act between any two steps.
        m.Thread("munmap", cpu, repeats: false, (t, c) =>
        {
            void Flush() => t.Step("flush_tlb_mm_range", s => s.Each(cpu, d => s.Set(tlb[d], false)));
            void Free() => t.Step("__free_page", s => s.Set(isFree, true));

            t.Step("ptep_get_and_clear", s => s.When(pte).Set(pte, false));
            if (m.Has(FreeFirst))
            {
                Free();
                Flush();
            }
            else
            {
                Flush();
                Free();
            }
        });

        m.Always("I-ENTRY", ForAll(cpu, c => !(isFree & tlb[c])), "no TLB entry names a free page");
        m.Reachable("the page is freed", isFree);
        m.Reachable("some CPU has it cached", Exists(cpu, c => tlb[c]));
        m.Mark("stale", cpu, c => (tlb[c], isFree & tlb[c]));
    }
}
