using System.Collections.Immutable;
using Verify.Modelling;
using Verify.Models.FilePages;
using Verify.Models.Hardware;

namespace Verify.Models.ExclusiveAccess;

/// <summary>
/// Exclusive write access to a file page, as proposed in 2020: the page is write-protected, and each write calls the
/// device's driver before it goes on.
/// </summary>
public sealed class WriteProtection() : ModelFamily("exclusive-write",
    "A device has exclusive write access to a file page: each write by others calls its driver first",
    new SizeParameter("cpu", 2, 1, 4, "processors, each of which may store, fault, call write(2), and serve the device"))
{
    /// <summary>Pages can be pinned.</summary>
    public static readonly Feature Pins = new("pins", "get_user_pages() may hold the page, and direct I/O writes to it");

    /// <summary>The callback does not wait.</summary>
    public static readonly Fault NoDrain = new("no-drain",
        "the callback returns at once: it must not block", Mails.Proposal);

    /// <summary>write(2) does not call the driver.</summary>
    public static readonly Fault WriteUnchecked = new("write-unchecked",
        "only page faults call the driver, write(2) does not", Mails.Glisse);

    /// <summary>TLBs are not flushed.</summary>
    public static readonly Fault NoFlush = new("no-flush", "the TLBs are not flushed when the page is write-protected");

    /// <summary>No other reference to the page exists.</summary>
    public static readonly Assumption NoPins = new("A-NOGUP",
        "while the device has access, nothing else holds a reference to the page",
        "the count of references, which is compared after PTEs are protected and TLBs are flushed");

    public override ImmutableArray<Limit> NotModelled =>
    [
        "pipes and other system calls that write to page-cache pages: each has to call the driver as write(2) does",
        "other processes that map the page; truncate and reclaim",
        "a device that fails to stop",
        .. Architecture.X86.NotModelledHere,
    ];

    protected override void Describe(ModelBuilder m)
    {
        var page = new ExclusivePage(m, m.Has(Pins));
        m.Thread("task", page.Cpu, repeats: true, (t, c) =>
        {
            t.Either(
                () => Grant(m, page, t, c),
                () => Fault(m, page, t),
                () => Write(m, page, t));
            t.Return();
            t.Label("unlock");
            t.Step("folio_unlock", s => s.Set(page.IsLocked, false));
        });
        page.AddEnvironment(m);
        page.AddInvariants(m);
        m.LeadsTo("L-PROG", page.IsLocked, !page.IsLocked, "a write to the page, or a grant, ends");
    }

    private static void Grant(ModelBuilder m, ExclusivePage page, ThreadBuilder t, Expr c)
    {
        Lock(page, t, "folio_lock (grant)", !page.IsGranted, Mails.Proposal);
        t.Step("folio_mkclean", s => page.WriteProtect(s).Shows().From(KernelCode.Clean));
        if (!m.Has(NoFlush))
        {
            page.Flush(t, c);
        }

        if (m.Has(Pins) && m.Assumes(NoPins))
        {
            t.Branch("folio_ref_count", page.IsPinned, () => t.Goto("unlock"), null, s => s.From(Mails.Proposal));
        }

        t.Step("map on the device", s => s.Set(page.IsGranted, true).From(Mails.Proposal));
        t.Goto("unlock");
    }

    private static void Fault(ModelBuilder m, ExclusivePage page, ThreadBuilder t)
    {
        Lock(page, t, "do_wp_page: folio_lock", !page.IsWritable, KernelCode.Shared);
        page.Revoke(t, !m.Has(NoDrain), Mails.Proposal);
        t.Step("wp_page_shared", s => page.MakeWritable(s).From(KernelCode.Shared));
        t.Goto("unlock");
    }

    private static void Write(ModelBuilder m, ExclusivePage page, ThreadBuilder t)
    {
        Lock(page, t, "write_begin: folio_lock", true, KernelCode.Write);
        if (!m.Has(WriteUnchecked))
        {
            page.Revoke(t, !m.Has(NoDrain), Mails.Proposal);
        }

        t.Step("generic_perform_write", s => page.Intrude(s).Shows().From(KernelCode.Write));
        t.Goto("unlock");
    }

    private static void Lock(ExclusivePage page, ThreadBuilder t, string name, Expr may, Source source) =>
        t.Step(name, s => s.When(may & !page.IsLocked).Set(page.IsLocked, true).From(source));
}
