using Verify.Modelling;
using Verify.Models.Dax;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ExtentSeals;

/// <summary>The time at which a registration takes a seal of its own.</summary>
internal enum SealTime
{
    /// <summary>The registration takes no seal of its own.</summary>
    Never,

    /// <summary>The seal of the mapping counts it.</summary>
    Counted,

    /// <summary>Before it looks up pages.</summary>
    First,

    /// <summary>After it has looked up pages.</summary>
    Last,

    /// <summary>After it has looked up pages; then it checks that they still belong to the file.</summary>
    LastChecked,
}

/// <summary>An RDMA memory registration: it pins pages, and a NIC writes to them until it is undone.</summary>
internal sealed class Registration
{
    private readonly IBacking backing;
    private readonly PageTable pages;
    private readonly Sort va;
    private readonly Landing landing;
    private readonly Expr umem;
    private readonly Expr holdsSeal;
    private readonly Expr isChecked;

    public Registration(ModelBuilder m, Sort va, IBacking backing, PageTable pages, Landing landing, SealTime time)
    {
        (this.va, this.backing, this.pages, this.landing, Time) = (va, backing, pages, landing, time);
        umem = m.Var("umem", Sort.Option(backing.Translation.Sort));
        holdsSeal = HasOwnSeal ? m.Var("umem_sealed", Sort.Bool) : false;
        isChecked = time == SealTime.LastChecked ? m.Var("umem_checked", Sort.Bool) : HasOwnSeal ? holdsSeal : true;
        m.Mark("not the file's", va, _ => (umem, umem.HasValue & backing.IsForeign(umem.Value)));
    }

    public SealTime Time { get; }

    private bool HasOwnSeal => Time >= SealTime.First;

    /// <summary>True if pages are pinned.</summary>
    public Expr HasPins => umem.HasValue;

    /// <summary>True if the registration holds a seal, or the seal of the mapping counts it.</summary>
    public Expr HoldsSeal => Time == SealTime.Counted ? umem.HasValue : holdsSeal;

    /// <summary>True if the NIC may write.</summary>
    public Expr IsReady => umem.HasValue & isChecked;

    /// <summary>True if a unit is pinned.</summary>
    public Expr IsPinned(Expr unit) => backing.Translation.Names(umem, unit);

    /// <summary>Adds registration, DMA and deregistration.</summary>
    /// <param name="m">The model.</param>
    /// <param name="mayRegister">True if the process can register its mapping.</param>
    /// <param name="isRunning">True if the process runs.</param>
    /// <param name="seal">The seal that the registration takes; null for none.</param>
    /// <param name="isLocked">True if the file is locked for a change.</param>
    public void Describe(ModelBuilder m, Expr mayRegister, Expr isRunning, ExtentSeal? seal, Expr isLocked)
    {
        var isFirst = Time == SealTime.First ? holdsSeal : true;
        m.Rule(HasOwnSeal ? "get_user_pages" : "ib_umem_get", va, (s, x) =>
        {
            s.When(mayRegister & isFirst & umem.IsNone & pages.Shared(x).HasValue)
                .Set(umem, pages.Shared(x)).By("process").From(KernelCode.Umem, KernelCode.GupSlow);
            if (Time == SealTime.Counted)
            {
                seal!.Take(s);
            }
        });
        if (HasOwnSeal)
        {
            var isTurn = Time == SealTime.First ? mayRegister : isRunning & umem.HasValue;
            m.Rule("seal in ib_umem_get", s => seal!.Take(s
                .When(isTurn & !holdsSeal & !isLocked).Set(holdsSeal, true).By("process"))
                .From(Posts.Registration));
        }

        if (Time == SealTime.LastChecked)
        {
            var isSame = IsPinned(backing.Slot.Value);
            var canCheck = isRunning & umem.HasValue & holdsSeal & !isChecked;
            m.Rule("look again", s => s
                .When(canCheck & backing.Slot.HasValue & isSame).Set(isChecked, true).By("process"));
            m.Rule("look again: gone", s => Undo(s, seal, isLocked)
                .When(canCheck & !(backing.Slot.HasValue & isSame)).By("process"));
        }

        m.Rule("DMA", s => landing.Land(s.When(IsReady), umem)
            .Shows(umem.Value[backing.Translation.Frame]).By("NIC")).From(KernelCode.Umem);
        m.Rule("ib_dereg_mr", s => Undo(s, seal, isLocked).When(isRunning & IsReady).By("process")).From(KernelCode.Umem);
        m.Reachable("the NIC can write", IsReady);
    }

    /// <summary>Extends a step: the registration is undone and its seal released, which waits for the locks.</summary>
    public StepBuilder Undo(StepBuilder s, ExtentSeal? seal, Expr isLocked)
    {
        if (Time != SealTime.Never)
        {
            s.When(!isLocked);
            s.If(HoldsSeal, () => seal!.Release(s));
        }

        s.If(umem.HasValue, () => backing.Put(s, umem.Value[backing.Translation.Frame], true));
        s.Set(umem, None);
        if (HasOwnSeal)
        {
            s.Set(holdsSeal, false);
        }

        return Time == SealTime.LastChecked ? s.Set(isChecked, false) : s;
    }
}
