using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.PageAccess;
using static Verify.Modelling.Dsl;

namespace Verify.Models.FilePages;

/// <summary>
/// A device reads pages that the kernel replaces by copies: through page tables of its own that a driver fills, or through
/// translations of the page table of the process (ATS).
/// </summary>
/// <remarks>
/// A ghost marks a page as outdated when a write to its address goes to another page. A program may write to two addresses
/// in order; the device then reads them in the opposite order.
/// </remarks>
public sealed class DeviceMirror() : ModelFamily("device-mirror",
    "Pages are replaced while a device reads them, through a mirror of the page table or through cached translations",
    new("va", 1, 1, 2, "addresses; with two, a program writes to one and then to the other"),
    new("frame", 2, 2, 5, "physical frames"))
{
    /// <summary>The device translates by itself.</summary>
    public static readonly Feature Ats = new("ats",
        "the device walks the page table of the process and caches translations, which are dropped under the page-table lock",
        KernelCode.Ats);

    /// <summary>The device keeps its translation longer.</summary>
    public static readonly Fault NotifyLate = new("notify-late",
        "with 'ats': translations are dropped by mmu_notifier_invalidate_range_end, after the PTE leads to the new page",
        KernelCode.Notifier);

    /// <summary>The driver does not look again.</summary>
    public static readonly Fault NoRetry = new("no-retry",
        "the driver installs what it has read, without mmu_interval_read_retry", KernelCode.Hmm);

    /// <summary>The driver does not wait.</summary>
    public static readonly Fault NoWait = new("no-wait",
        "mmu_interval_read_begin does not wait for an invalidation that has begun", KernelCode.ReadBegin);

    /// <summary>The device hears of changes.</summary>
    public static readonly Assumption Notified = new("A-NOTIFY",
        "the driver has registered a notifier, and is done with the invalidation inside of the callback", "each driver");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "stores of the device, and its faults; several drivers",
        "what CPUs cache of the page table: the PTE is cleared and flushed in one step",
        "an invalidation that covers several addresses",
        "sequence numbers, which are compared for equality only",
    ];

    protected override void Describe(ModelBuilder m)
    {
        foreach (var fault in new Switch[] { NoRetry, NoWait })
        {
            m.Demand(fault, !m.Has(Ats), "it does not go with 'ats'");
        }

        m.Demand(NotifyLate, Ats);
        new Machine(m).Describe();
    }

    private sealed class Machine
    {
        private readonly ModelBuilder m;
        private readonly Sort va;
        private readonly Sort frame;
        private readonly Expr pte;
        private readonly Expr device;
        private readonly Expr address;
        private readonly Expr outdated;
        private readonly IntervalNotifier notifier;

        public Machine(ModelBuilder m)
        {
            this.m = m;
            va = m.ScalarSet("va", m.Size("va"), "p");
            frame = m.ScalarSet("frame", m.Size("frame"), "f");
            pte = m.Map("pte", va, Sort.Option(frame));
            device = m.Map("device_pte", va, Sort.Option(frame));
            address = m.Map("page_of", frame, Sort.Option(va));
            outdated = m.Ghost("outdated", Sort.Map(frame, Sort.Bool));
            notifier = new IntervalNotifier(m, va, va, (x, y) => x == y);
        }

        public void Describe()
        {
            m.Thread("break", va, repeats: true, Break);
            m.Rule("do_read_fault", va, frame, (s, x, f) => s
                .When(pte[x].IsNone & address[f].IsNone & !Exists(frame, g => address[g] == x))
                .Set(pte[x], f).Set(address[f], x).Set(outdated[f], false)).From(KernelCode.FinishFault);
            if (m.Has(Ats))
            {
                m.Rule("ATS translation", va, (s, x) => s
                    .When(device[x].IsNone & pte[x].HasValue).Set(device[x], pte[x]).By("device")).From(KernelCode.Ats);
            }
            else
            {
                m.Thread("driver", repeats: true, Populate);
            }

            if (m.Size("va") > 1)
            {
                AddOrderedAccesses();
            }
            else
            {
                m.Rule("store", va, frame, (s, x, f) => Store(s, x, f)).From(KernelCode.Shared);
            }

            m.Always("I-COH", ForAll(va, frame, (x, f) => (device[x] == f).Implies(address[f] == x & !outdated[f])),
                "the device never reads a page that the latest write to the address did not go to");
            m.Reachable("the device has a page", Exists(va, x => device[x].HasValue));
            m.Reachable("an old page was written over by a copy", Exists(frame, f => outdated[f]));
            m.NoDeadlock("no deadlock");
        }

        // The copy that a write to a protected page leads to: what a file, or an address, shows is another page from now on.
        private void Break(ThreadBuilder t, Expr x)
        {
            var old = t.Local("old_page", frame);
            t.Step("mmu_notifier_invalidate_range_start", s =>
            {
                s.When(pte[x].HasValue).From(KernelCode.Notifier);
                if (!m.Has(Ats) && m.Assumes(Notified))
                {
                    notifier.Begin(s, x).Set(device[x], None);
                }
            });
            t.Step("ptep_clear_flush", s =>
            {
                s.Set(old, pte[x]).Set(pte[x], None).From(KernelCode.Unmap);
                if (m.Has(Ats) && !m.Has(NotifyLate))
                {
                    s.Set(device[x], None);
                }
            });
            t.Step("set_pte_at", frame, (s, f) => s
                .When(address[f].IsNone).Set(pte[x], f).Set(address[f], x).Set(outdated[f], outdated[old.Value])
                .From(KernelCode.FinishFault));
            t.Step("mmu_notifier_invalidate_range_end", s =>
            {
                s.From(KernelCode.Notifier);
                if (!m.Has(Ats) && m.Assumes(Notified))
                {
                    notifier.End(s, x);
                }

                if (m.Has(NotifyLate))
                {
                    s.Set(device[x], None);
                }
            });
            t.Step("folio_put", s => s.Set(address[old.Value], None).Set(outdated[old.Value], false).Shows(old).From(KernelCode.Unmap));
        }

        private void Populate(ThreadBuilder t)
        {
            var (at, seen) = (t.Local("address", va), t.Local("seen", frame));
            t.Step("mmu_interval_read_begin", va, (s, x) => notifier
                .BeginRead(s, x, waits: !m.Has(NoWait)).When(device[x].IsNone).Set(at, x).From(KernelCode.ReadBegin));
            t.Step("hmm_range_fault", frame, (s, f) => s
                .When(pte[at.Value] == f).Set(seen, f).Shows(at, f).From(KernelCode.Hmm));
            t.Step("mmu_interval_read_retry", s => s
                .SetIf(m.Has(NoRetry) ? true : !notifier.MustRetry(at.Value), device[at.Value], seen).Shows(at)
                .From(KernelCode.Hmm));
        }

        private StepBuilder Store(StepBuilder s, Expr x, Expr f) => s
            .When(pte[x] == f).Each(frame, g => s.SetIf(g != f & address[g] == x, outdated[g], true));

        // A litmus test of message passing.
        private void AddOrderedAccesses()
        {
            var (seenSecond, isReordered) = (m.Ghost("seen_second", Sort.Bool), m.Ghost("reordered", Sort.Bool));
            var (first, second) = (m.Var("written_first", Sort.Option(va)), m.Var("written_second", Sort.Option(va)));
            m.Rule("store (first)", va, frame, (s, x, f) => Store(s, x, f)
                .When(first.IsNone & Exists(frame, g => g != f & address[g] == x)).Set(first, x)).From(KernelCode.Shared);
            m.Rule("store (second)", va, frame, (s, x, f) => Store(s, x, f)
                .When(first.HasValue & first != x & second.IsNone & Exists(frame, g => g != f & address[g] == x)).Set(second, x))
                .From(KernelCode.Shared);
            m.Rule("device reads", va, frame, (s, x, f) => s
                .When(device[x] == f).By("device")
                .SetIf(second == x & address[f] == x & !outdated[f], seenSecond, true)
                .SetIf(first == x & outdated[f] & seenSecond, isReordered, true)).From(KernelCode.Ats);
            m.Always("I-ORDER", !isReordered, "a device that has seen the second write sees the first one too");
            m.Reachable("the device sees the second write", seenSecond);
        }
    }
}
