using Verify.Modelling;
using Verify.Models.Hardware;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Dax;

/// <summary>The time at which a truncate checks for references to the unit that it is about to free.</summary>
internal enum BusyCheck
{
    /// <summary>Never.</summary>
    None,

    /// <summary>After the unmap, and again after the wait.</summary>
    AfterUnmap,

    /// <summary>Before the unmap.</summary>
    BeforeUnmap,

    /// <summary>After the unmap, but not again after the wait.</summary>
    Once,
}

/// <summary>Truncate or hole punch: unmap the offset everywhere and free the unit behind it.</summary>
internal sealed class Truncate
{
    private readonly IBacking backing;
    private readonly Expr isRunning;

    /// <summary>Declares the lock.</summary>
    public Truncate(ModelBuilder m, IBacking backing)
    {
        this.backing = backing;
        Lock = m.Var("MMAPLOCK", Sort.Bool);
        isRunning = m.Ghost("truncating", Sort.Bool);
    }

    /// <summary>
    /// XFS_IOLOCK and XFS_MMAPLOCK, exclusive: they exclude page faults and other changes of the file.
    /// </summary>
    public Expr Lock { get; }

    /// <summary>Ghost: a truncate has started and is not over.</summary>
    public Expr IsRunning => isRunning;

    /// <summary>True if a unit is referenced.</summary>
    public required Func<Expr, Expr> IsPinned { get; init; }

    /// <summary>
    /// True if the wait for a busy unit is over; by default, if it is not pinned. Since Linux 6.15 it must have no
    /// reference at all, not even that of a mapping.
    /// </summary>
    public Func<Expr, Expr>? IsIdle { get; init; }

    /// <summary>Extends a step: no PTE leads to the offset any more.</summary>
    public required Action<StepBuilder> Zap { get; init; }

    /// <summary>True if some PTE leads to the offset.</summary>
    public required Expr IsMapped { get; init; }

    /// <summary>The flush that an unmap waits for; null if page tables are never read without a lock.</summary>
    public (Shootdown Shootdown, Architecture Architecture)? Flush { get; init; }

    /// <summary>The time at which references are checked.</summary>
    public BusyCheck Check { get; init; }

    /// <summary>
    /// True if the truncate unmaps and checks references at all; null if it always does. Up to Linux 6.14 it does so
    /// only if the file is mapped.
    /// </summary>
    public Expr? MustLook { get; init; }

    /// <summary>Set while a truncate that has found a busy page is not over; null if no other part needs it.</summary>
    public Expr? IsWaiting { get; init; }

    /// <summary>Extends a step: the flush of an unmap is complete.</summary>
    public Action<StepBuilder>? OnFlushed { get; init; }

    /// <summary>The steps between the locks and the unmap; they may leave by <see cref="Refuse"/>.</summary>
    public Action<ThreadBuilder, Truncate>? Before { get; init; }

    /// <summary>Extends the step that changes the extent map.</summary>
    public Action<StepBuilder>? OnRemove { get; init; }

    /// <summary>Adds the thread.</summary>
    public void Describe(ModelBuilder m)
    {
        m.Thread("truncate", repeats: true, t =>
        {
            t.Step("xfs_ilock", s => s
                .When(!Lock & backing.Slot.HasValue).Set(Lock, true).Set(isRunning, true).From(KernelCode.Setattr));
            Before?.Invoke(t, this);
            t.Label("break layouts");
            if (Check == BusyCheck.BeforeUnmap)
            {
                Scan(t);
            }

            if (MustLook is { } mustLook)
            {
                t.Branch("mapping_mapped", mustLook, () => Look(t), null, s => s.From(KernelCode.BusyPageOld));
            }
            else
            {
                Look(t);
            }

            // truncate_pagecache() unmaps once more; the lock excludes new mappings in between.
            t.Step(backing.Removal.Name, s =>
            {
                backing.Remove(s, IsPinned(backing.Slot.Value));
                OnRemove?.Invoke(s);
                Leave(s).From(backing.Removal.Source);
            });
        });
        m.Reachable("a truncate completes", backing.Slot.IsNone & !isRunning);
    }

    /// <summary>Extends a step of the thread: it fails and releases the locks.</summary>
    public StepBuilder Refuse(StepBuilder s, Expr isRefused) =>
        s.SetIf(isRefused, Lock, false).SetIf(isRefused, isRunning, false);

    private void Look(ThreadBuilder t)
    {
        Unmap(t);
        if (Check is BusyCheck.AfterUnmap or BusyCheck.Once)
        {
            Scan(t);
        }
    }

    private StepBuilder Leave(StepBuilder s)
    {
        if (IsWaiting is not null)
        {
            s.Set(IsWaiting, false);
        }

        return s.Set(Lock, false).Set(isRunning, false);
    }

    private void Unmap(ThreadBuilder t)
    {
        if (Flush is not { } flush)
        {
            t.Step("unmap_mapping_range", s =>
            {
                Zap(s);
                s.From(KernelCode.Unmap);
            });
            return;
        }

        t.Branch("unmap_mapping_pages", IsMapped,
            () =>
            {
                t.Step(flush.Architecture.RemoteFlush, s => flush.Shootdown
                    .Send(s, None, _ => true, None).From(flush.Architecture.Source));
                if (OnFlushed is { } onFlushed)
                {
                    t.Step("flush is complete", s => onFlushed(s.When(flush.Shootdown.IsComplete(None))));
                }
                else
                {
                    t.Wait("flush is complete", flush.Shootdown.IsComplete(None));
                }
            },
            also: s =>
            {
                Zap(s);
                s.From(KernelCode.Unmap);
            });
    }

    private void Scan(ThreadBuilder t)
    {
        var isBusy = backing.Slot.HasValue & IsPinned(backing.Slot.Value);
        var isIdle = IsIdle is null ? !isBusy : backing.Slot.IsNone | IsIdle(backing.Slot.Value);
        t.Branch("dax_layout_busy_page", isBusy,
            () =>
            {
                t.Step("xfs_wait_dax_page", s => s.When(isIdle).From(KernelCode.BreakDax));
                t.Step("xfs_ilock again", s => s.When(!Lock).Set(Lock, true).From(KernelCode.BreakDax));
                if (Check == BusyCheck.Once)
                {
                    Unmap(t);
                }
                else
                {
                    t.Goto("break layouts");
                }
            },
            also: s =>
            {
                // The lock that excludes faults is not held during the wait.
                s.SetIf(isBusy, Lock, false).From(KernelCode.BusyPage);
                if (IsWaiting is not null)
                {
                    s.SetIf(isBusy, IsWaiting, true);
                }
            });
    }
}
