using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Dax;

/// <summary>
/// Threads of a process that maps the file. Each pins the page through get_user_pages(), on the fast or the slow path,
/// lets a device write to it, and unpins it.
/// </summary>
internal sealed class DirectIo : IHolder
{
    private readonly Sort cpu;
    private readonly Sort va;
    private readonly IBacking backing;
    private readonly PageTable pages;
    private readonly Landing landing;
    private readonly Expr pin;
    private Expr seen = None; // a map, once the threads have declared it

    public DirectIo(ModelBuilder m, Sort cpu, Sort va, IBacking backing, PageTable pages, Landing landing)
    {
        (this.cpu, this.va, this.backing, this.pages, this.landing) = (cpu, va, backing, pages, landing);
        pin = m.Map("pin", cpu, Sort.Option(backing.Translation.Sort));
        m.Mark("not the file's", cpu, c => (pin[c], pin[c].HasValue & backing.IsForeign(pin[c].Value)));
    }

    /// <summary>True if the fast path reads the PTE again after it has taken the reference.</summary>
    public required bool Rechecks { get; init; }

    /// <summary>True if a pin may last for any time.</summary>
    public required bool IsLongTerm { get; init; }

    /// <summary>True if a page goes only after a flush that waits for the fast path.</summary>
    public required bool FlushWaits { get; init; }

    /// <summary>True if something unmaps the page.</summary>
    public required bool CanBeUnmapped { get; init; }

    /// <summary>True if a new pin may be taken.</summary>
    public required Expr MayPin { get; init; }

    /// <summary>True if a processor takes interrupts, which is not so between the two reads of the fast path.</summary>
    public Expr HasInterrupts(Expr c) => seen[c].IsNone;

    /// <summary>True if some thread has a reference to a unit.</summary>
    public Expr IsPinned(Expr unit) => Exists(cpu, c => Refers(c, unit));

    /// <remarks>A frame that is counted is not freed while it is pinned; what was only seen has no count.</remarks>
    public void Outdate(StepBuilder s, Expr frame) =>
        s.Each(cpu, c => backing.Translation.Outdate(s, seen[c], frame));

    public void Describe(ModelBuilder m)
    {
        m.Thread("direct I/O", cpu, repeats: true, (t, c) =>
        {
            var mine = t.Local("seen", backing.Translation.Sort);
            seen = ((Expr.Index)mine).Map;
            t.Either(
                () => Fast(t, c, mine),
                () => t.Step("follow_page_pte", va, (s, x) => s
                    .When(MayPin & pages.Shared(x).HasValue).Set(pin[c], pages.Shared(x)).From(KernelCode.GupSlow)),
                () =>
                {
                    if (!IsLongTerm)
                    {
                        t.Step("FOLL_LONGTERM: -EOPNOTSUPP", s => s.When(MayPin).From(KernelCode.LongTerm, Posts.PinUserPages));
                        t.Return();
                    }
                    else
                    {
                        t.Step("FOLL_LONGTERM", va, (s, x) => s
                            .When(MayPin & pages.Shared(x).HasValue).Set(pin[c], pages.Shared(x)).From(KernelCode.GupSlow));
                        t.Label("registered");
                        t.Either(
                            () =>
                            {
                                Dma(t, c);
                                t.Goto("registered");
                            },
                            () => t.Step("ib_dereg_mr", s => Unpin(s, c).From(KernelCode.Umem)));
                        t.Return();
                    }
                });
            Dma(t, c);
            t.Step("unpin_user_page", s => Unpin(s, c).From(KernelCode.Unpin));
        });
        m.Reachable("every CPU has a pin", ForAll(cpu, c => pin[c].HasValue));
    }

    private void Fast(ThreadBuilder t, Expr c, Expr mine)
    {
        t.Step("gup_fast_pte_range", va, (s, x) => s
            .When(MayPin & pages.Shared(x).HasValue).Set(mine, pages.Shared(x)).From(KernelCode.GupFast));
        var canGrab = backing.CanGrab(mine.Value[backing.Translation.Frame]);
        t.Branch("try_grab_folio_fast", canGrab,
            () => { },
            () =>
            {
                t.Never(Shootdown.Waits, FlushWaits);
                t.Return();
            },
            s => Grab(s, canGrab));
        if (!Rechecks)
        {
            return;
        }

        var isSame = Exists(va, x => backing.Translation.Names(pages.Shared(x), mine.Value[backing.Translation.Frame]));
        t.Branch("pte_val(pte) == pte_val(*ptep)", isSame,
            () => { },
            () =>
            {
                t.Never("nothing unmaps the page", !CanBeUnmapped);
                t.Return();
            },
            s => s.If(!isSame, () => Unpin(s, c)).Set(mine, None).From(KernelCode.GupFast));

        void Grab(StepBuilder s, Expr can)
        {
            s.SetIf(can, pin[c], mine).From(KernelCode.GupFast);
            if (!Rechecks)
            {
                s.Set(mine, None);
            }
        }
    }

    private void Dma(ThreadBuilder t, Expr c) =>
        t.Step("DMA", s => landing.Land(s, pin[c]).Shows(pin[c].Value[backing.Translation.Frame]).By("device").From(KernelCode.DirectIo));

    private StepBuilder Unpin(StepBuilder s, Expr c)
    {
        var unit = pin[c].Value[backing.Translation.Frame];
        backing.Put(s, unit, ForAll(cpu, d => d == c | !Refers(d, unit)));
        return s.Set(pin[c], None);
    }

    private Expr Refers(Expr c, Expr unit) => backing.Translation.Names(pin[c], unit);
}
