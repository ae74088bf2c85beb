using Verify.Modelling;

namespace Verify.Models.Dax;

/// <summary>The states of a lease.</summary>
internal enum LeaseState
{
    /// <summary>No lease exists.</summary>
    None,

    /// <summary>The lease is held.</summary>
    Held,

    /// <summary>The lease is held, and its holder is asked to give it back.</summary>
    Breaking,

    /// <summary>The lease is gone, and the access of its holder is being revoked.</summary>
    Revoking,
}

/// <summary>A lease on the block map, its holder, and the process that breaks it.</summary>
internal sealed class Lease
{
    private readonly BlockBacking backing;
    private readonly DeviceAccess access;
    private readonly Expr state;
    private readonly Expr isHeard;
    private readonly bool canClose;
    private readonly Expr isOpen;

    /// <param name="m">The model.</param>
    /// <param name="backing">The file.</param>
    /// <param name="access">The access of the holder's device.</param>
    /// <param name="canClose">True if the break notifies a file descriptor that its owner may close.</param>
    public Lease(ModelBuilder m, BlockBacking backing, DeviceAccess access, bool canClose)
    {
        (this.backing, this.access, this.canClose) = (backing, access, canClose);
        state = m.Var("FL_LAYOUT", Sort.Enum<LeaseState>());
        isHeard = m.Var("break_is_heard", Sort.Bool);
        isOpen = canClose ? m.Var("lease_fd", Sort.Bool) : true;
    }

    /// <summary>True if the holder notices the break only when a CPU touches the page.</summary>
    public required bool IsHeardByFault { get; init; }

    /// <summary>True if the kernel revokes the block from a holder that does not answer in time.</summary>
    public required bool IsForced { get; init; }

    /// <summary>True if the breaker waits for the holder.</summary>
    public required bool WaitsForHolder { get; init; }

    /// <summary>True if a holder that has noticed the break answers it.</summary>
    public required bool Cooperates { get; init; }

    /// <summary>True if a lease may be taken now.</summary>
    public required Expr MayTake { get; init; }

    private bool IsPnfs => access is ClientAccess;

    private string Holder => IsPnfs ? "client" : "process";

    /// <summary>Adds the holder: it takes the lease and registers the block, and may give both back.</summary>
    public void AddHolder(ModelBuilder m, Expr isLocked)
    {
        if (canClose)
        {
            m.Rule("close(lease fd)", s => s.When(isOpen & state == LeaseState.Held).Set(isOpen, false).By(Holder))
                .From(Posts.Registration);
        }

        m.Rule(IsPnfs ? "LAYOUTGET" : "fcntl(F_SETLEASE, FL_LAYOUT)", s =>
        {
            s.When(state == LeaseState.None & MayTake & !access.IsGranted & backing.Slot.HasValue & !isLocked)
                .Set(state, LeaseState.Held).By(Holder).From(IsPnfs ? KernelCode.SetLease : Posts.Leases);
            if (IsPnfs)
            {
                access.Grant(s, backing.Translation.To(backing.Slot.Value));
            }

            if (canClose)
            {
                s.Set(isOpen, true);
            }
        });
        if (!IsPnfs)
        {
            m.Rule("ib_umem_get", s =>
            {
                s.When(state == LeaseState.Held & !access.IsGranted & backing.Slot.HasValue).By(Holder).From(KernelCode.Umem);
                access.Grant(s, backing.Translation.To(backing.Slot.Value));
            });
        }

        if (IsHeardByFault)
        {
            m.Rule("handle_userfault", s => s
                .When(state == LeaseState.Breaking & !isHeard).Set(isHeard, true).By(Holder)).From(KernelCode.Userfault);
        }

        m.Rule(IsPnfs ? "LAYOUTRETURN" : "ib_dereg_mr and release", s => GiveBack(s,
            state == LeaseState.Held | state == LeaseState.Breaking)).From(KernelCode.Umem);
        m.Rule(IsPnfs ? "LAYOUTRETURN on recall" : "SIGIO: ib_dereg_mr and release", s => GiveBack(s, isHeard))
            .Fair(Cooperates).From(KernelCode.BreakLease);
        AddForgetting(m);
        m.Reachable("the device can write", access.IsGranted);
        m.Reachable("a break is heard", isHeard);
    }

    /// <summary>Adds a NIC that needs no lease: it faults the block in on demand.</summary>
    public void AddOnDemand(ModelBuilder m, Expr isLocked)
    {
        m.Rule("pagefault_mr", s =>
        {
            s.When(!access.IsGranted & backing.Slot.HasValue & !isLocked).By("NIC").From(KernelCode.Odp);
            access.Grant(s, backing.Translation.To(backing.Slot.Value));
        });
        m.Reachable("the device can write", access.IsGranted);
    }

    /// <summary>Adds the steps of a truncate that deal with a lease before it touches the block.</summary>
    public void Break(ThreadBuilder t, Truncate truncate)
    {
        t.Label("break the lease");
        t.Branch("xfs_break_leased_layouts", state != LeaseState.None,
            () =>
            {
                if (WaitsForHolder)
                {
                    void Wait() => t.Wait("lease is given back", state == LeaseState.None);
                    if (IsForced)
                    {
                        t.Either(Wait, () => Force(t));
                    }
                    else
                    {
                        Wait();
                    }

                    t.Step("xfs_ilock again", s => s.When(!truncate.Lock).Set(truncate.Lock, true).From(KernelCode.BreakLeased));
                    t.Goto("break the lease");
                }
            },
            also: s => Announce(s, truncate));
    }

    // The lock is dropped for the wait. The holder is notified by a signal, or only when a CPU touches the page.
    private void Announce(StepBuilder s, Truncate truncate)
    {
        var isHeld = state == LeaseState.Held;
        s.SetIf(isHeld, state, LeaseState.Breaking).From(KernelCode.BreakLeased, IsPnfs ? KernelCode.Recall : KernelCode.BreakLease);
        if (!IsHeardByFault)
        {
            s.SetIf(isHeld & isOpen, isHeard, true);
        }

        if (WaitsForHolder)
        {
            s.SetIf(state != LeaseState.None, truncate.Lock, false);
        }

        if (truncate.IsWaiting is { } isWaiting)
        {
            s.SetIf(isHeld, isWaiting, true);
        }
    }

    private void Force(ThreadBuilder t)
    {
        var deadline = IsPnfs ? KernelCode.RecallOver : KernelCode.BreakLease;
        // nfsd sets fl_break_time to zero, which means no deadline to __break_lease; nfsd has its own deadline for the
        // recall.
        t.Step(IsPnfs ? "nfsd4_cb_layout_done: the recall has timed out" : "lease_break_time is over", s => s
            .When(state == LeaseState.Breaking).Set(state, LeaseState.Revoking).Set(isHeard, false).From(deadline));
        access.Revoke(t);
        t.Step("lease is revoked", s => s.Set(state, LeaseState.None).From(deadline));
    }

    private StepBuilder GiveBack(StepBuilder s, Expr when)
    {
        access.Return(s);
        return s.When(when).Set(state, LeaseState.None).Set(isHeard, false).By(Holder);
    }

    // A client whose layout was revoked keeps and uses it until it notices.
    private void AddForgetting(ModelBuilder m)
    {
        if (IsPnfs && IsForced)
        {
            m.Rule("client drops its layout", s =>
            {
                access.Return(s);
                s.When(state == LeaseState.None & access.IsGranted).By(Holder);
            }).From(KernelCode.BlockLayout);
        }
    }
}
