using Verify.Modelling;
using Verify.Models.PageAccess;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ExclusiveAccess;

/// <summary>The kernel's and the driver's part of <see cref="DeviceExclusive"/>.</summary>
internal sealed class ExclusiveFaults
{
    private readonly ModelBuilder m;
    private readonly ExclusivePage page;
    private readonly Expr tableLock;

    // Of the driver. The page is its only one, so each invalidation touches it.
    private readonly IntervalNotifier notifier;

    public ExclusiveFaults(ModelBuilder m, ExclusivePage page)
    {
        (this.m, this.page) = (m, page);
        IsExclusive = m.Var("device_exclusive_entry", Sort.Bool);
        tableLock = m.Var("ptl", Sort.Bool);
        notifier = new IntervalNotifier(m, page.Cpu, page.Cpu, (_, _) => true, isCompared: !m.Has(DeviceExclusive.NoRetry));
    }

    /// <summary>True if the PTE is a device-exclusive entry.</summary>
    public Expr IsExclusive { get; }

    /// <summary>True while the PTE changes, between the calls of the notifiers.</summary>
    public Expr IsInvalidating => notifier.IsBusy;

    /// <summary>Adds a fault of the process on an empty PTE.</summary>
    public void Populate(ThreadBuilder t) => t.Step("do_anonymous_page", s => page
        .MakeWritable(s.When(page.Pte.IsNone & !IsExclusive & !tableLock)).From(KernelCode.Anonymous));

    /// <summary>Adds a fault of the device for an atomic operation.</summary>
    public void Grant(ThreadBuilder t, Expr c)
    {
        t.Step("mmu_interval_read_begin", s => notifier
            .BeginRead(s.When(!page.IsGranted), c).From(KernelCode.Driver, KernelCode.Sequence));

        // get_user_pages() faults the page in and takes a present entry back, which other branches do: it waits for them.
        t.Step("get_user_page_vma_remote", s => s.When(page.IsWritable).Shows().From(KernelCode.Make));
        t.Step("folio_lock (grant)", s => s.When(!page.IsLocked).Set(page.IsLocked, true).Shows().From(KernelCode.Make));
        t.Branch("folio_walk_start", page.IsWritable, () => { },
            () =>
            {
                t.Step("folio_unlock (not mapped)", s => s.Set(page.IsLocked, false).Shows().From(KernelCode.Make));
                t.Return();
            },
            s => s.When(!tableLock).SetIf(page.IsWritable, tableLock, true).SetIf(page.IsWritable, page.Pte, None)
                .Shows().From(KernelCode.Make));
        page.Flush(t, c);
        t.Step("set_pte_at (device-exclusive)", s => s
            .Set(IsExclusive, true).Set(tableLock, false).Shows().From(KernelCode.Make));
        if (m.Has(DeviceExclusive.EarlyUnlock))
        {
            Unlock();
        }

        void Unlock() => t.Step("folio_unlock (grant)", s => s.Set(page.IsLocked, false).Shows().From(KernelCode.Driver));
        t.Step(m.Has(DeviceExclusive.NoRetry) ? "map on the device" : "mmu_interval_read_retry, map on the device", s => s
            .SetIf(!notifier.MustRetry(c), page.IsGranted, true).Shows().From(KernelCode.Driver));
        if (!m.Has(DeviceExclusive.EarlyUnlock))
        {
            Unlock();
        }
    }

    /// <summary>Adds a fault of a CPU on a device-exclusive entry.</summary>
    public void Fault(ThreadBuilder t, Expr c)
    {
        t.Step("do_swap_page", s => s.When(IsExclusive).Shows().From(KernelCode.Remove));
        t.Step("folio_lock", s => s.When(!page.IsLocked).Set(page.IsLocked, true).Shows().From(KernelCode.Remove));
        if (m.Has(DeviceExclusive.NotifyLate))
        {
            Restore();
            Notify(t, c);
        }
        else
        {
            Notify(t, c);
            Restore();
        }

        t.Step("folio_unlock", s => notifier.End(s.Set(page.IsLocked, false), c).Shows().From(KernelCode.Remove));

        void Restore() => t.Step("restore_exclusive_pte", s => page.MakeWritableIf(s.When(!tableLock), IsExclusive)
            .Set(IsExclusive, false).Shows().From(KernelCode.Remove));
    }

    /// <summary>Adds MADV_DONTNEED, which drops the page or the device-exclusive entry.</summary>
    public void Zap(ThreadBuilder t, Expr c)
    {
        Notify(t, c);
        t.Step("zap_pte_range", s => s
            .When(!tableLock).Set(page.Pte, None).Set(IsExclusive, false).Shows().From(KernelCode.Zap));
        page.Flush(t, c);
        t.Step("mmu_notifier_invalidate_range_end", s => notifier.End(s, c).Shows().From(KernelCode.Zap));
    }

    // The sequence number moves under the driver's lock, and the device is unmapped in a second section under it.
    private void Notify(ThreadBuilder t, Expr c)
    {
        t.Step("mmu_notifier_invalidate_range_start", s => notifier.Begin(s, c).Shows().From(KernelCode.Callback));
        page.Revoke(t, !m.Has(DeviceExclusive.NoDrain), KernelCode.Callback);
    }
}
