using Verify.Modelling;
using Verify.Models.FilePages;
using Verify.Models.PageAccess;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Replicas;

/// <summary>A read fault, which maps the page or a copy, or makes a copy for its node first.</summary>
internal sealed class ReplicaFault(ModelBuilder m, ReplicatedPage page)
{
    private readonly bool isPerNode = m.Has(PageReplicas.Inode);
    private readonly bool takesLock = !m.Has(PageReplicas.NoLock);
    private readonly bool isUnlocked = m.Has(PageReplicas.UnlockedCopy);

    // Each write increments it; a fault that has dropped the lock compares it.
    private readonly SequenceNumber sequence = new(m, page.Cpu,
        isCompared: m.Has(PageReplicas.UnlockedCopy) && !m.Has(PageReplicas.FlagOnly) && !m.Has(PageReplicas.NoRecheck));

    // The page-table locks under which the PTEs of the page are cleaned and flushed. One stands for all: a fault copies the
    // page only after it has taken each of them in turn. Faults that exclude each other need none.
    private readonly Expr? pageTables = m.Has(PageReplicas.Inode) && !m.Has(PageReplicas.NoProtect) && !m.Has(PageReplicas.UnlockEarly)
        ? m.Var("page_table_locks", Sort.Bool)
        : null;

    /// <summary>Extends a step that begins a collapse: the sequence number increases.</summary>
    public StepBuilder Move(StepBuilder s) => sequence.Move(s, _ => true);

    /// <summary>Adds a fault that maps the page, or a copy that exists, in one step.</summary>
    /// <remarks>The page itself is always up to date, and can be mapped read-only at any time.</remarks>
    public void MapExisting(ThreadBuilder t, Expr c) => t.Either(
        () => t.Step("do_read_fault", s => page
            .Map(s.When(page.Pte(c).IsNone & page.Original.HasValue), c, page.Original.Value, isWritable: false)
            .From(KernelCode.ReadFault)),
        () => t.Step("do_read_fault (copy)", page.Cpu, (s, d) => page
            .Map(s.When(page.Pte(c).IsNone & page.Copy[d].HasValue & IsAllowed), c, page.Copy[d].Value, isWritable: false)
            .From(KernelCode.ReadFault, Mails.Wilcox)));

    /// <summary>Adds a fault that makes a copy for its node.</summary>
    public void Spawn(ThreadBuilder t, Expr c, Expr toFlush, Expr made)
    {
        Make(t, c, toFlush, made, page.Pte(c).IsNone & page.Copy[c].IsNone);
        t.Step("finish_fault (new copy)", s => page.Map(s, c, made.Value, isWritable: false)
            .Set(page.Copy[c], made).Set(page.IsFaulting[c], false).Shows(made)
            .From(KernelCode.ReadFault, isPerNode ? Mails.Wilcox : Mails.Glisse));
    }

    /// <summary>Adds a fault of the device, which a driver handles on a CPU: it makes a copy in the device's memory.</summary>
    public void SpawnForDevice(ThreadBuilder t, Expr c, Expr toFlush, Expr made)
    {
        Make(t, c, toFlush, made, page.Device!.Copy.IsNone);
        t.Step("program the device", s => s
            .Set(page.Device.Copy, made).Set(page.IsFaulting[c], false).Shows(made)
            .From(KernelCode.DeviceTables, Mails.Glisse));
    }

    private void Make(ThreadBuilder t, Expr c, Expr toFlush, Expr made, Expr isMissing)
    {
        var name = !takesLock ? "filemap_fault" : isPerNode ? "filemap_invalidate_lock_shared" : "lock (list)";
        t.Step(name, s => s
            .When(isMissing & page.Original.HasValue & CanBegin)
            .Set(page.IsFaulting[c], takesLock).From(isPerNode ? KernelCode.InvalidateLock : Mails.Glisse));
        if (!m.Has(PageReplicas.NoProtect))
        {
            t.Step("folio_mkclean", s => page
                .WriteProtect(pageTables is null ? s : s.When(!pageTables).Set(pageTables, true), toFlush)
                .Shows().From(KernelCode.Clean));
            page.Flush(t, c, toFlush);
            if (pageTables is not null)
            {
                t.Step("page_vma_mkclean_one: unlock", s => s.Set(pageTables, false).From(KernelCode.Clean));
            }
        }

        if (isUnlocked)
        {
            t.Step("unlock (list)", s => sequence.Read(s.Set(page.IsFaulting[c], false), c));
        }

        t.Step("copy_highpage", page.Frame, (s, f) => page.MakeCopy(s, f).Set(made, f).From(Mails.Glisse));
        if (isUnlocked)
        {
            Relock(t, c, made);
        }
    }

    // A fault of the list excludes the others. Faults that hold invalidate_lock shared do not.
    private Expr CanBegin => takesLock ? IsAllowed & IsLockFree : true;

    private Expr IsAllowed => takesLock ? !page.IsCollapsing : true;

    private Expr IsLockFree => isPerNode ? true : ForAll(page.Cpu, d => !page.IsFaulting[d]);

    private void Relock(ThreadBuilder t, Expr c, Expr made)
    {
        void Lock(StepBuilder s) => s.When(IsLockFree).Set(page.IsFaulting[c], true).Shows().From(Mails.Glisse);
        if (m.Has(PageReplicas.NoRecheck))
        {
            t.Step("lock (list)", Lock);
            return;
        }

        t.Branch("lock (list), look again", m.Has(PageReplicas.FlagOnly) ? page.IsCollapsing : sequence.HasMoved(c),
            () =>
            {
                t.Step("put_page (copy)", s => page.Free(s, made.Value).Set(page.IsFaulting[c], false).Shows(made));
                t.Return();
            },
            null, Lock);
    }
}
