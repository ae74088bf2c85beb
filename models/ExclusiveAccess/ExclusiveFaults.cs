using Verify.Modelling;
using static Verify.Modelling.Dsl;

namespace Verify.Models.ExclusiveAccess;

/// <summary>The kernel's and the driver's part of <see cref="DeviceExclusive"/>.</summary>
internal sealed class ExclusiveFaults
{
    private readonly ModelBuilder m;
    private readonly ExclusivePage page;
    private readonly Expr tableLock;
    private readonly Expr invalidating;

    // The sequence number of the interval notifier. A bit for each driver thread says whether it has moved.
    private readonly Expr? moved;

    public ExclusiveFaults(ModelBuilder m, ExclusivePage page)
    {
        (this.m, this.page) = (m, page);
        IsExclusive = m.Var("device_exclusive_entry", Sort.Bool);
        tableLock = m.Var("ptl", Sort.Bool);
        invalidating = m.Map("invalidate_range", page.Cpu, Sort.Bool);
        moved = m.Has(DeviceExclusive.NoRetry) ? null : m.Map("sequence_has_moved", page.Cpu, Sort.Bool);
    }

    /// <summary>True if the PTE is a device-exclusive entry.</summary>
    public Expr IsExclusive { get; }

    /// <summary>True while the PTE changes, between the calls of the notifiers.</summary>
    public Expr IsInvalidating => Exists(page.Cpu, c => invalidating[c]);

    /// <summary>Adds a fault of the process on an empty PTE.</summary>
    public void Populate(ThreadBuilder t) => t.Step("do_anonymous_page", s => page
        .MakeWritable(s.When(page.Pte.IsNone & !IsExclusive & !tableLock)).From(KernelCode.Anonymous));

    /// <summary>Adds a fault of the device for an atomic operation.</summary>
    public void Grant(ThreadBuilder t, Expr c)
    {
        t.Step("mmu_interval_read_begin", s =>
        {
            s.When(!page.IsGranted & !IsInvalidating).From(KernelCode.Driver, KernelCode.Sequence);
            if (moved is not null)
            {
                s.Set(moved[c], false);
            }
        });

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
        void Program(StepBuilder s) => s.SetIf(moved is null ? true : !moved[c], page.IsGranted, true).Shows().From(KernelCode.Driver);
        t.Step(moved is null ? "map on the device" : "mmu_interval_read_retry, map on the device", Program);
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

        t.Step("folio_unlock", s => s
            .Set(page.IsLocked, false).Set(invalidating[c], false).Shows().From(KernelCode.Remove));

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
        t.Step("mmu_notifier_invalidate_range_end", s => s
            .Set(invalidating[c], false).Shows().From(KernelCode.Zap));
    }

    // The sequence number moves under the driver's lock, and the device is unmapped in a second section under it.
    private void Notify(ThreadBuilder t, Expr c)
    {
        t.Step("mmu_notifier_invalidate_range_start", s =>
        {
            s.Set(invalidating[c], true).Shows().From(KernelCode.Callback);
            if (moved is not null)
            {
                s.Each(page.Cpu, d => s.Set(moved[d], true));
            }
        });
        page.Revoke(t, !m.Has(DeviceExclusive.NoDrain), KernelCode.Callback);
    }
}
