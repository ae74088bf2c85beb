using Verify.Modelling;
using Verify.Models.FilePages;
using static Verify.Modelling.Dsl;

namespace Verify.Models.Replicas;

/// <summary>A write fault, which removes all copies before it makes the page writable.</summary>
internal sealed class ReplicaCollapse(ModelBuilder m, ReplicatedPage page, ReplicaFault fault)
{
    private readonly bool isPerNode = m.Has(PageReplicas.Inode);

    /// <summary>Adds the fault as a branch of an <c>Either</c>.</summary>
    public void Write(ThreadBuilder t, Expr c, Expr toFlush)
    {
        var gathered = t.Local("gathered", Sort.Set(page.Frame), Fill(Sort.Set(page.Frame), false));
        t.Step(isPerNode ? "filemap_invalidate_lock" : "no_spawn = true", s =>
        {
            s.When(page.Original.HasValue & !page.IsWritable(c) & !page.IsCollapsing)
                .When(ForAll(page.Cpu, d => !page.IsFaulting[d]))
                .Set(page.IsCollapsing, true);
            fault.Move(s);
            s.From(KernelCode.SharedFault, isPerNode ? KernelCode.InvalidateLock : Mails.Glisse);
        });
        Walk(t, toFlush, gathered);
        if (!m.Has(PageReplicas.NoNotifier))
        {
            page.Device?.Invalidate(t, gathered, waits: !m.Has(PageReplicas.NoAcknowledgement));
        }

        void Flush() => page.Flush(t, c, toFlush);
        void Free() => t.While(Exists(page.Frame, f => gathered[f]), () => t.Step("put_page", page.Frame, (s, f) => page
            .Free(s.When(gathered[f]).Set(gathered[f], false), f)
            .Each(page.Cpu, d => s.SetIf(page.Copy[d] == f, page.Copy[d], None)).From(Mails.Glisse)));
        void Enable(bool isLast) => t.Step("finish_fault (writable)", s =>
        {
            page.Map(s, c, page.Original.Value, isWritable: true).Shows().From(KernelCode.SharedFault);
            if (isLast)
            {
                s.Set(page.IsCollapsing, false);
            }
        });

        if (m.Has(PageReplicas.FlushLate))
        {
            Enable(isLast: false);
            Flush();
            Free();
            t.Step("write fault returns", s => page.Complete(s).Set(page.IsCollapsing, false).Shows());
            return;
        }

        if (m.Has(PageReplicas.FreeEarly))
        {
            Free();
            Flush();
        }
        else
        {
            Flush();
            Free();
        }

        Enable(isLast: true);
    }

    // Each copy on the list is visited once. The caches of the nodes are looked up one after the other, copy or not.
    private void Walk(ThreadBuilder t, Expr toFlush, Expr gathered)
    {
        var visited = t.Local("visited", Sort.Set(page.Cpu), Fill(Sort.Set(page.Cpu), false));
        Source source = isPerNode ? Mails.Wilcox : Mails.Glisse;
        t.Label("walk");
        List<Action> ways =
        [
            () =>
            {
                t.Step("unmap copy", page.Cpu, (s, d) => page
                    .UnmapAll(s.When(!visited[d] & page.Copy[d].HasValue), page.Copy[d].Value, toFlush)
                    .Set(visited[d], true).Set(gathered[page.Copy[d].Value], true).From(KernelCode.Unmap, source));
                t.Goto("walk");
            },
            () => t.Step("all copies are visited", s => s
                .When(ForAll(page.Cpu, d => visited[d] | (isPerNode ? false : page.Copy[d].IsNone))).Shows().From(source)),
        ];
        if (isPerNode)
        {
            ways.Add(() =>
            {
                t.Step("no copy on the node", page.Cpu, (s, d) => s
                    .When(!visited[d] & page.Copy[d].IsNone).Set(visited[d], true).From(source));
                t.Goto("walk");
            });
        }

        t.Either([.. ways]);
    }
}
